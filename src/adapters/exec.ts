import type { ProcessId } from '../types.ts';
import type { Proc } from './proc.ts';

export interface Ran {
	exitCode: number | undefined;
	output: string;
}

/**
 * Runs a program without a shell, in exactly this environment, and waits for it.
 * @param milliseconds after which it is killed; exitCode is then undefined
 * @param rest what it reads from stdin, the folder it runs in when that is not the home, and whether it leaves processes
 * behind: these must not hold us up by its output, which is then not read
 */
export async function runProgram(
	file: string,
	args: string[],
	environment: Record<string, string>,
	milliseconds: number,
	rest: { input?: string; folder?: string; leavesProcesses?: true } = {},
): Promise<Ran> {
	// most runs repair nothing and need not load it
	const { execa } = await import('execa');
	const umaskBefore = process.umask(0o022);
	try {
		const { exitCode, all } = await execa(file, args, {
			env: environment,
			extendEnv: false,
			cwd: rest.folder ?? environment.HOME ?? '/',
			...(rest.input === undefined ? { stdin: 'ignore' as const } : { input: rest.input }),
			...(rest.leavesProcesses ? { stdout: 'ignore' as const, stderr: 'ignore' as const } : { all: true }),
			reject: false,
			timeout: milliseconds,
			killSignal: 'SIGKILL',
			cleanup: false,
		});
		return { exitCode, output: all ?? '' };
	} finally {
		process.umask(umaskBefore);
	}
}

/** Sends a signal to exactly this process; false when it is gone, or its pid belongs to another one by now. */
export function signal(proc: Proc, id: ProcessId, name: NodeJS.Signals): boolean {
	if (!proc.lives(id)) return false;
	try {
		process.kill(id.pid, name);
		return true;
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false;
		throw error;
	}
}
