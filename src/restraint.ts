import { asteriskDown, databaseDown, databaseLocked, keyOf, misconfigured } from './diagnose.ts';
import type { Daemon } from './dialer/daemons.ts';
import type { DaemonProcesses } from './dialer/process-table.ts';
import { rationUsedUpUntil } from './memory.ts';
import type { Situation } from './plan.ts';
import type { Settings } from './settings.ts';
import type { Action, ActionKind, Finding } from './types.ts';

/** Seconds that a stop, a start and a first proof need together. */
const REPAIR_SECONDS = 20;
/** Seconds that a start and a first proof need. */
const START_SECONDS = 8;
const MINUTE = 60;

/** Why a repair is not done in this run; undefined when it is to be done. Pure. */
export function reasonToWithhold(
	kind: ActionKind,
	daemon: Daemon,
	finding: Finding,
	found: DaemonProcesses,
	situation: Situation,
	before: readonly Action[],
): string | undefined {
	const { settings, findings, seen } = situation;
	if (settings.restart === 'off') return 'VICIKEEP_RESTART=off';
	if (settings.restart === 'kill-only' && kind === 'start')
		return 'VICIKEEP_RESTART=kill-only: the stock keepalive starts it';
	if (situation.mayNot) return situation.mayNot;
	for (const need of daemon.needs) {
		if (need === 'AST_manager_listen') continue;
		if (!seen.includes(need)) return `${need} was not looked at`;
	}
	const wrong = misconfigured(findings);
	if (wrong) return `nothing can be relied on: ${wrong.summary}`;
	const database = databaseDown(findings);
	if (database && daemon.needs.includes('mysql')) return `it cannot work: ${database.summary}`;
	const locked = databaseLocked(findings);
	if (locked && kind !== 'start' && daemon.needs.includes('mysql')) return `a restart cannot help: ${locked.summary}`;
	const asterisk = asteriskDown(findings);
	if (asterisk && daemon.needs.includes('asterisk')) return `it cannot work: ${asterisk.summary}`;
	return (
		waitsForListener(daemon, situation, before) ??
		notConfirmed(daemon, finding, situation) ??
		rationed(daemon, situation) ??
		(kind === 'start' ? undefined : tooYoung(found, situation)) ??
		badMoment(kind, settings.startWindow, situation.now, situation.remaining) ??
		(kind === 'start' ? undefined : oneStopPerRun(before))
	);
}

function waitsForListener(daemon: Daemon, { findings }: Situation, before: readonly Action[]): string | undefined {
	const listener = 'AST_manager_listen';
	if (!daemon.needs.includes(listener)) return undefined;
	const trouble = findings.find(
		({ id, subject }) => ['processes.absent', 'processes.zombie'].includes(id) && subject === listener,
	);
	if (!trouble || before.some(({ subject, withheld }) => subject === listener && withheld === undefined))
		return undefined;
	return `it exits without ${listener}, which is not running`;
}

function notConfirmed(daemon: Daemon, finding: Finding, situation: Situation): string | undefined {
	const { memory, looks } = situation;
	// a repair that an earlier run began is finished without asking again
	if (memory.journal?.daemon === daemon.name) return undefined;
	return (
		tooSoon(finding, situation) ??
		(looks(keyOf(finding)) >= 2 ? undefined : 'seen once; a second look has to confirm it')
	);
}

/** Why a look that comes right after another one triggers nothing. */
export function tooSoon({ id }: Finding, { countsIn, now, settings }: Situation): string | undefined {
	const wait = countsIn(id.split('.')[0] ?? '');
	if (wait === 0) return undefined;
	const due = clock(new Date(now.getTime() + Math.ceil(wait) * 1000));
	return `the last look that counts was less than ${settings.lookGap} s ago; the next one is due at ${due}`;
}

function rationed(daemon: Daemon, { memory, settings, now, uptime }: Situation): string | undefined {
	const { ration } = settings;
	const attempts = memory.attempts[daemon.name] ?? [];
	const until = rationUsedUpUntil(attempts, ration, uptime);
	if (until === undefined) return undefined;
	const minutes = Math.round(ration.seconds / MINUTE);
	const at = (moment: number): string => clock(new Date(now.getTime() + (moment - uptime) * 1000));
	const times = attempts.slice(-ration.restarts).map(at).join(', ');
	return `gave up after ${ration.restarts} restarts in ${minutes} minutes (${times}), until ${at(until)}; look at: ls -lt ${settings.logs} | head`;
}

/** Living processes are left alone shortly after boot, after the database started, and after they were started. */
function tooYoung(found: DaemonProcesses, situation: Situation): string | undefined {
	const { settings, uptime, databaseUptime, now } = situation;
	const until = (seconds: number): string => clock(new Date(now.getTime() + seconds * 1000));
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

/** Why this is not the moment to begin; asked when planning, and again right before the first step. */
export function badMoment(
	kind: ActionKind,
	startWindow: Settings['startWindow'],
	now: Date,
	remaining: number,
): string | undefined {
	const needed = kind === 'start' ? START_SECONDS : REPAIR_SECONDS;
	if (remaining < needed)
		return `only ${Math.floor(remaining)} s are left of this run, it needs ${needed}; see --timeout`;
	if (!startWindow) return undefined;
	const second = now.getSeconds();
	const last = startWindow.to - (kind === 'start' ? 0 : REPAIR_SECONDS);
	if (second >= startWindow.from && second < last) return undefined;
	const what = kind === 'start' ? 'it begins' : 'a stop begins';
	return `${what} only between second ${startWindow.from} and ${last} of a minute, so as not to meet the stock keepalive`;
}

function oneStopPerRun(before: readonly Action[]): string | undefined {
	const other = before.find(({ kind, withheld }) => kind !== 'start' && withheld === undefined);
	return other && `one living process a run: ${other.subject} comes first`;
}

/** Local time of day. */
export const clock = (moment: Date): string => moment.toTimeString().slice(0, 8);
