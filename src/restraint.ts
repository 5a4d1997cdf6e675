import { futile, keyOf, restsOn } from './diagnose.ts';
import type { Daemon } from './dialer/daemons.ts';
import type { DaemonProcesses } from './dialer/process-table.ts';
import type { Situation } from './plan.ts';
import { quietUntil, timeOfDay } from './quiet-times.ts';
import { coolsUntil, DIALER, dialerRation, standing, usedUpUntil } from './rations.ts';
import { saturated } from './saturation.ts';
import type { Settings } from './settings.ts';
import type { Action, ActionKind, Finding } from './types.ts';

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
): string | undefined {
	const { settings, seen } = situation;
	if (settings.restart === 'off') return 'VICIKEEP_RESTART=off';
	if (settings.restart === 'kill-only' && kind === 'start')
		return 'VICIKEEP_RESTART=kill-only: the stock keepalive starts it';
	if (situation.mayNot) return situation.mayNot;
	for (const need of daemon.needs) {
		if (need === 'AST_manager_listen') continue;
		if (!seen.includes(need)) return `${need} was not looked at`;
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

function ofNoUse(daemon: Daemon, stopsLiving: boolean, { findings }: Situation): string | undefined {
	const asks = findings.find(({ id, subject }) => id === 'processes.awaits_database' && subject === daemon.name);
	if (asks && stopsLiving) return `a restart cannot help until this is over: ${asks.summary}`;
	const reason = futile(daemon, stopsLiving, findings);
	if (!reason) return undefined;
	const what = reason.forbids === 'repairs' ? 'it cannot work' : 'a restart cannot help';
	return `${what} until this is over: ${reason.finding.summary}`;
}

/** A signal is delivered when the kernel lets go of the process, and not before. */
export function outOfReach({ copies }: Pick<DaemonProcesses, 'copies'>): string | undefined {
	const waits = copies.find(({ state }) => state === 'D');
	return waits && `process ${waits.pid} waits for a disk: a restart cannot help until that answers`;
}

function waitsForListener(daemon: Daemon, { findings }: Situation, before: readonly Action[]): string | undefined {
	const listener = 'AST_manager_listen';
	if (!daemon.needs.includes(listener)) return undefined;
	const trouble = findings.find(
		({ id, subject }) => ['processes.absent', 'processes.zombie'].includes(id) && subject === listener,
	);
	if (!trouble || before.some(({ subject, withheld }) => subject === listener && withheld === undefined))
		return undefined;
	return `it exits without ${listener}; it is started after that`;
}

function notConfirmed(
	kind: ActionKind,
	daemon: Daemon,
	finding: Finding,
	situation: Situation,
	before: readonly Action[],
): string | undefined {
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
	return `seen once; a second look has to confirm it, from ${clock(later(now, settings.lookGap))} on`;
}

/** Why a look that comes right after another one triggers nothing. */
export function tooSoon({ id }: Finding, { countsIn, now, settings }: Situation): string | undefined {
	const wait = countsIn(id.split('.')[0] ?? '');
	if (wait === 0) return undefined;
	const due = clock(later(now, Math.ceil(wait)));
	return `the last look that counts was less than ${settings.lookGap} s ago; the next one is due at ${due}`;
}

/** A ration is used up: that of the daemon, or of the dialer, whose runs count and not the daemons that each started. */
export function gaveUp(
	daemon: Pick<Daemon, 'name'>,
	{ memory, settings, now, uptime, done }: Situation,
): string | undefined {
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
		return `gave up after ${ration.restarts} ${what} in ${minutes} minutes (${times}), until ${at(until)}; look at: ls -lt ${settings.logs} | head`;
	}
	return undefined;
}

export function coolsDown(
	daemon: Pick<Daemon, 'name'>,
	{ memory, settings, now, uptime }: Situation,
): string | undefined {
	const attempts = memory.attempts[daemon.name] ?? [];
	const due = memory.journal?.daemon === daemon.name ? undefined : coolsUntil(attempts, settings, uptime);
	if (due === undefined) return undefined;
	const at = (moment: number): string => clock(later(now, moment - uptime));
	return `it was tried at ${at(attempts.at(-1) ?? uptime)}, and each try waits longer than the one before: the next is due at ${at(due)}`;
}

/** Living processes are left alone shortly after boot, after the database started, and after they were started. */
function tooYoung(found: DaemonProcesses, situation: Situation): string | undefined {
	const { settings, uptime, databaseUptime, now } = situation;
	const until = (seconds: number): string => clock(later(now, seconds));
	if (uptime < settings.graceBoot)
		return `this machine has just booted; nothing is stopped until ${until(settings.graceBoot - uptime)}`;
	if (databaseUptime !== undefined && databaseUptime < settings.graceDatabase) {
		return `the database has just started; nothing is stopped until ${until(settings.graceDatabase - databaseUptime)}`;
	}
	const youngest = Math.min(...found.copies.map(({ started }) => uptime - started));
	if (youngest < settings.graceStart)
		return `it was started just now; it is not stopped until ${until(settings.graceStart - youngest)}`;
	return undefined;
}

/** Living processes are left alone while stock keeps the tables busy, and while the machine cannot keep up. */
export function badTime({ settings, endOfDay, now, pressure }: Situation): string | undefined {
	const until = quietUntil(settings.quietTimes, endOfDay, now);
	if (until !== undefined)
		return `stock keeps the database busy at this time of the day; nothing is stopped until ${timeOfDay(until)}`;
	return saturated(pressure(), settings.limits);
}

/** Why this is not the moment to begin; asked when planning, and again right before the first step. */
export function badMoment(
	kind: ActionKind,
	startWindow: Settings['startWindow'],
	now: Date,
	remaining: number,
): string | undefined {
	const needed = kind === 'start' ? START_SECONDS : REPAIR_SECONDS;
	if (remaining < needed)
		return `only ${Math.floor(remaining)} s are left of this run, it needs ${needed}; the next run does it, see --timeout`;
	if (!startWindow) return undefined;
	const second = now.getSeconds();
	const last = startWindow.to - (kind === 'start' ? 0 : REPAIR_SECONDS);
	if (second >= startWindow.from && second < last) return undefined;
	const what = kind === 'start' ? 'it begins' : 'a stop begins';
	const next = clock(later(now, (startWindow.from - second + MINUTE) % MINUTE));
	return `${what} only between second ${startWindow.from} and ${last} of a minute, so as not to meet the stock keepalive; next at ${next}`;
}

function oneStopPerRun({ done }: Situation, before: readonly Action[]): string | undefined {
	const other =
		before.find(({ kind, withheld }) => kind !== 'start' && withheld === undefined) ??
		done.find(({ kind, outcome }) => (kind === 'restart' || kind === 'stop') && outcome !== 'withheld');
	return other && `one living process a run: ${other.subject} comes first; the next run goes on`;
}

export const later = (moment: Date, seconds: number): Date => new Date(moment.getTime() + seconds * 1000);

/** Local time of day. */
export const clock = (moment: Date): string => moment.toTimeString().slice(0, 8);

/** Local time of day, with the date when that is another day than `now`. */
export const clockOrDate = (moment: Date, now: Date): string =>
	moment.toDateString() === now.toDateString()
		? clock(moment)
		: `${moment.toDateString().slice(4, 10)} ${clock(moment)}`;
