import { DatabaseTrouble } from '../adapters/database.ts';
import { askInTurn, type Question, type Samples, type Turns } from '../rotation.ts';
import type { World } from '../world.ts';
import { DAEMONS } from './daemons.ts';

/** A table that cannot be read, with what the server says of it. */
export interface BrokenTable {
	table: string;
	says: string;
}

/** Which tables were found broken, and which of all was touched last. */
export interface Touched {
	broken: BrokenTable[];
	last: string;
}

/** What is asked of the database now and then. */
export type TableQuestions = {
	touched: Question<Touched>;
	/** TIMESTAMP columns that no longer update themselves, as `table.column` */
	stale: Question<string[]>;
	/** how far a replica is behind its master; null where it is none, or that is not shown to us */
	replica: Question<Replica | null>;
};

export interface Replica {
	running: boolean;
	/** seconds; null while it does not run */
	lag: number | null;
	/** both its threads were stopped by somebody: they do not try, and have not failed */
	atRest: boolean;
	/** what ended one of its threads, in the server's words; empty where nothing did */
	error: string;
}

/** Tables without which no call is placed or agent logged in. */
const VITAL_TABLES = [
	'servers',
	'server_updater',
	'system_settings',
	'phones',
	'vicidial_auto_calls',
	'vicidial_campaign_stats',
	'vicidial_campaign_stats_debug',
	'vicidial_campaigns',
	'vicidial_hopper',
	'vicidial_list',
	'vicidial_lists',
	'vicidial_live_agents',
	'vicidial_live_inbound_agents',
	'vicidial_log',
	'vicidial_closer_log',
	'vicidial_agent_log',
	'vicidial_manager',
	'vicidial_users',
	'call_log',
	'user_call_log',
];
/** Columns that are heartbeats only because the database writes them (VICIdial's schema); server_updater has its own check. */
const SELF_UPDATING = {
	vicidial_auto_calls: 'last_update_time',
	vicidial_live_agents: 'last_update_time',
	vicidial_campaign_stats: 'update_time',
	vicidial_campaign_stats_debug: 'update_time',
	vicidial_campaign_server_stats: 'update_time',
};
/** MySQL errors: no such table, no right to read it. */
const NOT_OURS = [1146, 1142, 1143];
/** Tables that are read again at once because they were damaged before. */
const MOST_SUSPECTS = 5;
/** Troubles of a daemon that a table which cannot be read may have ended. */
const ENDED = ['processes.absent', 'processes.flapping'];
/** Statements that these questions may take in one look. */
const BUDGET = 1;

const list = (names: readonly string[]): string => names.map((name) => `'${name}'`).join();

/** Asks at most one of them in a look; what cannot be read says nothing. @throws DatabaseTrouble the connection is gone */
export async function askOfTables(
	world: World,
): Promise<{ samples: Samples<TableQuestions>; turns: Turns | undefined }> {
	const questions: TableQuestions = {
		touched: {
			every: 1,
			cost: 1,
			urgent: (world.memory.crashedTables ?? []).length > 0 || daemonsEnd(world),
			read: () => touchNext(world),
		},
		stale: { every: 10, cost: 1, urgent: heartbeatsStand(world), read: () => readStale(world) },
		replica: {
			every: 10,
			cost: 1,
			read: () => readReplica(world),
			doubtful: (replica) => replica !== null && (!replica.running || (replica.lag ?? 0) > 0),
		},
	};
	const { uptime, settings, memory } = world;
	const before = memory.turns?.mysql;
	try {
		return await askInTurn<TableQuestions>(questions, before, { uptime, gap: settings.lookGap, budget: BUDGET });
	} catch (error) {
		// a server that answers trivial questions is not down because one about its tables took too long
		if (!(error instanceof DatabaseTrouble) || error.fault === 'silent') throw error;
		return { samples: { touched: undefined, stale: undefined, replica: undefined }, turns: before };
	}
}

/** Whether a daemon that works on the database was found to be gone in the last look, for whatever reason. */
const daemonsEnd = ({ memory }: World): boolean =>
	DAEMONS.some(
		({ name, needs }) => needs.includes('mysql') && ENDED.some((kind) => `${kind} ${name}` in memory.conditions),
	);

/** Whether the last look found something old that the database should have written by itself: it is asked before anybody is stopped for it. */
const heartbeatsStand = ({ memory }: World): boolean =>
	Object.keys(memory.conditions).some((key) => /^processes\.heartbeat_old (?!AST_update$)/.test(key));

/**
 * Reads a row of the next table, and of those that were broken before: a table whose index or data is damaged opens well
 * enough for its name and size to be told. Where daemons end, one of all the others may be why.
 */
async function touchNext(world: World): Promise<Touched> {
	const before = world.memory.turns?.mysql?.samples.touched?.answer as Touched | undefined;
	const next = VITAL_TABLES[(VITAL_TABLES.indexOf(before?.last ?? '') + 1) % VITAL_TABLES.length] ?? '';
	const suspects = [...(before?.broken ?? []).map(({ table }) => table), ...(world.memory.crashedTables ?? [])];
	const again = daemonsEnd(world) ? [...suspects, ...VITAL_TABLES] : suspects.slice(0, MOST_SUSPECTS);
	const broken: BrokenTable[] = [];
	for (const table of new Set([...again, next])) {
		const says = await touch(world, table);
		if (says !== undefined) broken.push({ table, says });
	}
	return { broken, last: next };
}

/** What the server says when it cannot read a table; undefined when it can, or that version or account has no such table. */
async function touch(world: World, table: string): Promise<string | undefined> {
	try {
		await world.query(`SELECT * FROM ${table} LIMIT 1`, []);
		return undefined;
	} catch (error) {
		if (!(error instanceof DatabaseTrouble) || error.fault !== 'failed') throw error;
		return NOT_OURS.includes(error.errno) ? undefined : error.message;
	}
}

async function readStale(world: World): Promise<string[]> {
	const columns = Object.entries(SELF_UPDATING);
	const rows = await world.query(
		`SELECT TABLE_NAME AS name, COLUMN_NAME AS \`column\`, EXTRA AS extra FROM information_schema.COLUMNS
		WHERE TABLE_SCHEMA=DATABASE() AND TABLE_NAME IN (${list(columns.map(([table]) => table))})
		AND COLUMN_NAME IN ('last_update_time', 'update_time') LIMIT 20`,
		[],
	);
	return rows
		.filter(({ name, column }) => columns.some(([table, wanted]) => table === name && wanted === column))
		.filter(({ extra }) => !/on update/i.test(String(extra ?? '')))
		.map(({ name, column }) => `${name}.${column}`);
}

/** Needs a right that the stock accounts do not have; without it nothing is known and nothing is said. */
async function readReplica(world: World): Promise<Replica | null> {
	try {
		const [row] = await world.query('SHOW SLAVE STATUS', []);
		if (!row) return null;
		const running = row.Slave_IO_Running === 'Yes' && row.Slave_SQL_Running === 'Yes';
		const lag = row.Seconds_Behind_Master ?? null;
		const error = String(row.Last_SQL_Error || row.Last_IO_Error || '');
		const atRest = row.Slave_IO_Running === 'No' && row.Slave_SQL_Running === 'No' && error === '';
		return { running, lag: lag === null ? null : Number(lag), atRest, error };
	} catch (error) {
		// denied, or a server that no longer knows the words
		if (error instanceof DatabaseTrouble && error.fault === 'failed') return null;
		throw error;
	}
}
