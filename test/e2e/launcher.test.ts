import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { openSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { QUICK } from '../integration/support.ts';
import { type Dialer, startDialer } from '../sandbox/dialer.ts';
import { until } from '../sandbox/processes.ts';

const VICIKEEP = join(import.meta.dirname, '../../bin/vicikeep');
const SENDER = 'AST_manager_send.pl';

let dialer: Dialer;
let env: Record<string, string>;
beforeAll(async () => {
	dialer = await startDialer();
	// as cron would start it: by its first line, node found in PATH
	env = { ...dialer.env, ...QUICK, PATH: `${dirname(process.execPath)}:${dialer.env.PATH}` };
});
afterAll(() => dialer.stop());

const run = (...args: string[]): Promise<{ code: number | string; stdout: string; stderr: string }> =>
	new Promise((resolve) => {
		execFile(VICIKEEP, args, { env }, (error, stdout, stderr) => resolve({ code: error?.code ?? 0, stdout, stderr }));
	});

describe('the program as cron starts it', () => {
	it('passes on a healthy dialer', async () => {
		expect(await run('check')).toMatchObject({ code: 0, stdout: expect.stringContaining('OK'), stderr: '' });
	});

	it('keeps --env-file for itself, though Node has an option of that name', async () => {
		const missing = await run('check', '--env-file', '/nonexistent/vicikeep.env');
		expect(missing).toMatchObject({ code: 3, stderr: 'vicikeep: /nonexistent/vicikeep.env: there is no such file\n' });
	});

	it.each([
		[['check', '--bogus'], /unknown option '--bogus'[\s\S]*vicikeep check --help/],
		[['chek'], /unknown command "chek"/],
	])('refuses %j with exit 3', async (args, message) => {
		const { code, stderr, stdout } = await run(...args);
		expect([code, stdout]).toEqual([3, '']);
		expect(stderr).toMatch(message);
	});

	it('tells when its report cannot be written, and lets head have what it wants', async () => {
		const full = spawn(VICIKEEP, ['check'], { env, stdio: ['ignore', openSync('/dev/full', 'w'), 'pipe'] });
		let told = '';
		full.stderr?.on('data', (chunk) => {
			told += chunk;
		});
		const [code] = await once(full, 'close');
		expect(code).toBe(3);
		expect(told).toContain('the report cannot be written');
		// biome-ignore lint/suspicious/noTemplateCurlyInString: bash's variable, not ours
		const head = spawn('/bin/bash', ['-c', '"$0" check -v | head -1; exit "${PIPESTATUS[0]}"', VICIKEEP], {
			env,
			stdio: ['ignore', 'pipe', 'pipe'],
		});
		let noise = '';
		head.stderr.on('data', (chunk) => {
			noise += chunk;
		});
		expect((await once(head, 'close'))[0]).toBe(0);
		expect(noise).toBe('');
	});

	it('says what an interruption leaves, and the next run finishes and tells it', async () => {
		dialer.daemons.freeze(SENDER);
		await run('check');
		const repair = spawn(VICIKEEP, ['check'], { env, stdio: ['ignore', 'ignore', 'pipe'] });
		let told = '';
		repair.stderr.on('data', (chunk) => {
			told += chunk;
		});
		await until('the stop', 10_000, () => dialer.daemons.pids(SENDER).length === 0);
		repair.kill('SIGTERM');
		expect((await once(repair, 'close'))[0]).toBe(3);
		expect(told).toContain('in the middle of restart:AST_manager_send; the next run finishes it');
		const next = await run('check');
		expect(next.code).toBe(0);
		expect(next.stdout).toMatch(/interrupted at/);
		expect(dialer.daemons.pids(SENDER)).toHaveLength(1);
	});
});
