import { CHECKS } from './checks/index.ts';
import { conclude } from './conclude.ts';
import { aftermath, carriesOthers, keyOf } from './diagnose.ts';
import type { Pulse } from './dialer/pulses.ts';
import type { Memory } from './memory.ts';
import { Notebook } from './notebook.ts';
import { consider, type Judged, type Looked, lookAt } from './observe.ts';
import { leftPending, settlePending } from './pending.ts';
import { plan } from './plan.ts';
import { planAsterisk } from './plan-asterisk.ts';
import { planConf } from './plan-conf.ts';
import { planRegistrations } from './plan-registrations.ts';
import { finishedBefore, type Look, repair } from './repair.ts';
import { clock } from './restraint.ts';
import { situationOf } from './situation.ts';
import type { Action, ActionReport, CheckId, Finding, Report, Withheld } from './types.ts';
import type { AmiMemory, World } from './world.ts';

export interface RunParts {
	world: World;
	version: string;
	dryRun: boolean;
	/** checks to report; with `only` what they rest on is looked at too */
	checks: readonly CheckId[];
	only: boolean;
	/** why this run may not repair anything; undefined when it may */
	mayNot: Withheld | undefined;
	startedAt: Date;
	/** the monotonic clock at that moment, milliseconds */
	began: number;
	/** environment for daemons that are started */
	environment: () => Record<string, string>;
	/** told what is under way, for the case of an interruption */
	working: (what: string | undefined) => void;
	/** keeps the memory safe before something irrevocable is done */
	save: (memory: Memory) => void;
}

/** What a run leaves behind. */
export interface Learnt {
	memory: Memory;
	amiMemory: AmiMemory;
	/** conf files that Asterisk was seen to hold for the first time */
	proven: string[];
	/** the dialer that speaks for the cluster; undefined where that was not seen */
	speaker: string | undefined;
	/** seconds since the database was started; undefined where it does not tell */
	databaseUptime: number | undefined;
	/** what has to have moved in a later look of the same run */
	pulses: Pulse[];
}

/** One look with its repairs: observe, judge, plan, act, verify. Returns what to report and what to remember. */
export async function run(parts: RunParts): Promise<Learnt & { report: Report }> {
	const { world } = parts;
	const uptime = world.proc.uptime();
	const notebook = (): Notebook => new Notebook(world.memory, world.settings.lookGap, { uptime, now: parts.startedAt });

	const ids = parts.only ? withFoundations(parts.checks) : parts.checks;
	const looked = await lookAt(ids, world);
	const notes = notebook();
	const first: Look = { looked, found: consider(looked, notes, world), notes };
	const interrupted = world.memory.journal;
	const carryOut = (actions: Action[], look: Look): ReturnType<typeof repair> =>
		repair(actions, look, parts, notebook, interrupted);

	const situation = await situationOf(first, [], parts, uptime);
	const asterisk = planAsterisk(situation);
	const roots = await carryOut([...asterisk, ...plan(situation, asterisk)], first);
	const repaired = foundationsRepaired(first.found, roots.outcomes);
	// what ended with a foundation comes back in the same run
	const followers =
		repaired.length === 0
			? { ...roots, outcomes: [] }
			: await carryOut(plan(await situationOf(roots, roots.outcomes, parts, uptime)), roots);
	const daemons = merged(roots.outcomes, followers.outcomes);
	const confActions = ids.includes('conf') ? planConf(await situationOf(followers, daemons, parts, uptime)) : [];
	const files = await carryOut(confActions, followers);
	const givenUp = findingsOf(files).some(({ remedy }) => remedy?.startsWith('re-register:'));
	const trunks = givenUp ? planRegistrations(await situationOf(files, daemons, parts, uptime)) : [];
	const last = await carryOut(trunks, files);

	const counts = (check: CheckId): boolean =>
		first.found.some(({ id, seen }) => id === check && seen) && notes.countsIn(check) === 0;
	const { settled, open } = settlePending(world.memory.pending ?? {}, findingsOf(first), counts);
	const outcomes = [...daemons, ...files.outcomes, ...last.outcomes];
	outcomes.push(...finishedBefore(interrupted, first.found, outcomes));
	const { memory, amiMemory, proven, speaker, pulses } = await learn(last.looked, outcomes, interrupted, parts);
	const seen = last.found.filter((one) => one.seen).map(({ id }) => id);
	const pending = leftPending(open, outcomes, clock(parts.startedAt));
	const met = aftermath(findingsOf(roots), repaired);
	return {
		report: conclude(parts, withAftermath(first.found, met), last.found, outcomes, settled),
		memory: { ...memory, ...(pending && { pending }), ...last.notes.remember(seen) },
		amiMemory,
		proven,
		speaker,
		databaseUptime: situation.databaseUptime,
		pulses,
	};
}

