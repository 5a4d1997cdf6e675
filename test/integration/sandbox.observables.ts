import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { localDate } from '../sandbox/beating.ts';
import type { Dialer } from '../sandbox/dialer.ts';
import { placeCalls } from '../sandbox/traffic.ts';

/** What a daemon or job is seen by from outside. */
export interface Observable {
	what: string;
	/** Makes it happen where it does not happen by itself. */
	given?(dialer: Dialer): Promise<unknown>;
	/** Something true, sooner or later, and not before `given`; or a value that has to change by itself. */
	seen?(dialer: Dialer): Promise<unknown>;
	moves?(dialer: Dialer): Promise<unknown>;
}

const value =
	(sql: string, ...params: unknown[]) =>
	async ({ database }: Dialer): Promise<unknown> =>
		Object.values((await database.query(sql, params))[0] ?? {})[0];
const does =
	(...statements: string[]) =>
	async ({ database, serverIp }: Dialer) => {
		for (const sql of statements) await database.query(sql.replaceAll('@ip', `'${serverIp}'`));
	};
const dated = ({ logs }: Dialer, name: string) => join(logs, `${name}.${localDate(new Date())}`);
const written = (name: string) => async (dialer: Dialer) => statSync(dated(dialer, name)).mtimeMs;
const says = (name: string, text: string) => async (dialer: Dialer) =>
	existsSync(dated(dialer, name)) && readFileSync(dated(dialer, name), 'utf8').includes(text);
const cron = (script: string) => async (dialer: Dialer) => {
	const { exitCode, output } = await dialer.cron(script);
	if (exitCode !== 0 || output !== '') throw new Error(`${script}: ${exitCode} ${output}`);
};
const all =
	(...steps: ((dialer: Dialer) => Promise<unknown>)[]) =>
	async (dialer: Dialer) => {
		for (const step of steps) await step(dialer);
	};

let call = 0;

/** Whether Asterisk answers an IAX2 POKE that goes through a port. */
async function answersPoke({ serverIp }: Dialer, port: number): Promise<boolean> {
	const socket = createSocket('udp4');
	// Asterisk puts frames of one call number together, whatever their port: each poke is a call of its own.
	call++;
	// full frame, call, class IAX, POKE
	socket.send(Buffer.from([0x80 | (call >> 8), call & 0xff, 0, 0, 0, 0, 0, 0, 0, 0, 6, 0x1e]), port, serverIp);
	const timer = setTimeout(() => socket.emit('message', Buffer.alloc(12)), 1_000);
	const [answer] = await once(socket, 'message');
	clearTimeout(timer);
	socket.close();
	// PONG
	return answer[10] === 6 && answer[11] === 3;
}

/** A room that had been left, and is free again. */
const freed = (table: string, room: number) =>
	value(
		`SELECT COUNT(*) FROM ${table} WHERE conf_exten=? AND leave_3way_datetime IS NOT NULL AND leave_3way='0' AND extension=''`,
		room,
	);

const RELAYS = [40569, 41569, 42569];
const WAITING = 'last_call_time, last_call_finish, last_state_change';

