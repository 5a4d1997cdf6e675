import { sleep } from '../adapters/clock.ts';
import { takeFile } from '../adapters/evidence.ts';
import { runProgram } from '../adapters/exec.ts';
import { findProgram } from '../adapters/host.ts';
import { sessionOf } from '../dialer/process-table.ts';
import type { Process } from '../types.ts';

/** Milliseconds that `screen` gets to list or wipe its sockets. */
const SCREEN_TIMEOUT = 3000;
const PAGE_BYTES = 16 * 1024;
const POLL = 50;

/** A step that did not reach its end; the message says why, in words for the report. */
export class StepFailed extends Error {}

/** What is told of a start that somebody else has made before us. */
export const startedBySomebodyElse = ({ pid }: Pick<Process, 'pid'>): string =>
	`process ${pid} was started by somebody else meanwhile`;

/** Where GNU screen is, in the PATH that daemons get. @throws StepFailed */
export function screenProgram(environment: Record<string, string>): string {
	const program = findProgram('screen', environment.PATH ?? '');
	if (program === undefined)
		throw new StepFailed(`there is no screen in ${environment.PATH}; install the package screen`);
	return program;
}

/** Clears the sockets of sessions that are gone from our own socket folder, when there are any. */
export async function wipeDeadSockets(environment: Record<string, string>): Promise<void> {
	const program = screenProgram(environment);
	const { output } = await runProgram(program, ['-ls'], environment, SCREEN_TIMEOUT);
	if (/\bDead\b/.test(output)) await runProgram(program, ['-wipe'], environment, SCREEN_TIMEOUT);
}

/** Those of these sessions that lie in our own socket folder; all of them where that does not answer. */
export async function ours(sessions: readonly Process[], environment: Record<string, string>): Promise<Process[]> {
	if (sessions.length === 0) return [];
	const { exitCode, output } = await runProgram(screenProgram(environment), ['-ls'], environment, SCREEN_TIMEOUT);
	const listed = output.split(/\s+/);
	return sessions.filter((one) => exitCode === undefined || listed.includes(sessionOf(one) ?? ''));
}

/**
 * What stands on the page of a session's first window. The session is named with its pid, so that one of a similar name is
 * never meant.
 * @param file where the session may write it; it is taken away again
 */
export async function screenPage(
	screen: Process,
	environment: Record<string, string>,
	file: string,
	milliseconds: number,
): Promise<string> {
	const session = sessionOf(screen);
	if (session === undefined) return 'it has no name';
	const until = performance.now() + milliseconds;
	const args = ['-S', session, '-p', '0', '-X', 'hardcopy', file];
	const { exitCode } = await runProgram(screenProgram(environment), args, environment, milliseconds);
	if (exitCode !== 0) return 'it does not answer';
	while (performance.now() < until) {
		const page = takeFile(file, PAGE_BYTES);
		if (page !== undefined) return page.trimEnd();
		await sleep(POLL);
	}
	return 'it does not answer';
}
