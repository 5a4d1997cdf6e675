import { databaseDown, keyOf, misconfigured } from './diagnose.ts';
import type { Situation } from './plan.ts';
import { usedUpUntil } from './rations.ts';
import { clock, tooSoon } from './restraint.ts';
import type { Action, Finding, Step, Withheld } from './types.ts';
import { noTimeLeft, whileFound } from './withheld.ts';

/** Seconds that a rebuild needs with its second look, install, reload and proof. */
const REBUILD_SECONDS = 12;
/** Findings that name the file that has to be made; every other reason asks for all that differ. */
const ABOUT_ONE_FILE = ['conf.missing', 'conf.empty', 'conf.truncated', 'conf.unloadable', 'conf.edited'];

/** What to do about the generated conf files: a rebuild at most, and a reload of what is right on disk. Pure. */
export function planConf(situation: Situation): Action[] {
	const wants = (id: string): Finding[] => situation.findings.filter(({ remedy }) => remedy === id);
	const rebuilds = wants('rebuild:conf');
	const reloads = wants('reload:conf').map(({ subject }) => subject);
	const actions: Action[] = [];
	if (rebuilds.length > 0 || situation.rebuild !== undefined) {
		actions.push(withReason({ do: 'rebuild', files: filesFor(rebuilds, situation) }, rebuilds, situation));
	}
	if (reloads.length > 0) actions.push(withReason({ do: 'reload', files: reloads }, wants('reload:conf'), situation));
	return actions;
}

function filesFor(findings: readonly Finding[], { rebuild }: Situation): string[] | 'all' {
	if (rebuild === 'all' || findings.some(({ id }) => !ABOUT_ONE_FILE.includes(id))) return 'all';
	return [...new Set([...(rebuild ?? []), ...findings.map(({ subject }) => subject)])];
}

function withReason(
	step: Extract<Step, { do: 'rebuild' | 'reload' }>,
	findings: readonly Finding[],
	situation: Situation,
): Action {
	const action: Action = { id: `${step.do}:conf`, kind: step.do, subject: 'conf', steps: [step] };
	const reason = reasonToWithhold(step, findings, situation);
	return reason === undefined ? action : { ...action, withheld: reason };
}

function reasonToWithhold(
	step: Extract<Step, { do: 'rebuild' | 'reload' }>,
	findings: readonly Finding[],
	situation: Situation,
): Withheld | undefined {
	const { settings, findings: all, memory, uptime, now } = situation;
	if (situation.mayNot) return situation.mayNot;
	const wrong = misconfigured(all);
	if (wrong) return whileFound('nothing can be relied on', wrong);
	if (all.some(({ id }) => id === 'conf.two_writers'))
		return { why: 'stock writes these files too; they are left to it', until: 'as long as generate_vicidial_conf=Y' };
	const database = databaseDown(all);
	if (step.do === 'rebuild' && database) return whileFound('nothing can be read', database);
	if (situation.rebuild === undefined) {
		const [first] = findings;
		const soon = first && memory.conf?.owed === undefined ? tooSoon(first, situation) : undefined;
		if (soon) return soon;
		const until = usedUpUntil(memory.attempts.conf ?? [], settings.ration, uptime);
		if (until !== undefined) {
			const again = clock(new Date(now.getTime() + (until - uptime) * 1000));
			return {
				why: `gave up after ${settings.ration.restarts} rebuilds (${findings.map(keyOf).join(', ')}); nothing is tried`,
				until: `until ${again}`,
			};
		}
	}
	return situation.remaining < REBUILD_SECONDS ? noTimeLeft(situation.remaining, REBUILD_SECONDS) : undefined;
}
