import { CHECKS } from './checks/index.ts';
import { keyOf } from './diagnose.ts';
import { optionsOf } from './dialer/crontab.ts';
import { type Memory, Notebook } from './memory.ts';
import { consider, type Judged, type Looked, lookAt, statusOf, worstOf } from './observe.ts';
import { plan, type Situation } from './plan.ts';
import { planConf } from './plan-conf.ts';
import { repair } from './repair.ts';
import type { ActionReport, CheckId, CheckReport, CheckStatus, Report, Status } from './types.ts';
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
}

const EXIT_CODE: Record<Status, number> = { critical: 2, warning: 1, unknown: 3, ok: 0 };

/** One look with its repairs: observe, judge, plan, act, verify. Returns what to report and what to remember. */
export async function run(parts: RunParts): Promise<Learnt & { report: Report }> {
	const { world } = parts;
	const clock = { uptime: world.proc.uptime(), now: parts.startedAt };
	const notebook = (): Notebook => new Notebook(world.memory, world.settings.lookGap, clock);

	const ids = parts.only ? withFoundations(parts.checks) : parts.checks;
	const looked = await lookAt(ids, world);
	const notes = notebook();
	const found = consider(looked, notes, world);
	const situation: Situation = {
		settings: world.settings,
		memory: world.memory,
		findings: found.flatMap(({ findings }) => findings),
		looks: (key) => notes.note(key).looks,
		countsIn: (check) => notes.countsIn(check),
		table: world.processes(),
		now: new Date(),
		uptime: clock.uptime,
		databaseUptime: found.flatMap(({ metrics }) => metrics).find(({ name }) => name === 'database_uptime')?.value,
		seen: found.filter(({ seen }) => seen).map(({ id }) => id),
		asteriskVersion: (await world.serverOrRemembered())?.asteriskVersion,
		options: optionsOf(world.crontab()),
		remaining: world.deadline.remaining() / 1000,
		mayNot: parts.mayNot,
		rebuild: world.rebuild,
	};
	const actions = [...plan(situation), ...(ids.includes('conf') ? planConf(situation) : [])];
	const done = await repair(actions, { looked, found, notes }, parts, notebook);
	const { memory, amiMemory, proven } = await learn(done.looked, done.outcomes, world);
	const seen = done.final.filter((one) => one.seen).map(({ id }) => id);
	return {
		report: report(parts, found, done.final, done.outcomes),
		memory: { ...memory, ...done.notes.remember(seen) },
		amiMemory,
		proven,
	};
}

async function learn(looked: readonly Looked[], outcomes: readonly ActionReport[], world: World) {
	const server = await world.server().catch(() => undefined);
	const { journal, ...rest } = world.memory;
	// a repair that was begun stays owed while this run could neither finish it nor see that it is finished
	const settled = outcomes.some(({ subject, outcome }) => subject === journal?.daemon && outcome !== 'withheld');
	const owed = journal !== undefined && !settled;
	let next: Memory = { ...rest, ...(owed && { journal }) };
	let amiMemory = world.amiMemory;
	let proven: string[] = [];
	for (const { remember: learnt } of looked) {
		const { amiMemory: accounts, proven: held, commands, turns, ...others } = learnt;
		next = {
			...next,
			...others,
			commands: { ...next.commands, ...commands },
			...(turns && { turns: { ...next.turns, ...turns } }),
		};
		amiMemory = accounts ?? amiMemory;
		proven = held ?? proven;
	}
	if (server)
		next = {
			...next,
			server: { asteriskVersion: server.asteriskVersion, runsAsterisk: server.runsAsterisk, endOfDay: server.endOfDay },
		};
	return { memory: next, amiMemory, proven };
}

/** The named checks with those that their repairs rest on. */
function withFoundations(ids: readonly CheckId[]): CheckId[] {
	const rests: CheckId[] = ids.some((id) => id === 'processes' || id === 'queues' || id === 'conf')
		? ['mysql', 'asterisk']
		: [];
	return CHECKS.map(({ id }) => id).filter((id) => ids.includes(id) || rests.includes(id));
}

/** A repair that failed leaves its trouble standing, whatever the next glance shows. */
function endStatus(end: Judged, found: Judged, actions: readonly ActionReport[]): CheckStatus {
	const status = statusOf(end);
	if (status === 'skipped') return status;
	const failed = actions
		.filter(({ outcome, verified }) => outcome === 'failed' || verified === false)
		.map(({ id }) => id);
	const standing = found.findings.filter(({ remedy }) => remedy !== undefined && failed.includes(remedy));
	return worstOf([status, ...standing.map((finding) => finding.status)]);
}

function report(parts: RunParts, found: readonly Judged[], final: readonly Judged[], actions: ActionReport[]): Report {
	// a foundation that nobody asked for is only worth a word when it is in trouble
	const shown = found.filter(({ id, findings }) => parts.checks.includes(id) || findings.length > 0);
	const checks = shown.map((one): CheckReport => {
		const end = final.find(({ id }) => id === one.id) ?? one;
		return {
			id: one.id,
			status: endStatus(end, one, actions),
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
