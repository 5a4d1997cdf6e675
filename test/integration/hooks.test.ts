import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Dialer, startDialer } from '../sandbox/dialer.ts';
import { withLock } from '../sandbox/lock.ts';
import { isAlive, until } from '../sandbox/processes.ts';
import { QUICK, type Tick, tick } from './support.ts';

const ONLY = ['--only', 'asterisk'];

let dialer: Dialer;
let folder: string;
beforeAll(async () => {
	// its Asterisk is absent, and nothing starts it
	dialer = await startDialer({ asterisk: false, daemons: false });
	folder = join(dialer.folder, 'hooks');
});
afterAll(() => dialer.stop());
beforeEach(() => {
	rmSync(folder, { recursive: true, force: true });
	rmSync(join(dialer.stateDir, 'state.json'), { force: true });
	rmSync(join(dialer.vicikeepLogDir, 'vicikeep.log'), { force: true });
	mkdirSync(folder);
});

/** A program of bash with this text; `told` in it is a file that collects what it reads. */
function program(text: string, mode = 0o700): string {
	const path = join(folder, 'hook');
	writeFileSync(path, `#!/bin/bash\ncd ${folder}\n${text}\n`);
	chmodSync(path, mode);
	return path;
}
const TELL = 'cat >>told';
const told = () => {
	const path = join(folder, 'told');
	return existsSync(path)
		? readFileSync(path, 'utf8')
				.trim()
				.split('\n')
				.map((line) => JSON.parse(line))
		: [];
};
const NEVER = { VICIKEEP_RESTART_ASTERISK: 'never', VICIKEEP_FAILOVER_AFTER: '2' };
const failover = (hook: string, args = ONLY) => tick(dialer, args, { ...NEVER, VICIKEEP_ON_FAILOVER: hook });
const hooksIn = ({ report }: Tick): string[] =>
	report.actions.filter(({ kind }) => kind === 'hook').map(({ id, outcome, reason }) => `${id} ${outcome}: ${reason}`);
const log = (): Record<string, string>[] => {
	const path = join(dialer.vicikeepLogDir, 'vicikeep.log');
	return existsSync(path)
		? readFileSync(path, 'utf8')
				.trim()
				.split('\n')
				.map((line) => JSON.parse(line))
		: [];
};
const calls = () => log().filter(({ event }) => event === 'hook');

