import { chmodSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Area } from './fault.ts';
import { crash, rewrite, stranger } from './injections.ts';
import { AUTO_DIALER, SENDER } from './scripts.ts';

export const STARTS: Area = {
	name: 'starts that fail',
	keepalives: '1236',
	faults: [
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
	],
};
