import { spawnSync } from 'node:child_process';
import { closeSync } from 'node:fs';
import { basename, join } from 'node:path';
import { openOwn, ownFolder } from './files.ts';
import type { Proc } from './proc.ts';

/** A lock that is held, or the reason why it is not. */
export type Lock =
	| { state: 'held'; release: () => void }
	/** by another run that started `age` seconds ago and may run for `limit` seconds; undefined when we may not see it */
	| { state: 'taken'; age: number | undefined; limit: number }
	| { state: 'impossible'; problem: string };

const CONFLICT = 75;

/**
 * Takes `<folder>/lock` by flock(1) from util-linux on our own descriptor: the kernel frees it however this process
 * ends, and daemons started later do not inherit it because Node opens descriptors close-on-exec.
 */
export function takeLock(folder: string, proc: Proc, defaultLimit: number): Lock {
	const path = join(folder, 'lock');
	let descriptor: number;
	try {
		ownFolder(folder, 0o755);
		descriptor = openOwn(path, 0);
	} catch (error) {
		return { state: 'impossible', problem: (error as Error).message };
	}
	const { status, error } = spawnSync('flock', ['-n', '-E', String(CONFLICT), '3'], {
		stdio: ['ignore', 'ignore', 'ignore', descriptor],
		// without a language it reads no files of one
		env: { PATH: process.env.PATH ?? '/usr/bin:/bin' },
		timeout: 5000,
	});
	if (status === 0) return { state: 'held', release: () => closeSync(descriptor) };
	closeSync(descriptor);
	if (status === CONFLICT) return { state: 'taken', ...holder(path, proc, defaultLimit) };
	return {
		state: 'impossible',
		problem: `flock on ${path} failed${error ? `: ${error.message}` : ''}; it comes with util-linux`,
	};
}

function holder(path: string, proc: Proc, defaultLimit: number): { age: number | undefined; limit: number } {
	const runs = proc
		.holders(path)
		.filter((pid) => pid !== process.pid)
		.flatMap((pid) => proc.process(pid) ?? [])
		.filter(({ argv }) => argv.some((argument) => basename(argument).startsWith('vicikeep')));
	const oldest = runs.sort((a, b) => a.startTicks - b.startTicks)[0];
	if (!oldest) return { age: undefined, limit: defaultLimit };
	return {
		age: proc.uptime() - oldest.started,
		limit: limitOf(oldest.argv, defaultLimit),
	};
}

/** Seconds that a run with this command line may last: one look, and the time in which it looks again. */
export function limitOf(argv: readonly string[], usual: number): number {
	const seconds = (spelling: RegExp): number | undefined => {
		const at = argv.findIndex((argument) => spelling.test(argument));
		const joined = argv[at]?.replace(spelling, '').replace(/^=/, '');
		const found = joined === '' ? argv[at + 1] : joined;
		return at >= 0 && /^\d+$/.test(found ?? '') ? Number(found) : undefined;
	};
	return (seconds(/^(-t|--timeout)/) ?? usual) + (seconds(/^--wait/) ?? 0);
}
