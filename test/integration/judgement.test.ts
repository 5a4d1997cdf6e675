import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Dialer, startDialer } from '../sandbox/dialer.ts';
import { until } from '../sandbox/processes.ts';
import { type Tick, tick } from './support.ts';

const LISTENER = 'AST_manager_listen_AMI2.pl';
const SENDER = 'AST_manager_send.pl';
const UPDATER = 'AST_update_AMI2.pl';
const DIALER = 'AST_VDauto_dial.pl';

let dialer: Dialer;
const strangers: ChildProcess[] = [];
beforeEach(async () => {
	dialer = await startDialer();
	await tick(dialer);
});
afterEach(async () => {
	for (const stranger of strangers.splice(0)) stranger.kill('SIGKILL');
	await dialer.stop();
});

const gone = (script: string): Promise<unknown> =>
	until(`the end of ${script}`, 10_000, () => dialer.daemons.pids(script).length === 0);

/** A finding's key, and that of the one that it follows. */
const causes = ({ report }: Tick): string[] =>
	report.checks.flatMap(({ findings }) =>
		findings.map(({ id, subject, cause }) => `${id} ${subject}${cause === undefined ? '' : ` < ${cause}`}`),
	);

describe('the listener', () => {
	const ROOT = 'processes.absent AST_manager_listen';

	it('that runs twice is one again, and nobody else is touched', async () => {
		const script = join(dialer.home, LISTENER);
		const stock = readFileSync(script);
		const ready = join(dialer.folder, 'second-listener');
		// as it is when both passed the start check in the same moment
		writeFileSync(script, `#!/usr/bin/perl\nopen(my $ready, '>', '${ready}'); sleep 1 while 1;\n`);
		strangers.push(spawn('/usr/bin/perl', [script], { stdio: 'ignore', cwd: '/' }));
		await until('the second listener', 5000, () => existsSync(ready));
		writeFileSync(script, stock);
		const others = [SENDER, UPDATER, DIALER].map((name) => dialer.daemons.pids(name));

		expect(causes(await tick(dialer))).toEqual(['processes.duplicated AST_manager_listen']);
		const repaired = await tick(dialer);
		expect(repaired.actions).toEqual(['done stop:AST_manager_listen']);
		expect(repaired.exitCode).toBe(0);
		expect([SENDER, UPDATER, DIALER].map((name) => dialer.daemons.pids(name))).toEqual(others);
	});

	it('that was killed is the one root; all that ended with it is back in two ticks', async () => {
		dialer.daemons.kill(LISTENER, 'SIGKILL');
		await gone(LISTENER);
		await gone(SENDER);
		expect(causes(await tick(dialer))).toEqual([ROOT, `processes.absent AST_manager_send < ${ROOT}`]);
		// by itself it notices after 25 s; this run sees its end for the first time
		dialer.daemons.kill(DIALER, 'SIGKILL');
		await gone(DIALER);
		const repaired = await tick(dialer);
		expect(causes(repaired)).toEqual([
			ROOT,
			`processes.absent AST_manager_send < ${ROOT}`,
			`processes.absent AST_VDauto_dial < ${ROOT}`,
		]);
		expect(repaired.actions).toEqual([
			'done start:AST_manager_listen',
			'done start:AST_manager_send',
			'done start:AST_VDauto_dial',
		]);
		expect(repaired.exitCode).toBe(0);
		expect((await tick(dialer)).findings).toEqual([]);
	});

	it('that is restarted takes its followers along: they come back in the same run', async () => {
		// a sender that looks for its listener more often than stock's, so that it surely notices
		const script = join(dialer.home, SENDER);
		const stock = readFileSync(script);
		const ready = join(dialer.folder, 'watchful-sender');
		const [listener] = dialer.daemons.pids(LISTENER);
		writeFileSync(
			script,
			`#!/usr/bin/perl\nopen(my $ready, '>', '${ready}'); select(undef, undef, undef, 0.02) while kill 0, ${listener?.perl};\n`,
		);
		dialer.daemons.kill(SENDER, 'SIGKILL');
		await gone(SENDER);
		await dialer.daemons.start(SENDER);
		await until('the watchful sender', 5000, () => existsSync(ready));
		writeFileSync(script, stock);
		dialer.daemons.freeze(LISTENER);

		// this test alone starts the sender three times
		const env = { VICIKEEP_WARN_DAEMON_STARTS: 'never', VICIKEEP_CRIT_DAEMON_STARTS: 'never' };
		expect((await tick(dialer, [], env)).findings).toEqual(['processes.frozen AST_manager_listen']);
		const repaired = await tick(dialer, [], env);
		expect(causes(repaired)).toEqual([
			'processes.frozen AST_manager_listen',
			'processes.absent AST_manager_send < processes.frozen AST_manager_listen',
		]);
		expect(repaired.actions).toEqual(['done restart:AST_manager_listen', 'done start:AST_manager_send']);
		expect(repaired.exitCode).toBe(0);
		expect((await tick(dialer, [], env)).findings).toEqual([]);
	});
});

