import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmdirSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { signal, until } from '../sandbox/processes.ts';
import type { Stage } from './fault.ts';
import { sleep } from './injections.ts';

const MEBIBYTE = 1024 * 1024;
/** Where control groups that limit memory are made, and the file of the limit: version 1 and version 2 of them. */
const MEMORY_GROUPS = [
	{ root: '/sys/fs/cgroup/memory', limit: 'memory.limit_in_bytes' },
	{ root: '/sys/fs/cgroup', limit: 'memory.max' },
];
/** Each core is wanted by so many at once. */
const CROWD = 100;

/**
 * The kernel kills a process for want of memory: one that wants 64 MiB where a control group grants 16. `victims` share
 * the group and are killed before it.
 * @throws Error where no such group can be made
 */
export async function killForMemory({ later }: Stage, victims: readonly number[]): Promise<void> {
	const group = memoryGroup();
	later(() => until('the end of the control group', 5000, () => removed(group.folder)));
	writeFileSync(join(group.folder, group.limit), String(16 * MEBIBYTE));
	for (const pid of victims) {
		writeFileSync(`/proc/${pid}/oom_score_adj`, '1000');
		writeFileSync(join(group.folder, 'cgroup.procs'), String(pid));
	}
	const hog = `open(my $in, '>', '${group.folder}/cgroup.procs'); print $in $$; close $in; my $taken = 'x' x $ARGV[0]; sleep 1 while 1`;
	const { pid = 0 } = spawn('/usr/bin/perl', ['-e', hog, String(64 * MEBIBYTE)], { stdio: 'ignore' });
	later(() => signal(pid, 'SIGKILL'));
	await until('the end of what wants too much', 20_000, () => !existsSync(`/proc/${pid}`));
}

function memoryGroup(): { folder: string; limit: string } {
	for (const { root, limit } of MEMORY_GROUPS) {
		try {
			const folder = mkdtempSync(join(root, 'fault-'));
			if (existsSync(join(folder, limit))) return { folder, limit };
			rmdirSync(folder);
		} catch {
			// not mounted, or not ours to write
		}
	}
	throw new Error('this row limits the memory of processes: run it as root, where control groups may be made');
}

/** Whether the group is gone; it stays while one of its processes is ending. */
function removed(folder: string): boolean {
	try {
		rmdirSync(folder);
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code !== 'EBUSY') throw error;
	}
	return !existsSync(folder);
}

/** Asks for more memory than it may have, is refused by the kernel and dies of that. */
export function failForMemory(): void {
	const greedy = `ulimit -v ${64 * 1024}; exec /usr/bin/perl -e "my \\$taken = 'x' x ${256 * MEBIBYTE}"`;
	try {
		execFileSync('/bin/bash', ['-c', greedy], { stdio: 'pipe' });
	} catch {
		return;
	}
	throw new Error('it has got the memory');
}

/**
 * A hundred processes for each core. Those that are busy run only when nobody else wants to, so that all else goes on as
 * before; the load counts them all the same.
 * @param busy how many of them
 */
export async function crowd({ later }: Stage, busy: 'all' | 'one per core'): Promise<void> {
	const cores = cpus().length;
	const count = cores * CROWD;
	const text = `for my $one (1 .. ${count}) { next if fork; $one > ${busy === 'all' ? count : cores} ? sleep 3600 : 1 while getppid != 1 } wait`;
	const { pid = 0 } = spawn('/usr/bin/chrt', ['--idle', '0', '/usr/bin/perl', '-e', text], {
		stdio: 'ignore',
		detached: true,
	});
	later(() => signal(-pid, 'SIGKILL'));
	// the load of the last minute follows slowly
	await sleep(20_000);
}

/** Lets a process have no more than so many file descriptors. */
export function limitDescriptors({ later }: Stage, pid: number, most: number): void {
	const before = execFileSync('prlimit', ['--pid', String(pid), '--nofile', '--output', 'SOFT,HARD', '--noheadings'], {
		encoding: 'utf8',
	});
	const set = (limits: string) => execFileSync('prlimit', ['--pid', String(pid), `--nofile=${limits}`]);
	set(`${most}:`);
	later(() => set(before.trim().split(/\s+/).join(':')));
}

/** How many file descriptors a process has. */
export const descriptorsOf = (pid: number): number => readdirSync(`/proc/${pid}/fd`).length;