export const OBSERVABLES: Observable[] = [
	{
		what: '3: trunks reported per campaign with agents',
		moves: value("SELECT update_time FROM vicidial_campaign_server_stats WHERE campaign_id='OUTBOUND'"),
	},
	{
		what: '4: a live row per line of an active remote agent',
		given: does("UPDATE vicidial_remote_agents SET status='ACTIVE' WHERE server_ip=@ip"),
		seen: value("SELECT COUNT(*)=2 FROM vicidial_live_agents WHERE extension IN ('R/7001','R/7002')"),
	},
	{
		what: '4: refreshed all the time',
		moves: value("SELECT random_id FROM vicidial_live_agents WHERE extension='R/7001'"),
	},
	{
		what: '4: a call that was assigned is taken',
		given: does("UPDATE vicidial_live_agents SET status='QUEUE' WHERE extension='R/7002'"),
		seen: value("SELECT status='INCALL' FROM vicidial_live_agents WHERE extension='R/7002'"),
	},
	{
		what: '5: the callback queue served',
		given: does(
			"INSERT INTO vicidial_inbound_callback_queue SET icbq_date=NOW(), icbq_status='NEW', group_id='SALESLINE'",
		),
		seen: value("SELECT icbq_status='LIVE' FROM vicidial_inbound_callback_queue"),
	},
	{
		what: '5: its heartbeat every ten loops',
		moves: value(
			"SELECT update_time FROM vicidial_campaign_stats_debug WHERE campaign_id='--CALLBACK-QUEUE--' AND server_ip='ADAPT'",
		),
	},
	{ what: '7: only its log', moves: written('vdautodial_FILL') },
	{
		what: '8: IAX through each of the ports',
		seen: async (dialer) => {
			for (const port of RELAYS) if (!(await answersPoke(dialer, port))) return false;
			return true;
		},
	},
	{
		what: '9: once a day, by the keepalive',
		given: all(
			does('UPDATE system_settings SET timeclock_last_reset_date = CURDATE() - INTERVAL 1 DAY'),
			cron('ADMIN_keepalive_ALL.pl'),
		),
		seen: async (dialer) =>
			(await says('timeclockautologout', 'logged out')(dialer)) &&
			(await value('SELECT timeclock_last_reset_date = CURDATE() FROM system_settings')(dialer)),
	},
	{
		what: 'S: a row per invitation',
		given: (dialer) => placeCalls(dialer, 1),
		seen: value("SELECT COUNT(*) > 0 FROM vicidial_sip_event_recent WHERE processed='N'"),
	},
	{
		what: 'C: a left room becomes free',
		given: does(
			"UPDATE vicidial_confbridges SET extension='3WAY_x', leave_3way='1', leave_3way_datetime=NOW() WHERE server_ip=@ip AND conf_exten=9600060",
		),
		seen: freed('vicidial_confbridges', 9600060),
	},
	{
		what: 'C: a log without a date',
		moves: async ({ logs }) => statSync(join(logs, 'conf_telnet_log.txt')).size,
	},
	{
		what: 'E: a mail goes to the agent who waits',
		given: does(
			`INSERT INTO vicidial_live_agents (user, server_ip, extension, status, ${WAITING}) VALUES ('4001', @ip, 'SIP/cc104', 'READY', NOW(), NOW(), NOW())`,
			"INSERT INTO vicidial_live_inbound_agents SET user='4001', group_id='MAILS'",
			"INSERT INTO vicidial_email_list SET email_date=NOW(), group_id='MAILS', status='NEW'",
		),
		seen: value(
			"SELECT COUNT(*) FROM vicidial_email_list e JOIN vicidial_live_agents a USING (user) WHERE e.status='QUEUE' AND a.status='MQUEUE'",
		),
	},
	{
		what: '-cu3way: a left room becomes free',
		given: does(
			"UPDATE vicidial_conferences SET extension='SIP/x', leave_3way='1', leave_3way_datetime=NOW() WHERE server_ip=@ip AND conf_exten=8600060",
		),
		seen: freed('vicidial_conferences', 8600060),
	},
	{
		what: '-recmon: a recording that appears',
		given: async ({ folder }) => writeFileSync(join(folder, 'spool/asterisk/monitor/MIX/call-all.wav'), ''),
		seen: says('rec_log', 'call-all.wav'),
	},
	{
		what: 'hopper: a row per active campaign, due callbacks moved, done rows gone',
		given: all(
			does(
				'DROP EVENT hopper_cron',
				"DELETE FROM vicidial_campaign_stats_debug WHERE server_ip='HOPPER'",
				"INSERT INTO vicidial_callbacks SET lead_id=1001, status='ACTIVE', callback_time=NOW() - INTERVAL 1 MINUTE",
				"UPDATE vicidial_hopper SET status='DONE' WHERE lead_id=1003",
			),
			cron('AST_VDhopper.pl'),
		),
		seen: value(`SELECT (SELECT COUNT(entry_time) FROM vicidial_campaign_stats_debug WHERE server_ip='HOPPER') = 2
			AND (SELECT status FROM vicidial_callbacks) = 'LIVE'
			AND (SELECT COUNT(*) FROM vicidial_hopper WHERE status='DONE') = 0`),
	},
	{
		what: 'flush: the old goes, the young stays',
		given: all(
			does(
				"INSERT INTO vicidial_manager SET server_ip='192.0.2.12', callerid='OLD', entry_date=NOW() - INTERVAL 2 HOUR",
				"INSERT INTO vicidial_manager SET server_ip='192.0.2.12', callerid='YOUNG', entry_date=NOW() - INTERVAL 40 MINUTE",
			),
			cron('AST_flush_DBqueue.pl'),
		),
		seen: value("SELECT GROUP_CONCAT(callerid) = 'YOUNG' FROM vicidial_manager WHERE callerid IN ('OLD', 'YOUNG')"),
	},
	{
		what: 'keepalive: uptime written, flag and trigger served',
		given: all(
			does(
				"UPDATE servers SET system_uptime='', rebuild_conf_files='Y' WHERE server_ip=@ip",
				"INSERT INTO vicidial_process_triggers SET trigger_id='T1', server_ip=@ip, trigger_time=NOW() - INTERVAL 1 MINUTE, trigger_run='1', trigger_lines='/bin/echo done'",
			),
			cron('ADMIN_keepalive_ALL.pl'),
		),
		seen: value(
			"SELECT system_uptime<>'' AND rebuild_conf_files='N' AND trigger_run='0' AND trigger_results='done\\n' FROM servers JOIN vicidial_process_triggers USING (server_ip) JOIN vicidial_process_trigger_log USING (trigger_id)",
		),
	},
];
