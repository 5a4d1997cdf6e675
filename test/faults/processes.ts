import { chmodSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isAlive, signal, until } from '../sandbox/processes.ts';
import type { Area, Stage } from './fault.ts';
import {
	byHand,
	crash,
	duplicate,
	freeze,
	hang,
	idleCallers,
	lockTables,
	rewrite,
	sleep,
	stranger,
} from './injections.ts';
import { AUTO_DIALER, FASTAGI, LISTENER, SENDER, UPDATER } from './scripts.ts';

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

export const PROCESSES: Area = {
	name: 'processes',
	keepalives: '1236',
	faults: [
		{
			pains: [3],
			says: 'the updater and its screen are gone',
			inject: (stage) => crash(stage, UPDATER),
			find: ['processes.absent AST_update'],
			do: ['start:AST_update'],
			after: 'well',
			twin: {
				but: 'it runs, without a screen',
				inject: async (stage) => {
					await crash(stage, UPDATER);
					await byHand(stage, '/usr/bin/perl', join(stage.dialer.home, UPDATER));
					await sleep(2000);
				},
			},
		},
		{
			pains: [16],
			says: 'the listener is killed, and the sender and the dialer end because of it',
			inject: (stage) => crash(stage, LISTENER, SENDER, AUTO_DIALER),
			find: [
				'processes.absent AST_manager_listen',
				'processes.absent AST_manager_send',
				'processes.absent AST_VDauto_dial',
			],
			do: ['start:AST_manager_listen', 'start:AST_manager_send', 'start:AST_VDauto_dial'],
			after: 'well',
			twin: { but: 'it only has nothing to hear', inject: () => {} },
		},
		{
			pains: [17],
			says: 'a second listener was started by hand',
			inject: (stage) => duplicate(stage, LISTENER),
			find: ['processes.duplicated AST_manager_listen'],
			do: ['stop:AST_manager_listen'],
			after: 'well',
			twin: {
				but: 'the second one is that of another dialer on this machine',
				inject: async (stage) => {
					const path = join(stage.dialer.folder, LISTENER);
					writeFileSync(path, 'sleep 1 while 1;\n');
					await stranger(stage, '/usr/bin/perl', path);
				},
			},
		},
		{
			pains: [39],
			says: 'the updater was started as perl -w: stock does not see it and starts another one every minute',
			inject: async (stage) => {
				await crash(stage, UPDATER);
				await byHand(stage, '/usr/bin/perl', '-w', join(stage.dialer.home, UPDATER));
				await sleep(2000);
			},
			find: ['processes.unseen_by_stock AST_update'],
			after: { stays: 1 },
			twin: {
				but: 'it was started as stock does, beside a Perl of another kind',
				inject: (stage) => stranger(stage, '/usr/bin/perl', '-w', '-e', 'sleep 1 while 1'),
			},
		},
		{
			pains: [39],
			says: 'stock has not recognised the updater under another Perl and started a second one',
			inject: (stage) => byHand(stage, '/usr/bin/perl', '-w', join(stage.dialer.home, UPDATER)),
			find: ['processes.duplicated AST_update'],
			do: ['stop:AST_update'],
			after: 'well',
			twin: {
				but: 'the second one is an argument of another program',
				inject: async ({ dialer, later }) => {
					// past the start check of an updater that has just been put back
					await sleep(1500);
					await stranger({ dialer, later }, '/usr/bin/tail', '-f', join(dialer.home, UPDATER));
				},
			},
		},
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
			twin: { but: 'nobody calls it', inject: () => {} },
		},
		{
			pains: [3],
			says: 'the sender has ended, but its stopped screen keeps the zombie',
			inject: async ({ dialer, later }) => {
				const [running] = dialer.daemons.pids(SENDER);
				const { screen = 0, perl = 0 } = running ?? {};
				signal(screen, 'SIGSTOP');
				later(() => signal(screen, 'SIGKILL'));
				signal(perl, 'SIGKILL');
				await until('its end', 5000, () => !isAlive(perl));
			},
			find: ['processes.zombie AST_manager_send'],
			do: ['restart:AST_manager_send'],
			after: 'well',
			twin: {
				but: 'the zombie is a child of another program',
				inject: async (stage) => {
					await stranger(stage, '/usr/bin/perl', '-e', 'if (fork) { sleep 1 while 1 } exit');
				},
			},
		},
		{
			pains: [37],
			says: 'the sender is gone, and an editor on its script keeps it from starting',
			inject: async (stage) => {
				await stranger(stage, '/usr/bin/tail', '-f', join(stage.dialer.home, SENDER));
				await crash(stage, SENDER);
			},
			find: ['processes.absent AST_manager_send'],
			withhold: { 'start:AST_manager_send': /\/usr\/bin\/tail \(process \d+\)/ },
			after: { stays: 2 },
			twin: {
				but: 'the sender runs: a reader harms nobody',
				inject: (stage) => stranger(stage, '/usr/bin/tail', '-f', join(stage.dialer.home, SENDER)),
			},
		},
		{
			pains: [38],
			says: 'the sender is gone, and stock takes the security logger for it',
			inject: async (stage) => {
				rewrite(stage, 'AST_manager_security_AMI2.pl', '#!/usr/bin/perl\nsleep 1 while 1;\n');
				await stranger(stage, '/usr/bin/perl', join(stage.dialer.home, 'AST_manager_security_AMI2.pl'));
				await crash(stage, SENDER);
			},
			find: ['processes.absent AST_manager_send'],
			do: ['start:AST_manager_send'],
			after: 'well',
			twin: {
				but: 'both run',
				inject: async (stage) => {
					rewrite(stage, 'AST_manager_security_AMI2.pl', '#!/usr/bin/perl\nsleep 1 while 1;\n');
					await stranger(stage, '/usr/bin/perl', join(stage.dialer.home, 'AST_manager_security_AMI2.pl'));
				},
			},
		},
		{
			pains: [36],
			says: 'the auto dialer is gone, and a kill file ends it again right after its start',
			inject: async (stage) => {
				await crash(stage, AUTO_DIALER);
				const file = join(stage.dialer.home, 'VDAD.kill');
				writeFileSync(file, '');
				stage.later(() => rmSync(file, { force: true }));
			},
			find: ['processes.absent AST_VDauto_dial'],
			do: ['start:AST_VDauto_dial'],
			doing: /leftover .*VDAD\.kill/,
			after: 'well',
			twin: {
				but: 'the kill file is of a daemon that does not run here',
				inject: (stage) => {
					const file = join(stage.dialer.home, 'VDADfull.kill');
					writeFileSync(file, '');
					stage.later(() => rmSync(file, { force: true }));
				},
			},
		},
		{
			pains: [3],
			says: 'the sender is gone, and its script may not be executed any more',
			inject: async (stage) => {
				const script = join(stage.dialer.home, SENDER);
				chmodSync(script, 0o644);
				stage.later(() => chmodSync(script, 0o755));
				await crash(stage, SENDER);
			},
			find: ['processes.absent AST_manager_send'],
			fail: { 'start:AST_manager_send': /execut/ },
			after: { stays: 2 },
			twin: {
				but: 'it runs all the same',
				inject: (stage) => {
					const script = join(stage.dialer.home, SENDER);
					chmodSync(script, 0o644);
					stage.later(() => chmodSync(script, 0o755));
				},
			},
		},
		{
			pains: [3],
			says: 'the sender is gone, and after an upgrade it needs a Perl module that is not there',
			inject: async (stage) => {
				rewrite(stage, SENDER, '#!/usr/bin/perl\nuse Missing::Module;\n');
				await crash(stage, SENDER);
			},
			find: ['processes.absent AST_manager_send'],
			fail: { 'start:AST_manager_send': /Missing::Module/ },
			after: { stays: 2 },
			twin: {
				but: 'it was started before the upgrade',
				inject: (stage) => rewrite(stage, SENDER, '#!/usr/bin/perl\nuse Missing::Module;\n'),
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
