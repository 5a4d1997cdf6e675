import { sleep } from './adapters/clock.ts';
import { runProgram, signal } from './adapters/exec.ts';
import { fastAgiServes } from './adapters/fastagi.ts';
import { findProgram } from './adapters/host.ts';
import type { Proc } from './adapters/proc.ts';
import { DAEMONS, type Daemon } from './dialer/daemons.ts';
import { readHeartbeatStamp } from './dialer/heartbeats.ts';
import { type DaemonProcesses, findDaemon, isStopped, scriptsOf } from './dialer/process-table.ts';
import { badMoment } from './plan.ts';
import { rebuildConf, reloadConf } from './repairs/rebuild-conf.ts';
import type { Action, ActionReport, ProcessId, Step } from './types.ts';
import type { World } from './world.ts';

/** Milliseconds that a process gets to follow TERM, and to vanish after KILL. */
const TERM_TIMEOUT = 3000;
const KILL_TIMEOUT = 3000;
/** Milliseconds that a screen session gets to end after its program. */
const SCREEN_TIMEOUT = 2000;
const START_TIMEOUT = 5000;
/** Milliseconds in which a started daemon must show its sign of life; the lesser ones when the run nears its end. */
const PROOF_TIMEOUT = 15_000;
const SHORTEST_PROOF_TIMEOUT = 5000;
/** Milliseconds for which it must have stayed. */
const STAYS = 2000;
const POLL = 100;
/** Milliseconds until a damaged conf file is looked at again: stock copies in place, piece by piece. */
const SECOND_LOOK = 2000;
/** A stock keepalive that runs for longer than this, in seconds, hangs and is not waited for. */
const KEEPALIVE_HANGS = 60;

/** A step that did not reach its end; the message says why, in words for the report. */
class StepFailed extends Error {}
/** The stock keepalive does not end in time; nothing was done. */
class StockAtWork extends Error {}

/**
 * The only executor: performs the steps of one action in order and stops at the first that fails.
 * @param stillNeeded looks once more right before the first step
 */
export async function act(
	action: Action,
	world: World,
	environment: Record<string, string>,
	stillNeeded: () => Promise<boolean>,
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
		await awaitStockKeepalive(world);
		if (action.subject === 'conf') return report(await actOnConf(action, world, stillNeeded));
		const daemon = DAEMONS.find(({ name }) => name === action.subject);
		if (!daemon) return report({ outcome: 'failed', reason: 'there is no such daemon' });
		const tooLate = badMoment(action.kind, world.settings.startWindow, new Date(), world.deadline.remaining() / 1000);
		if (tooLate) return report({ outcome: 'withheld', reason: tooLate });
		if (!(await stillNeeded())) return report({ outcome: 'withheld', reason: 'it recovered by itself' });
		for (const step of action.steps) told.push(await perform(step, daemon, world, environment));
		const proven = action.steps.some((step) => step.do === 'prove');
		return report({ outcome: 'done', reason: told.join('; '), verified: proven ? true : 'pending' });
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
		await sleep(SECOND_LOOK);
		if (!(await stillNeeded())) return { outcome: 'withheld', reason: 'it was put right in the meantime' };
	}
	if (step?.do !== 'rebuild' && step?.do !== 'reload') throw new StepFailed('there is no such step for a conf file');
	const { told, verified } =
		step.do === 'rebuild' ? await rebuildConf(step.files, world) : await reloadConf(step.files, world);
	return { outcome: 'done', reason: told, verified };
}

async function perform(step: Step, daemon: Daemon, world: World, environment: Record<string, string>): Promise<string> {
	switch (step.do) {
		case 'stop':
			return stop(step, world, environment);
		case 'start':
			return start(step, world, environment);
		case 'prove':
			return prove(daemon, world);
		default:
			throw new StepFailed(`${step.do} is no step for a daemon`);
	}
}

/** Waits for a stock keepalive at work to end: it may be about to start the same daemon (ADMIN_keepalive_ALL.pl). */
async function awaitStockKeepalive({ proc, settings, deadline }: World): Promise<void> {
	const script = `${settings.home}/ADMIN_keepalive_ALL.pl`;
	const atWork = (): boolean =>
		proc.processes().some(({ argv, started }) => argv[1] === script && proc.uptime() - started < KEEPALIVE_HANGS);
	while (atWork()) {
		if (deadline.remaining() < PROOF_TIMEOUT) throw new StockAtWork();
		await sleep(500);
	}
}

