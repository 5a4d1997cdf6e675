import { join } from 'node:path';
import type { Area, Stage } from './fault.ts';
import { byHand, crash, freeze, hang, here, sleep, sql } from './injections.ts';
import { late, relay, without } from './relay.ts';
import { LISTENER, SENDER, UPDATER } from './scripts.ts';

/** The updater as it would run on a machine whose clock shows another time: a zone is a difference too, down to seconds. */
async function updaterIn(stage: Stage, zone: string): Promise<void> {
	await crash(stage, UPDATER);
	await byHand(stage, '/usr/bin/env', `TZ=${zone}`, '/usr/bin/perl', join(stage.dialer.home, UPDATER));
	await sleep(2000);
}

/** The sessions of the daemons with Asterisk lead through a relay from now on. */
async function daemonsThrough(stage: Stage, port: number): Promise<void> {
	const { daemons } = stage.dialer;
	await crash(stage, UPDATER, LISTENER, SENDER);
	await sql(stage, 'UPDATE servers SET telnet_port=? WHERE server_ip=?', [port, stage.dialer.serverIp]);
	await daemons.startAll();
	await sleep(2000);
}

const COLUMN = 'ALTER TABLE server_updater MODIFY db_time TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP';

/** What is behind "There is a time synchronization problem" on agents' screens; the clock of the web server is not seen here. */
export const TIME: Area = {
	name: 'time synchronization',
	keepalives: '123',
	faults: [
		{
			pains: [2, 30],
			says: 'the row of the updater is gone: it is written anew only at a start',
			inject: (stage) => here(stage, 'DELETE FROM server_updater WHERE server_ip=?'),
			find: ['processes.heartbeat_missing AST_update'],
			do: ['restart:AST_update'],
			after: 'well',
			twin: {
				but: 'it is the row of a dialer that was taken out of service',
				inject: (stage) => sql(stage, "DELETE FROM server_updater WHERE server_ip='192.0.2.12'"),
			},
		},
		{
			pains: [2, 11],
			says: 'both stamps stand still: the updater loops and does nothing',
			inject: (stage) => hang(stage, UPDATER, 'loop'),
			find: ['processes.heartbeat_old AST_update'],
			do: ['restart:AST_update'],
			after: 'well',
			env: { VICIKEEP_WARN_UPDATER_HEARTBEAT: '4', VICIKEEP_CRIT_UPDATER_HEARTBEAT: '6' },
			between: 2500,
			within: { found: 4, repaired: 6 },
			twin: {
				but: 'it was late once',
				inject: async (stage) => {
					freeze(stage, UPDATER);
					await sleep(2000);
					stage.dialer.daemons.thaw(UPDATER);
				},
			},
		},
		{
			pains: [2],
			says: "the clock of this machine is half a minute ahead of the database's",
			inject: (stage) => updaterIn(stage, 'AHEAD-0:00:30'),
			find: ['processes.clocks_differ AST_update'],
			after: { stays: 2 },
			between: 1100,
			within: { found: 3 },
			twin: { but: 'it is two seconds ahead', inject: (stage) => updaterIn(stage, 'AHEAD-0:00:02') },
		},
		{
			pains: [2],
			says: 'this machine and the database are in different time zones',
			inject: (stage) => updaterIn(stage, 'EAST-1'),
			find: ['processes.time_zones_differ AST_update'],
			after: { stays: 2 },
			between: 1100,
			within: { found: 3 },
			twin: { but: 'they call the same zone by different names', inject: (stage) => updaterIn(stage, 'SAME0') },
		},
		{
			pains: [2, 28],
			says: 'db_time does not move with its row: the column has lost its automatic update',
			inject: async (stage) => {
				await sql(stage, COLUMN);
				stage.later(() => sql(stage, `${COLUMN} ON UPDATE CURRENT_TIMESTAMP`));
			},
			find: ['processes.column_without_update AST_update'],
			after: { stays: 2 },
			between: 1100,
			within: { found: 3 },
			twin: {
				but: 'it has it written out',
				inject: (stage) => sql(stage, `${COLUMN} ON UPDATE CURRENT_TIMESTAMP`),
			},
		},
		{
			pains: [2],
			says: 'Asterisk does not answer the updater, which goes on every ten seconds',
			inject: async (stage) =>
				daemonsThrough(stage, await relay(stage, 5038, without(['CoreShowChannels'], 'updatecron'))),
			find: ['processes.manager_slow AST_update'],
			fleeting: true,
			after: { stays: 1 },
			between: 2600,
			within: { found: 9 },
			twin: {
				but: 'it answers late each time',
				inject: async (stage) => daemonsThrough(stage, await relay(stage, 5038, late(700))),
			},
		},
	],
};
