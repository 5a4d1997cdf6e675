import type { Row } from '../adapters/database.ts';
import type { World } from '../world.ts';
import { secondsSinceLocal } from './heartbeats.ts';
import { localStamp, type TableReader } from './queues-ask.ts';

/** Rows of vicidial_manager in one waiting status, at most BACKLOG_LIMIT of them looked at. */
export interface Backlog {
	count: number;
	/** man_id of the first and of the last one; undefined when none waits */
	head: number | undefined;
	tail: number | undefined;
	/** entry_date of the last one as it was written, which tells it from one of the same number in a table begun anew */
	tailEntry?: string | undefined;
	/** seconds since the oldest was entered, by the local clock; entry_date is written by dialers and web servers */
	age: number;
}

/** What the row at the head of QUEUE asks of Asterisk; without numbers and names. */
export interface QueueHead {
	action: string;
	callerid: string;
}

/** Calls that were asked of Asterisk 60 to 600 s ago. */
export interface Originates {
	/** sent, and never marked by the listener */
	unanswered: number;
	/** marked by the listener: begun, ended */
	marked: number;
	/** customers' calls among the marked */
	dialed: number;
	/** seconds since FastAGI_log wrote the newest row of call_log, at most 600; undefined when not asked */
	callLog: number | undefined;
}

/** Size of one table. */
export interface TableSize {
	table: string;
	engine: string;
	rows: number;
	/** bytes of its rows, and at most; 0 for no limit */
	bytes: number;
	mostBytes: number;
}

export interface ManagerSample {
	sizes: TableSize[];
	/** undefined when the table is too costly to ask */
	originates?: Originates;
}

/** Originates that must have been sent before their answers say anything. */
export const FEWEST_ORIGINATES = 20;
/** Whether none of the calls that were sent was ever seen again. */
export const isDeafPerhaps = (originates: Originates | undefined): boolean =>
	originates !== undefined && originates.marked === 0 && originates.unanswered >= FEWEST_ORIGINATES;
/** Seconds for which the fate of an originate is of interest. */
const OLDEST_ORIGINATES = 600;
const BACKLOG_LIMIT = 1000;
const LONGEST_BACKLOG = 100_000;
/** entry_date of the row with the highest man_id, of ten digits at most, without a second look at the table */
const ENTRY_OF_LAST = "SUBSTRING(MAX(CONCAT(LPAD(man_id, 10, '0'), entry_date)), 11)";
/** The newest actions in which answered originates are looked for. */
const NEWEST_ACTIONS = 2000;
/** The newest calls among which this dialer's are looked for, and how old they may be, seconds. */
const NEWEST_CALLS = 5000;
const LOGGED_SECONDS = 600;
/** In a MEMORY table the primary key is a hash, and a range over it reads every row. */
const LARGEST_MEMORY_TABLE = 50_000;
/** Tables that hold what is going on; in memory where stock or its documents put them there. */
const LIVE_TABLES = [
	'vicidial_manager',
	'vicidial_hopper',
	'vicidial_auto_calls',
	'vicidial_live_agents',
	'vicidial_campaign_server_stats',
	'live_channels',
	'live_sip_channels',
	'parked_channels',
	'server_updater',
	'web_client_sessions',
];

/** Both waiting statuses by the index over server and status: the rows in between are not touched. */
export async function readBacklogs(
	tables: TableReader,
	world: World,
): Promise<{ new: Backlog; queue: Backlog; head?: QueueHead }> {
	const { serverIp } = world.settings;
	const part = (status: string): string =>
		`SELECT '${status}' AS status, COUNT(*) AS count, MIN(man_id) AS head, MAX(man_id) AS tail, MIN(entry_date) AS oldest,
		${ENTRY_OF_LAST} AS tailEntry FROM (SELECT man_id, entry_date FROM vicidial_manager WHERE server_ip=? AND status='${status}' LIMIT ${BACKLOG_LIMIT}) AS ${status.toLowerCase()}_rows`;
	const rows = await tables.ask<BacklogRow>('vicidial_manager', `${part('NEW')} UNION ALL ${part('QUEUE')}`, [
		serverIp,
		serverIp,
	]);
	const queue = asBacklog(rows, 'QUEUE', new Date());
	// worth a statement only when an earlier look saw the same row there
	const seenBefore = queue.head !== undefined && world.memory.conditions[`queues manager QUEUE ${queue.head}`];
	const [head] = seenBefore
		? await tables.ask<Row & { action: string | null; callerid: string | null }>(
				'vicidial_manager',
				'SELECT action, LEFT(callerid, 2) AS callerid FROM vicidial_manager WHERE man_id=? LIMIT 1',
				[queue.head ?? 0],
			)
		: [];
	const fresh = asBacklog(rows, 'NEW', new Date());
	return {
		new: fresh.count < BACKLOG_LIMIT ? fresh : { ...fresh, ...(await readTail(tables, serverIp)) },
		queue,
		...(head && { head: { action: head.action ?? '', callerid: head.callerid ?? '' } }),
	};
}

/** The last NEW action of a backlog too long to be counted. */
async function readTail(tables: TableReader, serverIp: string): Promise<Pick<Backlog, 'tail' | 'tailEntry'>> {
	const [row] = await tables.ask<Pick<BacklogRow, 'tail' | 'tailEntry'>>(
		'vicidial_manager',
		`SELECT MAX(man_id) AS tail, ${ENTRY_OF_LAST} AS tailEntry
		FROM (SELECT man_id, entry_date FROM vicidial_manager WHERE server_ip=? AND status='NEW' LIMIT ${LONGEST_BACKLOG}) AS new_rows`,
		[serverIp],
	);
	return { tail: row?.tail ?? undefined, tailEntry: row?.tailEntry ?? undefined };
}

