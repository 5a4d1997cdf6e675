import { keyOf, misconfigured } from './diagnose.ts';
import { asteriskSessions } from './dialer/asterisk-start.ts';
import { findAsterisk, isSafeAsterisk } from './dialer/process-table.ts';
import type { Situation } from './plan.ts';
import {
	badMoment,
	badTime,
	byRestartSetting,
	clock,
	coolsDown,
	gaveUp,
	later,
	outOfReach,
	tooSoon,
} from './restraint.ts';
import { stop } from './steps.ts';
import type { Action, Finding, Process, Step, Withheld } from './types.ts';
import { noTimeLeft, whileFound } from './withheld.ts';

/** Seconds that a start needs until the manager answers, and a stop before it. */
const START_SECONDS = 20;
const RESTART_SECONDS = 30;
/** Looks that count and agree before an absent Asterisk is started, and before a living one is killed. */
export const LOOKS_TO_START = 2;
export const LOOKS_TO_KILL = 3;
const ASTERISK = { name: 'Asterisk' };
/** Where it writes unless asterisk.conf says otherwise. */
const ASTERISK_LOGS = '/var/log/asterisk';

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
	const stopped = kind === 'restart' ? ending(summary, living, table) : [];
	if (settings.restart === 'kill-only') return stopped;
	const prove: Step = { do: 'prove', daemon: ASTERISK.name };
	// what starts it anew by itself must not meet a second one
	if (table.some(isSafeAsterisk)) return [...stopped, prove];
	return [...stopped, { do: 'start-asterisk', ...(memory.asterisk && { ran: memory.asterisk }) }, prove];
}

/** A session with a shell outlives it, and its last page is worth keeping all the same. */
function ending(why: string, living: readonly Process[], table: readonly Process[]): Step[] {
	const sessions = asteriskSessions(table);
	const itsOwn = sessions.filter(({ pid }) => living.some(({ ppid }) => ppid === pid));
	return stop(why, living, itsOwn).map((step) =>
		step.do === 'evidence' ? { ...step, screens: sessions.map(({ pid, startTicks }) => ({ pid, startTicks })) } : step,
	);
}

function reasonToWithhold(
	kind: 'restart' | 'start-asterisk',
	finding: Finding,
	living: readonly Process[],
	situation: Situation,
): Withheld | undefined {
	const { settings, findings, mayNot, table } = situation;
	const starts = kind === 'start-asterisk';
	if (settings.restartAsterisk === 'never')
		return {
			why: 'VICIKEEP_RESTART_ASTERISK=never: it is left alone',
			until: `as long as that stands in ${settings.setAt.VICIKEEP_RESTART_ASTERISK}`,
		};
	const switchedOff = byRestartSetting(starts, settings);
	if (switchedOff) return switchedOff;
	if (mayNot) return mayNot;
	const wrong = misconfigured(findings);
	if (wrong) return whileFound('nothing can be relied on', wrong);
	const safe = table.find(isSafeAsterisk);
	if (starts && safe)
		return {
			why: `safe_asterisk (process ${safe.pid}) starts it by itself; it is left to that`,
			until: 'as long as that runs',
		};
	return (
		outOfReach({ copies: [...living] }) ??
		notAllowed(situation) ??
		justBooted(situation) ??
		notConfirmed(starts ? LOOKS_TO_START : LOOKS_TO_KILL, finding, situation) ??
		gaveUp(ASTERISK, situation, ASTERISK_LOGS) ??
		coolsDown(ASTERISK, situation) ??
		(starts ? undefined : badTime(situation)) ??
		notNow(starts, situation)
	);
}

/** The flags of the dialer's row decide for us as they do for the stock keepalive. */
function notAllowed({ mayStartAsterisk }: Situation): Withheld | undefined {
	if (mayStartAsterisk === undefined)
		return { why: 'the database cannot say whether it may be started; it is left alone', until: 'until it can' };
	if (mayStartAsterisk.vetoed)
		return {
			why: 'servers.asterisk_temp_no_restart=Y: it is left alone',
			until: 'until an administrator sets that to N',
		};
	return mayStartAsterisk.asked
		? undefined
		: { why: 'servers.auto_restart_asterisk=N: it is left alone', until: 'until an administrator sets that to Y' };
}

function justBooted({ settings, uptime, now }: Situation): Withheld | undefined {
	if (uptime >= settings.graceBoot) return undefined;
	return {
		why: 'this machine has just booted and starts it by itself; it is left alone',
		until: `until ${clock(later(now, settings.graceBoot - uptime))}`,
	};
}

function notConfirmed(needed: number, finding: Finding, situation: Situation): Withheld | undefined {
	const { memory, looks, settings, now } = situation;
	// a start that an earlier run began is finished without asking again
	if (needed === LOOKS_TO_START && memory.journal?.daemon === ASTERISK.name) return undefined;
	const soon = tooSoon(finding, situation);
	const seen = looks(keyOf(finding));
	if (soon !== undefined || seen >= needed) return soon;
	const next = clock(later(now, settings.lookGap));
	return {
		why: `seen in ${seen} ${seen === 1 ? 'look' : 'looks'}; it is left alone`,
		until: `until ${needed} agree, the next from ${next} on`,
	};
}

function notNow(starts: boolean, { remaining, settings, now }: Situation): Withheld | undefined {
	const needed = starts ? START_SECONDS : RESTART_SECONDS;
	if (remaining < needed) return noTimeLeft(remaining, needed);
	return badMoment(starts ? 'start' : 'restart', settings.startWindow, now, remaining);
}
