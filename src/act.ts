import { sleep } from './adapters/clock.ts';
import { runProgram } from './adapters/exec.ts';
import { isMissing } from './adapters/files.ts';
import { DAEMONS, type Daemon } from './dialer/daemons.ts';
import { processesOf } from './dialer/process-table.ts';
import { type Proof, proveLife } from './repairs/prove-life.ts';
import { rebuildConf, reloadConf } from './repairs/rebuild-conf.ts';
import { StepFailed, screenProgram } from './repairs/screen.ts';
import { stopProcesses } from './repairs/stop-processes.ts';
import { badMoment } from './restraint.ts';
import type { Action, ActionReport, Step } from './types.ts';
import type { World } from './world.ts';

const START_TIMEOUT = 5000;
/** Milliseconds until a damaged conf file is looked at again: stock copies in place, piece by piece. */
const SECOND_LOOK = 2000;
/** Milliseconds that must be left of the run after waiting for it. */
const NEEDED_AFTER_WAIT = 15_000;
/** A stock keepalive that runs for longer than this, in seconds, hangs and is not waited for. */
const KEEPALIVE_HANGS = 60;

/** The stock keepalive does not end in time; nothing was done. */
class StockAtWork extends Error {}

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
	const report = (rest: Pick<ActionReport, 'outcome'> & Partial<ActionReport>): ActionReport => ({
		id: action.id,
		kind: action.kind,
		subject: action.subject,
		...rest,
		duration_ms: Math.round(performance.now() - began),
	});
	const told: string[] = [];
	try {
		// one that copies conf files in place must be gone, however long it takes; one that hangs starts no daemons
		await awaitStockKeepalive(world, action.subject === 'conf' ? Number.POSITIVE_INFINITY : KEEPALIVE_HANGS);
		if (action.subject === 'conf') return report(await actOnConf(action, world, stillNeeded));
		const daemon = DAEMONS.find(({ name }) => name === action.subject);
		if (!daemon) return report({ outcome: 'failed', reason: 'there is no such daemon' });
		const tooLate = badMoment(action.kind, world.settings.startWindow, new Date(), world.deadline.remaining() / 1000);
		if (tooLate) return report({ outcome: 'withheld', reason: tooLate });
		if (!(await stillNeeded())) return report({ outcome: 'withheld', reason: 'it recovered by itself' });
		seeThatItCanStart(action, environment);
		let verified: ActionReport['verified'] = 'pending';
		for (const step of action.steps) {
			const performed = await perform(step, daemon, world, environment);
			told.push(performed.told);
			verified = performed.verified ?? verified;
		}
		const finished = interruptedAt === undefined ? '' : `finished what was interrupted at ${interruptedAt}: `;
		return report({ outcome: 'done', reason: finished + told.join('; '), verified });
	} catch (error) {
		if (error instanceof StockAtWork) return report({ outcome: 'withheld', reason: 'the stock keepalive is at work' });
		const reason = error instanceof Error ? error.message : String(error);
		return report({ outcome: 'failed', reason: [...told, reason].join('; '), verified: false });
	}
}

/** Confirms a conf action by a second look two seconds later, then does it. */
async function actOnConf(
	{ steps: [step] }: Action,
	world: World,
	stillNeeded: () => Promise<boolean>,
): Promise<Pick<ActionReport, 'outcome'> & Partial<ActionReport>> {
	if (world.rebuild === undefined) {
		const tooLate = badMoment('start', world.settings.startWindow, new Date(), world.deadline.remaining() / 1000);
		if (tooLate) return { outcome: 'withheld', reason: tooLate };
		await sleep(SECOND_LOOK);
		if (!(await stillNeeded())) return { outcome: 'withheld', reason: 'it was put right in the meantime' };
	}
	if (step?.do !== 'rebuild' && step?.do !== 'reload') throw new StepFailed('there is no such step for a conf file');
	const { told, verified } =
		step.do === 'rebuild' ? await rebuildConf(step.files, world) : await reloadConf(step.files, world);
	return { outcome: 'done', reason: told, verified };
}

async function perform(
	step: Step,
	daemon: Daemon,
	world: World,
	environment: Record<string, string>,
): Promise<{ told: string; verified?: Proof['verified'] }> {
	switch (step.do) {
		case 'stop':
			return { told: await stopProcesses(step, world, environment) };
		case 'start':
			return { told: await start(step, daemon, world, environment) };
		case 'prove':
			return proveLife(daemon, world);
		default:
			throw new StepFailed(`${step.do} is no step for a daemon`);
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

/** Whether a start can succeed at all; asked before anything is stopped for it. @throws StepFailed */
function seeThatItCanStart({ steps }: Action, environment: Record<string, string>): void {
	const step = steps.find((one) => one.do === 'start');
	if (!step) return;
	if (step.screen !== null) screenProgram(environment);
	const [script = ''] = step.argv;
	for (const path of [script, environment.HOME ?? '/'])
		if (isMissing(path)) throw new StepFailed(`there is no ${path}`);
}

async function start(
	step: Extract<Step, { do: 'start' }>,
	daemon: Daemon,
	{ proc, settings }: World,
	environment: Record<string, string>,
): Promise<string> {
	// stopping took its time, and somebody else may have been faster
	const [other] = processesOf(daemon, proc.processes(), settings).copies;
	if (other) throw new StepFailed(`process ${other.pid} was started by somebody else meanwhile`);
	const [script = '', ...args] = step.argv;
	const { exitCode, output } =
		step.screen === null
			? await runProgram(script, args, environment, START_TIMEOUT, 'leaves processes behind')
			: await runProgram(
					screenProgram(environment),
					['-d', '-m', '-S', step.screen, ...step.argv],
					environment,
					START_TIMEOUT,
				);
	if (exitCode !== 0)
		throw new StepFailed(`${script} could not be started: ${output.trim().slice(0, 200) || `exit ${exitCode}`}`);
	return step.screen === null ? `started by ${script}` : `started in screen ${step.screen}`;
}
