import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Dialer, startDialer } from '../sandbox/dialer.ts';
import { until } from '../sandbox/processes.ts';
import { daemonsOf, footprint, QUICK, tick } from './support.ts';

const SENDER = 'AST_manager_send.pl';
const UPDATER = 'AST_update_AMI2.pl';

let dialer: Dialer;
beforeEach(async () => {
	dialer = await startDialer();
});
afterEach(() => dialer.stop());

/** A dry run that must decide as the next run does and leave nothing, not even in the state file. */
async function dryRun(...args: string[]) {
	const { tick: ran, statements, deeds, changed, processes } = await footprint(dialer, ['--dry-run', ...args]);
	expect(statements.filter((word) => !['SELECT', 'SET', 'SHOW'].includes(word))).toEqual([]);
	expect(deeds).toEqual([]);
	expect(changed).toEqual([]);
	expect(processes.after).toEqual(processes.before);
	expect(ran.report.dry_run).toBe(true);
	return ran;
}

const heartbeat = async (): Promise<string> => {
	const [row] = await dialer.database.query(
		'SELECT CONCAT(last_update) AS beat FROM server_updater WHERE server_ip=?',
		[dialer.serverIp],
	);
	return String(row?.beat);
};

describe('a healthy dialer', () => {
	it('passes, and a second tick leaves no footprint', async () => {
		const first = await tick(dialer);
		expect(first.findings).toEqual([]);
		expect(first.exitCode).toBe(0);
		expect(first.report.checks.map(({ id, status }) => `${id} ${status}`)).toEqual(
			['config', 'system', 'mysql', 'asterisk', 'processes', 'queues', 'conf', 'registrations', 'cluster'].map(
				(id) => `${id} ok`,
			),
		);

		const second = await footprint(dialer, [], [join(dialer.stateDir, 'state.json')]);
		expect(second.tick.exitCode).toBe(0);
		expect(second.statements.length).toBeGreaterThan(5);
		expect(second.statements.filter((word) => !['SELECT', 'SET', 'SHOW'].includes(word))).toEqual([]);
		expect(second.deeds).toEqual(['program flock']);
		expect(second.changed).toEqual([]);
		expect(second.processes.after).toEqual(second.processes.before);

		expect((await dryRun()).exitCode).toBe(0);
	});
});

describe('a sender killed with -9', () => {
	it('is named at the first look, started and verified at the second', async () => {
		await tick(dialer);
		dialer.daemons.kill(SENDER, 'SIGKILL');
		await until('its end', 5000, () => dialer.daemons.pids(SENDER).length === 0);

		const first = await tick(dialer);
		expect(first.findings).toEqual(['processes.absent AST_manager_send']);
		expect(first.actions).toEqual(['withheld start:AST_manager_send']);
		expect(first.exitCode).toBe(1);

		const dry = await dryRun();
		expect(dry.actions).toEqual(['planned start:AST_manager_send']);
		expect(dry.exitCode).toBe(2);
		expect(dialer.daemons.pids(SENDER)).toEqual([]);

		const second = await tick(dialer);
		expect(second.actions).toEqual(['done start:AST_manager_send']);
		expect(second.action('start:AST_manager_send')?.verified).toBe(true);
		expect(second.check('processes').status).toBe('ok');
		expect(second.exitCode).toBe(0);
		expect(dialer.daemons.pids(SENDER)).toHaveLength(1);
		expect((await tick(dialer)).findings).toEqual([]);
	});
});

describe('an updater stopped together with its screen', () => {
	it('is found although ps still shows it, and restarted; its heartbeat moves again', async () => {
		await tick(dialer);
		dialer.daemons.freeze(UPDATER);
		const [before] = dialer.daemons.pids(UPDATER);

		const first = await tick(dialer);
		expect(first.findings).toContain('processes.frozen AST_update');
		expect(first.actions).toEqual(['withheld restart:AST_update']);
		expect(dialer.daemons.pids(UPDATER)).toEqual([before]);
		expect((await dryRun()).actions).toEqual(['planned restart:AST_update']);

		const second = await tick(dialer);
		expect(second.actions).toEqual(['done restart:AST_update']);
		expect(second.action('restart:AST_update')?.verified).toBe(true);
		// a stopped process that gets CONT after TERM need not be killed
		expect(second.action('restart:AST_update')?.reason).not.toContain('by KILL');
		expect(second.exitCode).toBe(0);
		const after = dialer.daemons.pids(UPDATER);
		expect(after).toHaveLength(1);
		expect(after[0]?.perl).not.toBe(before?.perl);
		expect(daemonsOf(dialer).some((line) => line.startsWith(`${before?.screen} `))).toBe(false);
		const beat = await heartbeat();
		await until('a new heartbeat', 5000, async () => (await heartbeat()) !== beat);
	});
});

