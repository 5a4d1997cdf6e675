import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
	chmodSync,
	cpSync,
	existsSync,
	mkdirSync,
	mkdtempSync,
	readdirSync,
	readFileSync,
	rmSync,
	statSync,
	symlinkSync,
	writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Database } from '../../src/adapters/database.ts';
import { type Dialer, startDialer } from '../sandbox/dialer.ts';
import { until } from '../sandbox/processes.ts';
import { daemonsOf, QUICK, tick } from './support.ts';

const SENDER = 'AST_manager_send.pl';

let dialer: Dialer;
beforeEach(async () => {
	dialer = await startDialer();
});
afterEach(() => dialer.stop());

async function killSender(): Promise<void> {
	dialer.daemons.kill(SENDER, 'SIGKILL');
	await until('its end', 5000, () => dialer.daemons.pids(SENDER).length === 0);
}

describe('an AMI account that Asterisk refuses', () => {
	const refusals = (): number =>
		readdirSync(join(dialer.folder, 'log/asterisk'))
			.map((name) => readFileSync(join(dialer.folder, 'log/asterisk', name), 'latin1'))
			.join('')
			.split('failed to authenticate as').length - 1;

	it('is named, tried once, and tried again when it changes; nothing is restarted for it', async () => {
		await tick(dialer);
		const before = daemonsOf(dialer);
		await dialer.database.query("UPDATE servers SET ASTmgrSECRET='wrong-one' WHERE server_ip=?", [dialer.serverIp]);
		const refused = refusals();
		for (const args of [[], [], ['--only', 'asterisk'], ['-n']]) {
			const ran = await tick(dialer, args);
			expect(ran.findings).toEqual(['asterisk.authentication Asterisk']);
			expect(ran.actions).toEqual([]);
			expect(ran.exitCode).toBe(2);
		}
		expect(refusals()).toBe(refused + 1);
		await dialer.database.query("UPDATE servers SET ASTmgrSECRET='1234' WHERE server_ip=?", [dialer.serverIp]);
		expect((await tick(dialer)).exitCode).toBe(0);
		expect(daemonsOf(dialer)).toEqual(before);
	});
});

describe('the database', () => {
	it('that refuses the account is told apart, without the password', async () => {
		const env = { VICIKEEP_DB_PASS: 'not-the-password' };
		const ran = await tick(dialer, ['-vv'], env);
		expect(ran.findings).toContain(`mysql.denied ${dialer.serverIp}:3306`);
		expect(ran.exitCode).toBe(2);
		expect(JSON.stringify(ran.report) + ran.stderr).not.toContain('not-the-password');
	});

	it('with a locked table: said so in time, nothing restarted', async () => {
		await tick(dialer);
		const before = daemonsOf(dialer);
		await dialer.database
			.query(
				"CREATE EVENT asterisk.holder ON SCHEDULE AT NOW() DO BEGIN DECLARE x INT; UPDATE asterisk.vicidial_auto_calls SET stage=SLEEP(0); INSERT INTO asterisk.vicidial_auto_calls (server_ip, status, stage) SELECT '', 'SENT', SLEEP(20); END",
			)
			.catch(() => {});
		await until(
			'the lock',
			5000,
			async () =>
				(
					await dialer.database.query(
						"SELECT 1 FROM information_schema.PROCESSLIST WHERE INFO LIKE '%SLEEP(20)%' AND INFO NOT LIKE '%PROCESSLIST%'",
					)
				).length > 0,
		);
		const ran = await tick(dialer);
		expect(ran.findings).toContain('queues.database queues');
		expect(ran.actions).toEqual([]);
		expect(ran.exitCode).toBe(2);
		expect(daemonsOf(dialer)).toEqual(before);
	});

	it('with a lock held on its tables: the lock is named and nobody restarted, however long', async () => {
		const env = {
			VICIKEEP_WARN_DATABASE_LOCK_WAIT: '1',
			VICIKEEP_WARN_UPDATER_HEARTBEAT: '1',
			VICIKEEP_CRIT_UPDATER_HEARTBEAT: '2',
		};
		expect((await tick(dialer)).exitCode).toBe(0);
		const before = daemonsOf(dialer);
		// as a backup takes it: everybody may read, nobody may write
		const holder = dialer.database
			.query('LOCK TABLES server_updater READ, vicidial_campaign_stats_debug READ; DO SLEEP(15)')
			.catch(() => {});
		const locked = async (): Promise<boolean> =>
			(await tick(dialer, ['-n', '--only', 'mysql'], env)).findings.some((finding) =>
				finding.startsWith('mysql.locked'),
			);
		await until('somebody to wait', 10_000, locked);
		for (let look = 0; look < 4; look++) {
			const ran = await tick(dialer, [], env);
			expect(ran.findings).toContain(`mysql.locked ${dialer.serverIp}:3306`);
			expect(ran.actions.filter((action) => !action.startsWith('withheld'))).toEqual([]);
		}
		expect(daemonsOf(dialer)).toEqual(before);
		await dialer.database.kill();
		await holder;
	});

	it('is never written to: the session refuses it', async () => {
		const account = { host: dialer.serverIp, port: 3306, name: 'asterisk', user: 'cron', password: '1234' };
		const database = await Database.open(account, 5000);
		const change = ['UPDATE servers SET active=? WHERE server_ip=?', ['N', dialer.serverIp]] as const;
		await expect(database.query(...change)).rejects.toThrow(/READ ONLY/);
		expect(await database.write(...change)).toBe(1);
		await expect(database.query(...change)).rejects.toThrow(/READ ONLY/);
		await database.close();
	});

	it('is remembered well enough to look at Asterisk without it', async () => {
		await tick(dialer);
		await dialer.database.stop();
		const ran = await tick(dialer, ['--only', 'asterisk']);
		expect(ran.findings).toEqual([]);
		expect(ran.exitCode).toBe(0);
		expect(statSync(join(dialer.stateDir, 'ami-account.json')).mode & 0o777).toBe(0o600);
	});

	it('that says localhost is reached by its socket', async () => {
		await dialer.stop();
		dialer = await startDialer({ databaseHost: 'localhost' });
		const ran = await tick(dialer, ['--only', 'mysql'], { VICIKEEP_DB_SOCKET: join(dialer.folder, 'run/mysqld.sock') });
		expect(ran.exitCode).toBe(0);
	});
});

