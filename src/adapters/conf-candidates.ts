import { lstatSync, readdirSync, unlinkSync } from 'node:fs';
import { join } from 'node:path';
import { isAbsent } from './files.ts';

const PREFIX = '.vicikeep-';

// Far longer than a run may take: whoever has the number of such a file's maker is not its maker.
const OLD_MS = 60 * 60 * 1000;

/** Name of a file that is being written for `name` by this process; no `#include *.conf` picks it up. */
export function candidateName(name: string): string {
	return `${PREFIX}${name}.${process.pid}`;
}

/** Names in a folder; none if there is no such folder. @throws the file system's error for any other reason */
export function namesIn(folder: string): string[] {
	try {
		return readdirSync(folder);
	} catch (error) {
		if (isAbsent(error)) return [];
		throw error;
	}
}

/**
 * Removes what killed runs left in a folder: files with names of ours whose maker is no more. Links, folders and whatever
 * cannot be removed stay.
 *
 * @param inUse names that this process needs
 * @returns names of what was removed
 */
export function removeLeftovers(folder: string, inUse: ReadonlySet<string>): string[] {
	return namesIn(folder).filter((name) => {
		const maker = /^\.vicikeep-.+\.(\d+)$/.exec(name)?.[1];
		if (maker === undefined || inUse.has(name)) return false;
		const path = join(folder, name);
		try {
			const state = lstatSync(path);
			if (!state.isFile()) return false;
			const pid = Number(maker);
			if (pid !== process.pid && isAlive(pid) && Date.now() - state.mtimeMs < OLD_MS) return false;
			unlinkSync(path);
			return true;
		} catch {
			return false;
		}
	});
}

function isAlive(pid: number): boolean {
	try {
		process.kill(pid, 0);
		return true;
	} catch (error) {
		return (error as NodeJS.ErrnoException).code === 'EPERM';
	}
}
