import { sleep } from './adapters/clock.ts';
import { DAEMONS, type Daemon } from './dialer/daemons.ts';
import { processesOf } from './dialer/process-table.ts';
import { ageQueue } from './repairs/age-queue.ts';
import { explainStart } from './repairs/explain-start.ts';
import { gatherEvidence } from './repairs/gather-evidence.ts';
import { type Proof, proveLife } from './repairs/prove-life.ts';
import { reRegister } from './repairs/re-register.ts';
import { rebuildConf, reloadConf } from './repairs/rebuild-conf.ts';
import { StepFailed } from './repairs/screen.ts';
import { proveAsterisk, seeThatAsteriskCanStart, startAsterisk } from './repairs/start-asterisk.ts';
import { seeThatItCanStart, startDaemon } from './repairs/start-daemon.ts';
import { stopProcesses } from './repairs/stop-processes.ts';
import { badMoment } from './restraint.ts';
import { startBlocked } from './steps.ts';
import type { Action, ActionReport, Step, Withheld } from './types.ts';
import { reportWithheld } from './withheld.ts';
import type { World } from './world.ts';

/** Milliseconds until a damaged conf file is looked at again: stock copies in place, piece by piece. */
const SECOND_LOOK = 2000;
/** Milliseconds that must be left of the run after waiting for it. */
const NEEDED_AFTER_WAIT = 15_000;
/** A stock keepalive that runs for longer than this, in seconds, hangs and is not waited for. */
const KEEPALIVE_HANGS = 60;

/** The stock keepalive does not end in time; nothing was done. */
class StockAtWork extends Error {}

/** How an action ends: as it went, or with the reason why nothing was begun. */
type Ended = Withheld | ({ outcome: 'done' | 'failed' } & Pick<ActionReport, 'reason' | 'verified'>);

const RECOVERED: Withheld = { why: 'it recovered by itself; it is left alone', until: 'as long as it stays well' };
const STOCK_WORKS: Withheld = { why: 'the stock keepalive is at work; it is left alone', until: 'until that ends' };

/**
 * The only executor: performs the steps of one action in order and stops at the first that fails.
 * @param stillNeeded looks once more right before the first step
 * @param interruptedAt when an earlier run began the same and did not reach its end
 */
export async function act(
	action: Action,
	world: World,
	environment: Record<string, string>,
	stillNeeded: () => Promise<boolean>,
	interruptedAt: string | undefined,
): Promise<ActionReport> {
	const began = performance.now();
	const report = (ended: Ended): ActionReport => {
		const duration_ms = Math.round(performance.now() - began);
		if ('until' in ended) return reportWithheld(action, ended, duration_ms);
		return { id: action.id, kind: action.kind, subject: action.subject, ...ended, duration_ms };
	};
	const told: string[] = [];
	try {
		// one that copies conf files in place must be gone, however long it takes; one that hangs starts no daemons
		await awaitStockKeepalive(world, action.subject === 'conf' ? Number.POSITIVE_INFINITY : KEEPALIVE_HANGS);
		if (action.subject === 'conf') return report(await actOnConf(action, world, stillNeeded));
		if (action.subject === 'Asterisk')
			return report(await actOnAsterisk(action, world, environment, stillNeeded, told));
		if (action.steps[0]?.do === 're-register') return report(await actOnTrunk(action.steps[0], world, stillNeeded));
		const daemon = DAEMONS.find(({ name }) => name === action.subject);
		if (!daemon) return report({ outcome: 'failed', reason: 'there is no such daemon' });
		const tooLate = badMoment(action.kind, world.settings.startWindow, new Date(), world.deadline.remaining() / 1000);
		if (tooLate) return report(tooLate);
		if (!(await stillNeeded())) return report(RECOVERED);
		const table = world.proc.processes();
		const found = processesOf(daemon, table, world.settings);
		const inTheWay = startBlocked(action.steps, daemon, found, table);
		if (inTheWay) return report(inTheWay);
		await seeThatItCanStart(action, environment, world);
		let verified: ActionReport['verified'] = 'pending';
		for (const step of action.steps) {
			const performed = await perform(step, action, daemon, world, environment);
			told.push(performed.told);
			verified = performed.verified ?? verified;
		}
		const finished = interruptedAt === undefined ? '' : `finished what was interrupted at ${interruptedAt}: `;
		return report({ outcome: 'done', reason: finished + told.join('; '), verified });
	} catch (error) {
		if (error instanceof StockAtWork) return report(STOCK_WORKS);
		const reason = error instanceof Error ? error.message : String(error);
		return report({ outcome: 'failed', reason: [...told, reason].join('; '), verified: false });
	}
}