describe('a database that is down', () => {
	it('stopped: critical, and nothing is started for it', async () => {
		await tick(dialer);
		await dialer.database.stop();
		const doomed = [UPDATER, SENDER, 'AST_manager_listen_AMI2.pl', 'AST_VDauto_dial.pl'];
		await until('the daemons to die of it', 30_000, () =>
			doomed.every((script) => dialer.daemons.pids(script).length === 0),
		);
		for (const args of [['-t', '20'], ['-t', '20'], ['-n']]) {
			const ran = args.includes('-n') ? await dryRun(...args.filter((arg) => arg !== '-n')) : await tick(dialer, args);
			expect(ran.findings).toContain(`mysql.refused ${dialer.serverIp}:3306`);
			expect(ran.actions.filter((action) => !action.startsWith('withheld'))).toEqual([]);
			expect(ran.check('asterisk').status).toBe('ok');
			expect(ran.check('config').status).toBe('ok');
			expect(ran.check('processes').findings.every(({ cause }) => cause?.startsWith('mysql.refused'))).toBe(true);
			expect(ran.check('queues')).toMatchObject({ status: 'skipped', skipped_because: 'mysql is down' });
			expect(ran.exitCode).toBe(2);
		}
		expect(dialer.daemons.pids(UPDATER)).toEqual([]);
	});

	it('silent: critical within the deadline, and nobody is touched', async () => {
		await tick(dialer);
		dialer.database.freeze();
		const before = daemonsOf(dialer);
		for (const args of [
			['-t', '9'],
			['-t', '3'],
			['-t', '9', '-n'],
		]) {
			const ran = args.includes('-n') ? await dryRun(...args.filter((arg) => arg !== '-n')) : await tick(dialer, args);
			expect(ran.findings).toEqual([`mysql.silent ${dialer.serverIp}:3306`]);
			expect(ran.actions).toEqual([]);
			expect(ran.check('asterisk').status).toBe('ok');
			expect(ran.check('processes').status).toBe('ok');
			expect(ran.exitCode).toBe(2);
		}
		expect(daemonsOf(dialer)).toEqual(before);
		dialer.database.thaw();
		await until('recovery', 10_000, async () => (await tick(dialer)).exitCode === 0);
	});
});

describe('an Asterisk that is down', () => {
	it('killed: absent, and no daemon is started for it', async () => {
		await tick(dialer);
		await dialer.asterisk.kill();
		// those that follow the listener must be gone too, or they leave in the middle of a dry run
		for (const script of ['AST_manager_listen_AMI2.pl', SENDER, 'AST_VDauto_dial.pl'])
			await until(`the end of ${script}`, 40_000, () => dialer.daemons.pids(script).length === 0);
		for (const args of [[], [], ['-n']]) {
			const ran = args.includes('-n') ? await dryRun(...args.filter((arg) => arg !== '-n')) : await tick(dialer, args);
			expect(ran.findings).toContain('asterisk.absent Asterisk');
			expect(ran.findings).toContain('processes.absent AST_manager_listen');
			expect(ran.check('processes').findings.every(({ cause }) => cause === 'asterisk.absent Asterisk')).toBe(true);
			expect(ran.actions.filter((action) => !action.startsWith('withheld'))).toEqual([]);
			expect(ran.exitCode).toBe(2);
		}
	});

	it('stopped: told apart from absent, and nobody is touched', async () => {
		await tick(dialer);
		dialer.asterisk.freeze();
		const before = daemonsOf(dialer);
		for (const args of [[], [], ['-n']]) {
			const ran = args.includes('-n') ? await dryRun(...args.filter((arg) => arg !== '-n')) : await tick(dialer, args);
			expect(ran.findings).toContain('asterisk.frozen Asterisk');
			expect(ran.actions.filter((action) => !action.startsWith('withheld'))).toEqual([]);
			expect(ran.exitCode).toBe(2);
		}
		expect(daemonsOf(dialer)).toEqual(before);
	});
});

describe('twenty ticks at once', () => {
	it('one repairs, the others look, or stay silent when quiet; nothing is started twice', async () => {
		await tick(dialer);
		dialer.daemons.kill(SENDER, 'SIGKILL');
		dialer.daemons.freeze(UPDATER);
		await tick(dialer);
		expect((await dryRun()).actions.every((action) => action.startsWith('planned'))).toBe(true);
		const looking = Array.from({ length: 10 }, () => tick(dialer));
		const quiet = Array.from({ length: 10 }, () => dialer.check(['--quiet'], { env: QUICK }));
		const [looked, silent] = await Promise.all([Promise.all(looking), Promise.all(quiet)]);

		const spoke = silent.filter(({ stdout, stderr, exitCode }) => stdout + stderr !== '' || exitCode !== 0);
		const repaired = looked.filter(({ actions }) => actions.some((action) => action.startsWith('done')));
		expect(repaired.length + spoke.length).toBe(1);
		for (const ran of looked) {
			if (ran === repaired[0]) continue;
			expect(ran.actions.every((action) => action.startsWith('withheld'))).toBe(true);
			for (const { reason } of ran.report.actions)
				expect(reason).toMatch(/^another run is repairing; .* until that run.* ends/);
		}
		expect(dialer.daemons.pids(SENDER)).toHaveLength(1);
		expect(dialer.daemons.pids(UPDATER)).toHaveLength(1);
		expect((await tick(dialer)).findings).toEqual([]);
	});
});
