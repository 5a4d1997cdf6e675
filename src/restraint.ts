import { keyOf, restsOn } from './diagnose.ts';
import type { Daemon } from './dialer/daemons.ts';
import type { DaemonProcesses } from './dialer/process-table.ts';
import { ofNoUse } from './of-no-use.ts';
import type { Situation } from './plan.ts';
import { quietUntil, timeOfDay } from './quiet-times.ts';
import { coolsUntil, DIALER, dialerRation, standing, usedUpUntil } from './rations.ts';
import { saturated } from './saturation.ts';
import type { Settings } from './settings.ts';
import type { Action, ActionKind, CheckId, Finding, Withheld } from './types.ts';
import { noTimeLeft } from './withheld.ts';

/** Seconds that a stop, a start and a first proof need together. */
const REPAIR_SECONDS = 20;
/** Seconds that a start and a first proof need. */
const START_SECONDS = 8;
const MINUTE = 60;

/**
 * Why a repair is not done in this run, and until when or as long as what; undefined when it is to be done. Pure.
 * @param before actions of this plan that come before it
 */
export function reasonToWithhold(
	kind: ActionKind,
	daemon: Daemon,
	finding: Finding,
	found: DaemonProcesses,
	situation: Situation,
	before: readonly Action[],
): Withheld | undefined {
	const { settings } = situation;
	const switchedOff = byRestartSetting(kind === 'start', settings);
	if (switchedOff) return switchedOff;
	if (situation.mayNot) return situation.mayNot;
	for (const need of daemon.needs) {
		const unknown = need === 'AST_manager_listen' ? undefined : notSeen(need, situation);
		if (unknown) return unknown;
	}
	// a zombie's screen and what has ended are no loss
	const stopsLiving = kind !== 'start' && found.copies.length > 0;
	return (
		ofNoUse(daemon, stopsLiving, situation) ??
		(stopsLiving ? outOfReach(found) : undefined) ??
		waitsForListener(daemon, situation, before) ??
		notConfirmed(kind, daemon, finding, situation, before) ??
		gaveUp(daemon, situation) ??
		coolsDown(daemon, situation) ??
		(stopsLiving ? (tooYoung(found, situation) ?? badTime(situation)) : undefined) ??
		badMoment(kind, settings.startWindow, situation.now, situation.remaining) ??
		(stopsLiving ? oneStopPerRun(situation, before) : undefined)
	);
}

/** What VICIKEEP_RESTART forbids. @param starts nothing has to be stopped for it */
export function byRestartSetting(starts: boolean, { restart, setAt }: Settings): Withheld | undefined {
	const until = `as long as that stands in ${setAt.VICIKEEP_RESTART}` as const;
	if (restart === 'off') return { why: 'VICIKEEP_RESTART=off: nothing is started or stopped', until };
	if (restart === 'kill-only' && starts)
		return { why: 'VICIKEEP_RESTART=kill-only: every start is left to the stock keepalive', until };
	return undefined;
}

/** What a daemon rests on and nobody has seen may be down. */
function notSeen(check: CheckId, { seen, looked }: Situation): Withheld | undefined {
	if (seen.includes(check)) return undefined;
	if (!looked.includes(check))
		return {
			why: `${check} was not looked at; it is left alone`,
			until: `until a run looks at ${check}: leave out --skip`,
		};
	return { why: `${check} could not be seen; it is left alone`, until: `until a run sees ${check} again` };
}

/** A signal is delivered when the kernel lets go of the process, and not before. */
export function outOfReach({ copies }: Pick<DaemonProcesses, 'copies'>): Withheld | undefined {
	const waits = copies.find(({ state }) => state === 'D');
	return waits && { why: `process ${waits.pid} waits for a disk: a restart cannot help`, until: 'until that answers' };
}

function waitsForListener(daemon: Daemon, { findings }: Situation, before: readonly Action[]): Withheld | undefined {
	const listener = 'AST_manager_listen';
	if (!daemon.needs.includes(listener)) return undefined;
	const trouble = findings.find(
		({ id, subject }) => ['processes.absent', 'processes.zombie'].includes(id) && subject === listener,
	);
	if (!trouble || before.some(({ subject, withheld }) => subject === listener && withheld === undefined))
		return undefined;
	return { why: `it exits without ${listener}; it is not started`, until: 'until that one is' };
}

function notConfirmed(
	kind: ActionKind,
	daemon: Daemon,
	finding: Finding,
	situation: Situation,
	before: readonly Action[],
): Withheld | undefined {
	const { memory, looks, now, settings, done } = situation;
	// a repair that an earlier run began is finished without asking again
	if (memory.journal?.daemon === daemon.name) return undefined;
	// what ends with its foundation is explained by it, and that was confirmed
	const repaired = done.some(
		({ subject, outcome, verified }) => outcome === 'done' && verified === true && restsOn(daemon, subject),
	);
	const underRepair = before.some(({ subject, withheld }) => withheld === undefined && restsOn(daemon, subject));
	if (kind === 'start' && (repaired || underRepair)) return undefined;
	const soon = tooSoon(finding, situation);
	if (soon !== undefined || looks(keyOf(finding)) >= 2) return soon;
	return seenOnce(now, settings);
}

export const seenOnce = (now: Date, { lookGap }: Settings): Withheld => ({
	why: 'seen once; it is left alone',
	until: `until a second look confirms it, from ${clock(later(now, lookGap))} on`,
});