describe('checks chosen by name', () => {
	it('report what they rest on only when that is in trouble', async () => {
		expect((await tick(dialer, ['--only', 'queues'])).report.checks.map(({ id }) => id)).toEqual(['queues']);
		await dialer.database.stop();
		const ran = await tick(dialer, ['--only', 'queues']);
		expect(ran.report.checks.map(({ id, status }) => `${id} ${status}`)).toEqual(['mysql critical', 'queues skipped']);
		expect(ran.exitCode).toBe(2);
	});

	it('may leave some out; then nothing that rests on them is repaired', async () => {
		await killSender();
		await tick(dialer, ['--skip', 'asterisk']);
		const ran = await tick(dialer, ['--skip', 'asterisk']);
		expect(ran.report.checks.map(({ id }) => id)).not.toContain('asterisk');
		expect(ran.report.actions[0]).toMatchObject({
			outcome: 'withheld',
			reason: 'asterisk was not looked at; it is left alone until a run looks at asterisk: leave out --skip',
		});
	});
});

describe('a server that is no dialer', () => {
	it('has no Asterisk checks and no daemons', async () => {
		await dialer.database.query("UPDATE servers SET active_asterisk_server='N' WHERE server_ip=?", [dialer.serverIp]);
		const ran = await tick(dialer, [], { VICIKEEP_KEEPALIVES: 'X' });
		expect(ran.check('asterisk').status).toBe('skipped');
		expect(ran.check('processes').status).toBe('skipped');
		expect(ran.exitCode).toBe(0);
	});

	it('is named when the database does not know its address, and no daemon is touched', async () => {
		const before = daemonsOf(dialer);
		for (const _ of [1, 2, 3]) {
			const ran = await tick(dialer, [], { VICIKEEP_SERVER_IP: '127.9.9.9' });
			expect(ran.findings).toContain('config.server_unknown 127.9.9.9');
			expect(ran.actions.filter((action) => !action.startsWith('withheld'))).toEqual([]);
			expect(ran.exitCode).toBe(2);
		}
		expect(daemonsOf(dialer)).toEqual(before);
	});
});

describe('what cron mails', () => {
	const quiet = (env: Record<string, string> = {}) => dialer.check(['--quiet'], { env: { ...QUICK, ...env } });
	const logged = (): string[] =>
		readFileSync(join(dialer.vicikeepLogDir, 'vicikeep.log'), 'utf8')
			.trim()
			.split('\n')
			.map((line) => JSON.parse(line).event);

	it('is nothing while all is well, a trouble once, its end once', async () => {
		expect(await quiet()).toMatchObject({ exitCode: 0, stdout: '', stderr: '' });
		await killSender();
		expect(await quiet({ VICIKEEP_RESTART: 'off' })).toMatchObject({ exitCode: 1, stdout: '' });
		const told = await quiet({ VICIKEEP_RESTART: 'off' });
		expect(told.exitCode).toBe(2);
		expect(told.stdout).toContain('AST_manager_send is not running');
		expect(await quiet({ VICIKEEP_RESTART: 'off' })).toMatchObject({ exitCode: 2, stdout: '' });
		// a monitor's look eats nothing of what cron has to tell
		expect((await tick(dialer, ['-n'])).exitCode).toBe(2);
		await dialer.daemons.start(SENDER);
		const recovered = await quiet();
		expect(recovered.stdout).toContain('recovered: AST_manager_send (processes.absent)');
		expect(await quiet()).toMatchObject({ exitCode: 0, stdout: '', stderr: '' });
		expect(logged()).toEqual(['finding', 'finding', 'gone']);
	});

	it('is a repair once', async () => {
		await killSender();
		expect(await quiet()).toMatchObject({ exitCode: 1, stdout: '' });
		const repaired = await quiet();
		expect(repaired.exitCode).toBe(0);
		expect(repaired.stdout).toContain('repaired: started in screen ASTsend');
		expect(await quiet()).toMatchObject({ exitCode: 0, stdout: '', stderr: '' });
		expect(logged()).toEqual(['finding', 'finding', 'action']);
	});
});

