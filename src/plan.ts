import type { CronOptions } from './dialer/crontab.ts';
import { type Daemon, expectedDaemons } from './dialer/daemons.ts';
import { processesOf } from './dialer/process-table.ts';
import type { Memory } from './memory.ts';
import { reasonToWithhold } from './restraint.ts';
import type { Pressure } from './saturation.ts';
import type { Settings } from './settings.ts';
import { startBlocked, stepsFor } from './steps.ts';
import type { Action, ActionKind, ActionReport, CheckId, Finding, Process, Withheld } from './types.ts';

/** What the plan is made from; everything was observed or settled before. */
export interface Situation {
	settings: Settings;
	memory: Memory;
	findings: readonly Finding[];
	/** looks in a row that saw a finding, by its key */
	looks: (key: string) => number;
	/** seconds until a look of this check counts; 0 when this one does */
	countsIn: (check: string) => number;
	table: readonly Process[];
	now: Date;
	/** seconds since boot */
	uptime: number;
	/** seconds since the database started; undefined when not known */
	databaseUptime: number | undefined;
	/** `HHMM` of the end of the day; undefined when not known */
	endOfDay: string | undefined;
	/** asked only where something that lives would be stopped */
	pressure: () => Pressure;
	/** what became of the actions of this run so far: a repaired foundation brings its followers back in the same run */
	done: readonly ActionReport[];
	/** checks that this run asked, and those of them that it has really seen */
	looked: readonly CheckId[];
	seen: readonly CheckId[];
	asteriskVersion: string | undefined;
	/** options of the stock keepalive's line in root's crontab */
	options: CronOptions;
	/** whether the database allows that Asterisk is started; undefined when it cannot say */
	mayStartAsterisk: { asked: boolean; vetoed: boolean } | undefined;
	/** seconds until this run must end */
	remaining: number;
	/** why this run may not repair anything at all */
	mayNot: Withheld | undefined;
	/** conf files that a person asked to be made anew */
	rebuild: string[] | 'all' | undefined;
}

/**
 * Decides what to repair, in which order, and what is withheld for which reason. Absent daemons are all started in one
 * run; of living ones at most one is stopped; nothing is tried twice; what the keepalive codes do not ask for is nobody's to
 * start, whatever its rows look like. Pure.
 * @param first what this run does before: an Asterisk that is stopped is the one living process of this run
 */
export function plan(situation: Situation, first: readonly Action[] = []): Action[] {
	const wanted = new Map<string, Finding>();
	for (const finding of situation.findings) {
		if (finding.remedy && !wanted.has(finding.remedy)) wanted.set(finding.remedy, finding);
	}
	const actions: Action[] = [];
	for (const daemon of askedFor(situation)) {
		if (situation.done.some(({ subject, outcome }) => subject === daemon.name && outcome !== 'withheld')) continue;
		const finding = [...wanted.values()].find(({ remedy }) => remedy?.split(':')[1] === daemon.name);
		if (finding) actions.push(planFor(daemon, finding, situation, [...first, ...actions]));
	}
	return actions;
}

/** Whether SIP events are logged was looked at where the daemon was found to be in trouble. */
const askedFor = ({ settings, options }: Situation): Daemon[] =>
	expectedDaemons(settings.keepalives, { options, sipEventLogging: 1 });

function planFor(daemon: Daemon, finding: Finding, situation: Situation, before: readonly Action[]): Action {
	const found = processesOf(daemon, situation.table, situation.settings);
	const kind = (finding.remedy ?? '').split(':')[0] as ActionKind;
	const action: Action = {
		id: finding.remedy ?? '',
		kind,
		subject: daemon.name,
		steps: stepsFor(kind, daemon, found, situation, Number(finding.evidence.surplus)),
	};
	const withheld =
		reasonToWithhold(kind, daemon, finding, found, situation, before) ??
		startBlocked(action.steps, daemon, found, situation.table);
	return withheld === undefined ? action : { ...action, withheld };
}
