import { userInfo } from 'node:os';
import { ownership } from './adapters/files.ts';
import type { Lock } from './adapters/lock.ts';
import { readPause } from './adapters/pause.ts';
import type { Proc } from './adapters/proc.ts';
import type { StateFolder } from './adapters/state.ts';
import { takesDaemonsDown } from './adapters/unit.ts';
import { type FirstMet, judgePause, type Pause } from './pause.ts';
import { clockOrDate, later } from './restraint.ts';
import type { Settings } from './settings.ts';
import type { Withheld } from './types.ts';

/** Whether what this run learns will be there for the next one. */
export type Remembers = { ready: true } | { ready: false; problem: string };

/** Makes the state folder ready for writing. */
export function prepared(state: StateFolder): Remembers {
	try {
		state.prepare();
		return { ready: true };
	} catch (error) {
		return { ready: false, problem: (error as Error).message };
	}
}

/** Root, or whoever the dialer's programs belong to. */
export function ownsDialer(settings: Settings): boolean {
	const uid = process.geteuid?.();
	return uid === 0 || ownership(settings.home)?.uid === uid;
}

/** What the pause file asks for; undefined when there is none. @param before what is remembered of one from the future */
export function pauseOf(settings: Settings, now: Date, before: FirstMet | undefined): Pause | undefined {
	const file = readPause(settings.runDir);
	return file && judgePause(file, now, before);
}

/** What keeps this run from repairing or remembering, for the report. */
export function ownTrouble(lock: Lock | undefined, remembers: Remembers | undefined): string[] {
	return [
		...(lock?.state === 'impossible' ? [`${lock.problem}; without the lock nothing is repaired`] : []),
		...(remembers?.ready === false ? [`${remembers.problem}; without a memory nothing is repaired`] : []),
	];
}

/** Repairs need the right to act on the daemons, the lock, and a state folder that outlives an interruption. */
export function reasonNotToRepair(
	settings: Settings,
	proc: Proc,
	lock: Lock | undefined,
	remembers: Remembers | undefined,
	pause: Pause | undefined,
	now: Date,
): Withheld | undefined {
	if (!ownsDialer(settings))
		return {
			why: `${userInfo().username} may not act on the daemons; nothing is repaired`,
			until: 'until it is run as root',
		};
	if (lock?.state === 'taken') return whileTaken(lock, now);
	if (lock?.state === 'impossible')
		return { why: `the lock cannot be taken (${lock.problem}); nothing is repaired`, until: 'until it can' };
	if (remembers && !remembers.ready) return unremembered(remembers.problem);
	const paused = pause && whilePaused(pause, settings, now);
	return paused ?? takesDaemonsDown(proc.controlGroup());
}

/** Nothing is repaired while somebody works on the dialer. */
export const whilePaused = ({ until }: Pause, { runDir }: Settings, now: Date): Withheld | undefined =>
	until && { why: `paused by ${runDir}/pause`, until: `until ${clockOrDate(until, now)}` };

/** A run that is past its deadline is killed by nobody: its end is all that can be told. */
function whileTaken({ age, limit }: Extract<Lock, { state: 'taken' }>, now: Date): Withheld {
	const why = 'another run is repairing; nothing is repaired by this one';
	if (age === undefined) return { why, until: 'until that run ends' };
	const at = (seconds: number): string => clockOrDate(later(now, seconds), now);
	const end = age < limit ? `at the latest at ${at(limit - age)}` : `which was due at ${at(limit - age)}`;
	return { why, until: `until that run, begun at ${at(-age)}, ends, ${end}` };
}

/** A repair that the next run would know nothing of is none. */
export const unremembered = (problem: string): Withheld => ({
	why: `nothing can be remembered (${problem}); nothing is repaired`,
	until: 'until it can',
});