describe('files of its own', () => {
	it('that are damaged are set aside and told, and the run goes on', async () => {
		await tick(dialer);
		writeFileSync(join(dialer.stateDir, 'state.json'), '{"version":1,"condi');
		const ran = await tick(dialer);
		expect(ran.check('config').findings[0]?.summary).toContain('state.json is damaged');
		expect(ran.exitCode).toBe(1);
		expect(readFileSync(join(dialer.stateDir, 'state.json.damaged'), 'utf8')).toBe('{"version":1,"condi');
		expect((await tick(dialer)).exitCode).toBe(0);
	});

	it.each([
		['lock', () => dialer.runDir, 'lock'],
		['state file', () => dialer.stateDir, 'state.json'],
	])('are not written through a planted link: %s', async (_, folder, name) => {
		const victim = join(dialer.folder, 'victim');
		writeFileSync(victim, 'precious');
		mkdirSync(folder(), { recursive: true, mode: 0o700 });
		symlinkSync(victim, join(folder(), name));
		await tick(dialer);
		expect(readFileSync(victim, 'utf8')).toBe('precious');
	});

	it('are not kept where others could write them, and then nothing is repaired', async () => {
		mkdirSync(dialer.stateDir, { recursive: true });
		chmodSync(dialer.stateDir, 0o777);
		await killSender();
		const ran = await tick(dialer);
		expect(ran.report.actions[0]).toMatchObject({
			outcome: 'withheld',
			reason: expect.stringContaining('can be written by others'),
		});
		expect(existsSync(join(dialer.stateDir, 'state.json'))).toBe(false);
	});
});

describe('secrets', () => {
	it('appear in no output, log, state or command line', async () => {
		const secret = 'Hush-7f3a';
		const managerConf = join(dialer.asteriskEtc, 'manager.conf');
		writeFileSync(managerConf, readFileSync(managerConf, 'utf8').replaceAll(/secret\s*=.*/g, `secret=${secret}`));
		await dialer.asterisk.cli('manager reload');
		await dialer.database.query('UPDATE servers SET ASTmgrSECRET=? WHERE server_ip=?', [secret, dialer.serverIp]);
		await dialer.database.query("CREATE USER watch@'%' IDENTIFIED BY 'Psst-91bc'");
		await dialer.database.query("GRANT SELECT ON asterisk.* TO watch@'%'");
		const env = { ...QUICK, VICIKEEP_DB_USER: 'watch', VICIKEEP_DB_PASS: 'Psst-91bc' };
		const outputs: string[] = [];
		for (const args of [['-vv'], ['-vv', '--json'], ['-vv', '-n']]) {
			const ran = await dialer.check(args, { env });
			expect(ran.exitCode).toBe(0);
			outputs.push(ran.stdout, ran.stderr);
		}
		outputs.push(readFileSync(join(dialer.stateDir, 'state.json'), 'utf8'));
		for (const hidden of [secret, 'Psst-91bc']) expect(outputs.join('\n')).not.toContain(hidden);
	});
});

/** Nobody may run this test but root, who can become somebody else. */
const asRoot = process.getuid?.() === 0;
if (!asRoot) console.warn('NOT TESTED HERE: a look by an unprivileged user (run the tests as root for it)');
describe.runIf(asRoot)('an unprivileged user', () => {
	it('sees everything and repairs nothing', async () => {
		const folder = mkdtempSync(join(tmpdir(), 'vicikeep-nobody-'));
		try {
			chmodSync(folder, 0o755);
			for (const part of ['bin', 'dist'])
				cpSync(join(import.meta.dirname, '../..', part), join(folder, part), { recursive: true });
			cpSync(dialer.astguiclientConf, join(folder, 'astguiclient.conf'));
			await killSender();
			const nobody = spawn(process.execPath, [join(folder, 'bin/vicikeep'), 'check', '--json'], {
				env: { ...dialer.env, ...QUICK, VICIKEEP_ASTGUICLIENT_CONF: join(folder, 'astguiclient.conf') },
				uid: 65534,
				gid: 65534,
				cwd: folder,
				stdio: ['ignore', 'pipe', 'inherit'],
			});
			const chunks: Buffer[] = [];
			nobody.stdout.on('data', (chunk) => chunks.push(chunk));
			await once(nobody, 'close');
			const report = JSON.parse(Buffer.concat(chunks).toString());
			expect(report.actions).toMatchObject([
				{
					id: 'start:AST_manager_send',
					outcome: 'withheld',
					reason: expect.stringContaining('until it is run as root'),
				},
			]);
			expect(dialer.daemons.pids(SENDER)).toEqual([]);
		} finally {
			rmSync(folder, { recursive: true });
		}
	});
});
