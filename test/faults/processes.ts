import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isAlive, signal, until } from '../sandbox/processes.ts';
import type { Area } from './fault.ts';
import { byHand, crash, duplicate, rewrite, sleep, stranger } from './injections.ts';
import { AUTO_DIALER, LISTENER, SENDER, UPDATER } from './scripts.ts';

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
			// a listener that has just been started has no connection yet
			env: { VICIKEEP_GRACE_START: '5' },
			twin: {
				but: 'stock has brought all of them back a moment ago',
				inject: async (stage) => {
					await crash(stage, LISTENER, SENDER, AUTO_DIALER);
					for (const script of [LISTENER, SENDER, AUTO_DIALER]) await stage.dialer.daemons.start(script);
				},
			},
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
	],
};