describe('the program for failures', () => {
	it('is called once with the report on stdin, and not by looks that are none of its business', async () => {
		const hook = program(`${TELL}; env >environment; echo 'secret=hunter2 went by'`);
		await failover(hook);
		for (const _ of [1, 2, 3]) await failover(hook, [...ONLY, '--dry-run']);
		// looks too soon do not count
		await tick(dialer, ONLY, { ...NEVER, VICIKEEP_ON_FAILOVER: hook, VICIKEEP_LOOK_GAP: '50' });
		expect(told()).toEqual([]);
		const second = await failover(hook);
		expect(told()).toHaveLength(1);
		expect(told()[0]).toMatchObject({
			event: 'failover',
			scope: 'dialer',
			finding: { id: 'asterisk.absent', subject: 'Asterisk', status: 'critical' },
			started_at: second.report.started_at,
			exit_code: 2,
		});
		expect(readFileSync(join(folder, 'environment'), 'utf8')).not.toMatch(/VICIKEEP|1234/);
		expect(calls()).toMatchObject([{ hook: 'ON_FAILOVER', about: 'failover', outcome: 'done' }]);
		expect(calls()[0]?.output).toMatch(/^secret=\*\*\* went by/);
		const third = await failover(hook);
		expect(hooksIn(third)).toEqual([]);
		expect(told()).toHaveLength(1);
	});

	/** Calls the program, which waits for `go`, and does something meanwhile. */
	async function whileItIsCalled(hook: string, meanwhile: () => Promise<void>, args = ONLY): Promise<void> {
		const calls = failover(hook, args);
		await until('the call', 20_000, () => existsSync(join(folder, 'calling')));
		await meanwhile();
		writeFileSync(join(folder, 'go'), '');
		await calls;
	}
	const SLOW = `${TELL}; touch calling; for _ in {1..90}; do [ -e go ] && break; sleep 0.1; done; exit 7`;

	it('is not called by a run that does not hold the lock', async () => {
		const hook = program(TELL);
		await failover(hook);
		await withLock(join(dialer.runDir, 'lock'), 5000, async () => {
			const looks = await failover(hook);
			expect(looks.exitCode).toBe(2);
		});
		expect(told()).toEqual([]);
		await failover(hook);
		expect(told()).toHaveLength(1);
	});

	it('holds nobody up: the lock is free meanwhile, and what became of it is added to what the next run has learnt', async () => {
		const hook = program(SLOW);
		await failover(hook);
		await whileItIsCalled(hook, async () => {
			await withLock(join(dialer.runDir, 'lock'), 1, async () => {});
			// it remembers, so it holds the lock, and it has nothing new to say
			const next = await failover(hook);
			expect(next.findings).not.toContain('config.lock');
			expect(hooksIn(next)).toEqual([]);
		});
		expect(told()).toHaveLength(1);
		expect(calls()).toMatchObject([{ outcome: 'failed', reason: expect.stringMatching(/status 7/) }]);
		expect(hooksIn(await failover(hook))).toEqual([expect.stringMatching(/^hook:ON_FAILOVER failed: .*status 7/)]);
		expect(told()).toHaveLength(1);
	});

	it('that ends while another run is at work leaves its word in the log, and that run its memory', async () => {
		const hook = program(SLOW);
		await failover(hook);
		let lock: Promise<void> | undefined;
		let release = (): void => {};
		await whileItIsCalled(hook, async () => {
			const held = new Promise<void>((resolve) => {
				release = resolve;
			});
			await new Promise<void>((resolve) => {
				lock = withLock(join(dialer.runDir, 'lock'), 5000, async () => {
					resolve();
					await held;
				});
			});
		});
		release();
		await lock;
		expect(calls()).toMatchObject([{ outcome: 'failed', reason: expect.stringMatching(/status 7/) }]);
		expect(hooksIn(await failover(hook))).toEqual([]);
		expect(told()).toHaveLength(1);
	});

	it('does not hold up the looks of --wait', async () => {
		const hook = program(SLOW);
		await failover(hook);
		let looks = 0;
		await whileItIsCalled(hook, async () => {
			const state = () => statSync(join(dialer.stateDir, 'state.json')).mtimeMs;
			const first = state();
			// the next look is remembered while the program of the first one still runs
			await until('the next look', 8000, () => state() > first);
			looks++;
		}, [...ONLY, '--wait', '6']);
		expect(looks).toBe(1);
		expect(told()).toHaveLength(1);
		expect(calls()).toHaveLength(1);
		expect(hooksIn(await failover(hook))).toEqual([expect.stringMatching(/^hook:ON_FAILOVER failed: .*status 7/)]);
	});

	it.each([
		['ends badly', 'echo no route; exit 7', /ended with status 7/, 'no route\n'],
		['hangs with its children', 'sleep 600 & echo $! >child; wait', /killed at its deadline/, ''],
		['forks, and leaves its output to a child', 'sleep 600 & echo $! >child; exit 1', /ended with status 1/, ''],
		['floods its output', 'exec yes', /ended with status/, undefined],
	])('that %s is reported by the next run and changes nothing else', async (_, text, reason, output) => {
		const hook = program(text);
		await failover(hook);
		const calling = await failover(hook);
		expect(calling.exitCode).toBe(2);
		expect(hooksIn(calling)).toEqual([]);
		expect(calls()).toHaveLength(1);
		expect(calls()[0]).toMatchObject({ outcome: 'failed', reason: expect.stringMatching(reason) });
		if (output !== undefined) expect(calls()[0]?.output).toBe(output);
		expect((calls()[0]?.output ?? '').length).toBeLessThanOrEqual(4096);
		const child = join(folder, 'child');
		if (existsSync(child))
			await until('the end of its child', 5000, () => !isAlive(Number(readFileSync(child, 'utf8'))));
		const next = await failover(hook);
		expect(hooksIn(next)).toHaveLength(1);
		expect(hooksIn(next)[0]).toMatch(/^hook:ON_FAILOVER failed: /);
		expect(next.exitCode).toBe(2);
		expect(hooksIn(await failover(hook))).toEqual([]);
		expect(calls()).toHaveLength(1);
	});

	it('that others can write, or that is missing, is told of beforehand, and called once that is put right', async () => {
		const hook = program(TELL, 0o757);
		const missing = await tick(dialer, ['--only', 'config'], { VICIKEEP_ON_CHANGE: join(folder, 'nobody') });
		expect(missing.findings).toEqual(['config.program VICIKEEP_ON_CHANGE']);
		const open = await failover(hook, ['--only', 'config,asterisk']);
		expect(open.findings).toContain('config.program VICIKEEP_ON_FAILOVER');
		await failover(hook);
		expect(told()).toEqual([]);
		const next = await failover(hook);
		expect(hooksIn(next)).toEqual([expect.stringMatching(/^hook:ON_FAILOVER failed: not called: .*chmod go-w/)]);
		expect(hooksIn(await failover(hook))).toEqual([]);
		chmodSync(hook, 0o700);
		await failover(hook);
		expect(told()).toHaveLength(1);
	});
});

