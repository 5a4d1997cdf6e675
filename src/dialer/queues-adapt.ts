import { marks, type TableReader } from './queues-ask.ts';

/** Callers who asked to be called back, in one status that AST_VDadapt ends. */
export interface CallbackRow {
	status: 'NEW' | 'SENDING';
	count: number;
	/** icbq_id of the first one */
	first: number;
}

export async function readCallbackQueue(tables: TableReader): Promise<CallbackRow[] | null> {
	const rows = await tables.askIfThere<{ status: 'NEW' | 'SENDING'; count: number; first: number }>(
		'vicidial_inbound_callback_queue',
		`SELECT icbq_status AS status, COUNT(*) AS count, MIN(icbq_id) AS first FROM vicidial_inbound_callback_queue
		WHERE icbq_status IN ('NEW','SENDING') GROUP BY icbq_status LIMIT 2`,
		[],
	);
	return rows ?? null;
}

/** Seconds since the statistics of any active in-group were written; null when there is none, or never. */
export async function readInGroupStatistics(tables: TableReader): Promise<number | null> {
	const groups = await tables.askIfThere<{ name: string }>(
		'vicidial_inbound_groups',
		"SELECT group_id AS name FROM vicidial_inbound_groups WHERE active='Y' LIMIT 500",
		[],
	);
	if (!groups || groups.length === 0) return null;
	const names = groups.map(({ name }) => name);
	const [row] = await tables.ask<{ age: number | null }>(
		'vicidial_campaign_stats_debug',
		`SELECT TIMESTAMPDIFF(SECOND, MAX(update_time), NOW()) AS age FROM vicidial_campaign_stats_debug
		WHERE campaign_id IN (${marks(names)}) AND server_ip='INBOUND' LIMIT 1`,
		names,
	);
	return row?.age ?? null;
}

/** Callers who gave up, not looked at yet. */
export interface Abandoned {
	count: number;
	/** abandon_check_id of the first one */
	first: number | null;
}

export async function readAbandoned(tables: TableReader): Promise<Abandoned | null> {
	const rows = await tables.askIfThere<{ count: number; first: number | null }>(
		'vicidial_abandon_check_queue',
		`SELECT COUNT(*) AS count, MIN(abandon_check_id) AS first FROM (SELECT abandon_check_id FROM vicidial_abandon_check_queue
		WHERE abandon_time > NOW() - INTERVAL 2 HOUR AND check_status='NEW' LIMIT 1000) AS waiting`,
		[],
	);
	return rows?.[0] ?? null;
}

/** E-mails that wait although an agent who takes them is free. */
export interface WaitingMail {
	count: number;
	/** email_row_id of the first one */
	first: number;
	groups: string[];
}

/** The newest thousand e-mails; agents are asked only when one of them waits. */
export async function readWaitingMail(tables: TableReader): Promise<WaitingMail | null> {
	const mails = await tables.askIfThere<{ group: string | null; count: number; first: number }>(
		'vicidial_email_list',
		`SELECT group_id AS \`group\`, COUNT(*) AS count, MIN(email_row_id) AS first FROM (SELECT email_row_id, group_id, status
		FROM vicidial_email_list ORDER BY email_row_id DESC LIMIT 1000) AS newest WHERE status='NEW' GROUP BY group_id LIMIT 100`,
		[],
	);
	if (!mails || mails.length === 0) return null;
	const groups = mails.flatMap(({ group }) => group || []);
	const takers = await tables.ask<{ user: string; group: string }>(
		'vicidial_live_inbound_agents',
		`SELECT user, group_id AS \`group\` FROM vicidial_live_inbound_agents WHERE group_id IN (${marks(groups)}) LIMIT 1000`,
		groups,
	);
	if (takers.length === 0) return null;
	const users = [...new Set(takers.map(({ user }) => user))];
	const free = await tables.ask<{ user: string }>(
		'vicidial_live_agents',
		`SELECT user FROM vicidial_live_agents WHERE user IN (${marks(users)}) AND status IN ('READY','CLOSER') LIMIT 1000`,
		users,
	);
	const freeUsers = new Set(free.map(({ user }) => user));
	const served = new Set(takers.filter(({ user }) => freeUsers.has(user)).map(({ group }) => group.toLowerCase()));
	const neglected = mails.filter(({ group }) => served.has((group ?? '').toLowerCase()));
	if (neglected.length === 0) return null;
	return {
		count: neglected.reduce((sum, { count }) => sum + count, 0),
		first: Math.min(...neglected.map(({ first }) => first)),
		groups: neglected.map(({ group }) => group ?? ''),
	};
}
