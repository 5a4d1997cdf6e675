import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Hang } from '../sandbox/daemons.ts';
import { type Dialer, startDialer } from '../sandbox/dialer.ts';
import { LONGEST_MAINTENANCE, outsideMaintenance } from '../sandbox/maintenance.ts';
import { allPids, argvOf, parentOf, signal, until } from '../sandbox/processes.ts';
import { insertActions } from '../sandbox/traffic.ts';
import { daemonsOf, footprint, type Tick, tick as tickOf } from './support.ts';

/** Limits of seconds instead of minutes; a daemon that works stays far below them. */
const IMPATIENT = Object.fromEntries(
	[
		['AUTO_DIALER_HEARTBEAT', 12],
		['ADAPT_HEARTBEAT', 30],
		['LOG_HEARTBEAT', 12],
		['REMOTE_AGENTS_HEARTBEAT', 12],
		['CONF_UPDATER_HEARTBEAT', 360],
	].flatMap(([name, seconds]) => [
		[`VICIKEEP_WARN_${name}`, String(seconds)],
		[`VICIKEEP_CRIT_${name}`, String(seconds)],
	]),
);
/** One is enough to be restarted; all others are only looked at. */
const LOOK = ['--dry-run'];

/** A run that looks at the daemons and at what they rest on. */
const tick = (of: Dialer, args: string[] = [], env: Record<string, string> = {}): Promise<Tick> =>
	tickOf(of, ['--only', 'processes', ...args], env);

let dialer: Dialer;
beforeAll(async () => {
	dialer = await startDialer({ keepalives: '12345678CES9', options: ['-cu3way', '-recmon'] });
	await dialer.database.query('UPDATE servers SET conf_update_interval=2 WHERE server_ip=?', [dialer.serverIp]);
	await dialer.daemons.stop('AST_conf_update_screen.pl');
	await dialer.daemons.start('AST_conf_update_screen.pl');
	await dialer.database.query(
		"INSERT INTO vicidial_remote_agents SET user_start='9001', number_of_lines=2, server_ip=?, conf_exten='8600', status='ACTIVE', campaign_id='TEST'",
		[dialer.serverIp],
	);
	await until('remote agents', 10_000, async () => {
		const rows = await dialer.database.query("SELECT 1 FROM vicidial_live_agents WHERE extension LIKE 'R/9%'");
		return rows.length === 2;
	});
}, 60_000);
afterAll(() => dialer.stop());

beforeEach(outsideMaintenance, LONGEST_MAINTENANCE);

const hung = new Set<string>();
afterEach(() => release(...hung));

const pause = (seconds: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, seconds * 1000));
function hang(way: Hang, ...scripts: string[]): Promise<unknown> {
	for (const script of scripts) hung.add(script);
	return Promise.all(scripts.map((script) => dialer.daemons.hang(script, way, 70_000)));
}
function release(...scripts: string[]): void {
	for (const script of scripts) {
		hung.delete(script);
		dialer.daemons.release(script);
	}
}

describe('a dialer with every daemon that stock knows', () => {
	it('is well, and costs few statements', async () => {
		expect((await tick(dialer, [], IMPATIENT)).findings).toEqual([]);
		const second = await footprint(dialer, ['--only', 'processes']);
		expect(second.tick.findings).toEqual([]);
		expect(second.statements.filter((word) => word === 'SELECT').length).toBeLessThanOrEqual(12);
	});

	it('with daemons that wake and do not work: each is found by what it no longer writes', async () => {
		const idle = [
			'AST_VDauto_dial.pl',
			'AST_VDremote_agents.pl',
			'AST_VDadapt.pl',
			'AST_VDauto_dial_FILL.pl',
			'AST_conf_update_screen.pl',
			'AST_conf_update_3way.pl',
		];
		await hang('loop', ...idle);
		const names = idle.map((script) => `processes.heartbeat_old ${script.replace('.pl', '')}`).sort();
		await until('their signs to grow old', 60_000, async () => {
			const { findings } = await tick(dialer, LOOK, IMPATIENT);
			return names.every((name) => findings.includes(name));
		});
		const before = daemonsOf(dialer);
		release(...idle);
		await until('their signs to move again', 60_000, async () => {
			const { findings } = await tick(dialer, LOOK, IMPATIENT);
			return findings.length === 0;
		});
		expect(daemonsOf(dialer)).toEqual(before);
	});

	it('with daemons blocked on something of their own: found by lack of progress, one restarted a run', async () => {
		await hang('fifo', 'VD_email_inbound.pl');
		await hang('socket', 'AST_rec_monitor.pl');
		await hang('spin', 'AST_manager_sip_AMI2.pl');
		const impatient = { VICIKEEP_WARN_DAEMON_SILENCE: '2', VICIKEEP_CRIT_DAEMON_SILENCE: '2' };
		await tick(dialer, [], impatient);
		await pause(11);
		const ran = await tick(dialer, [], impatient);
		expect(ran.findings.sort()).toEqual([
			'processes.silent AST_rec_monitor',
			'processes.silent VD_email_inbound',
			'processes.spinning AST_manager_sip',
		]);
		const restarts: string[][] = [];
		await until('all to be well', 60_000, async () => {
			const { actions, findings } = await tick(dialer, [], impatient);
			restarts.push(actions.filter((action) => action.startsWith('done')));
			return findings.length === 0;
		});
		expect(restarts.every((done) => done.length <= 1)).toBe(true);
		expect(restarts.flat().sort()).toEqual([
			'done restart:AST_manager_sip',
			'done restart:AST_rec_monitor',
			'done restart:VD_email_inbound',
		]);
	}, 120_000);
});

