import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { mayMountDeadDisk, mountDeadDisk } from '../sandbox/dead-disk.ts';
import type { Stage } from './fault.ts';

const MEBIBYTE = 1024 * 1024;

/** A disk of four MiB over a folder, of which so many are in use. @throws Error where mounting is not allowed */
export function smallDisk({ later }: Stage, folder: string, used: number): void {
	try {
		execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=4m', 'tmpfs', folder], { stdio: 'pipe' });
	} catch (error) {
		throw new Error(`this row mounts a small disk: run it as root, where mounting is allowed (${error})`);
	}
	later(() => execFileSync('umount', ['--lazy', folder]));
	try {
		writeFileSync(join(folder, 'big'), Buffer.alloc(used * MEBIBYTE));
	} catch (error) {
		// others write there, too: what is left of the last page may be theirs
		if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
	}
}

/** Another machine, which is gone, held what lies in a folder. @throws Error where mounting is not allowed */
export async function deadDisk({ later }: Stage, folder: string): Promise<void> {
	if (!mayMountDeadDisk())
		throw new Error('this row mounts a disk of /dev/fuse: run it as root, where that is allowed');
	mkdirSync(folder, { recursive: true });
	later(await mountDeadDisk(folder));
}

/** A recording that nobody has written for so many seconds. */
export function restingRecording({ dialer, later }: Stage, seconds: number, folder = 'monitor'): void {
	const spool = join(dialer.folder, 'spool/asterisk', folder);
	mkdirSync(spool, { recursive: true });
	const recording = join(spool, '20260602-120000_5551234-in.wav');
	const at = Date.now() / 1000 - seconds;
	writeFileSync(recording, '');
	utimesSync(recording, at, at);
	later(() => rmSync(recording));
}
