import { readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { until } from '../sandbox/processes.ts';
import type { Area, Stage } from './fault.ts';
import { crash, fillConnections, gone, lockTables, rewriteConf, sleep, sql } from './injections.ts';
import { lockForMoments, overAndOver } from './near-misses.ts';
import { late, relay } from './relay.ts';
import { AUTO_DIALER, LISTENER, ON_THE_DATABASE } from './scripts.ts';

const STARTS = ['start:AST_manager_listen', 'start:AST_update', 'start:AST_manager_send', 'start:AST_VDauto_dial'];
const ABSENT = STARTS.map((id) => `processes.absent ${id.split(':')[1]}`);
const withheld = (reason: RegExp): Record<string, RegExp> => Object.fromEntries(STARTS.map((id) => [id, reason]));

/** The server goes and comes back, and takes all daemons along that hold a session. */
async function restart({ dialer }: Stage): Promise<void> {
	await dialer.database.stop();
	await gone({ dialer }, ...ON_THE_DATABASE);
	await dialer.database.start();
}

/** Waits for the row that the updater makes when it starts. */
const beats = ({ dialer: { database, serverIp } }: Stage): Promise<boolean> =>
	until('the updater', 5000, async () => {
		const rows = await database.query('SELECT 1 FROM server_updater WHERE server_ip=?', [serverIp]);
		return rows.length > 0;
	});

/** Cuts off the index of a MyISAM table, as a loss of power does. */
async function damage(stage: Stage, table: string): Promise<void> {
	const index = join(stage.dialer.folder, `mysql/asterisk/${table}.MYI`);
	await sql(stage, `FLUSH TABLES ${table}`);
	const whole = readFileSync(index);
	truncateSync(index, 100);
	stage.later(async () => {
		await sql(stage, 'FLUSH TABLES');
		writeFileSync(index, whole);
	});
}

/** Tables that daemons write all the time. */
const BUSY_TABLES = 'server_updater READ, vicidial_campaign_stats_debug READ, vicidial_manager READ';
/** Tables that a restart of the database empties (VICIdial's schema). */
const IN_MEMORY = [
	'server_updater',
	'vicidial_auto_calls',
	'vicidial_hopper',
	'vicidial_campaign_server_stats',
	'live_channels',
	'live_sip_channels',
	'parked_channels',
	'web_client_sessions',
];

export const DATABASE: Area = {
	name: 'database',
	keepalives: '1236',
	faults: [
		{
			pains: [12],
			says: 'the database is down, and all daemons with it; stock cannot say so',
			inject: async (stage) => {
				await stage.dialer.database.stop();
				await gone(stage, ...ON_THE_DATABASE);
			},
			find: ['mysql.refused IP:PORT', ...ABSENT],
			withhold: withheld(/refuses connections/),
			after: { stays: 2 },
			twin: {
				but: 'it was restarted between two looks, and stock has started everything',
				inject: async (stage) => {
					await restart(stage);
					await stage.dialer.daemons.startAll();
					await beats(stage);
				},
			},
		},
		{
			pains: [30],
			says: 'the database was restarted, its MEMORY tables are empty, and nobody has started the daemons',
			inject: restart,
			find: [
				'processes.absent AST_manager_listen',
				'processes.absent AST_manager_send',
				'processes.absent AST_VDauto_dial',
			],
			beside: ['processes.absent AST_update'],
			do: STARTS,
			after: 'well',
			env: { VICIKEEP_GRACE_DATABASE: '180' },
			proof: async ({ dialer }) =>
				(await dialer.database.query('SELECT 1 FROM server_updater WHERE server_ip=?', [dialer.serverIp])).length === 1,
			twin: {
				but: 'they are empty because nobody is at work: the daemons run, and the updater has its row',
				inject: (stage) =>
					sql(
						stage,
						['vicidial_live_agents', ...IN_MEMORY.filter((table) => table !== 'server_updater')]
							.map((table) => `DELETE FROM ${table}`)
							.join(';'),
					),
			},
		},
		{
			pains: [7],
			says: 'the database takes connections and answers nothing',
			inject: ({ dialer, later }) => {
				dialer.database.freeze();
				later(() => dialer.database.thaw());
			},
			find: ['mysql.silent IP:PORT'],
			after: { stays: 2 },
			twin: {
				but: 'for less than a second, again and again',
				inject: async (stage) =>
					overAndOver(stage, 400, async () => {
						stage.dialer.database.freeze();
						await sleep(900);
						stage.dialer.database.thaw();
					}),
			},
		},
		{
			pains: [7],
			says: 'the database has no connection left',
			inject: (stage) => fillConnections(stage, 'all'),
			find: ['mysql.full IP:PORT'],
			after: { stays: 2 },
			twin: { but: 'half of them are in use', inject: (stage) => fillConnections(stage, 'half') },
		},
		{
			rows: [19],
			says: 'a backup locks the tables: everybody may read, nobody may write',
			inject: async (stage) => {
				await lockTables(stage, BUSY_TABLES);
				await sleep(2000);
			},
			// a writer that waits lets no reader pass: neither could our own look
			find: ['mysql.locked IP:PORT', 'queues.database queues'],
			after: { stays: 2 },
			env: { VICIKEEP_WARN_DATABASE_LOCK_WAIT: '1' },
			between: 1000,
			twin: {
				but: 'it does so for moments, and longer only where nobody writes',
				inject: async (stage) => {
					await lockTables(stage, 'vicidial_call_menu READ');
					await lockForMoments(stage, `LOCK TABLES ${BUSY_TABLES}`);
				},
			},
		},
		{
			rows: [19],
			says: 'the database has become read-only, and the daemons have died of it',
			inject: async (stage) => {
				await sql(stage, 'SET GLOBAL read_only=1');
				stage.later(() => sql(stage, 'SET GLOBAL read_only=0'));
				await crash(stage, LISTENER);
				await gone(stage, ...ON_THE_DATABASE.filter((script) => script !== LISTENER));
			},
			find: ['mysql.read_only IP:PORT', ...ABSENT],
			withhold: withheld(/read-only/),
			after: { stays: 2 },
			twin: {
				but: 'nobody may write for moments, while somebody takes a snapshot',
				inject: (stage) => lockForMoments(stage, 'FLUSH TABLES WITH READ LOCK'),
			},
		},
		{
			rows: [20],
			pains: [7],
			says: 'the way to the database is slow',
			inject: async (stage) => {
				const port = await relay(stage, 3306, late(700));
				rewriteConf(stage, 'VARDB_port', String(port));
			},
			find: ['mysql.slow IP:PORT'],
			after: { stays: 1 },
			env: { VICIKEEP_WARN_DATABASE_ANSWER: '0.5', VICIKEEP_CRIT_DATABASE_ANSWER: '5' },
			twin: {
				but: 'it is long, but not slow',
				inject: async (stage) => rewriteConf(stage, 'VARDB_port', String(await relay(stage, 3306, late(150)))),
			},
		},
		{
			pains: [6],
			says: 'a MyISAM table has crashed',
			inject: async (stage) => {
				await damage(stage, 'vicidial_live_agents');
				await gone(stage, AUTO_DIALER);
			},
			find: ['mysql.crashed vicidial_live_agents', 'queues.database queues', 'processes.absent AST_VDauto_dial'],
			tells: /vicidial_live_agents.*(corrupt|crashed)/,
			fail: { 'start:AST_VDauto_dial': /does not stay up/ },
			after: { stays: 2 },
			twin: {
				but: 'it is none of VICIdial: some other program keeps its rows there',
				inject: async (stage) => {
					await sql(stage, 'CREATE TABLE crm_notes (note TEXT) ENGINE=MyISAM');
					stage.later(() => sql(stage, 'DROP TABLE crm_notes'));
					await damage(stage, 'crm_notes');
				},
			},
		},
		{
			pains: [7],
			says: 'hardly a connection is left',
			inject: async (stage) => {
				const { database } = stage.dialer;
				const [row] = await database.query("SHOW GLOBAL STATUS LIKE 'Threads_connected'");
				stage.later(() => database.query('SET GLOBAL max_connections=200'));
				await database.query(`SET GLOBAL max_connections=${Math.max(10, Number(row?.Value) + 1)}`);
			},
			find: ['mysql.connections IP:PORT'],
			after: { stays: 2 },
			env: { VICIKEEP_WARN_DATABASE_CONNECTIONS: '80', VICIKEEP_CRIT_DATABASE_CONNECTIONS: '90' },
			twin: { but: 'half of them are free', inject: (stage) => fillConnections(stage, 'half') },
		},
		{
			pains: [33],
			says: "the database's clock is ahead",
			inject: async (stage) => {
				// every session of the accounts of a dialer sees that clock from now on
				await sql(stage, "SET GLOBAL init_connect='SET timestamp=UNIX_TIMESTAMP()+30'");
				stage.later(() => sql(stage, "SET GLOBAL init_connect=''"));
			},
			find: ['mysql.clock_skew IP:PORT'],
			tells: /ahead of this machine's/,
			after: { stays: 2 },
			twin: {
				but: 'by four seconds',
				inject: async (stage) => {
					await sql(stage, "SET GLOBAL init_connect='SET timestamp=UNIX_TIMESTAMP()+4'");
					stage.later(() => sql(stage, "SET GLOBAL init_connect=''"));
				},
			},
		},
	],
};
