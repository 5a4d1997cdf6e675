import { DatabaseTrouble } from '../adapters/database.ts';
import { askInTurn, type Question, type Samples, type Turns } from '../rotation.ts';
import type { World } from '../world.ts';

/** A table that cannot be opened, with what the server says of it. */
export interface BrokenTable {
	table: string;
	says: string;
}

/** What is asked of the database now and then. */
export type TableQuestions = {
	broken: Question<BrokenTable[]>;
	/** TIMESTAMP columns that no longer update themselves, as `table.column` */
	stale: Question<string[]>;
	/** how far a replica is behind its master; null where it is none, or that is not shown to us */
	replica: Question<Replica | null>;
};

export interface Replica {
	running: boolean;
	/** seconds; null while it does not run */
	lag: number | null;
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
/** Statements that these questions may take in one look. */
const BUDGET = 1;

const list = (names: readonly string[]): string => names.map((name) => `'${name}'`).join();

/** Asks at most one of them in a look; what cannot be read says nothing. @throws DatabaseTrouble the connection is gone */
export async function askOfTables(
	world: World,
): Promise<{ samples: Samples<TableQuestions>; turns: Turns | undefined }> {
	const questions: TableQuestions = {
		broken: { every: 5, cost: 1, read: () => readBroken(world), doubtful: (broken) => broken.length > 0 },
		stale: { every: 10, cost: 1, read: () => readStale(world) },
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
		return { samples: { broken: undefined, stale: undefined, replica: undefined }, turns: before };
	}
}

/** A table that cannot be opened has no engine, and its comment says why. */
async function readBroken(world: World): Promise<BrokenTable[]> {
	const rows = await world.query(
		`SELECT TABLE_NAME AS name, ENGINE AS engine, TABLE_COMMENT AS says FROM information_schema.TABLES
		WHERE TABLE_SCHEMA=DATABASE() AND TABLE_NAME IN (${list(VITAL_TABLES)}) LIMIT 30`,
		[],
	);
	return rows
		.filter(({ engine, says }) => engine === null && says !== 'VIEW')
		.map(({ name, says }) => ({ table: String(name), says: String(says ?? '') }));
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
		return { running, lag: lag === null ? null : Number(lag) };
	} catch (error) {
		// denied, or a server that no longer knows the words
		if (error instanceof DatabaseTrouble && error.fault === 'failed') return null;
		throw error;
	}
}