/** The findings at what others rest on and that a repair of this run has proven to be well again. */
function foundationsRepaired(found: readonly Judged[], outcomes: readonly ActionReport[]): Finding[] {
	const proven = outcomes.filter(({ outcome, verified }) => outcome === 'done' && verified === true);
	return found
		.flatMap(({ findings }) => findings)
		.filter(({ remedy, subject }) => proven.some(({ id }) => id === remedy) && carriesOthers(subject));
}

const findingsOf = ({ found }: Look): Finding[] => found.flatMap(({ findings }) => findings);

/** The first look with what came to light only after a repair, and is well again by its end. */
const withAftermath = (found: readonly Judged[], met: readonly Finding[]): Judged[] =>
	found.map((one) => {
		const fresh = met.filter(
			(finding) =>
				finding.id.startsWith(`${one.id}.`) && !one.findings.some((known) => keyOf(known) === keyOf(finding)),
		);
		return fresh.length === 0 ? one : { ...one, findings: [...one.findings, ...fresh] };
	});

/** What a later round says of an action that an earlier one withheld replaces it. */
const merged = (earlier: readonly ActionReport[], later: readonly ActionReport[]): ActionReport[] => [
	...earlier.filter(({ id }) => !later.some((other) => other.id === id)),
	...later,
];

async function learn(
	looked: readonly Looked[],
	outcomes: readonly ActionReport[],
	interrupted: Memory['journal'],
	{ world, startedAt }: RunParts,
) {
	const server = await world.server().catch(() => undefined);
	const { journal: _, pending: __, crashedTables: ___, ...rest } = world.memory;
	// a repair that was begun stays owed while this run could neither finish it nor see that it is finished
	const settled = outcomes.some(({ subject, outcome }) => subject === interrupted?.daemon && outcome !== 'withheld');
	let next: Memory = { ...rest, ...(interrupted && !settled && { journal: interrupted }) };
	let amiMemory = world.amiMemory;
	let proven: string[] = [];
	let speaker: string | undefined;
	const pulses: Pulse[] = [];
	for (const { remember: learnt } of looked) {
		const {
			amiMemory: accounts,
			proven: held,
			speaker: told,
			pulses: moving = [],
			commands,
			turns,
			...others
		} = learnt;
		pulses.push(...moving);
		next = {
			...next,
			...others,
			commands: { ...next.commands, ...commands },
			...(turns && { turns: { ...next.turns, ...turns } }),
		};
		amiMemory = accounts ?? amiMemory;
		proven = held ?? proven;
		speaker = told ?? speaker;
	}
	if (world.crashedTables.length > 0) next = { ...next, crashedTables: world.crashedTables };
	if (server) {
		const { asteriskVersion, runsAsterisk, endOfDay } = server;
		const since = world.memory.server?.noRestartSince ?? startedAt.toISOString();
		const vetoed = server.asteriskTempNoRestart && { noRestartSince: since };
		next = { ...next, server: { asteriskVersion, runsAsterisk, endOfDay, ...vetoed } };
	}
	return { memory: next, amiMemory, proven, speaker, pulses };
}

/** The named checks with those that their repairs rest on. */
function withFoundations(ids: readonly CheckId[]): CheckId[] {
	const rests: CheckId[] = ids.includes('cluster') ? ['mysql'] : [];
	if (ids.some((id) => id === 'processes' || id === 'queues' || id === 'conf' || id === 'registrations'))
		rests.push('mysql', 'asterisk');
	return CHECKS.map(({ id }) => id).filter((id) => ids.includes(id) || rests.includes(id));
}
