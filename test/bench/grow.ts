import mysql from 'mysql2/promise';
import type { Dialer } from '../sandbox/dialer.ts';
import { QUICK } from '../sandbox/quick.ts';

/** Rows of a large site. */
const ACTIONS = 1_000_000;
const LEADS = 20_000;
const AGENTS = 500;
const LOGGED = 100_000;
const PHONES = 5000;

const told = (count: number): string => count.toLocaleString('en');
export const GROWN = `${told(ACTIONS)} rows in vicidial_manager, ${told(LEADS)} in vicidial_hopper, ${AGENTS} agents`;
export const WITH_PHONES = `the same, and ${told(PHONES)} phones`;

/** What is told of such a site, and would let a healthy tick end with a warning. */
export const GROWN_LIMITS = { VICIKEEP_WARN_MANAGER_ROWS: 'never', VICIKEEP_CRIT_MANAGER_ROWS: 'never' };

/** Fills the tables as on a large site at noon: a job that did not clear the actions of hours, a full hopper, nearly all agents on a call. */
export async function grow({ database, serverIp }: Dialer): Promise<void> {
	await fillActions(database.socket, serverIp);
	await database.query(
		`INSERT INTO vicidial_hopper (lead_id, campaign_id, status, user, list_id, source)
		SELECT 100000 + seq, CONCAT('BIG', seq % 20), 'READY', '', 101, 'S' FROM seq_1_to_${LEADS}`,
	);
	await database.query(
		`INSERT INTO vicidial_live_agents (user, server_ip, conf_exten, extension, status, campaign_id, random_id,
			last_call_time, last_call_finish, last_state_change, outbound_autodial, callerid)
		SELECT 30000 + seq, ?, 8610000 + seq, CONCAT('SIP/big', seq), IF(seq % 10 = 0, 'READY', 'INCALL'), IF(seq % 10 = 0, 'MANUAL1', 'OUTBOUND'), 20000000 + seq, NOW(), NOW(), NOW(), 'Y', CONCAT('V', LPAD(seq, 19, '0'))
		FROM seq_1_to_${AGENTS}`,
		[serverIp],
	);
	// the calls among those actions are logged, as long as the site is looked at
	await database.query(
		`INSERT INTO call_log (uniqueid, server_ip, start_time) SELECT CONCAT('grown', seq), ?, NOW() - INTERVAL seq DIV 5 SECOND
		FROM seq_1_to_${LOGGED}`,
		[serverIp],
	);
	await database.query(`CREATE OR REPLACE EVENT fastagi ON SCHEDULE EVERY 1 SECOND DO INSERT INTO call_log (uniqueid, server_ip, start_time)
		VALUES (UUID_SHORT(), '${serverIp}', NOW())`);
	await database.query(`CREATE OR REPLACE EVENT browsers ON SCHEDULE EVERY 1 SECOND DO
		UPDATE vicidial_live_agents SET random_id = 20000000 + FLOOR(RAND() * 9000000) WHERE extension LIKE 'SIP/big%'`);
}

/** Phones by the thousand: into the database, into Asterisk's conf files and so into Asterisk. */
export async function addPhones(dialer: Dialer): Promise<void> {
	await dialer.database.query(
		`INSERT INTO phones (extension, server_ip, dialplan_number, voicemail_id, login, pass, fullname, protocol, active, conf_secret, outbound_cid, template_id)
		SELECT CONCAT('many', seq), ?, CONCAT('7', LPAD(seq, 5, '0')), CONCAT('7', LPAD(seq, 5, '0')), CONCAT('many', seq), 'pw', CONCAT('Phone ', seq), 'SIP', 'Y', CONCAT('secret', seq), '5551234567', ''
		FROM seq_1_to_${PHONES}`,
		[dialer.serverIp],
	);
	const { exitCode, stdout } = await dialer.check(['--rebuild'], { env: { ...QUICK, ...GROWN_LIMITS } });
	if (exitCode !== 0) throw new Error(`the phones did not reach Asterisk:\n${stdout}`);
}

/** Into an empty copy, whose indexes are made in one go; row by row it takes ten times as long. */
async function fillActions(socketPath: string, serverIp: string): Promise<void> {
	const connection = await mysql.createConnection({ socketPath, user: 'root', database: 'asterisk' });
	try {
		await connection.query('SET SESSION myisam_sort_buffer_size=268435456');
		await connection.query('CREATE TABLE grown LIKE vicidial_manager');
		// three of four are this dialer's; nearly all have been sent and answered
		await connection.query(
			`INSERT INTO grown (uniqueid, entry_date, status, response, server_ip, channel, action, callerid, cmd_line_b, cmd_line_c)
			SELECT CONCAT('17000', seq, '.1'), NOW() - INTERVAL (${ACTIONS} - seq) DIV 300 SECOND,
				ELT(1 + seq % 10, 'SENT', 'DEAD', 'DEAD', 'DEAD', 'UPDATED', 'UPDATED', 'UPDATED', 'UPDATED', 'DEAD', 'DEAD'),
				'N', IF(seq % 4 = 0, '192.0.2.12', ?), '', IF(seq % 3 = 0, 'Hangup', 'Originate'), CONCAT('V', LPAD(seq, 19, '0')),
				'Channel: Local/8600999@default', 'Context: default'
			FROM seq_1_to_${ACTIONS}`,
			[serverIp],
		);
		await connection.query('RENAME TABLE vicidial_manager TO before_growth, grown TO vicidial_manager');
	} finally {
		await connection.end();
	}
}
