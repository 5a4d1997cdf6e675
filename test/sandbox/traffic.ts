import type { Dialer } from './dialer.ts';
import { until } from './processes.ts';

/** Rows to put into vicidial_manager. */
export interface Actions {
	/** `Originate` unless told: a party that picks up and hangs up after a second. */
	action?: string;
	/** `NEW` unless told. */
	status?: 'NEW' | 'QUEUE' | 'SENT' | 'UPDATED' | 'DEAD';
	/** Age by entry_date, seconds; 0 unless told. */
	age?: number;
	/** This dialer's address unless told. */
	serverIp?: string;
}

const COLUMNS =
	'(entry_date, status, response, server_ip, channel, action, callerid, cmd_line_b, cmd_line_c, cmd_line_d, cmd_line_e, cmd_line_f)';
/** Of a call that the real Asterisk can place; the code is that of a manual call. */
const CODE = "CONCAT('M', DATE_FORMAT(NOW(), '%m%d%H%i%s'), LPAD(seq, 9, '0'))";
const LINES = `'Channel: Local/8600999@default', 'Context: default', 'Exten: 8600999', 'Priority: 1', CONCAT('Callerid: "', ${CODE}, '" <0000000000>')`;

let used = 0;

/** Inserts rows into the action queue and gives their man_ids. */
export async function insertActions(dialer: Dialer, count: number, options: Actions = {}): Promise<number[]> {
	const { action = 'Originate', status = 'NEW', age = 0, serverIp = dialer.serverIp } = options;
	const first = used + 1;
	used += count;
	const inserted = await dialer.database.query(
		`INSERT INTO vicidial_manager ${COLUMNS}
		SELECT NOW() - INTERVAL ? SECOND, ?, 'N', ?, '', ?, ${CODE}, ${LINES} FROM seq_${first}_to_${used} RETURNING man_id`,
		[age, status, serverIp, action],
	);
	return inserted.map(({ man_id }) => man_id);
}

/** Places calls through sender, Asterisk and listener; resolves when all of them are over, rejects after `timeoutMs`. */
export async function placeCalls(dialer: Dialer, count: number, timeoutMs = 15_000): Promise<void> {
	const ids = await insertActions(dialer, count);
	await until(`${count} calls`, timeoutMs, async () => {
		const over = await dialer.database.query(
			"SELECT man_id FROM vicidial_manager WHERE man_id IN (?) AND status='DEAD'",
			[ids],
		);
		return over.length === count;
	});
}

/** Puts a row at the head of the queue that the sender takes up for ever: a hangup of a dead call without its fourth line. */
export async function insertPoison({ database, serverIp }: Dialer): Promise<number> {
	await database.query(
		`INSERT INTO vicidial_manager (entry_date, status, server_ip, action, callerid) VALUES (NOW(), 'DEAD', ?, 'Originate', 'M_POISON')`,
		[serverIp],
	);
	const [row] = await database.query(
		`INSERT INTO vicidial_manager (entry_date, status, server_ip, action, callerid, cmd_line_b)
		VALUES (NOW(), 'NEW', ?, 'Hangup', 'M_POISON', 'Channel: Local/none') RETURNING man_id`,
		[serverIp],
	);
	return row.man_id;
}

/** Calls without an end, as agents make them; the database inserts them until `stopFlow`. */
export async function startFlow({ database, serverIp }: Dialer, perSecond = 1): Promise<void> {
	await database.query(
		`CREATE OR REPLACE EVENT manual_calls ON SCHEDULE EVERY 1 SECOND DO
		INSERT INTO vicidial_manager ${COLUMNS}
		SELECT NOW(), 'NEW', 'N', '${serverIp}', '', 'Originate', ${CODE}, ${LINES} FROM seq_1_to_${perSecond}`,
	);
}

export async function stopFlow({ database }: Dialer): Promise<void> {
	await database.query('DROP EVENT IF EXISTS manual_calls');
}
