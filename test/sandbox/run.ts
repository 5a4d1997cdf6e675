import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

/** Says one line of what is going on. */
export type Progress = (line: string) => void;

/** Runs a program without a shell and gives its stdout; rejects on a non-zero exit, with what it said, or after the time. */
export function run(
	program: string,
	args: string[],
	options: { cwd?: string; env?: NodeJS.ProcessEnv; input?: string; timeoutMs: number; onLine?: Progress },
): Promise<string> {
	return new Promise((resolve, reject) => {
		const child = spawn(program, args, {
			cwd: options.cwd,
			env: options.env ?? process.env,
		});
		// spawn's own timeout would outlive a program that is not there.
		const timer = setTimeout(() => child.kill('SIGKILL'), options.timeoutMs);
		let stdout = '';
		let stderr = '';
		createInterface({ input: child.stdout }).on('line', (line) => {
			stdout += `${line}\n`;
			options.onLine?.(line);
		});
		child.stderr.on('data', (data) => {
			stderr += data;
		});
		child.stdin.on('error', () => {}); // a program that does not read its input
		child.stdin.end(options.input ?? '');
		child.on('error', (error) => {
			clearTimeout(timer);
			reject(error);
		});
		child.on('close', (code, name) => {
			clearTimeout(timer);
			if (code === 0) return resolve(stdout);
			const said = (stderr + stdout).trim().split('\n').slice(-8).join('\n');
			reject(new Error(`${program} ${args[0] ?? ''} ended with ${code ?? name}: ${said}`));
		});
	});
}
