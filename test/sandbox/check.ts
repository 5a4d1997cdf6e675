import { spawn } from 'node:child_process';
import { resolve } from 'node:path';

/** What a run of vicikeep gave. */
export interface CheckResult {
	exitCode: number;
	stdout: string;
	stderr: string;
	/** stdout when it is JSON, else undefined. */
	// biome-ignore lint/suspicious/noExplicitAny: tests look at what they expect
	report: any;
}

const VICIKEEP = resolve(import.meta.dirname, '../../bin/vicikeep');

/**
 * Runs the built `vicikeep check` in exactly this environment. Never throws on a non-zero exit; killed after `timeoutMs`.
 */
export function check(args: string[], env: Record<string, string>, timeoutMs: number): Promise<CheckResult> {
	return new Promise((done, reject) => {
		const child = spawn(process.execPath, ['--', VICIKEEP, 'check', ...args], {
			env,
			cwd: env.HOME,
			stdio: ['ignore', 'pipe', 'pipe'],
			timeout: timeoutMs,
			killSignal: 'SIGKILL',
		});
		let stdout = '';
		let stderr = '';
		child.stdout.setEncoding('utf8').on('data', (data) => {
			stdout += data;
		});
		child.stderr.setEncoding('utf8').on('data', (data) => {
			stderr += data;
		});
		child.on('error', reject);
		child.on('exit', () => {
			setTimeout(() => {
				reject(new Error('vicikeep ended, but something it started still holds its output'));
				child.stdout.destroy();
				child.stderr.destroy();
			}, 5_000).unref();
		});
		child.on('close', (code) => done({ exitCode: code ?? -1, stdout, stderr, report: parsed(stdout) }));
	});
}

function parsed(text: string): unknown {
	try {
		return JSON.parse(text);
	} catch {
		return undefined;
	}
}