type BacklogRow = {
	status: string;
	count: number;
	head: number | null;
	tail: number | null;
	tailEntry: string | null;
	oldest: string | null;
};

function asBacklog(rows: readonly BacklogRow[], status: string, now: Date): Backlog {
	const row = rows.find((candidate) => candidate.status === status);
	return {
		count: row?.count ?? 0,
		head: row?.head ?? undefined,
		tail: row?.tail ?? undefined,
		tailEntry: row?.tailEntry ?? undefined,
		age: Math.max(0, secondsSinceLocal(row?.oldest ?? null, now) ?? 0),
	};
}

/**
 * Sizes of the live tables, what became of the originates of the last minutes, and whether FastAGI logs calls.
 * @param listening seconds since the listener was started: what was sent before that it could not see; 0 when there is none
 */
export async function readManagerSample(
	tables: TableReader,
	serverIp: string,
	listening: number,
): Promise<ManagerSample> {
	const found = await tables.ask<Row & { table: string; engine: string | null; next: number | null }>(
		'information_schema.TABLES',
		`SELECT TABLE_NAME AS \`table\`, ENGINE AS engine, TABLE_ROWS AS \`rows\`, TABLE_ROWS * AVG_ROW_LENGTH AS bytes,
		MAX_DATA_LENGTH AS mostBytes, AUTO_INCREMENT AS next
		FROM information_schema.TABLES WHERE TABLE_SCHEMA=DATABASE() AND TABLE_NAME IN (${LIVE_TABLES.map((name) => `'${name}'`).join()}) LIMIT 20`,
		[],
	);
	const sizes = found.map(({ table, engine, rows, bytes, mostBytes }) => ({
		table,
		engine: engine ?? '',
		rows: Number(rows ?? 0),
		bytes: Number(bytes ?? 0),
		mostBytes: engine === 'MEMORY' ? Number(mostBytes ?? 0) : 0,
	}));
	const manager = found.find(({ table }) => table === 'vicidial_manager');
	const costly = manager?.engine === 'MEMORY' && Number(manager.rows ?? 0) > LARGEST_MEMORY_TABLE;
	if (!manager?.next || costly) return { sizes };
	return { sizes, originates: await readOriginates(tables, serverIp, manager.next, listening) };
}

async function readOriginates(
	tables: TableReader,
	serverIp: string,
	next: number,
	listening: number,
): Promise<Originates> {
	const oldest = listening === 0 ? OLDEST_ORIGINATES : Math.min(OLDEST_ORIGINATES, listening);
	const rows = await tables.ask<{ status: string; count: number; calls: number }>(
		'vicidial_manager',
		// the newest by themselves: beside a server_ip, another index would be chosen and all rows of this server read
		`SELECT status, COUNT(*) AS count, COALESCE(SUM(LEFT(callerid, 1) IN ('V', 'M')), 0) AS calls
		FROM (SELECT status, callerid, server_ip, action, entry_date FROM vicidial_manager WHERE man_id >= ? LIMIT ${2 * NEWEST_ACTIONS}) AS newest
		WHERE server_ip=? AND action='Originate' AND entry_date BETWEEN ? AND ? GROUP BY status LIMIT 10`,
		[Math.max(0, next - NEWEST_ACTIONS), serverIp, localStamp(-oldest), localStamp(-60)],
	);
	const sum = (what: 'count' | 'calls', ...statuses: string[]): number =>
		rows.filter(({ status }) => statuses.includes(status)).reduce((total, row) => total + Number(row[what]), 0);
	const dialed = sum('calls', 'UPDATED', 'DEAD');
	return {
		unanswered: sum('count', 'SENT'),
		marked: sum('count', 'UPDATED', 'DEAD'),
		dialed,
		callLog: dialed >= FEWEST_ORIGINATES ? await readCallLog(tables, serverIp) : undefined,
	};
}

/** Of millions of rows the newest of all servers, by the index over start_time, and among them ours. */
async function readCallLog(tables: TableReader, serverIp: string): Promise<number | undefined> {
	const rows = await tables.askIfThere<{ ours: string | null; oldest: string | null; count: number }>(
		'call_log',
		`SELECT MAX(IF(server_ip=?, start_time, NULL)) AS ours, MIN(start_time) AS oldest, COUNT(*) AS count
		FROM (SELECT server_ip, start_time FROM call_log WHERE start_time > ? ORDER BY start_time DESC LIMIT ${NEWEST_CALLS}) AS newest`,
		[serverIp, localStamp(-LOGGED_SECONDS)],
	);
	const [row] = rows ?? [];
	if (!row) return undefined;
	const since = row.ours ?? (row.count < NEWEST_CALLS ? null : row.oldest);
	return Math.min(LOGGED_SECONDS, Math.max(0, secondsSinceLocal(since, new Date()) ?? LOGGED_SECONDS));
}

/** Seconds since the first row of vicidial_manager was entered, of whichever server; null when it is empty. */
export async function readOldestAction(tables: TableReader): Promise<number | null> {
	const [row] = await tables.ask<{ entry: string | null }>(
		'vicidial_manager',
		'SELECT entry_date AS entry FROM vicidial_manager ORDER BY man_id LIMIT 1',
		[],
	);
	return secondsSinceLocal(row?.entry ?? null, new Date());
}
