import { act } from './act.ts';
import { sleep } from './adapters/clock.ts';
import { CHECKS } from './checks/index.ts';
import { diagnose, keyOf } from './diagnose.ts';
import { DAEMONS } from './dialer/daemons.ts';
import { type Memory, Notebook } from './memory.ts';
import { type Judged, judgeAll, type Looked, lookAt, statusOf, worstOf } from './observe.ts';
import { plan, type Situation } from './plan.ts';
import { planConf } from './plan-conf.ts';
import type { Action, ActionReport, CheckId, CheckReport, Finding, Report, Status } from './types.ts';
import type { AmiMemory, World } from './world.ts';

export interface RunParts {
	world: World;
	version: string;
	dryRun: boolean;
	/** checks to report; with `only` what they rest on is looked at too */
	checks: readonly CheckId[];
	only: boolean;
	/** why this run may not repair anything; undefined when it may */
	mayNot: string | undefined;
	startedAt: Date;
	/** the monotonic clock at that moment, milliseconds */
	began: number;
	/** environment for daemons that are started */
	environment: () => Record<string, string>;
	/** keeps the memory safe before something irrevocable is done */
	save: (memory: Memory) => void;
}

/** Milliseconds between looks at what a repair set right, and how many of them. */
const SETTLE = 1000;
const SETTLE_LOOKS = 8;
const EXIT_CODE: Record<Status, number> = { critical: 2, warning: 1, unknown: 3, ok: 0 };

/** One look with its repairs: observe, judge, plan, act, verify. Returns what to report and what to remember. */
export async function run(parts: RunParts): Promise<{ report: Report; memory: Memory; amiMemory: AmiMemory }> {
	const { world, dryRun } = parts;
	const clock = { uptime: world.proc.uptime(), now: parts.startedAt };
	const notebook = (): Notebook => new Notebook(world.memory, world.settings.lookGap, clock);

	const ids = parts.only ? withFoundations(parts.checks) : parts.checks;
	let looked = await lookAt(ids, world);
	let notes = notebook();
	const found = consider(looked, notes, world);
	const situation: Situation = {
		settings: world.settings,
		memory: world.memory,
		findings: found.flatMap(({ findings }) => findings),
		looks: (key) => notes.note(key).looks,
		countsFrom: notes.counts ? undefined : new Date(clock.now.getTime() + gapLeft(world, clock.uptime) * 1000),
		table: world.processes(),
		now: new Date(),
		uptime: clock.uptime,
		databaseUptime: found.flatMap(({ metrics }) => metrics).find(({ name }) => name === 'database_uptime')?.value,
		seen: ids,
		asteriskVersion: (await world.serverOrRemembered())?.asteriskVersion,
		remaining: world.deadline.remaining() / 1000,
		mayNot: parts.mayNot,
		rebuild: world.rebuild,
	};
	const actions = [...plan(situation), ...(ids.includes('conf') ? planConf(situation) : [])];

	let memory = world.memory;
	const outcomes: ActionReport[] = [];
	for (const action of actions) {
		if (dryRun || action.withheld !== undefined) {
			outcomes.push(undone(action));
			continue;
		}
		const failed = outcomes.find(({ subject, outcome }) => outcome === 'failed' && restsOn(action.subject, subject));
		if (failed) {
			outcomes.push(undone({ ...action, withheld: `it exits without ${failed.subject}, which could not be started` }));
			continue;
		}
		const before = memory;
		memory = begun(memory, action, clock.uptime, parts.startedAt);
		const unsafe = attempt(() => parts.save(memory));
		if (unsafe) {
			memory = before;
			outcomes.push(undone({ ...action, withheld: `nothing can be remembered: ${unsafe}` }));
			continue;
		}
		const outcome = await act(action, world, parts.environment(), () => stillNeeded(action, looked, world, notebook()));
		// nothing was tried: neither a debt nor an attempt
		if (outcome.outcome === 'withheld') memory = before;
		outcomes.push(outcome);
	}

	let final = found;
	if (outcomes.some(({ outcome }) => outcome === 'done' || outcome === 'failed')) {
		const touched = outcomes.filter(({ outcome }) => outcome === 'done').map(({ subject }) => subject);
		({ looked, final, notes } = await settle(looked, found, touched, world, notebook));
	}
	const { memory: next, amiMemory } = await remember(memory, looked, outcomes, world);
	return {
		report: report(parts, found, final, outcomes),
		memory: { ...next, conditions: notes.conditions(), ...(notes.counts && { countedAt: clock.uptime }) },
		amiMemory,
	};
}

/** What went wrong, or undefined. */
function attempt(work: () => void): string | undefined {
	try {
		work();
		return undefined;
	} catch (error) {
		return (error as Error).message;
	}
}

const restsOn = (daemon: string, other: string): boolean =>
	DAEMONS.some(({ name, needs }) => name === daemon && needs.some((need) => need === other));

/** Looks once more at what asked for this action: a daemon that is well by now is left alone. */
async function stillNeeded(action: Action, before: readonly Looked[], world: World, notes: Notebook): Promise<boolean> {
	world.lookAgain();
	const fresh = await lookAt(
		before
			.map(({ id }) => id)
			.filter((id) => (action.subject === 'conf' ? id === 'conf' : id === 'processes' || id === 'queues')),
		world,
	);
	const looked = before.map((old) => fresh.find(({ id }) => id === old.id) ?? old);
	return consider(looked, notes, world).some(({ findings }) => findings.some(({ remedy }) => remedy === action.id));
}

