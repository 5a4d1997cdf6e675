import { sleep } from './adapters/clock.ts';
import { restsOn } from './diagnose.ts';
import { DAEMONS } from './dialer/daemons.ts';
import type { Memory } from './memory.ts';
import type { Notebook } from './notebook.ts';
import { consider, type Judged, type Looked, lookAt } from './observe.ts';
import { unremembered } from './permission.ts';
import { DIALER, withAttempt } from './rations.ts';
import type { RunParts } from './run.ts';
import type { Action, ActionReport, CheckId, Finding, Withheld } from './types.ts';
import { reportWithheld } from './withheld.ts';
import type { World } from './world.ts';

/** Milliseconds between looks at what a repair set right, and how many of them. */
const SETTLE = 1000;
const SETTLE_LOOKS = 8;
/** Milliseconds that the look after a repair gets, even past the deadline. */
const PROOF_LOOK = 5000;

/** What was seen, and what was found in it. */
export interface Look {
	looked: Looked[];
	found: Judged[];
	notes: Notebook;
}

/**
 * Carries out a plan action by action, keeps the memory safe around each, and looks again at what was touched.
 * @param earlier a repair that an earlier run began and did not end
 * @returns what became of the actions, and the last look
 */
export async function repair(
	actions: readonly Action[],
	look: Look,
	parts: RunParts,
	notebook: () => Notebook,
	earlier: Memory['journal'],
): Promise<Look & { outcomes: ActionReport[] }> {
	const { world } = parts;
	const { looked, found } = look;
	const outcomes: ActionReport[] = [];
	const attempted: string[] = [];
	for (const action of actions) {
		const failed = outcomes.find(
			({ subject, outcome }) => outcome === 'failed' && exitsWithout(action.subject, subject),
		);
		const withheld = action.withheld ?? (failed && whileDown(failed.subject));
		if (withheld || parts.dryRun) {
			outcomes.push(withheld ? reportWithheld(action, withheld) : planned(action));
			continue;
		}
		attempted.push(action.subject);
		const interruptedAt = earlier?.daemon === action.subject ? earlier.at : undefined;
		outcomes.push(await carryOut(action, looked, parts, notebook, interruptedAt));
	}
	if (attempted.length === 0) return { ...look, outcomes };
	const done = outcomes.filter(({ outcome }) => outcome === 'done').map(({ subject }) => subject);
	return { ...(await settle(looked, found, attempted, done, world, notebook)), outcomes };
}

async function carryOut(
	action: Action,
	looked: readonly Looked[],
	{ world, save, working, environment, startedAt, began }: RunParts,
	notebook: () => Notebook,
	interruptedAt: string | undefined,
): Promise<ActionReport> {
	const before = world.memory;
	world.memory = begun(before, action, world, startedAt, (performance.now() - began) / 1000);
	const unsafe = attempt(() => save(world.memory));
	if (unsafe) {
		world.memory = before;
		return reportWithheld(action, unremembered(unsafe));
	}
	working(action.id);
	// most runs repair nothing
	const { act } = await import('./act.ts');
	const outcome = await act(
		action,
		world,
		environment(),
		() => stillNeeded(action, looked, world, notebook()),
		interruptedAt,
	);
	working(undefined);
	// nothing was tried: neither a debt nor an attempt
	if (outcome.outcome === 'withheld') world.memory = before;
	if (outcome.outcome === 'done' && action.kind === 'rebuild') world.memory = withoutDebt(world.memory);
	return outcome;
}

/**
 * The memory while an action is under way: an interruption is found by the next run, and the attempt counts, for the
 * dialer once a run.
 * @param age seconds since this run began
 */
function begun(memory: Memory, action: Action, { proc, settings }: World, now: Date, age: number): Memory {
	const uptime = proc.uptime();
	const earlier = (memory.attempts[DIALER] ?? []).filter((at) => at < uptime - age);
	const dialer =
		action.kind === 'rebuild' || action.kind === 'reload' ? undefined : withAttempt(earlier, settings.ration, uptime);
	return {
		...memory,
		journal: { kind: action.kind, daemon: action.subject, at: now.toISOString() },
		attempts: {
			...memory.attempts,
			[action.subject]: withAttempt(memory.attempts[action.subject] ?? [], settings.ration, uptime),
			...(dialer && { [DIALER]: dialer }),
		},
		...(action.kind === 'rebuild' && {
			conf: { ...(memory.conf ?? { files: {} }), owed: { since: now.toISOString() } },
		}),
	};
}

