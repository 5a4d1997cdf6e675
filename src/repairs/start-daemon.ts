import { sleep } from '../adapters/clock.ts';
import { runProgram } from '../adapters/exec.ts';
import { isMissing, whyNotExecutable, whyNotWritable } from '../adapters/files.ts';
import type { Daemon } from '../dialer/daemons.ts';
import { processesOf } from '../dialer/process-table.ts';
import type { Action, Step } from '../types.ts';
import type { World } from '../world.ts';
import { diskTrouble, scriptTrouble } from './explain-start.ts';
import { StepFailed, screenProgram, startedBySomebodyElse, wipeDeadSockets } from './screen.ts';

const START_TIMEOUT = 5000;
/** Milliseconds in which a daemon that finds a kill file has removed it and ended. */
const KILL_FILE_TIMEOUT = 8000;
const POLL = 200;

/**
 * Sees that a start can succeed at all; asked before anything is stopped for it. What lives is stopped only for a start
 * that nothing speaks against: one on a full disk, or of a script that Perl refuses, is tried where nothing is lost by it.
 * @throws StepFailed
 */
export async function seeThatItCanStart(
	{ steps }: Action,
	environment: Record<string, string>,
	world: World,
): Promise<void> {
	const step = steps.find((one) => one.do === 'start');
	if (!step) return;
	if (step.screen !== null) screenProgram(environment);
	const [script = ''] = step.argv;
	const { logs } = world.settings;
	const home = environment.HOME ?? '/';
	if (isMissing(home)) throw new StepFailed(`there is no ${home}, the home of the daemons`);
	const trouble = whyNotExecutable(script) ?? (await world.logsSilent()) ?? whyNotWritable(logs);
	if (trouble) throw new StepFailed(trouble);
	if (!steps.some((one) => one.do === 'stop')) return;
	const [doubt] = [
		...diskTrouble(logs),
		...(step.screen === null ? [] : await scriptTrouble(script, world, environment)),
	];
	if (doubt) throw new StepFailed(doubt);
}

/**
 * Starts a daemon in its screen, as the stock keepalive does. Where a leftover kill file ends it at once, it is started a
 * second time: the daemon has removed the file itself, and another daemon that shares it is not robbed of it.
 * @throws StepFailed
 */
export async function startDaemon(
	step: Extract<Step, { do: 'start' }>,
	daemon: Daemon,
	world: World,
	environment: Record<string, string>,
): Promise<string> {
	if (step.screen !== null) await wipeDeadSockets(environment);
	const name = daemon.killFile;
	const killFile = `${world.settings.home}/${name}`;
	const wasThere = name !== undefined && !isMissing(killFile);
	const other = await startOnce(step, daemon, world, environment);
	if (other !== undefined) return other;
	const how = step.screen === null ? `by ${step.argv[0]}` : `in screen ${step.screen}`;
	if (!wasThere) return `started ${how}`;
	const until = performance.now() + KILL_FILE_TIMEOUT;
	const ended = (): boolean => isMissing(killFile) && runningOf(daemon, world).length === 0;
	while (!ended()) {
		if (performance.now() > until) return `started ${how}; ${killFile} lies there and may end it or another daemon`;
		await sleep(POLL);
	}
	const again = await startOnce(step, daemon, world, environment);
	return `a leftover ${killFile} ended it right after its start and is gone now; ${again ?? `started again ${how}`}`;
}

const runningOf = (daemon: Daemon, { proc, settings }: World) => {
	const { copies, screens } = processesOf(daemon, proc.processes(), settings);
	return [...copies, ...screens];
};

/** @returns what was found to be there already; undefined when it was started */
async function startOnce(
	{ screen, argv }: Extract<Step, { do: 'start' }>,
	daemon: Daemon,
	{ proc, settings }: World,
	environment: Record<string, string>,
): Promise<string | undefined> {
	// stopping took its time, and somebody else may have been faster: what they started has to prove itself as ours would
	const [other] = processesOf(daemon, proc.processes(), settings).copies;
	if (other) return startedBySomebodyElse(other);
	const [script = '', ...args] = argv;
	const { exitCode, output } =
		screen === null
			? await runProgram(script, args, environment, START_TIMEOUT, { leavesProcesses: true })
			: await runProgram(screenProgram(environment), ['-d', '-m', '-S', screen, ...argv], environment, START_TIMEOUT);
	if (exitCode !== 0)
		throw new StepFailed(`${script} could not be started: ${output.trim().slice(0, 200) || `exit ${exitCode}`}`);
	return undefined;
}
