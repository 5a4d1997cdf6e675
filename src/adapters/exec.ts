import type { ProcessId } from '../types.ts';
import type { Proc } from './proc.ts';

export interface Ran {
	exitCode: number | undefined;
	output: string;
}

/**
 * Runs a program without a shell, in exactly this environment, and waits for it.
 * @param milliseconds after which it is killed; exitCode is then undefined
 * @param background what it leaves running must not hold us up by its output, which is then not read
 */
export async function runProgram(
	file: string,
	args: string[],
	environment: Record<string, string>,
	milliseconds: number,
	background?: 'leaves processes behind',
): Promise<Ran> {
	// most runs repair nothing and need not load it
	const { execa } = await import('execa');
	const umaskBefore = process.umask(0o022);
	try {
		const { exitCode, all } = await execa(file, args, {
			env: environment,
			extendEnv: false,
			cwd: environment.HOME ?? '/',
			stdin: 'ignore',
			...(background ? { stdout: 'ignore', stderr: 'ignore' } : { all: true }),
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
