import { spawnSync } from 'node:child_process';

/** What one run of a program took. */
export interface Cost {
	/** milliseconds */
	wall: number;
	/** milliseconds, user and system, children included */
	cpu: number;
}

/** A program as it is measured. */
export interface Subject {
	program: string;
	args: string[];
	env: Record<string, string>;
}

/** Runs a program to its end. @throws when its exit status is not 0 */
export function cost({ program, args, env }: Subject): Cost {
	// the shell counts what its children and theirs used
	const timed = 'TIMEFORMAT="%3R %3U %3S"; time "$@" 2>&1 >/dev/null; exit $?';
	const { stderr, status } = spawnSync('/bin/bash', ['-c', timed, 'bash', program, ...args], { env, encoding: 'utf8' });
	const [wall = 0, user = 0, system = 0] = stderr.trim().split(/\s+/).slice(-3).map(Number);
	if (status !== 0) throw new Error(`${program} ended with ${status}: ${stderr}`);
	return { wall: wall * 1000, cpu: (user + system) * 1000 };
}

/** The same programs one after the other, again and again, so that what else the machine does falls on all of them. */
export function costsInTurn(subjects: Record<string, Subject>, rounds: number): Record<string, Cost> {
	const costs = Object.fromEntries(Object.keys(subjects).map((name) => [name, [] as Cost[]]));
	for (let round = -2; round < rounds; round++) {
		for (const [name, subject] of Object.entries(subjects)) {
			const one = cost(subject);
			// the first rounds warm the caches
			if (round >= 0) costs[name]?.push(one);
		}
	}
	return Object.fromEntries(
		Object.entries(costs).map(([name, all]) => [
			name,
			{ wall: median(all.map(({ wall }) => wall)), cpu: median(all.map(({ cpu }) => cpu)) },
		]),
	);
}

function median(values: number[]): number {
	const sorted = [...values].sort((a, b) => a - b);
	return sorted[sorted.length >> 1] ?? Number.NaN;
}