async function stop(
	step: Extract<Step, { do: 'stop' }>,
	{ proc }: World,
	environment: Record<string, string>,
): Promise<string> {
	let killed = 0;
	for (const process of step.processes) signalAndWake(proc, process);
	for (const process of step.processes) killed += (await ends(proc, process)) ? 0 : 1;
	let wipe = false;
	for (const screen of step.screens) {
		if (!stoppedNow(proc, screen) && (await gone(proc, screen, SCREEN_TIMEOUT))) continue;
		signalAndWake(proc, screen);
		wipe = !(await ends(proc, screen)) || wipe;
	}
	const left = [...step.processes, ...step.screens].filter((id) => proc.lives(id));
	if (left.length > 0)
		throw new StepFailed(`process ${left.map(({ pid }) => pid).join(', ')} does not end, not even after KILL`);
	// a killed session leaves its socket behind
	if (wipe) await runProgram(screenProgram(environment), ['-wipe'], environment, START_TIMEOUT);
	const pids = [...step.processes, ...step.screens].map(({ pid }) => pid).join(', ');
	return `stopped ${pids}${killed > 0 ? ` (${killed} by KILL)` : ''}`;
}

function stoppedNow(proc: Proc, { pid }: ProcessId): boolean {
	const now = proc.process(pid);
	return now !== undefined && isStopped(now);
}

/** TERM, and CONT so that a stopped process gets to see it. */
function signalAndWake(proc: Proc, id: ProcessId): void {
	signal(proc, id, 'SIGTERM');
	signal(proc, id, 'SIGCONT');
}

/** Waits for the end of a process that got TERM, then kills it; true when TERM was enough. */
async function ends(proc: Proc, id: ProcessId): Promise<boolean> {
	if (await gone(proc, id, TERM_TIMEOUT)) return true;
	signal(proc, id, 'SIGKILL');
	await gone(proc, id, KILL_TIMEOUT);
	return false;
}

async function gone(proc: Proc, id: ProcessId, milliseconds: number): Promise<boolean> {
	const end = performance.now() + milliseconds;
	while (proc.lives(id)) {
		if (performance.now() >= end) return false;
		await sleep(POLL);
	}
	return true;
}

async function start(
	step: Extract<Step, { do: 'start' }>,
	_world: World,
	environment: Record<string, string>,
): Promise<string> {
	const program = screenProgram(environment);
	const { exitCode, output } = await runProgram(
		program,
		['-d', '-m', '-S', step.screen, ...step.argv],
		environment,
		START_TIMEOUT,
	);
	if (exitCode !== 0)
		throw new StepFailed(
			`screen could not start ${step.argv[0]}: ${output.trim().slice(0, 200) || `exit ${exitCode}`}`,
		);
	return `started in screen ${step.screen}`;
}

function screenProgram(environment: Record<string, string>): string {
	const program = findProgram('screen', environment.PATH ?? '');
	if (program === undefined)
		throw new StepFailed(`there is no screen in ${environment.PATH}; install the package screen`);
	return program;
}

/** Sees that exactly one copy lives, stays, and shows its sign of life again. */
async function prove(daemon: Daemon, world: World): Promise<string> {
	const { proc, settings, deadline } = world;
	const end = performance.now() + Math.max(SHORTEST_PROOF_TIMEOUT, deadline.within(PROOF_TIMEOUT));
	const look = (): DaemonProcesses => findDaemon(proc.processes(), settings.home, scriptsOf(daemon));
	const sign = await signOfLife(daemon, world);
	let lastTrouble = 'it did not come up';
	let since: { pid: number; at: number } | undefined;
	while (performance.now() < end) {
		await sleep(POLL * 2);
		const { copies, mentions } = look();
		const [copy] = copies;
		if (copies.length !== 1 || !copy || isStopped(copy)) {
			const others = mentions.map(({ pid, argv }) => `${argv[0]} (process ${pid})`);
			lastTrouble = copies.length > 1 ? `${copies.length} copies run` : 'it does not stay up';
			if (others.length > 0) lastTrouble += `; its start check counts ${others.join(', ')}`;
			since = undefined;
			continue;
		}
		if (since?.pid !== copy.pid) since = { pid: copy.pid, at: performance.now() };
		lastTrouble = `process ${copy.pid} runs, but shows no sign of life`;
		if (performance.now() - since.at >= STAYS && (await sign(copy.pid))) {
			return `process ${copy.pid} is the only one, stays and shows its sign of life`;
		}
	}
	throw new StepFailed(lastTrouble);
}

/** Whether the daemon does its work: its row moved, its port serves, or it has gone to sleep and woken since. */
async function signOfLife(daemon: Daemon, world: World): Promise<(pid: number) => Promise<boolean>> {
	const { proc, settings, deadline } = world;
	if (daemon.heartbeat) {
		const { source } = daemon.heartbeat;
		const before = await readHeartbeatStamp(world, source);
		return async () => {
			const now = await readHeartbeatStamp(world, source);
			return now !== undefined && now !== before;
		};
	}
	if (daemon.port !== undefined) {
		const { port } = daemon;
		return () => fastAgiServes(settings.serverIp, port, deadline.within(3000));
	}
	const slept = new Map<number, number>();
	return async (pid) => {
		const now = proc.sleeps(pid) ?? 0;
		const before = slept.get(pid);
		slept.set(pid, before ?? now);
		return before !== undefined && now > before;
	};
}
