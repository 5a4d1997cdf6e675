import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { signal, until } from '../sandbox/processes.ts';
import type { Area, Stage } from './fault.ts';
import {
	afterTheFirstLook,
	crash,
	freeze,
	hang,
	idleCallers,
	lockTables,
	rewrite,
	sleep,
	stranger,
} from './injections.ts';
import { AUTO_DIALER, FASTAGI, SENDER, UPDATER } from './scripts.ts';
import { actions } from './traffic.ts';

/** A sender whose statements take the database so many seconds. */
async function asks(stage: Stage, seconds: number): Promise<void> {
	const text = `#!/usr/bin/perl
use FindBin; use lib "$FindBin::Bin/libs"; use Sandbox;
my $dbh = database();
$dbh->do('SELECT SLEEP(${seconds})') while 1;
`;
	rewrite(stage, SENDER, text);
	await crash(stage, SENDER);
	stage.later(() => crash(stage, SENDER));
	await stage.dialer.daemons.start(SENDER);
}

/** Two actions wait for a sender that is stopped when they are first seen, and a third one comes after that. */
async function stallBeforeActions(stage: Stage): Promise<void> {
	freeze(stage, SENDER);
	await actions(stage, 'NEW', { count: 2 });
	afterTheFirstLook(stage, () => actions(stage, 'NEW'));
}

/** Whether so many actions of this dialer come to have each status, and none another one. */
const settles = ({ dialer: { database, serverIp } }: Stage, wanted: Record<string, number>): Promise<boolean> =>
	until('the actions', 10_000, async () => {
		const rows = await database.query(
			"SELECT status, COUNT(*) AS count FROM vicidial_manager WHERE server_ip=? AND action='Command' GROUP BY status",
			[serverIp],
		);
		const found = Object.fromEntries(rows.map(({ status, count }) => [status, count]));
		return isDeepStrictEqual(found, wanted);
	}).catch(() => false);

export const STALLS: Area = {
	name: 'stalls',
	keepalives: '1236',
	faults: [
		{
			pains: [11],
			says: 'the updater is stopped: ps shows it, and it does nothing',
			inject: (stage) => freeze(stage, UPDATER),
			find: ['processes.frozen AST_update'],
			do: ['restart:AST_update'],
			after: 'well',
			twin: {
				but: 'the stopped one is an editor on its script',
				inject: async ({ dialer, later }) => {
					await sleep(1500);
					signal(await stranger({ dialer, later }, '/usr/bin/tail', '-f', join(dialer.home, UPDATER)), 'SIGSTOP');
				},
			},
		},
		{
			pains: [11],
			says: 'the auto dialer waits for ever at a pipe that nobody reads',
			inject: (stage) => hang(stage, AUTO_DIALER, 'fifo'),
			find: ['processes.silent AST_VDauto_dial'],
			do: ['restart:AST_VDauto_dial'],
			after: 'well',
			// three of its loops, at the least
			env: { VICIKEEP_WARN_DAEMON_SILENCE: '5', VICIKEEP_CRIT_DAEMON_SILENCE: '9' },
			between: 3000,
			within: { found: 5, repaired: 7 },
			twin: {
				but: 'somebody holds LOCK TABLES, and it waits for that',
				inject: (stage) => lockTables(stage, 'vicidial_campaign_stats_debug WRITE'),
				tells: ['mysql.locked IP:PORT', 'queues.database queues', 'processes.silent AST_VDauto_dial'],
			},
		},
		{
			pains: [11],
			says: 'the sender waits for ever at a socket of its own, from which nothing comes',
			inject: (stage) => hang(stage, SENDER, 'socket'),
			find: ['processes.silent AST_manager_send'],
			do: ['restart:AST_manager_send'],
			after: 'well',
			env: { VICIKEEP_WARN_DAEMON_SILENCE: '3', VICIKEEP_CRIT_DAEMON_SILENCE: '5' },
			between: 2000,
			within: { found: 5, repaired: 7 },
			twin: {
				but: 'it waits for the database, which answers after a second and a half',
				inject: (stage) => asks(stage, 1.5),
			},
		},
		{
			pains: [7, 11],
			says: 'the sender waits for the answer to a statement of its own, and the database works on it',
			inject: (stage) => asks(stage, 60),
			find: ['processes.awaits_database AST_manager_send'],
			tells: /"certain":true/,
			after: { stays: 2 },
			env: { VICIKEEP_WARN_DAEMON_SILENCE: '10', VICIKEEP_CRIT_DAEMON_SILENCE: '10' },
			between: 4000,
			within: { found: 6 },
			ends: [SENDER],
			twin: { but: 'each of them takes a second', inject: (stage) => asks(stage, 1) },
		},
		{
			pains: [11, 15],
			rows: [1],
			says: 'the sender is stopped before old actions, which its successor sends all at once',
			inject: (stage) => stallBeforeActions(stage),
			find: ['processes.frozen AST_manager_send'],
			do: ['restart:AST_manager_send'],
			doing: /2 actions NEW since \d\d:\d\d:\d\d or longer will be replayed/,
			after: 'well',
			env: { VICIKEEP_AGE_QUEUE: 'report' },
			between: 1500,
			proof: (stage) => settles(stage, { SENT: 3 }),
			twin: {
				but: 'it goes on after a moment, and sends what has come meanwhile',
				inject: async (stage) => {
					freeze(stage, SENDER);
					await actions(stage, 'NEW', { count: 3 });
					stage.dialer.daemons.thaw(SENDER);
				},
				proof: (stage) => settles(stage, { SENT: 3 }),
			},
		},
		{
			pains: [11, 15],
			rows: [1],
			says: 'the sender is stopped before old actions, which nobody wants to be sent any more',
			inject: (stage) => stallBeforeActions(stage),
			find: ['processes.frozen AST_manager_send'],
			do: ['restart:AST_manager_send'],
			doing: /2 actions NEW since \d\d:\d\d:\d\d or longer set DEAD/,
			after: 'well',
			env: { VICIKEEP_AGE_QUEUE: 'on' },
			between: 1500,
			proof: (stage) => settles(stage, { DEAD: 2, SENT: 1 }),
			twin: {
				but: 'it has just been started by stock, and the actions are fresh',
				inject: async (stage) => {
					await crash(stage, SENDER);
					await actions(stage, 'NEW', { count: 3 });
					await stage.dialer.daemons.start(SENDER);
				},
				proof: (stage) => settles(stage, { SENT: 3 }),
			},
		},
		{
			pains: [27],
			says: 'FastAGI takes calls and answers none',
			inject: (stage) => freeze(stage, FASTAGI),
			find: ['processes.frozen FastAGI_log'],
			do: ['restart:FastAGI_log'],
			after: 'well',
			twin: {
				but: 'it was stopped for a second and goes on',
				inject: async (stage) => {
					freeze(stage, FASTAGI);
					await sleep(1000);
					stage.dialer.daemons.thaw(FASTAGI);
				},
			},
		},
		{
			pains: [27],
			says: 'all workers of FastAGI are busy with callers that say nothing',
			inject: (stage) => idleCallers(stage, 8),
			find: ['processes.hung FastAGI_log'],
			do: ['restart:FastAGI_log'],
			after: 'well',
			twin: { but: 'one of them is', inject: (stage) => idleCallers(stage, 1) },
		},
	],
};
