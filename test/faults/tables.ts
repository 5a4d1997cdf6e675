import type { Area, Stage } from './fault.ts';
import { sql } from './injections.ts';

const TABLE = 'web_client_sessions';

/** Makes a table in memory hold at most one MB, and gives it so many rows of another dialer, or as many as it takes. */
async function fill(stage: Stage, rows: number | 'all'): Promise<void> {
	const holding = (bytes: number): string =>
		`SET SESSION max_heap_table_size=${bytes}; ALTER TABLE ${TABLE} ENGINE=MEMORY; SET SESSION max_heap_table_size=DEFAULT`;
	stage.later(() => sql(stage, `TRUNCATE ${TABLE}; ${holding(16_777_216)}`));
	await sql(stage, holding(1_048_576));
	const refused = await sql(
		stage,
		`INSERT INTO ${TABLE} SELECT CONCAT('SIP/', seq), '192.0.2.12', 'vicidial', NOW(), CONCAT('filled', seq)
		FROM seq_1_to_20000 WHERE seq <= ?`,
		[rows === 'all' ? 20_000 : rows],
	).then(
		() => undefined,
		(error: { code?: string }) => error.code,
	);
	if (refused !== (rows === 'all' ? 'ER_RECORD_FILE_FULL' : undefined))
		throw new Error(`the database answers ${refused ?? 'that it has taken all rows'}`);
}

const schema = (stage: Stage, version: number): Promise<unknown> =>
	sql(stage, 'UPDATE system_settings SET db_schema_version=?', [version]);
/** What the programs of this dialer expect. */
const EXPECTED = 1700;

const HEARTBEAT =
	'ALTER TABLE vicidial_live_agents MODIFY last_update_time TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP';

/** What is wrong with single tables; crashed ones are among the rows of the database. */
export const TABLES: Area = {
	name: 'tables',
	keepalives: '1236',
	faults: [
		{
			pains: [29],
			says: 'a table in memory is full: rows are refused, and nothing has crashed',
			inject: (stage) => fill(stage, 'all'),
			find: [`queues.memory_table ${TABLE}`],
			tells: /rows are lost without a word.*max_heap_table_size/,
			after: { stays: 2 },
			within: { found: 6 },
			twin: { but: 'it is half full', inject: (stage) => fill(stage, 2500) },
		},
		{
			pains: [28],
			says: "the agents' heartbeat has lost its automatic update: it stands still, whatever their browsers do",
			inject: async (stage) => {
				stage.later(() => sql(stage, `${HEARTBEAT} ON UPDATE CURRENT_TIMESTAMP`));
				await sql(stage, HEARTBEAT);
			},
			find: ['mysql.column_without_update vicidial_live_agents.last_update_time'],
			tells: /ON UPDATE CURRENT_TIMESTAMP/,
			after: { stays: 1 },
			within: { found: 12 },
			twin: {
				but: 'it was written out anew',
				inject: (stage) => sql(stage, `${HEARTBEAT} ON UPDATE CURRENT_TIMESTAMP`),
			},
		},
		{
			says: 'the programs were upgraded, the database was not',
			inject: (stage) => schema(stage, EXPECTED - 100),
			find: ['mysql.schema asterisk'],
			tells: /the database was not upgraded with them/,
			after: { stays: 1 },
			twin: { but: 'it was, to the same version', inject: (stage) => schema(stage, EXPECTED) },
		},
	],
};
