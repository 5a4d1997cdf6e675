import type { Row } from '../adapters/database.ts';
import type { Memory } from '../memory.ts';
import type { World } from '../world.ts';
import { secondsSinceLocal } from './heartbeats.ts';

/** Rows of vicidial_manager in one waiting status, at most BACKLOG_LIMIT of them looked at. */
export interface Backlog {
	count: number;
	/** man_id of the first one; undefined when none waits */
	head: number | undefined;
	/** seconds since the oldest was entered, by the local clock; entry_date is written by dialers and web servers */
	age: number;
}

export interface QueueObservation {
	/** the newest action of all servers as of the last look that counts, this one included; undefined when not known */
	actionsSeen: Memory['actionsSeen'];
	manager: { new: Backlog; queue: Backlog };
	/** originates entered 60 to 600 s ago by status; undefined when the table is too costly to ask */
	originates: { unanswered: number; marked: number } | undefined;
	hopper: { campaign: string; status: string; count: number }[];
	autoCalls: { status: string; count: number; oldestCall: number; oldestUpdate: number }[];
	agents: { status: string; campaign: string; count: number; oldestUpdate: number }[];
	/** active campaigns that dial by themselves; asked only while agents wait */
	autoDialCampaigns: string[];
}

const BACKLOG_LIMIT = 1000;
/** The newest actions in which answered originates are looked for. */
const NEWEST_ACTIONS = 2000;
/** In a MEMORY table the primary key is a hash, and a range over it reads every row. */
const LARGEST_MEMORY_TABLE = 50_000;

/** Reads the dialer's queues: one table a statement, indexed where the table can be large, each bounded. */
export async function readQueues(world: World): Promise<QueueObservation> {
	const { serverIp } = world.settings;
	const backlog = await world.query<{
		status: string;
		count: number;
		head: number | null;
		last: number | null;
		oldest: string | null;
	}>(
		`SELECT 'NEW' AS status, COUNT(*) AS count, MIN(man_id) AS head, MAX(man_id) AS last, MIN(entry_date) AS oldest
		FROM (SELECT man_id, entry_date FROM vicidial_manager WHERE server_ip=? AND status='NEW' LIMIT ${BACKLOG_LIMIT}) AS waiting
		UNION ALL
		SELECT 'QUEUE', COUNT(*), MIN(man_id), MAX(man_id), MIN(entry_date)
		FROM (SELECT man_id, entry_date FROM vicidial_manager WHERE server_ip=? AND status='QUEUE' LIMIT ${BACKLOG_LIMIT}) AS queued`,
		[serverIp, serverIp],
	);
	const hopper = await world.query<{ campaign: string; status: string; count: number }>(
		'SELECT campaign_id AS campaign, status, COUNT(*) AS count FROM vicidial_hopper GROUP BY campaign_id, status LIMIT 1000',
		[],
	);
	const autoCalls = await world.query<{ status: string; count: number; call: string | null; silence: number | null }>(
		`SELECT status, COUNT(*) AS count, MIN(call_time) AS \`call\`, TIMESTAMPDIFF(SECOND, MIN(last_update_time), NOW()) AS silence
		FROM vicidial_auto_calls WHERE server_ip=? GROUP BY status LIMIT 20`,
		[serverIp],
	);
	const agents = await world.query<{ status: string; campaign: string; count: number; silence: number | null }>(
		`SELECT status, campaign_id AS campaign, COUNT(*) AS count, TIMESTAMPDIFF(SECOND, MIN(last_update_time), NOW()) AS silence
		FROM vicidial_live_agents WHERE server_ip=? GROUP BY status, campaign_id LIMIT 500`,
		[serverIp],
	);
	const { next, originates } = await readOriginates(world);
	const newest = Math.max((next ?? 1) - 1, ...backlog.map(({ last }) => last ?? 0));
	const waiting = agents.some(({ status }) => status === 'READY' || status === 'CLOSER');
	const now = new Date();
	return {
		manager: { new: asBacklog(backlog, 'NEW', now), queue: asBacklog(backlog, 'QUEUE', now) },
		actionsSeen: actionsSeen(newest, world),
		originates,
		hopper,
		autoCalls: autoCalls.map(({ status, count, call, silence }) => ({
			status,
			count,
			oldestCall: Math.max(0, secondsSinceLocal(call, now) ?? 0),
			oldestUpdate: Math.max(0, silence ?? 0),
		})),
		agents: agents.map(({ status, campaign, count, silence }) => ({
			status,
			campaign,
			count,
			oldestUpdate: Math.max(0, silence ?? 0),
		})),
		autoDialCampaigns: waiting ? await readAutoDialCampaigns(world) : [],
	};
}

