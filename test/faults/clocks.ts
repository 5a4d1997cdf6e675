import { beating } from '../sandbox/beating.ts';
import { clockAhead } from '../sandbox/faketime.ts';
import { until } from '../sandbox/processes.ts';
import type { Area, Stage } from './fault.ts';
import { gone } from './injections.ts';
import { ON_THE_DATABASE } from './scripts.ts';

/** The server of the database is started again with another clock; stock has started everything that went with it. */
async function database(stage: Stage, seconds: number): Promise<void> {
	const { database, daemons, serverIp } = stage.dialer;
	const restart = async (env: Record<string, string>): Promise<void> => {
		await database.stop();
		await gone(stage, ...ON_THE_DATABASE);
		await database.start(env);
	};
	stage.later(() => restart({}));
	await restart(await clockAhead(seconds));
	await daemons.startAll();
	await until('the updater', 10_000, async () => {
		const rows = await database.query('SELECT 1 FROM server_updater WHERE server_ip=?', [serverIp]);
		return rows.length > 0;
	});
}

/** The same of Asterisk: the same daemons go with it. */
async function asterisk(stage: Stage, seconds: number): Promise<void> {
	const { asterisk, daemons, database, serverIp } = stage.dialer;
	const restart = async (env: Record<string, string>): Promise<void> => {
		await asterisk.kill();
		await gone(stage, ...ON_THE_DATABASE);
		await asterisk.start(env);
	};
	stage.later(() => restart({}));
	await restart(await clockAhead(seconds));
	await daemons.startAll();
	await until('daemons that live', 20_000, async () => {
		const fresh = 'SELECT 1 FROM server_updater WHERE server_ip=? AND last_update > NOW() - INTERVAL 2 SECOND';
		const rows = await database.query(fresh, [serverIp]);
		return rows.length > 0 && (await beating(stage.dialer, '123', []));
	});
}

/** Servers whose clocks are really wrong; what the daemons of a wrong machine write is in the area of time synchronization. */
export const CLOCKS: Area = {
	name: 'clocks',
	keepalives: '123',
	faults: [
		{
			pains: [2, 33],
			says: "the clock of the database's machine is half a minute ahead",
			inject: (stage) => database(stage, 30),
			find: ['mysql.clock_skew IP:PORT', 'processes.clocks_differ AST_update'],
			tells: /(29|30|31) s ahead of this machine's/,
			after: { stays: 2 },
			between: 1100,
			within: { found: 4 },
			twin: { but: 'it is four seconds ahead', inject: (stage) => database(stage, 4) },
		},
		{
			pains: [33],
			says: "the clock of Asterisk's machine is half a minute behind",
			inject: (stage) => asterisk(stage, -30),
			find: ['asterisk.clock_skew Asterisk'],
			tells: /(29|30|31) s behind this machine's/,
			after: { stays: 2 },
			twin: { but: 'it is four seconds behind', inject: (stage) => asterisk(stage, -4) },
		},
	],
};