describe('the program for changes', () => {
	it('is told what came and what went', async () => {
		const env = { ...NEVER, VICIKEEP_ON_CHANGE: program(TELL) };
		const envFile = join(dialer.folder, 'etc/vicikeep.env');
		for (const mode of [0o600, 0o644, 0o644, 0o644, 0o600, 0o600]) {
			chmodSync(envFile, mode);
			await tick(dialer, ['--only', 'config'], env);
		}
		expect(told().map(({ event, scope, finding, changes }) => [event, scope, finding.status, changes.length])).toEqual([
			['change', 'dialer', 'warning', 1],
			['change', 'dialer', 'ok', 1],
		]);
		expect(told()[0].changes[0]).toMatchObject({ id: 'config.open_file', subject: envFile, status: 'warning' });
	});
});

describe('the address of the heartbeat', () => {
	let server: Server;
	let url: string;
	let answer = 200;
	const asked: string[] = [];
	beforeAll(async () => {
		server = createServer((request, response) => {
			asked.push(String(request.url));
			response.writeHead(answer).end();
		});
		await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
		url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/geheim-5a1f`;
	});
	afterAll(() => void server.close());
	afterEach(() => {
		answer = 200;
		asked.splice(0);
	});
	const run = (args: string[], address = url) =>
		dialer.check(args, { env: { ...QUICK, ...NEVER, VICIKEEP_HEARTBEAT_URL: address } });

	it('is asked for by each run, with /fail behind it for 2 and 3 alone', async () => {
		expect((await run(['--only', 'config'])).exitCode).toBe(0);
		chmodSync(join(dialer.folder, 'etc/vicikeep.env'), 0o644);
		expect((await run(['--only', 'config'])).exitCode).toBe(1);
		chmodSync(join(dialer.folder, 'etc/vicikeep.env'), 0o600);
		expect((await run(ONLY)).exitCode).toBe(2);
		expect((await run([...ONLY, '--dry-run'])).exitCode).toBe(2);
		expect(asked).toEqual(['/geheim-5a1f', '/geheim-5a1f', '/geheim-5a1f/fail']);
	});

	it('changes no exit status, is told of once when it fails, and is nowhere to be read', async () => {
		answer = 500;
		const outputs: string[] = [];
		for (const args of [[], ['--json'], ['-vv'], ['--quiet'], ['--format', 'nagios']]) {
			const { exitCode, stdout, stderr } = await run(['--only', 'config', ...args]);
			expect(exitCode).toBe(0);
			outputs.push(stdout, stderr);
		}
		const gone = await run(['--only', 'config', '--json'], 'http://127.0.0.1:1/geheim-5a1f');
		const explained = await run(['--explain']);
		const wrong = await run(['--only', 'config'], 'ftp://geheim-5a1f');
		expect(wrong.exitCode).toBe(3);
		const state = readFileSync(join(dialer.stateDir, 'state.json'), 'utf8');
		const all = [...outputs, gone.stdout, gone.stderr, explained.stdout, wrong.stderr, state, JSON.stringify(log())];
		expect(all.join('\n')).not.toContain('geheim');
		expect(JSON.parse(outputs[2] ?? '').actions).toMatchObject([
			{ id: 'hook:HEARTBEAT_URL', kind: 'hook', outcome: 'failed', reason: 'it answers 500' },
		]);
		expect(log().filter(({ event }) => event === 'heartbeat')).toMatchObject([
			{ outcome: 'failed', reason: 'it answers 500' },
			{ outcome: 'failed', reason: 'no connection (ECONNREFUSED)' },
		]);
	});
});

describe('a database that is down', () => {
	it('is told of by each dialer for itself', async () => {
		const hook = program(TELL);
		await dialer.database.stop();
		for (const _ of [1, 2, 3])
			await tick(dialer, ['--only', 'mysql'], { VICIKEEP_FAILOVER_AFTER: '2', VICIKEEP_ON_FAILOVER: hook });
		await dialer.database.start();
		for (const _ of [1, 2])
			await tick(dialer, ['--only', 'mysql'], { VICIKEEP_FAILOVER_AFTER: '2', VICIKEEP_ON_FAILOVER: hook });
		expect(told().map(({ event, scope, finding }) => `${event} ${scope} ${finding.id} ${finding.status}`)).toEqual([
			'failover database mysql.refused critical',
			'recovery database mysql.refused ok',
		]);
	});
});
