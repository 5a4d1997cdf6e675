import { execFileSync, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';

/** A file system of a program that never says a word: whoever touches it waits, as on a file server that is gone. */
const MOUNT = `exec 3<>/dev/fuse
mount -i -t fuse -o fd=3,rootmode=40000,user_id=0,group_id=0,subtype=dead dead "$0" && echo mounted && exec sleep 600`;

/** Whether this machine lets us make one. */
export const mayMountDeadDisk = (): boolean => process.getuid?.() === 0 && existsSync('/dev/fuse');

/**
 * Lays it over a folder.
 * @returns takes it away again; those who wait get an error
 */
export async function mountDeadDisk(folder: string): Promise<() => void> {
	const holder = spawn('/bin/bash', ['-c', MOUNT, folder], { stdio: ['ignore', 'pipe', 'inherit'] });
	await new Promise<void>((resolve, reject) => {
		holder.stdout.once('data', () => resolve());
		holder.once('exit', () => reject(new Error(`nothing could be mounted over ${folder}`)));
	});
	return () => {
		execFileSync('umount', ['--lazy', folder]);
		holder.kill('SIGKILL');
	};
}
