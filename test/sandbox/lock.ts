import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';

/**
 * Does `work` while no other process holds the same lock file. The kernel frees it when we die, however we die: flock
 * holds it as long as its `cat` reads from us. Rejects when it is not to be had within `timeoutMs`.
 */
export async function withLock<T>(path: string, timeoutMs: number, work: () => Promise<T>): Promise<T> {
	mkdirSync(dirname(path), { recursive: true });
	const holder = spawn('flock', ['-w', String(timeoutMs / 1000), path, 'cat'], {
		detached: true, // Ctrl-C is for us, not for the lock
		stdio: ['pipe', 'pipe', 'inherit'],
	});
	const ended = once(holder, 'close');
	holder.stdin.on('error', () => {});
	holder.stdin.write('locked\n');
	try {
		// cat answers as soon as flock has the lock and started it.
		const [answer] = await Promise.race([once(holder.stdout, 'data'), ended]);
		if (String(answer) !== 'locked\n') throw new Error(`lock ${path}: not within ${timeoutMs / 1000} s`);
		return await work();
	} finally {
		holder.stdin.end();
		await ended;
	}
}
