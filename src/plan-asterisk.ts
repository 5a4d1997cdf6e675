import { keyOf, misconfigured } from './diagnose.ts';
import { findAsterisk, isSafeAsterisk } from './dialer/process-table.ts';
import type { Situation } from './plan.ts';
import { badMoment, badTime, clock, coolsDown, gaveUp, later, outOfReach, tooSoon } from './restraint.ts';
import { stop } from './steps.ts';
import type { Action, Finding, Process, Step } from './types.ts';

/** Seconds that a start needs until the manager answers, and a stop before it. */
const START_SECONDS = 20;
const RESTART_SECONDS = 30;
/** Looks that count and agree before an absent Asterisk is started, and before a living one is killed. */
export const LOOKS_TO_START = 2;
export const LOOKS_TO_KILL = 3;
const ASTERISK = { name: 'Asterisk' };

/**
 * What to do about Asterisk: start an absent one as the database allows; kill and start a living one where that is asked
 * for and three looks agree. Pure.
 */
export function planAsterisk(situation: Situation): Action[] {
	const finding = situation.findings.find(({ remedy, subject }) => remedy && subject === ASTERISK.name);
	const id = finding?.remedy;
	if (finding === undefined || id === undefined) return [];
	const living = findAsterisk(situation.table, situation.settings.asteriskEtc);
	const kind = id.startsWith('restart:') ? 'restart' : 'start-asterisk';
	const action: Action = { id, kind, subject: ASTERISK.name, steps: stepsFor(kind, finding, living, situation) };
	const withheld = reasonToWithhold(kind, finding, living, situation);
	return [withheld === undefined ? action : { ...action, withheld }];
}

function stepsFor(
	kind: 'restart' | 'start-asterisk',
	{ summary }: Finding,
	living: readonly Process[],
	{ settings, memory, table }: Situation,
): Step[] {
	const stopped = kind === 'restart' ? stop(summary, living, []) : [];
	if (settings.restart === 'kill-only') return stopped;
	const prove: Step = { do: 'prove', daemon: ASTERISK.name };
	// what starts it anew by itself must not meet a second one
	if (table.some(isSafeAsterisk)) return [...stopped, prove];
	return [...stopped, { do: 'start-asterisk', ...(memory.asterisk && { ran: memory.asterisk }) }, prove];
}

function reasonToWithhold(
	kind: 'restart' | 'start-asterisk',
	finding: Finding,
	living: readonly Process[],
	situation: Situation,
): string | undefined {
	const { settings, findings, mayNot, table } = situation;
	const starts = kind === 'start-asterisk';
	if (settings.restartAsterisk === 'never') return 'VICIKEEP_RESTART_ASTERISK=never';
	if (settings.restart === 'off') return 'VICIKEEP_RESTART=off';
	if (starts && settings.restart === 'kill-only') return 'VICIKEEP_RESTART=kill-only: the stock keepalive starts it';
	if (mayNot) return mayNot;
	const wrong = misconfigured(findings);
	if (wrong) return `nothing can be relied on: ${wrong.summary}`;
	const safe = table.find(isSafeAsterisk);
	if (starts && safe) return `safe_asterisk (process ${safe.pid}) starts it by itself`;
	return (
		outOfReach({ copies: [...living] }) ??
		notAllowed(situation) ??
		justBooted(situation) ??
		notConfirmed(starts ? LOOKS_TO_START : LOOKS_TO_KILL, finding, situation) ??
		gaveUp(ASTERISK, situation) ??
		coolsDown(ASTERISK, situation) ??
		(starts ? undefined : badTime(situation)) ??
		notNow(starts, situation)
	);
}

/** The flags of the dialer's row decide for us as they do for the stock keepalive. */
function notAllowed({ mayStartAsterisk }: Situation): string | undefined {
	if (mayStartAsterisk === undefined) return 'the database cannot say whether it may be started';
	if (mayStartAsterisk.vetoed) return 'servers.asterisk_temp_no_restart=Y, until an administrator sets it to N';
	return mayStartAsterisk.asked ? undefined : 'servers.auto_restart_asterisk=N, until an administrator sets it to Y';
}

function justBooted({ settings, uptime, now }: Situation): string | undefined {
	if (uptime >= settings.graceBoot) return undefined;
	const until = clock(later(now, settings.graceBoot - uptime));
	return `this machine has just booted and starts it by itself; looked after from ${until} on`;
}

function notConfirmed(needed: number, finding: Finding, situation: Situation): string | undefined {
	const { memory, looks, settings, now } = situation;
	// a start that an earlier run began is finished without asking again
	if (needed === LOOKS_TO_START && memory.journal?.daemon === ASTERISK.name) return undefined;
	const soon = tooSoon(finding, situation);
	const seen = looks(keyOf(finding));
	if (soon !== undefined || seen >= needed) return soon;
	const next = clock(later(now, settings.lookGap));
	return `seen in ${seen} ${seen === 1 ? 'look' : 'looks'}; ${needed} have to agree, the next from ${next} on`;
}

function notNow(starts: boolean, { remaining, settings, now }: Situation): string | undefined {
	const needed = starts ? START_SECONDS : RESTART_SECONDS;
	if (remaining < needed)
		return `only ${Math.floor(remaining)} s are left of this run, it needs ${needed}; the next run does it, see --timeout`;
	return badMoment(starts ? 'start' : 'restart', settings.startWindow, now, remaining);
}
