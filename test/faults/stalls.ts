import { join } from 'node:path';
import { signal } from '../sandbox/processes.ts';
import type { Area, Stage } from './fault.ts';
import { crash, freeze, hang, idleCallers, lockTables, rewrite, sleep, stranger } from './injections.ts';
import { AUTO_DIALER, FASTAGI, SENDER, UPDATER } from './scripts.ts';

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
