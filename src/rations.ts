import type { Settings } from './settings.ts';

type Ration = Settings['ration'];

/** Seconds without an attempt after which everything is forgiven. */
const QUIET_HOUR = 3600;
/** How many rations of one daemon the whole dialer has, counted in runs that repaired anything. */
const DIALER_RATIONS = 3;
/** The key under which the runs that repaired are kept among the attempts. */
export const DIALER = 'dialer';

/** A ration for longer than an hour needs a quiet time as long. */
const quietSeconds = (ration: Ration): number => Math.max(QUIET_HOUR, ration.seconds);

/** The ration of the dialer as a whole: a total restart is one run, a daemon that dies again and again is many. */
export const dialerRation = (ration: Ration): Ration => ({ ...ration, restarts: DIALER_RATIONS * ration.restarts });

/** The attempts that still count: those since the last quiet hour. Seconds since boot, oldest first. */
export function standing(attempts: readonly number[], ration: Ration, uptime: number): number[] {
	const quiet = quietSeconds(ration);
	const after = attempts.findLastIndex((at, index) => at - (attempts[index - 1] ?? Number.NEGATIVE_INFINITY) >= quiet);
	const last = attempts.at(-1);
	return last === undefined || uptime - last >= quiet ? [] : attempts.slice(after);
}

/**
 * Seconds since boot until which nothing more is tried: a ration that is used up comes back after a quiet hour, not
 * piece by piece, because what a few attempts in a row did not cure no later one will. Undefined while there is some left.
 */
export function usedUpUntil(attempts: readonly number[], ration: Ration, uptime: number): number | undefined {
	const counting = standing(attempts, ration, uptime);
	const last = counting.at(-1);
	const first = counting.at(-ration.restarts);
	if (last === undefined || first === undefined || last - first >= ration.seconds) return undefined;
	return last + quietSeconds(ration);
}

/**
 * Seconds since boot of the next attempt: each one waits twice as long as the one before, from one gap between looks up
 * to the time of the ration. Undefined when it is due.
 */
export function coolsUntil(
	attempts: readonly number[],
	{ ration, lookGap }: Pick<Settings, 'ration' | 'lookGap'>,
	uptime: number,
): number | undefined {
	const counting = standing(attempts, ration, uptime);
	const last = counting.at(-1);
	if (last === undefined) return undefined;
	const due = last + Math.min(lookGap * 2 ** (counting.length - 1), ration.seconds);
	return due > uptime ? due : undefined;
}

/** The attempts with one more, and without those that no rule asks for any more. */
export const withAttempt = (attempts: readonly number[], ration: Ration, uptime: number): number[] => [
	...standing(attempts, ration, uptime).slice(-DIALER_RATIONS * ration.restarts),
	uptime,
];
