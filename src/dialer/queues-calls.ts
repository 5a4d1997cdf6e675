import { secondsSinceLocal } from './heartbeats.ts';
import { localStamp, marks, type TableReader } from './queues-ask.ts';

/** Calls in progress on this dialer, by status. */
export interface CallRow {
	status: string;
	count: number;
	/** seconds since the oldest began, by the local clock */
	oldestCall: number;
	/** seconds since the one that was not refreshed for longest, by the database's clock */
	oldestUpdate: number;
	/** calls that began more than GHOST_AGE seconds ago */
	long: number;
}

/** A conversation can take hours; what has neither agent nor channel after this long, seconds, has ended unnoticed. */
const GHOST_AGE = 600;

/** One scan of a table of some hundred rows. */
export async function readAutoCalls(tables: TableReader, serverIp: string): Promise<CallRow[]> {
	const rows = await tables.ask<{
		status: string;
		count: number;
		call: string | null;
		silence: number | null;
		long: number | null;
	}>(
		'vicidial_auto_calls',
		`SELECT status, COUNT(*) AS count, MIN(call_time) AS \`call\`, SUM(call_time < ?) AS \`long\`,
		TIMESTAMPDIFF(SECOND, MIN(last_update_time), NOW()) AS silence
		FROM vicidial_auto_calls WHERE server_ip=? GROUP BY status LIMIT 20`,
		[localStamp(-GHOST_AGE), serverIp],
	);
	const now = new Date();
	return rows.map(({ status, count, call, silence, long }) => ({
		status,
		count,
		oldestCall: Math.max(0, secondsSinceLocal(call, now) ?? 0),
		oldestUpdate: Math.max(0, silence ?? 0),
		long: Number(long ?? 0),
	}));
}

/** How many calls with agents are old and belong to no agent of any server and to no channel of this one. */
export async function readGhosts(tables: TableReader, serverIp: string): Promise<number> {
	const calls = await tables.ask<{ callerid: string | null; channel: string | null }>(
		'vicidial_auto_calls',
		`SELECT callerid, channel FROM vicidial_auto_calls
		WHERE server_ip=? AND status IN ('XFER','CLOSER') AND call_time < ? LIMIT 1000`,
		[serverIp, localStamp(-GHOST_AGE)],
	);
	const ids = calls.flatMap(({ callerid }) => callerid || []);
	const agents = await tables.ask<{ callerid: string }>(
		'vicidial_live_agents',
		`SELECT callerid FROM vicidial_live_agents WHERE callerid IN (${marks(ids)}) LIMIT 1000`,
		ids,
	);
	const served = new Set(agents.map(({ callerid }) => callerid));
	let left = calls.filter(({ callerid }) => !served.has(callerid ?? ''));
	for (const table of ['live_channels', 'live_sip_channels']) {
		const names = left.flatMap(({ channel }) => channel || []);
		if (names.length === 0) break;
		const rows = await tables.ask<{ channel: string }>(
			table,
			`SELECT channel FROM ${table} WHERE server_ip=? AND channel IN (${marks(names)}) LIMIT 1000`,
			[serverIp, ...names],
		);
		const alive = new Set(rows.map(({ channel }) => channel));
		left = left.filter(({ channel }) => !alive.has(channel ?? ''));
	}
	return left.length;
}

/** A row that is worked off in turn: what tells it from the next one, and how many wait. */
export interface Waiting {
	count: number;
	/** the first of them */
	head: string | null;
}

/** Dropped calls that other dialers may still take; the auto dialer deletes what is older than 10 s in every loop. */
export async function readSharedDrops(tables: TableReader, serverIp: string): Promise<Waiting | null> {
	const rows = await tables.askIfThere<{ count: number; head: string | null }>(
		'vicidial_shared_drops',
		`SELECT COUNT(*) AS count, MIN(drop_time) AS head
		FROM (SELECT drop_time FROM vicidial_shared_drops WHERE server_ip=? LIMIT 1000) AS drops`,
		[serverIp],
	);
	return rows?.[0] ?? null;
}

/** Ended calls of a quarter of an hour ago that the auto dialer of the voicemail server has not looked at. */
export async function readUnprocessed(tables: TableReader): Promise<number | null> {
	const rows = await tables.askIfThere<{ code: string | null }>(
		'vicidial_log_extended',
		`SELECT caller_code AS code FROM vicidial_log_extended
		WHERE call_date BETWEEN ? AND ? AND noanswer_processed='N' LIMIT 200`,
		[localStamp(-1200), localStamp(-900)],
	);
	if (!rows) return null;
	const codes = rows.flatMap(({ code }) => code || []);
	const running = await tables.ask<{ callerid: string }>(
		'vicidial_auto_calls',
		`SELECT callerid FROM vicidial_auto_calls WHERE callerid IN (${marks(codes)}) LIMIT 200`,
		codes,
	);
	const inProgress = new Set(running.map(({ callerid }) => callerid));
	return codes.filter((code) => !inProgress.has(code)).length;
}