/** Why a look that comes right after another one triggers nothing. */
export function tooSoon({ id }: Finding, { countsIn, now, settings }: Situation): Withheld | undefined {
	const wait = countsIn(id.split('.')[0] ?? '');
	if (wait === 0) return undefined;
	return {
		why: `the last look that counts was less than ${settings.lookGap} s ago; it is left alone`,
		until: `until the next one, due at ${clock(later(now, Math.ceil(wait)))}`,
	};
}

/**
 * A ration is used up: that of the daemon, or of the dialer, whose runs count and not the daemons that each started.
 * @param logs folder in which to look for the reason
 */
export function gaveUp(
	daemon: Pick<Daemon, 'name'>,
	{ memory, settings, now, uptime, done }: Situation,
	logs = settings.logs,
): Withheld | undefined {
	const at = (moment: number): string => clock(later(now, moment - uptime));
	const rations = [
		{ attempts: memory.attempts[daemon.name] ?? [], ration: settings.ration, what: 'restarts' },
		{
			attempts: memory.attempts[DIALER] ?? [],
			ration: dialerRation(settings.ration),
			what: 'runs that repaired something',
		},
	];
	for (const [index, { attempts, ration, what }] of rations.entries()) {
		// what this run began it also ends
		if (index > 0 && done.some(({ outcome }) => outcome === 'done')) continue;
		const until = usedUpUntil(attempts, ration, uptime);
		if (until === undefined) continue;
		const times = standing(attempts, ration, uptime).slice(-ration.restarts).map(at).join(', ');
		const minutes = Math.round(ration.seconds / MINUTE);
		return {
			why: `gave up after ${ration.restarts} ${what} in ${minutes} minutes (${times}); nothing is tried`,
			until: `until ${at(until)}; look at: ls -lt ${logs} | head`,
		};
	}
	return undefined;
}

export function coolsDown(
	daemon: Pick<Daemon, 'name'>,
	{ memory, settings, now, uptime }: Situation,
): Withheld | undefined {
	const attempts = memory.attempts[daemon.name] ?? [];
	const due = memory.journal?.daemon === daemon.name ? undefined : coolsUntil(attempts, settings, uptime);
	if (due === undefined) return undefined;
	const at = (moment: number): string => clock(later(now, moment - uptime));
	return {
		why: `it was tried at ${at(attempts.at(-1) ?? uptime)}, and each try waits longer than the one before: it is left alone`,
		until: `until ${at(due)}`,
	};
}

/** Living processes are left alone shortly after boot, after the database started, and after they were started. */
function tooYoung(found: DaemonProcesses, situation: Situation): Withheld | undefined {
	const { settings, uptime, databaseUptime, now } = situation;
	const passed = (why: string, age: number | undefined, grace: number): Withheld | undefined =>
		age === undefined || age >= grace ? undefined : { why, until: `until ${clock(later(now, grace - age))}` };
	const youngest = Math.min(...found.copies.map(({ started }) => uptime - started));
	return (
		passed('this machine has just booted; nothing is stopped', uptime, settings.graceBoot) ??
		passed('the database has just started; nothing is stopped', databaseUptime, settings.graceDatabase) ??
		passed('it was started just now; it is not stopped', youngest, settings.graceStart)
	);
}

/** Living processes are left alone while stock keeps the tables busy, and while the machine cannot keep up. */
export function badTime({ settings, endOfDay, now, pressure }: Situation): Withheld | undefined {
	const end = quietUntil(settings.quietTimes, endOfDay, now);
	if (end !== undefined)
		return {
			why: 'stock keeps the database busy at this time of the day; nothing is stopped',
			until: `until ${timeOfDay(end)}`,
		};
	return saturated(pressure(), settings.limits);
}

/** Why this is not the moment to begin; asked when planning, and again right before the first step. */
export function badMoment(
	kind: ActionKind,
	startWindow: Settings['startWindow'],
	now: Date,
	remaining: number,
): Withheld | undefined {
	const needed = kind === 'start' ? START_SECONDS : REPAIR_SECONDS;
	if (remaining < needed) return noTimeLeft(remaining, needed);
	if (!startWindow) return undefined;
	const second = now.getSeconds();
	const last = startWindow.to - (kind === 'start' ? 0 : REPAIR_SECONDS);
	if (second >= startWindow.from && second < last) return undefined;
	const what = kind === 'start' ? 'it begins' : 'a stop begins';
	return {
		why: `${what} only between second ${startWindow.from} and ${last} of a minute, so as not to meet the stock keepalive; it waits`,
		until: `until ${clock(later(now, (startWindow.from - second + MINUTE) % MINUTE))}`,
	};
}

function oneStopPerRun({ done }: Situation, before: readonly Action[]): Withheld | undefined {
	const stops = (kind: ActionKind): boolean => kind === 'restart' || kind === 'stop';
	const other =
		before.find(({ kind, withheld }) => stops(kind) && withheld === undefined) ??
		done.find(({ kind, outcome }) => stops(kind) && outcome !== 'withheld');
	return (
		other && { why: `one living process a run: ${other.subject} comes first; it waits`, until: 'until the next run' }
	);
}

export const later = (moment: Date, seconds: number): Date => new Date(moment.getTime() + seconds * 1000);

/** Local time of day. */
export const clock = (moment: Date): string => moment.toTimeString().slice(0, 8);

/** Local time of day, with the date when that is another day than `now`. */
export const clockOrDate = (moment: Date, now: Date): string =>
	moment.toDateString() === now.toDateString()
		? clock(moment)
		: `${moment.toDateString().slice(4, 10)} ${clock(moment)}`;