describe('a database that comes back', () => {
	it('finds everything started by the first run that sees it', async () => {
		await dialer.database.stop();
		for (const script of [UPDATER, LISTENER, SENDER, DIALER]) await gone(script);
		for (const _ of [1, 2]) {
			const down = await tick(dialer, ['-t', '20']);
			expect(down.actions.filter((action) => !action.startsWith('withheld'))).toEqual([]);
			expect(down.report.actions[0]?.reason).toContain('it cannot work until this is over: the database');
		}
		await dialer.database.start();
		const back = await tick(dialer);
		expect(back.actions.filter((action) => !action.startsWith('done'))).toEqual([]);
		expect(back.actions).toEqual(expect.arrayContaining(['done start:AST_update', 'done start:AST_VDauto_dial']));
		expect(back.exitCode).toBe(0);
	});
});

describe('a pause', () => {
	it('lets checks run and withholds repairs until its end, then says that it is over', async () => {
		const pause = join(dialer.runDir, 'pause');
		mkdirSync(dialer.runDir, { recursive: true });
		writeFileSync(pause, '30');
		// also while nothing is to be repaired: somebody may have forgotten it
		const quiet = await tick(dialer);
		expect(quiet.report.notes).toEqual([
			expect.stringMatching(/^repairs are paused by .*\/pause until .*\d\d:\d\d:\d\d$/),
		]);
		dialer.daemons.freeze(UPDATER);
		await tick(dialer);
		const paused = await tick(dialer);
		expect(paused.findings).toEqual(['processes.frozen AST_update']);
		expect(paused.actions).toEqual(['withheld restart:AST_update']);
		expect(paused.report.actions[0]?.reason).toMatch(/^paused by .*\/pause until .*\d\d:\d\d:\d\d$/);
		expect([paused.exitCode, paused.report.notes]).toEqual([2, undefined]);

		const anHourAgo = Date.now() / 1000 - 3600;
		utimesSync(pause, anHourAgo, anHourAgo);
		const over = await tick(dialer);
		expect(over.actions).toEqual(['done restart:AST_update']);
		expect(over.check('config').findings[0]?.summary).toContain('has expired');
		expect(over.exitCode).toBe(1);
		rmSync(pause);
		expect((await tick(dialer)).exitCode).toBe(0);
	});

	it('by a file from the future ends an hour after a run has met that', async () => {
		const pause = join(dialer.runDir, 'pause');
		const state = join(dialer.stateDir, 'state.json');
		mkdirSync(dialer.runDir, { recursive: true });
		writeFileSync(pause, '');
		utimesSync(pause, 2_000_000_000, 2_000_000_000);
		dialer.daemons.freeze(UPDATER);
		await tick(dialer);
		const paused = await tick(dialer);
		expect(paused.actions).toEqual(['withheld restart:AST_update']);
		expect(paused.check('config').findings[0]?.summary).toContain('was written in the future');

		// as if an hour had passed
		const memory = JSON.parse(readFileSync(state, 'utf8'));
		memory.pauseMet.at -= 3_600_000;
		writeFileSync(state, JSON.stringify(memory));
		expect((await tick(dialer)).actions).toEqual(['done restart:AST_update']);
		rmSync(pause);
		expect((await tick(dialer)).exitCode).toBe(0);
		expect(JSON.parse(readFileSync(state, 'utf8'))).not.toHaveProperty('pauseMet');
	});
});

