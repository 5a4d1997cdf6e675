import { basename } from 'node:path';
import type { Process } from '../types.ts';

/** Copies of one script. */
export interface Copies {
	count: number;
	/** seconds since the oldest was started */
	oldest: number;
}

/** Perl programs of this name, wherever they are installed; argument lists of some hold secrets and are not kept. */
export function countScript(table: readonly Process[], script: string, uptime: number): Copies {
	const copies = table.filter(
		({ argv, foreign, state }) =>
			!foreign && state !== 'Z' && /^perl/.test(basename(argv[0] ?? '')) && basename(argv[1] ?? '') === script,
	);
	return { count: copies.length, oldest: Math.max(0, ...copies.map(({ started }) => uptime - started)) };
}