describe('FastAGI', () => {
	it('whose workers stand still accepts connections all the same: it is found by a request, and restarted', async () => {
		const [parent] = dialer.daemons.pids('FastAGI_log.pl');
		const workers = allPids().filter((pid) => parentOf(pid) === parent?.perl);
		expect(workers.length).toBeGreaterThan(0);
		for (const pid of workers) signal(pid, 'SIGSTOP');
		const first = await tick(dialer);
		// its last request was served and is not five minutes old: a connection that waits asks for the next one
		expect(first.findings).toEqual([]);
		const socket = await import('node:net').then(({ connect }) => connect(4577, dialer.serverIp));
		socket.on('error', () => {});
		await until('it to wait', 5000, () => socket.readyState === 'open');
		expect((await tick(dialer)).findings).toEqual(['processes.hung FastAGI_log']);
		const ran = await tick(dialer);
		socket.destroy();
		expect(ran.actions).toEqual(['done restart:FastAGI_log']);
		expect(ran.exitCode).toBe(0);
	});
});

describe('the relays', () => {
	it('of which one is gone are started together; stock would not', async () => {
		const [one] = dialer.daemons.relays();
		signal(one ?? 0, 'SIGKILL');
		await until('its end', 5000, () => dialer.daemons.relays().length === 2);
		expect((await tick(dialer)).findings).toEqual(['processes.incomplete ip_relay']);
		const ran = await tick(dialer);
		expect(ran.actions).toEqual(['done restart:ip_relay']);
		expect(ran.action('restart:ip_relay')?.verified).toBe(true);
		expect(dialer.daemons.relays()).toHaveLength(3);
	});
});

describe('the listener', () => {
	it('that no longer reads is found by what waits in its connection', async () => {
		await hang('loop', 'AST_manager_listen_AMI2.pl');
		// connections are looked at in every third look, and only looks that are remembered are counted
		const impatient = {
			VICIKEEP_WARN_MANAGER_UNREAD: '1',
			VICIKEEP_CRIT_MANAGER_UNREAD: '1',
			VICIKEEP_RESTART: 'off',
		};
		await insertActions(dialer, 3);
		await until('Asterisk to tell of calls', 30_000, async () =>
			(await tick(dialer, [], impatient)).findings.includes('processes.deaf AST_manager_listen'),
		);
		release('AST_manager_listen_AMI2.pl');
		await until('it to read', 10_000, async () => (await tick(dialer, [], impatient)).findings.length === 0);
	});
});

describe('the row of the updater', () => {
	it('with a column that lost its automatic update is told apart, and nobody is restarted', async () => {
		const before = daemonsOf(dialer);
		await dialer.database.query('ALTER TABLE server_updater MODIFY db_time TIMESTAMP NULL DEFAULT NULL');
		await tick(dialer);
		await pause(1.5);
		const ran = await tick(dialer);
		expect(ran.findings).toEqual(['processes.column_without_update AST_update']);
		expect(ran.actions).toEqual([]);
		await dialer.database.query(
			'ALTER TABLE server_updater MODIFY db_time TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP',
		);
		await pause(1.5);
		expect((await tick(dialer)).findings).toEqual([]);
		expect(daemonsOf(dialer)).toEqual(before);
	});
});

describe('the stock keepalive', () => {
	it('that does not come to its end is told, and well again when it does', async () => {
		await dialer.database.query("UPDATE servers SET system_uptime='400 days 1:00' WHERE server_ip=?", [
			dialer.serverIp,
		]);
		expect((await tick(dialer)).findings).toEqual(['processes.keepalive_silent ADMIN_keepalive_ALL']);
		await dialer.cron('ADMIN_keepalive_ALL.pl');
		expect((await tick(dialer)).findings).toEqual([]);
	});

	it('that hangs is told with what it waits for, and nothing is done to it', async () => {
		const id = 'T1';
		await dialer.database.query(
			"INSERT INTO vicidial_process_triggers SET trigger_id=?, trigger_name='x', server_ip=?, trigger_time=NOW() - INTERVAL 1 MINUTE, trigger_run='1', trigger_lines='/bin/sleep 30'",
			[id, dialer.serverIp],
		);
		const job = dialer.startCron('ADMIN_keepalive_ALL.pl');
		job.ended.catch(() => {});
		await until('its command', 15_000, () => allPids().some((pid) => argvOf(pid).join(' ') === '/bin/sleep 30'));
		const impatient = { VICIKEEP_WARN_KEEPALIVE_AGE: '1', VICIKEEP_CRIT_KEEPALIVE_AGE: '1' };
		await pause(1);
		await tick(dialer, [], impatient);
		const ran = await tick(dialer, [], impatient);
		const [found] = ran.check('processes').findings;
		expect(found).toMatchObject({ id: 'processes.overrunning', subject: 'ADMIN_keepalive_ALL' });
		expect(found?.summary).toContain('its sleep (process ');
		expect(ran.actions).toEqual([]);
		for (const pid of allPids()) if (argvOf(pid).join(' ') === '/bin/sleep 30') signal(pid, 'SIGKILL');
		await job.ended;
		expect((await tick(dialer)).findings).toEqual([]);
	});
});