/** Confirms a conf action by a second look two seconds later, then does it. */
async function actOnConf({ steps: [step] }: Action, world: World, stillNeeded: () => Promise<boolean>): Promise<Ended> {
	if (world.rebuild === undefined) {
		const tooLate = badMoment('start', world.settings.startWindow, new Date(), world.deadline.remaining() / 1000);
		if (tooLate) return tooLate;
		await sleep(SECOND_LOOK);
		if (!(await stillNeeded())) return RECOVERED;
	}
	if (step?.do !== 'rebuild' && step?.do !== 'reload') throw new StepFailed('there is no such step for a conf file');
	const { told, verified } =
		step.do === 'rebuild' ? await rebuildConf(step.files, world) : await reloadConf(step.files, world);
	return { outcome: 'done', reason: told, verified };
}

async function actOnTrunk(
	{ registration }: Extract<Step, { do: 're-register' }>,
	world: World,
	stillNeeded: () => Promise<boolean>,
): Promise<Ended> {
	if (!(await stillNeeded())) return RECOVERED;
	const { told, verified } = await reRegister(registration, world);
	return { outcome: 'done', reason: told, verified };
}

/** A start that is begun is not cut off by the window: stock starts no Asterisk while there is one. */
async function actOnAsterisk(
	action: Action,
	world: World,
	environment: Record<string, string>,
	stillNeeded: () => Promise<boolean>,
	told: string[],
): Promise<Ended> {
	const { kind, steps } = action;
	const as = kind === 'restart' ? 'restart' : 'start';
	const tooLate = badMoment(as, world.settings.startWindow, new Date(), world.deadline.remaining() / 1000);
	if (tooLate) return tooLate;
	if (!(await stillNeeded())) return RECOVERED;
	await seeThatAsteriskCanStart(action, world, environment);
	let verified: true | 'pending' = 'pending';
	for (const step of steps) {
		if (step.do === 'evidence') told.push(await gatherEvidence('Asterisk', step, world, environment));
		else if (step.do === 'stop') told.push(await stopProcesses(step, world, environment));
		else if (step.do === 'start-asterisk') told.push(await startAsterisk(step, world, environment));
		else if (step.do === 'prove') {
			const proof = await proveAsterisk(world);
			told.push(proof.told);
			verified = proof.verified;
		} else throw new StepFailed(`${step.do} is no step for Asterisk`);
	}
	return { outcome: 'done', reason: told.join('; '), verified };
}

/** What a step did, and whether that is a proof of life. */
type Performed = { told: string; verified?: Proof['verified'] };

async function perform(
	step: Step,
	{ steps }: Action,
	daemon: Daemon,
	world: World,
	environment: Record<string, string>,
): Promise<Performed> {
	switch (step.do) {
		case 'evidence':
			return { told: await gatherEvidence(daemon.name, step, world, environment) };
		case 'stop':
			return { told: await stopProcesses(step, world, environment) };
		case 'start':
			return { told: await startDaemon(step, daemon, world, environment) };
		case 'age-queue':
			return { told: await ageQueue(step, world) };
		case 'prove':
			return prove(steps, daemon, world, environment);
		default:
			throw new StepFailed(`${step.do} is no step for a daemon`);
	}
}

/** A start that does not last has a reason that is worth more than the fact. @throws StepFailed */
async function prove(
	steps: readonly Step[],
	daemon: Daemon,
	world: World,
	environment: Record<string, string>,
): Promise<Proof> {
	try {
		return await proveLife(daemon, world);
	} catch (error) {
		const start = steps.find((step) => step.do === 'start');
		const { copies } = processesOf(daemon, world.proc.processes(), world.settings);
		if (!(error instanceof StepFailed) || !start || copies.length > 0) throw error;
		throw new StepFailed([error.message, ...(await explainStart(start, world, environment))].join('; '));
	}
}

/** Waits for a stock keepalive at work to end: it may be about to start the same daemon (ADMIN_keepalive_ALL.pl). */
async function awaitStockKeepalive({ proc, settings, deadline }: World, oldest: number): Promise<void> {
	const script = `${settings.home}/ADMIN_keepalive_ALL.pl`;
	const atWork = (): boolean =>
		proc.processes().some(({ argv, started }) => argv[1] === script && proc.uptime() - started < oldest);
	while (atWork()) {
		if (deadline.remaining() < NEEDED_AFTER_WAIT) throw new StockAtWork();
		await sleep(500);
	}
}
