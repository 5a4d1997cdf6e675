import { sleep } from '../adapters/clock.ts';
import { runProgram } from '../adapters/exec.ts';
import { whyNotExecutable } from '../adapters/files.ts';
import { findProgram } from '../adapters/host.ts';
import { asteriskAnswers } from '../dialer/asterisk.ts';
import { asteriskSessions, bootScript, typedCommand } from '../dialer/asterisk-start.ts';
import { findAsterisk, isStopped, sessionOf } from '../dialer/process-table.ts';
import { named } from '../dialer/start-check.ts';
import type { Action, Process, Step } from '../types.ts';
import type { World } from '../world.ts';
import { ours, StepFailed, screenProgram, startedBySomebodyElse, wipeDeadSockets } from './screen.ts';

/** Milliseconds that the unit, or the boot script with its pauses, gets. */
const START_TIMEOUT = 20_000;
const TYPE_TIMEOUT = 3000;
/** Milliseconds in which a started Asterisk must answer on its manager, and the lesser ones when the run nears its end. */
const PROOF_TIMEOUT = 25_000;
const SHORTEST_PROOF_TIMEOUT = 5000;
const POLL = 500;
type StartAsterisk = Extract<Step, { do: 'start-asterisk' }>;
const SHELLS = ['bash', 'sh', 'dash', 'zsh', 'ksh'];

/** How Asterisk is started; there is never a second way when the first one fails. */
type Way = { unit: string; systemctl: string } | { session: Process } | { script: string };

/**
 * The one way in which it was seen running: its systemd unit, else the screen `asterisk` where that still stands, else the
 * boot script.
 * @param ending processes that will have ended by then
 * @throws StepFailed where that way leads nowhere
 */
async function wayToStart(
	{ ran }: StartAsterisk,
	table: readonly Process[],
	{ settings }: World,
	environment: Record<string, string>,
	ending: readonly Process[],
): Promise<Way> {
	if (ran?.unit !== undefined) {
		const systemctl = findProgram('systemctl', environment.PATH ?? '');
		if (systemctl === undefined) throw new StepFailed(`it ran as ${ran.unit}, but there is no systemctl`);
		return { unit: ran.unit, systemctl };
	}
	const sessions = await ours(asteriskSessions(table), environment);
	const [session] = sessions;
	if (sessions.length > 1) throw new StepFailed(`there are ${sessions.length} screens named asterisk`);
	screenProgram(environment);
	// a session in which it runs without a shell ends with it
	if (session !== undefined && !ending.some(({ ppid }) => ppid === session.pid)) {
		seeThatItTakesACommand(session, table, ending);
		return { session };
	}
	const script = bootScript(settings.home);
	const trouble = whyNotExecutable(script);
	if (trouble) throw new StepFailed(trouble);
	return { script };
}

/** Sees that a living one can be started again; asked before it is stopped. @throws StepFailed */
export async function seeThatAsteriskCanStart(
	{ steps }: Action,
	world: World,
	environment: Record<string, string>,
): Promise<void> {
	const start = steps.find((step) => step.do === 'start-asterisk');
	if (!start || !steps.some((step) => step.do === 'stop')) return;
	const table = world.proc.processes();
	await wayToStart(start, table, world, environment, findAsterisk(table, world.settings.asteriskEtc));
}

/** Starts Asterisk as it ran. @throws StepFailed */
export async function startAsterisk(
	step: StartAsterisk,
	world: World,
	environment: Record<string, string>,
): Promise<string> {
	const table = world.proc.processes();
	const [other] = findAsterisk(table, world.settings.asteriskEtc);
	if (other) return startedBySomebodyElse(other);
	const way = await wayToStart(step, table, world, environment, []);
	if ('unit' in way) {
		await runs(way.systemctl, ['start', way.unit], environment);
		return `systemctl start ${way.unit}`;
	}
	if ('session' in way) return typeInto(way.session, typedCommand(step.ran), environment);
	await wipeDeadSockets(environment);
	await runs(way.script, [], environment);
	return `started by ${way.script}`;
}

async function runs(program: string, args: string[], environment: Record<string, string>): Promise<void> {
	const { exitCode, output } = await runProgram(program, args, environment, START_TIMEOUT, { leavesProcesses: true });
	if (exitCode === 0) return;
	const how = exitCode === undefined ? 'does not end' : `failed with ${exitCode}`;
	throw new StepFailed(`${[program, ...args].join(' ')} ${how} ${output}`.trim());
}

/** Only where a shell waits for a command: whatever else runs there would get it as its input. @throws StepFailed */
function seeThatItTakesACommand(session: Process, table: readonly Process[], ending: readonly Process[]): void {
	const name = sessionOf(session) ?? '';
	if (isStopped(session)) throw new StepFailed(`screen ${name} is stopped; kill -CONT ${session.pid}`);
	const windows = table.filter(({ ppid, state }) => ppid === session.pid && state !== 'Z');
	const [shell] = windows;
	if (windows.length !== 1 || !shell || !SHELLS.includes(shell.comm))
		throw new StepFailed(
			`screen ${name} holds no single shell to type into: ${windows.map(named).join(', ') || 'none'}`,
		);
	const busy = table.filter(
		({ pid, ppid, state }) => ppid === shell.pid && state !== 'Z' && !ending.some((one) => one.pid === pid),
	);
	if (busy.length > 0) throw new StepFailed(`screen ${name} runs ${busy.map(named).join(', ')}`);
}

/** As stock does it. */
async function typeInto(session: Process, command: string, environment: Record<string, string>): Promise<string> {
	const name = sessionOf(session) ?? '';
	// what somebody left half typed goes first
	const keys = `\u0015${command}\r`;
	const args = ['-S', name, '-p', '0', '-X', 'stuff', keys];
	const { exitCode, output } = await runProgram(screenProgram(environment), args, environment, TYPE_TIMEOUT);
	if (exitCode !== 0) throw new StepFailed(`screen ${name} does not take a command: ${output.trim().slice(0, 200)}`);
	return `typed into screen ${name}: ${command}`;
}

/**
 * Sees that it runs and answers on its manager.
 * @returns `pending` where it runs but does not answer yet: loading takes it longer than this run
 * @throws StepFailed where it does not run
 */
export async function proveAsterisk(world: World): Promise<{ told: string; verified: true | 'pending' }> {
	const { proc, settings, deadline } = world;
	const until = performance.now() + Math.max(SHORTEST_PROOF_TIMEOUT, deadline.within(PROOF_TIMEOUT));
	let running: Process | undefined;
	while (performance.now() < until) {
		await sleep(POLL);
		[running] = findAsterisk(proc.processes(), settings.asteriskEtc);
		if (running && (await asteriskAnswers(world)))
			return { told: `process ${running.pid} runs and answers on its manager`, verified: true };
	}
	if (!running) throw new StepFailed('it does not stay up; look at: asterisk -cvvvvv, or its log');
	return { told: `process ${running.pid} runs, its manager does not answer yet`, verified: 'pending' };
}
