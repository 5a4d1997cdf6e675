import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import mysql from 'mysql2/promise';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Dialer, startDialer } from '../sandbox/dialer.ts';
import { removeStaleInstances } from '../sandbox/instance.ts';
import { allPids, argvOf, mentions, signal, until } from '../sandbox/processes.ts';
import { endOfDay, idleNight, morningRush } from '../sandbox/scenarios.ts';
import { insertActions, placeCalls, startFlow } from '../sandbox/traffic.ts';
import { OBSERVABLES } from './sandbox.observables.ts';

const members = (folder: string) => allPids().filter((pid) => mentions(pid, folder));

describe('two dialers side by side', () => {
	let dialers: Dialer[] = [];
	beforeAll(async () => {
		dialers = await Promise.all([startDialer(), startDialer()]);
	});
	afterAll(async () => {
		await Promise.all(dialers.map((dialer) => dialer.stop()));
	});

	it('have their own folders and addresses', () => {
		expect(new Set(dialers.map(({ folder }) => folder)).size).toBe(2);
		expect(new Set(dialers.map(({ serverIp }) => serverIp)).size).toBe(2);
	});

	it('run every daemon exactly once, in its screen, with the arguments and environment of a dialer', () => {
		for (const { daemons, home } of dialers) {
			for (const { script, args, screen } of daemons.wanted) {
				const [first, ...others] = daemons.pids(script);
				expect(argvOf(first?.perl ?? 0)).toEqual(['/usr/bin/perl', join(home, script), ...args]);
				expect(argvOf(first?.screen ?? 0)).toEqual(['SCREEN', '-d', '-m', '-S', screen, join(home, script), ...args]);
				// Workers hang on their parent, not on a screen.
				expect(others.filter((copy) => copy.screen !== undefined)).toEqual([]);
				expect(others.length).toBe(script === 'FastAGI_log.pl' ? 3 : 0);
				expect(readFileSync(`/proc/${first?.perl}/environ`, 'utf8')).not.toContain('LD_LIBRARY_PATH');
			}
		}
	});

	it('answer to the account of the daemons on the stock port, with self-keeping TIMESTAMP columns', async () => {
		for (const { serverIp, database } of dialers) {
			const connection = await mysql.createConnection({
				host: serverIp,
				user: 'cron',
				password: '1234',
				database: 'asterisk',
				dateStrings: true,
			});
			const [rows] = await connection.query('SELECT server_ip FROM servers WHERE telnet_host = ?', [serverIp]);
			await expect(connection.query('CREATE TABLE t (i INT)')).rejects.toThrow(/denied/);
			await connection.end();
			expect(rows).toEqual([{ server_ip: serverIp }]);
			const bare = await database.query(
				"SELECT table_name FROM information_schema.columns WHERE table_schema = 'asterisk' AND data_type = 'timestamp' AND extra NOT LIKE '%on update%'",
			);
			expect(bare).toEqual([]);
		}
	});

	it('let Asterisk answer, with the modules of a dialer', async () => {
		for (const { asterisk } of dialers) {
			expect(await asterisk.cli('core show version')).toContain('Asterisk 16.');
			for (const module of ['chan_sip', 'chan_iax2', 'res_pjsip', 'app_voicemail', 'app_confbridge', 'pbx_config']) {
				expect(await asterisk.cli(`module show like ${module}.so`)).toContain('Running');
			}
			expect(await asterisk.cli('dialplan show default')).toContain("'vicidial-auto'");
		}
	});

	it('have servers that can be killed, stopped in their tracks and started again', async () => {
		const [dialer] = dialers;
		if (dialer === undefined) throw new Error('no dialer');
		const { asterisk, database, daemons } = dialer;
		daemons.freeze('AST_manager_send.pl');
		const frozen = daemons.pids('AST_manager_send.pl').flatMap(({ perl, screen }) => [perl, screen ?? 0]);
		await until('stopped processes', 2_000, () =>
			frozen.every((pid) => /^State:\tT/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'))),
		);
		await Promise.all([asterisk.kill(), database.kill()]);
		expect(asterisk.pid).toBeUndefined();
		expect(database.pid).toBeUndefined();
		await Promise.all([asterisk.start(), database.start()]);
		expect(await database.query('SELECT 1 AS one')).toEqual([{ one: 1 }]);
		expect(await asterisk.cli('core show uptime')).toContain('System uptime');
	});

	it('are gone after stop, whatever state they were in', async () => {
		for (const dialer of dialers) {
			expect(members(dialer.folder).length).toBeGreaterThan(2);
			await dialer.stop();
			expect(members(dialer.folder)).toEqual([]);
			expect(existsSync(dialer.folder)).toBe(false);
		}
	});
});

describe('a dialer with every keepalive code, the options and the cron jobs', () => {
	let dialer: Dialer;
	beforeAll(async () => {
		dialer = await startDialer({ keepalives: '123456789CES', options: ['-cu3way', '-recmon'] });
		// code C sleeps a whole interval
		await dialer.database.query('UPDATE servers SET conf_update_interval=1');
		await dialer.daemons.stop('AST_conf_update_screen.pl');
		await dialer.daemons.start('AST_conf_update_screen.pl');
	});
	afterAll(() => dialer.stop());
	const copies = (script: string) => dialer.daemons.pids(script).map(({ perl }) => perl);

	it('runs everything once, in its screen, with the command line of stock', () => {
		const { daemons, home, serverIp } = dialer;
		expect(daemons.wanted.length).toBe(13);
		for (const { script, args, screen } of daemons.wanted) {
			const [first, ...others] = daemons.pids(script);
			expect(argvOf(first?.perl ?? 0)).toEqual(['/usr/bin/perl', join(home, script), ...args]);
			expect(argvOf(first?.screen ?? 0)).toEqual(['SCREEN', '-d', '-m', '-S', screen, join(home, script), ...args]);
			expect(others.filter((copy) => copy.screen !== undefined)).toEqual([]);
		}
		expect(daemons.relays().map((pid) => argvOf(pid).join(' '))).toEqual(
			[40569, 41569, 42569].map((port) => `ip_relay ${port} ${serverIp} 4569 9999999`),
		);
	});

	it.each(OBSERVABLES)('$what', async ({ given, seen, moves }) => {
		const before = await moves?.(dialer);
		if (seen && given) expect(Boolean(await seen(dialer))).toBe(false);
		await given?.(dialer);
		if (moves) await until('movement', 15_000, async () => (await moves(dialer)) !== before);
		if (seen) await until('the effect', 10_000, async () => Boolean(await seen(dialer)));
	});

	it('lets a second copy in where stock does not look for one', async () => {
		const second = (script: string) =>
			spawn('/usr/bin/perl', [join(dialer.home, script)], { stdio: 'ignore', cwd: dialer.folder });
		const [adapt, fill] = [second('AST_VDadapt.pl'), second('AST_VDauto_dial_FILL.pl')];
		await once(adapt, 'exit');
		expect(copies('AST_VDadapt.pl')).toHaveLength(1);
		expect(copies('AST_VDauto_dial_FILL.pl')).toContain(fill.pid);
		fill.kill('SIGKILL');
	});

	it('gets back from the keepalive what is absent, of two listeners one, of three relays none', async () => {
		const { daemons } = dialer;
		await daemons.duplicate('AST_manager_listen_AMI2.pl');
		signal(daemons.relays()[0] ?? 0, 'SIGKILL');
		const absent = daemons.wanted.map(({ script }) => script).filter((script) => !script.startsWith('AST_manager_li'));
		await Promise.all(absent.map((script) => daemons.stop(script)));
		daemons.freeze('AST_manager_listen_AMI2.pl'); // present all the same
		expect(await dialer.cron('ADMIN_keepalive_ALL.pl')).toEqual({ exitCode: 0, output: '' });
		await until('the daemons', 10_000, () => absent.every((script) => copies(script).length > 0));
		await until('the end of the second listener', 5_000, () => copies('AST_manager_listen_AMI2.pl').length === 1);
		daemons.thaw('AST_manager_listen_AMI2.pl');
		expect(daemons.relays()).toHaveLength(2);
		await daemons.relayControl('stop');
		await dialer.cron('ADMIN_keepalive_ALL.pl');
		await until('the relays', 5_000, () => daemons.relays().length === 3);
	});

	it.each(['loop', 'spin', 'fifo', 'socket', 'child'] as const)(
		'has daemons that hang by %s until they are started again',
		async (way) => {
			const sleeps = (pid: number) =>
				Number(/^voluntary_ctxt_switches:\s*(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]);
			const [pid = 0] = copies('AST_manager_send.pl');
			await dialer.daemons.hang('AST_manager_send.pl', way);
			const [id] = await insertActions(dialer, 1);
			await until('looks that agree', 5_000, async () => {
				const before = sleeps(pid);
				await new Promise((resolve) => setTimeout(resolve, 300));
				return sleeps(pid) > before === (way === 'loop');
			});
			const status = () => dialer.database.query('SELECT status FROM vicidial_manager WHERE man_id=?', [id]);
			expect(await status()).toEqual([{ status: 'NEW' }]);
			await dialer.daemons.stop('AST_manager_send.pl');
			await dialer.daemons.start('AST_manager_send.pl');
			await until('the action', 5_000, async () => (await status())[0].status !== 'NEW');
		},
	);

	it.each(['loop', 'fifo', 'child'] as const)('has daemons that can be let go when they hang by %s', async (way) => {
		const before = copies('AST_manager_send.pl');
		await dialer.daemons.hang('AST_manager_send.pl', way);
		await dialer.daemons.release('AST_manager_send.pl');
		await placeCalls(dialer, 1);
		expect(copies('AST_manager_send.pl')).toEqual(before);
	});

	it('gets Asterisk back from the keepalive where its flags allow it: by the boot script, then in the screen', async () => {
		const { asterisk, database } = dialer;
		await database.query("UPDATE servers SET auto_restart_asterisk='Y'");
		for (const code of ['AUTO START ASTERISK', 'AUTO RESTART ASTERISK']) {
			await asterisk.kill();
			await dialer.cron('ADMIN_keepalive_ALL.pl');
			await until('Asterisk', 20_000, async () =>
				(await asterisk.cli('core waitfullybooted').catch(() => '')).includes('fully booted'),
			);
			const [last] = await database.query(
				'SELECT event_code FROM vicidial_admin_log ORDER BY admin_log_id DESC LIMIT 1',
			);
			expect(last).toEqual({ event_code: code });
		}
		await database.query("UPDATE servers SET auto_restart_asterisk='N'");
		await until('the daemons that follow it', 30_000, async () => {
			await dialer.cron('ADMIN_keepalive_ALL.pl');
			return dialer.daemons.wanted.every(({ script }) => copies(script).length > 0);
		});
	});

	it('has tables that somebody else can lock', async () => {
		const lock = await dialer.database.lock('vicidial_manager');
		const waiting =
			"SELECT COUNT(*) AS threads FROM information_schema.processlist WHERE state LIKE 'Waiting for table%'";
		await until('a waiting daemon', 5_000, async () => (await dialer.database.query(waiting))[0].threads > 0);
		lock.release();
		await until('the end of waiting', 5_000, async () => (await dialer.database.query(waiting))[0].threads === 0);
	});

	it('knows the rush of the morning and the silence of the night', async () => {
		await morningRush(dialer, 3);
		await startFlow(dialer, 2);
		const count = async (sql: string) => (await dialer.database.query(`SELECT COUNT(*) AS n FROM ${sql}`))[0].n;
		await until('calls of both kinds', 30_000, async () => {
			// a daemon that noticed late that the listener had been away is still to come back
			await dialer.cron('ADMIN_keepalive_ALL.pl');
			const dead = await Promise.all(
				['M', 'V'].map((kind) => count(`vicidial_manager WHERE status='DEAD' AND callerid LIKE '${kind}%'`)),
			);
			return dead.every((calls) => calls >= 3);
		});
		expect(await count("vicidial_live_agents WHERE status='READY' AND extension LIKE 'SIP/rush%'")).toBe(3);
		await idleNight(dialer);
		await until('silence', 10_000, async () =>
			(await dialer.asterisk.cli('core show channels count')).startsWith('0 active channels'),
		);
		await idleNight(dialer); // what was under way
		expect(await count('vicidial_live_agents, vicidial_manager, vicidial_auto_calls')).toBe(0);
	});

	it('knows the end of the day', async () => {
		const before = copies('AST_VDadapt.pl');
		await endOfDay(dialer);
		expect(copies('AST_VDadapt.pl')).not.toEqual(before);
		const rows = await dialer.database.query("SELECT 1 FROM vicidial_campaign_stats_debug WHERE campaign_id='-SHARE-'");
		expect(rows).toEqual([]);
		expect(copies('AST_VDauto_dial.pl')).toHaveLength(1);
	});

	it('loses memory and daemons when the database is restarted, and the keepalive brings them back', async () => {
		await dialer.database.restart();
		expect(await dialer.database.query('SELECT * FROM vicidial_hopper')).toEqual([]);
		await until(
			'their end',
			10_000,
			() => copies('AST_update_AMI2.pl').length + copies('AST_VDauto_dial.pl').length === 0,
		);
		await dialer.cron('ADMIN_keepalive_ALL.pl');
		await until('the updater', 10_000, async () => {
			const rows = await dialer.database.query('SELECT 1 FROM server_updater WHERE server_ip=?', [dialer.serverIp]);
			return rows.length > 0;
		});
	});
});

/** A process of its own that starts a dialer, says where and waits for its end. */
async function otherOwner(): Promise<{ owner: ReturnType<typeof spawn>; folder: string }> {
	const dialer = join(import.meta.dirname, '../sandbox/dialer.ts');
	const program = `const { startDialer } = await import(${JSON.stringify(dialer)});
		console.log((await startDialer()).folder);
		setInterval(() => {}, 1000);`;
	const owner = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', program], {
		stdio: ['ignore', 'pipe', 'inherit'],
		cwd: join(import.meta.dirname, '../..'),
	});
	const [output] = await once(owner.stdout, 'data');
	return { owner, folder: String(output).trim() };
}

describe('a dialer whose owner ends', () => {
	it.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)('by %s goes with it', async (signal) => {
		const { owner, folder } = await otherOwner();
		expect(members(folder).length).toBeGreaterThan(10);
		owner.kill(signal);
		expect(await once(owner, 'exit')).toEqual([null, signal]);
		expect(members(folder)).toEqual([]);
		expect(existsSync(folder)).toBe(false);
	});

	it('by SIGKILL is cleared by the next start', async () => {
		const { owner, folder } = await otherOwner();
		owner.kill('SIGKILL');
		await once(owner, 'exit');
		expect(existsSync(folder)).toBe(true);
		const asterisk = members(folder).find((pid) => argvOf(pid)[0]?.endsWith('/asterisk'));
		process.kill(asterisk ?? 0, 'SIGSTOP');
		removeStaleInstances();
		expect(members(folder)).toEqual([]);
		expect(existsSync(folder)).toBe(false);
	});
});
