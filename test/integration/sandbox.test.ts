import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import mysql from 'mysql2/promise';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { STOCK } from '../sandbox/daemons.ts';
import { type Dialer, startDialer } from '../sandbox/dialer.ts';
import { removeStaleInstances } from '../sandbox/instance.ts';
import { allPids, argvOf, mentions, until } from '../sandbox/processes.ts';

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
			for (const { script, args, screen } of STOCK) {
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
