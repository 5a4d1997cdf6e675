import type { Area, Stage } from './fault.ts';
import { crash, freeze } from './injections.ts';
import { crowd, descriptorsOf, failForMemory, killForMemory, limitDescriptors } from './kernel-injections.ts';
import { AUTO_DIALER, UPDATER } from './scripts.ts';

/** Asterisk may have so many file descriptors for one that it has. */
function descriptors(stage: Stage, share: number): void {
	const { pid } = stage.dialer.asterisk;
	if (pid === undefined) throw new Error('Asterisk does not run');
	limitDescriptors(stage, pid, Math.ceil(descriptorsOf(pid) / share));
}

/** What the machine grants to all, and what happens when that is used up. */
export const RESOURCES: Area = {
	name: 'resources',
	keepalives: '1236',
	faults: [
		{
			pains: [22],
			says: 'the kernel has killed the updater for want of memory',
			inject: async (stage) => {
				const [updater] = stage.dialer.daemons.pids(UPDATER);
				await killForMemory(stage, [updater?.perl ?? 0]);
			},
			find: ['system.oom machine'],
			tells: /killed 2 processes for want of memory/,
			beside: ['processes.absent AST_update'],
			do: ['start:AST_update'],
			ends: [UPDATER],
			after: { stays: 1 },
			env: { VICIKEEP_WARN_OOM_KILLS: '1' },
			twin: {
				but: 'a program got no more memory and ended by itself',
				inject: failForMemory,
			},
		},
		{
			pains: [23],
			says: 'the machine is drowning, the auto dialer is stopped, and the updater is gone',
			inject: async (stage) => {
				await crowd(stage, 'all');
				freeze(stage, AUTO_DIALER);
				await crash(stage, UPDATER);
			},
			find: ['system.load machine'],
			beside: ['processes.frozen AST_VDauto_dial', 'processes.absent AST_update'],
			do: ['start:AST_update'],
			withhold: { 'restart:AST_VDauto_dial': /drowning \(load per core: \d/ },
			after: { stays: 2 },
			// above what the tests themselves make of a small machine
			env: { VICIKEEP_WARN_LOAD_PER_CORE: '20', VICIKEEP_CRIT_LOAD_PER_CORE: '20' },
			twin: {
				but: 'as many programs sleep, and each core is busy with one',
				inject: (stage) => crowd(stage, 'one per core'),
			},
		},
		{
			pains: [42],
			says: 'Asterisk has hardly a file descriptor left',
			inject: (stage) => descriptors(stage, 0.88),
			find: ['system.open_files Asterisk'],
			tells: /has \d+ of \d+ file descriptors in use/,
			after: { stays: 2 },
			env: { VICIKEEP_CRIT_OPEN_FILES: '80' },
			twin: { but: 'it may have as few, and needs half of them', inject: (stage) => descriptors(stage, 0.5) },
		},
	],
};
