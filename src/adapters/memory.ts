import { readFileSync } from 'node:fs';

/** The machine's memory; what a kernel does not tell stays undefined. */
export interface MachineMemory {
	/** share that no program could get any more, percent (proc(5), MemAvailable) */
	used: number | undefined;
	/** processes killed for want of memory since boot; undefined before Linux 4.13 */
	oomKills: number | undefined;
}

/** @param root `/proc` */
export function readMemory(root: string): MachineMemory {
	const meminfo = read(`${root}/meminfo`);
	const total = number(/^MemTotal:\s+(\d+)/m, meminfo);
	const available = number(/^MemAvailable:\s+(\d+)/m, meminfo);
	return {
		used: total && available !== undefined ? (100 * (total - available)) / total : undefined,
		oomKills: number(/^oom_kill (\d+)/m, read(`${root}/vmstat`)),
	};
}

function number(pattern: RegExp, text: string): number | undefined {
	const found = pattern.exec(text)?.[1];
	return found === undefined ? undefined : Number(found);
}

function read(path: string): string {
	try {
		return readFileSync(path, 'latin1');
	} catch {
		return '';
	}
}