async function remember(memory: Memory, looked: readonly Looked[], outcomes: readonly ActionReport[], world: World) {
	const server = await world.server().catch(() => undefined);
	const { journal, ...rest } = memory;
	// a repair that was begun stays owed only while something keeps this run from finishing it
	const owed = journal && outcomes.some(({ subject, outcome }) => subject === journal.daemon && outcome === 'withheld');
	let next: Memory = { ...rest, ...(owed && { journal }) };
	let amiMemory = world.amiMemory;
	for (const { remember: learnt } of looked) {
		const { amiMemory: accounts, commands, ...others } = learnt;
		next = { ...next, ...others, commands: { ...next.commands, ...commands } };
		amiMemory = accounts ?? amiMemory;
	}
	if (server)
		next = {
			...next,
			server: { asteriskVersion: server.asteriskVersion, runsAsterisk: server.runsAsterisk, endOfDay: server.endOfDay },
		};
	return { memory: next, amiMemory };
}

/** The named checks with those that their repairs rest on. */
function withFoundations(ids: readonly CheckId[]): CheckId[] {
	const rests: CheckId[] = ids.some((id) => id === 'processes' || id === 'queues') ? ['mysql', 'asterisk'] : [];
	return CHECKS.map(({ id }) => id).filter((id) => ids.includes(id) || rests.includes(id));
}

/** Judges, names causes and stamps each finding with the look that first saw it. */
function consider(looked: readonly Looked[], notes: Notebook, world: World): Judged[] {
	const judged = judgeAll(looked, { settings: world.settings, note: notes.note });
	const diagnosed = new Map(
		diagnose(judged.flatMap(({ findings }) => findings)).map((finding) => [keyOf(finding), finding]),
	);
	const stamped = (finding: Finding): Finding => {
		const { since } = notes.note(keyOf(finding));
		return { ...(diagnosed.get(keyOf(finding)) ?? finding), since };
	};
	return judged.map((one) => ({ ...one, findings: one.findings.map(stamped) }));
}

const gapLeft = ({ memory, settings }: World, uptime: number): number =>
	settings.lookGap - (uptime - (memory.countedAt ?? 0));

function undone(action: Action): ActionReport {
	const { id, kind, subject, withheld } = action;
	return withheld === undefined
		? { id, kind, subject, outcome: 'planned', duration_ms: 0 }
		: { id, kind, subject, outcome: 'withheld', reason: withheld, duration_ms: 0 };
}

/** The memory while an action is under way: an interruption is found by the next run, and the attempt counts. */
function begun(memory: Memory, action: Action, uptime: number, now: Date): Memory {
	const attempts = [...(memory.attempts[action.subject] ?? []), uptime].slice(-20);
	return {
		...memory,
		journal: { kind: action.kind, daemon: action.subject, at: now.toISOString() },
		attempts: { ...memory.attempts, [action.subject]: attempts },
		...(action.kind === 'rebuild' && {
			conf: { ...(memory.conf ?? { files: {} }), owed: { since: now.toISOString() } },
		}),
	};
}

/**
 * Looks again at the checks whose findings a repair could help, until nothing is left to find at what was touched, or it
 * takes too long.
 */
async function settle(
	before: Looked[],
	found: readonly Judged[],
	touched: readonly string[],
	world: World,
	notebook: () => Notebook,
) {
	const again = found
		.filter(
			({ id, findings }) =>
				findings.some(({ remedy, cause }) => remedy ?? cause) || (id === 'conf' && touched.includes('conf')),
		)
		.map(({ id }) => id);
	for (let look = 1; ; look++) {
		world.lookAgain();
		const fresh = await lookAt(again, world);
		const looked = before.map((old) => fresh.find(({ id }) => id === old.id) ?? old);
		const notes = notebook();
		const final = consider(looked, notes, world);
		const well = !final.some(({ findings }) => findings.some(({ subject }) => touched.includes(subject)));
		if (well || look === SETTLE_LOOKS || world.deadline.remaining() < 3 * SETTLE) return { looked, final, notes };
		await sleep(SETTLE);
	}
}

function report(parts: RunParts, found: readonly Judged[], final: readonly Judged[], actions: ActionReport[]): Report {
	// a foundation that nobody asked for is only worth a word when it is in trouble
	const shown = found.filter(({ id, findings }) => parts.checks.includes(id) || findings.length > 0);
	const checks = shown.map((one): CheckReport => {
		const end = final.find(({ id }) => id === one.id) ?? one;
		return {
			id: one.id,
			status: statusOf(end),
			...(end.skippedBecause !== undefined && { skipped_because: end.skippedBecause }),
			duration_ms: Math.round(one.milliseconds),
			findings: [
				...one.findings,
				...end.findings.filter((later) => !one.findings.some((earlier) => keyOf(earlier) === keyOf(later))),
			],
			metrics: end.metrics,
		};
	});
	const status = worstOf(checks.map((check) => (check.status === 'skipped' ? 'ok' : check.status)));
	return {
		schema: 1,
		version: parts.version,
		server_ip: parts.world.settings.serverIp,
		started_at: parts.startedAt.toISOString(),
		duration_ms: Math.round(performance.now() - parts.began),
		dry_run: parts.dryRun,
		status,
		exit_code: EXIT_CODE[status],
		checks,
		actions,
	};
}