describe('a repair whose proof is left to the next run', () => {
	const env = { VICIKEEP_RESTART: 'kill-only' };
	const stopped = async (): Promise<void> => {
		dialer.daemons.freeze(SENDER);
		await tick(dialer, [], env);
		const ran = await tick(dialer, [], env);
		expect(ran.actions).toEqual(['done restart:AST_manager_send']);
		expect(ran.action('restart:AST_manager_send')?.verified).toBe('pending');
	};

	it('is proven by it, once', async () => {
		await stopped();
		await dialer.daemons.start(SENDER);
		// a look that does not count settles nothing
		expect((await tick(dialer, [], { ...env, VICIKEEP_LOOK_GAP: '600' })).actions).toEqual([]);
		const next = await tick(dialer, [], env);
		expect(next.action('restart:AST_manager_send')).toMatchObject({ outcome: 'done', verified: true });
		expect(next.exitCode).toBe(0);
		expect((await tick(dialer, [], env)).actions).toEqual([]);
	});

	it('has failed when the trouble is still there', async () => {
		await stopped();
		const next = await tick(dialer, [], env);
		expect(next.action('restart:AST_manager_send')).toMatchObject({ outcome: 'failed', verified: false });
		expect(next.exitCode).toBe(2);
	});
});

describe('a machine that is drowning', () => {
	it('has nothing stopped, and what is absent started', async () => {
		const env = { VICIKEEP_WARN_LOAD_PER_CORE: '0', VICIKEEP_CRIT_LOAD_PER_CORE: '0' };
		dialer.daemons.freeze(UPDATER);
		dialer.daemons.kill(SENDER, 'SIGKILL');
		await gone(SENDER);
		await tick(dialer, [], env);
		const ran = await tick(dialer, [], env);
		expect(ran.actions).toEqual(['withheld restart:AST_update', 'done start:AST_manager_send']);
		expect(ran.action('restart:AST_update')?.reason).toContain('this machine is drowning (load per core');
		expect((await tick(dialer)).actions).toEqual(['done restart:AST_update']);
	});
});

describe("an administrator's veto against starting Asterisk", () => {
	it('concerns nobody else, and is recalled after a day', async () => {
		await dialer.database.query("UPDATE servers SET asterisk_temp_no_restart='Y' WHERE server_ip=?", [dialer.serverIp]);
		dialer.daemons.kill(SENDER, 'SIGKILL');
		await gone(SENDER);
		await tick(dialer);
		const repaired = await tick(dialer);
		expect(repaired.actions).toEqual(['done start:AST_manager_send']);
		expect(repaired.exitCode).toBe(0);

		const path = join(dialer.stateDir, 'state.json');
		const state = JSON.parse(readFileSync(path, 'utf8'));
		state.server.noRestartSince = new Date(Date.parse(state.server.noRestartSince) - 25 * 3600 * 1000).toISOString();
		writeFileSync(path, JSON.stringify(state));
		for (const _ of [1, 2])
			expect((await tick(dialer)).findings).toEqual([`config.temp_no_restart ${dialer.serverIp}`]);
		await dialer.database.query("UPDATE servers SET asterisk_temp_no_restart='N' WHERE server_ip=?", [dialer.serverIp]);
		expect((await tick(dialer)).findings).toEqual([]);
		expect(JSON.parse(readFileSync(path, 'utf8')).server.noRestartSince).toBeUndefined();
	});
});
