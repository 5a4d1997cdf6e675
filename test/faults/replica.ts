import { lagOf, type Master, replicate } from '../sandbox/master.ts';
import { until } from '../sandbox/processes.ts';
import type { Area, Stage } from './fault.ts';
import { lockTables, sql } from './injections.ts';

/** The dialer's database becomes a replica of another one, on which somebody works. */
async function replica(stage: Stage): Promise<Master> {
	const master = await replicate(stage.dialer);
	stage.later(() => master.release());
	await master.query('CREATE TABLE replicated (moment DATETIME)');
	stage.later(() => sql(stage, 'DROP TABLE replicated'));
	await until('the table on the replica', 10_000, async () => {
		const tables = await stage.dialer.database.query("SHOW TABLES LIKE 'replicated'");
		return tables.length > 0;
	});
	return master;
}

/** Waits until the replica is that many seconds behind. */
const behind = ({ dialer: { database } }: Stage, seconds: number): Promise<unknown> =>
	until('a replica that lags', 30_000, async () => ((await lagOf(database)) ?? 0) >= seconds);

export const REPLICA: Area = {
	name: 'replica',
	keepalives: '123',
	faults: [
		{
			pains: [40],
			says: 'the database is a replica, and a report that reads for long keeps it behind its master',
			inject: async (stage) => {
				const master = await replica(stage);
				await lockTables(stage, 'replicated READ');
				await master.query('INSERT INTO replicated VALUES (NOW())');
				await behind(stage, 4);
			},
			find: ['mysql.replica IP:PORT'],
			tells: /a replica and \d+ s behind its master/,
			after: { stays: 1 },
			env: { VICIKEEP_WARN_REPLICA_LAG: '2', VICIKEEP_CRIT_REPLICA_LAG: '4' },
			within: { found: 10 },
			twin: {
				but: 'it keeps up with all that is written',
				inject: async (stage) => {
					const master = await replica(stage);
					const writing = setInterval(() => void master.query('INSERT INTO replicated VALUES (NOW())'), 100);
					stage.later(() => clearInterval(writing));
				},
			},
		},
		{
			pains: [40],
			says: 'the database is a replica, and its master is gone',
			inject: async (stage) => {
				const master = await replica(stage);
				await master.stop();
				await until('a replica alone', 20_000, async () => (await lagOf(stage.dialer.database)) === null);
			},
			find: ['mysql.replica IP:PORT'],
			tells: /its replication has stopped/,
			after: { stays: 1 },
			within: { found: 10 },
			twin: { but: 'nothing has been written there for a while', inject: (stage) => replica(stage) },
		},
		{
			pains: [40],
			says: 'the database was a replica and became the master, and still keeps what it needs to be a replica',
			inject: async (stage) => {
				await replica(stage);
				await sql(stage, 'STOP SLAVE');
			},
			find: ['mysql.replica IP:PORT'],
			tells: /made the master.*RESET SLAVE ALL/,
			after: { stays: 1 },
			within: { found: 10 },
			twin: {
				but: 'it has forgotten that',
				inject: async (stage) => {
					await replica(stage);
					await sql(stage, 'STOP SLAVE; RESET SLAVE ALL');
				},
			},
		},
	],
};
