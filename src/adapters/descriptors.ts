import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

/**
 * How many file descriptors a process may have, and at most has: the size of its table, which the kernel makes in powers of
 * two and which costs nothing to ask. Undefined when it is not shown to us, or there is no limit.
 * @param root `/proc`
 */
export function descriptorLimits(root: string, pid: number): { most: number; table: number } | undefined {
	try {
		const most = /^Max open files\s+(\d+)/m.exec(readFileSync(`${root}/${pid}/limits`, 'latin1'))?.[1];
		const table = /^FDSize:\s*(\d+)/m.exec(readFileSync(`${root}/${pid}/status`, 'latin1'))?.[1];
		return most === undefined || table === undefined ? undefined : { most: Number(most), table: Number(table) };
	} catch {
		return undefined;
	}
}

/** How many file descriptors a process has; undefined when they are not shown to us. */
export function descriptorsInUse(root: string, pid: number): number | undefined {
	try {
		return readdirSync(`${root}/${pid}/fd`).length;
	} catch {
		return undefined;
	}
}

/** Paths of the files that a process has open; none when they are not shown to us. */
export function openFiles(root: string, pid: number): string[] {
	try {
		return readdirSync(`${root}/${pid}/fd`).flatMap((fd) => {
			try {
				return readlinkSync(`${root}/${pid}/fd/${fd}`);
			} catch {
				return [];
			}
		});
	} catch {
		return [];
	}
}