function withoutDebt(memory: Memory): Memory {
	if (!memory.conf) return memory;
	const { owed: _, ...conf } = memory.conf;
	return { ...memory, conf };
}

/** A repair that an earlier run began and that turns out to have reached its end: it is told once, here. */
export function finishedBefore(
	journal: Memory['journal'],
	found: readonly Judged[],
	outcomes: readonly ActionReport[],
): ActionReport[] {
	if (!journal || outcomes.some(({ subject }) => subject === journal.daemon)) return [];
	const [check] = judgedBy(journal.daemon);
	const judged = found.find(({ id }) => id === check);
	if (!judged?.seen || judged.findings.some((finding) => isTroubleAt(finding, [journal.daemon]))) return [];
	const reason = `the run that was interrupted at ${journal.at} had done it; ${journal.daemon} is well`;
	return [
		{
			id: `${journal.kind}:${journal.daemon}`,
			kind: journal.kind,
			subject: journal.daemon,
			outcome: 'done',
			reason,
			verified: true,
			duration_ms: 0,
		},
	];
}

/** Whether something is wrong with one of these subjects; what is said of its settings no repair changes. */
const isTroubleAt = ({ id, subject }: Finding, subjects: readonly string[]): boolean =>
	subjects.includes(subject) && id !== 'registrations.intervals';

/** What went wrong, or undefined. */
function attempt(work: () => void): string | undefined {
	try {
		work();
		return undefined;
	} catch (error) {
		return (error as Error).message;
	}
}

const exitsWithout = (daemon: string, other: string): boolean =>
	DAEMONS.some((one) => one.name === daemon && restsOn(one, other));

/** The checks that can ask for a repair of this subject; a trunk is called by its channel driver and a slash. */
function judgedBy(subject: string): CheckId[] {
	if (subject === 'conf') return ['conf'];
	if (subject.includes('/')) return ['registrations'];
	return subject === 'Asterisk' ? ['asterisk'] : ['processes', 'queues'];
}

/** Looks once more at what asked for this action: a daemon that is well by now is left alone. */
async function stillNeeded(action: Action, before: readonly Looked[], world: World, notes: Notebook): Promise<boolean> {
	world.lookAgain();
	const fresh = await lookAt(
		before.map(({ id }) => id).filter((id) => judgedBy(action.subject).includes(id)),
		world,
	);
	const looked = before.map((old) => fresh.find(({ id }) => id === old.id) ?? old);
	return consider(looked, notes, world).some(({ findings }) => findings.some(({ remedy }) => remedy === action.id));
}

const whileDown = (subject: string): Withheld => ({
	why: `it exits without ${subject}, which could not be started; it is not started either`,
	until: 'until that one is',
});

const planned = ({ id, kind, subject }: Action): ActionReport => ({
	id,
	kind,
	subject,
	outcome: 'planned',
	duration_ms: 0,
});

/**
 * Looks again at the checks whose findings a repair could help, until nothing is left to find at what was done, or it
 * takes too long. What cannot be seen any more stays as it was seen first.
 */
async function settle(
	before: Looked[],
	found: readonly Judged[],
	touched: readonly string[],
	done: readonly string[],
	world: World,
	notebook: () => Notebook,
): Promise<Look> {
	const asked = (id: string): boolean =>
		(id === 'conf' && touched.includes('conf')) || (id === 'processes' && !touched.every((one) => one === 'conf'));
	const ofTrunks = touched.some((subject) => judgedBy(subject).includes('registrations'));
	const again = found
		.filter(({ id }) => id !== 'registrations' || ofTrunks)
		.filter(({ id, findings }) => findings.some(({ remedy, cause }) => remedy ?? cause) || asked(id))
		.map(({ id }) => id);
	world.deadline.grant(PROOF_LOOK);
	for (let look = 1; ; look++) {
		world.lookAgain();
		const fresh = await lookAt(again, world);
		const looked = before.map((old) => fresh.find(({ id, unseen }) => id === old.id && !unseen) ?? old);
		const notes = notebook();
		const after = consider(looked, notes, world);
		const well = !after.some(({ findings }) => findings.some((finding) => isTroubleAt(finding, done)));
		if (well || look === SETTLE_LOOKS || world.deadline.remaining() < 3 * SETTLE)
			return { looked, found: after, notes };
		await sleep(SETTLE);
	}
}