function asBacklog(
	rows: { status: string; count: number; head: number | null; oldest: string | null }[],
	status: string,
	now: Date,
): Backlog {
	const row = rows.find((candidate) => candidate.status === status);
	return {
		count: row?.count ?? 0,
		head: row?.head ?? undefined,
		age: Math.max(0, secondsSinceLocal(row?.oldest ?? null, now) ?? 0),
	};
}

/** A look between two that count must not make younger what the earlier one saw. */
function actionsSeen(newest: number, { memory, proc, settings }: World): QueueObservation['actionsSeen'] {
	const before = memory.actionsSeen;
	const at = proc.uptime();
	if (before && at - before.at < settings.lookGap) return before;
	return newest > 0 ? { newest, at, since: new Date().toISOString() } : undefined;
}

async function readOriginates(
	world: World,
): Promise<{ next: number | null; originates: QueueObservation['originates'] }> {
	const [table] = await world.query<{ engine: string; rows: number | null; next: number | null }>(
		"SELECT ENGINE AS engine, TABLE_ROWS AS `rows`, AUTO_INCREMENT AS next FROM information_schema.TABLES WHERE TABLE_SCHEMA=DATABASE() AND TABLE_NAME='vicidial_manager'",
		[],
	);
	const costly = table?.engine === 'MEMORY' && (table.rows ?? 0) > LARGEST_MEMORY_TABLE;
	if (!table?.next || costly) return { next: table?.next ?? null, originates: undefined };
	const rows = await world.query<{ status: string; count: number }>(
		`SELECT status, COUNT(*) AS count FROM vicidial_manager
		WHERE man_id >= ? AND server_ip=? AND action='Originate' AND entry_date BETWEEN ? AND ? GROUP BY status LIMIT 10`,
		[Math.max(0, table.next - NEWEST_ACTIONS), world.settings.serverIp, localStamp(-600), localStamp(-60)],
	);
	const count = (...statuses: string[]): number =>
		rows.filter(({ status }) => statuses.includes(status)).reduce((sum, row) => sum + row.count, 0);
	return { next: table.next, originates: { unanswered: count('SENT'), marked: count('UPDATED', 'DEAD') } };
}

async function readAutoDialCampaigns(world: World): Promise<string[]> {
	const rows = await world.query<Row & { campaign: string }>(
		`SELECT campaign_id AS campaign FROM vicidial_campaigns
		WHERE active='Y' AND dial_method NOT IN ('MANUAL','INBOUND_MAN') AND no_hopper_dialing='N' AND auto_dial_level > 0 LIMIT 1000`,
		[],
	);
	return rows.map(({ campaign }) => campaign);
}

/** Local time as the dialers write it into DATETIME columns, `seconds` from now. */
function localStamp(seconds: number): string {
	const moment = new Date(Date.now() + seconds * 1000);
	const two = (value: number): string => String(value).padStart(2, '0');
	const day = `${moment.getFullYear()}-${two(moment.getMonth() + 1)}-${two(moment.getDate())}`;
	return `${day} ${two(moment.getHours())}:${two(moment.getMinutes())}:${two(moment.getSeconds())}`;
}
