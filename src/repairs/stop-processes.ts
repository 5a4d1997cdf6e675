import { sleep } from '../adapters/clock.ts';
import { signal } from '../adapters/exec.ts';
import type { Proc } from '../adapters/proc.ts';
import { isStopped } from '../dialer/process-table.ts';
import type { ProcessId, Step } from '../types.ts';
import type { World } from '../world.ts';
import { StepFailed, wipeDeadSockets } from './screen.ts';

/** Milliseconds that a process gets to follow TERM, and to vanish after KILL. */
const TERM_TIMEOUT = 3000;
const KILL_TIMEOUT = 3000;
/** Milliseconds that a screen session gets to end after its program. */
const SCREEN_TIMEOUT = 2000;
const POLL = 100;

/** Ends exactly these processes, then their screens, and sees that all are gone. @throws StepFailed */
export async function stopProcesses(
	step: Extract<Step, { do: 'stop' }>,
	{ proc }: World,
	environment: Record<string, string>,
): Promise<string> {
	const killed = await end(proc, step.processes);
	// a screen ends by itself after its program, unless it is stopped
	const running = step.screens.filter((screen) => !stoppedNow(proc, screen));
	await gone(proc, running, SCREEN_TIMEOUT);
	const screensKilled = await end(proc, step.screens);
	const left = [...step.processes, ...step.screens].filter((id) => proc.lives(id));
	if (left.length > 0) {
		throw new StepFailed(`process ${left.map(({ pid }) => pid).join(', ')} does not end, not even after KILL`);
	}
	// a killed session leaves its socket behind
	if (screensKilled > 0) await wipeDeadSockets(environment);
	const pids = [...step.processes, ...step.screens].map(({ pid }) => pid).join(', ');
	return `stopped ${pids}${killed > 0 ? ` (${killed} by KILL)` : ''}`;
}

/** TERM to all, CONT so that stopped ones get to see it, KILL to those that do not follow. @returns how many had to be killed */
async function end(proc: Proc, ids: readonly ProcessId[]): Promise<number> {
	for (const id of ids) {
		signal(proc, id, 'SIGTERM');
		signal(proc, id, 'SIGCONT');
	}
	await gone(proc, ids, TERM_TIMEOUT);
	const deaf = ids.filter((id) => signal(proc, id, 'SIGKILL'));
	await gone(proc, deaf, KILL_TIMEOUT);
	return deaf.length;
}

async function gone(proc: Proc, ids: readonly ProcessId[], milliseconds: number): Promise<void> {
	const until = performance.now() + milliseconds;
	while (ids.some((id) => proc.lives(id)) && performance.now() < until) await sleep(POLL);
}

function stoppedNow(proc: Proc, { pid }: ProcessId): boolean {
	const now = proc.process(pid);
	return now !== undefined && isStopped(now);
}
