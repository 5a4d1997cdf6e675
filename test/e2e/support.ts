import { execFile } from 'node:child_process';
import { dirname, join } from 'node:path';
import { QUICK } from '../integration/support.ts';
import type { Dialer } from '../sandbox/dialer.ts';

export const VICIKEEP = join(import.meta.dirname, '../../bin/vicikeep');
/** Where cron's PATH would find node, and vicikeep once it is installed. */
const PROGRAMS = `${dirname(VICIKEEP)}:${dirname(process.execPath)}`;

export interface Ran {
	code: number | string;
	stdout: string;
	stderr: string;
}

/** Cron's environment on this dialer, in which every look counts. */
export const environmentOf = (dialer: Dialer): Record<string, string> => ({
	...dialer.env,
	...QUICK,
	PATH: `${PROGRAMS}:${dialer.env.PATH}`,
});

/** Runs a program in exactly this environment. */
export const execute = (
	program: string,
	args: string[],
	options: { env: Record<string, string>; uid?: number; gid?: number; cwd?: string },
): Promise<Ran> =>
	new Promise((resolve) => {
		execFile(program, args, options, (error, stdout, stderr) => resolve({ code: error?.code ?? 0, stdout, stderr }));
	});

/** Runs a shell command on a terminal of so many columns; what the terminal gets, the escape character spelt `<ESC>`. */
export async function onTerminal(
	command: string,
	options: { env: Record<string, string>; columns?: number },
): Promise<{ code: number | string; screen: string }> {
	const { env, columns = 80 } = options;
	const { code, stdout } = await execute('script', ['-qec', `stty cols ${columns}; ${command}`, '/dev/null'], {
		env: { TERM: 'xterm', ...env },
	});
	return { code, screen: stdout.replaceAll('\r\n', '\n').replaceAll('\u001b', '<ESC>') };
}
