import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, readFileSync, rmSync, truncateSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type Dialer, startDialer } from '../sandbox/dialer.ts';
import { until } from '../sandbox/processes.ts';
import { QUICK, type Tick, tick } from './support.ts';

const UPDATER = 'AST_update_AMI2.pl';
/** The limits of disks as they are by default; other tests look at no disk of this machine. */
const DISKS = {
	VICIKEEP_WARN_DISK_USED: '90',
	VICIKEEP_CRIT_DISK_USED: '97',
	VICIKEEP_WARN_INODES_USED: '90',
	VICIKEEP_CRIT_INODES_USED: '97',
};

let dialer: Dialer;
const undo: (() => unknown)[] = [];
beforeAll(async () => {
	dialer = await startDialer();
	return () => dialer.stop();
});
afterEach(async () => {
	for (const one of undo.splice(0).reverse()) await one();
	// a disk or table that is damaged for longer than a daemon's loop ends it
	for (const { script } of dialer.daemons.wanted)
		if (dialer.daemons.pids(script).length === 0) await dialer.daemons.start(script);
});

/** A finding's key, and that of the one that it follows. */
const causes = ({ report }: Tick): string[] =>
	report.checks.flatMap(({ findings }) =>
		findings.map(({ id, subject, cause }) => `${id} ${subject}${cause === undefined ? '' : ` < ${cause}`}`),
	);

/** A disk of so many MiB over a folder of the dialer, until the end of the test. */
function mountOver(folder: string, options: string): void {
	mkdirSync(folder, { recursive: true });
	try {
		execFileSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', folder], { stdio: 'pipe' });
	} catch (error) {
		throw new Error(`this test mounts a small disk: run it as root, where mounting is allowed (${error})`);
	}
	undo.push(() => execFileSync('umount', ['--lazy', folder]));
}

const fillUp = (folder: string, mebibytes: number): void =>
	writeFileSync(join(folder, 'big.wav'), Buffer.alloc(mebibytes * 1024 * 1024));

describe('a disk', () => {
	it('that is full under the logs is the root: no daemon is started until there is space again', async () => {
		mountOver(dialer.logs, 'size=4m');
		expect((await tick(dialer, [], DISKS)).findings).toEqual([]);
		fillUp(dialer.logs, 3.8);
		const pages = join(dialer.logs, 'rest');
		expect(() => writeFileSync(pages, Buffer.alloc(1024 * 1024))).toThrow('ENOSPC');
		dialer.daemons.kill(UPDATER, 'SIGKILL');
		await until('the end of the updater', 5000, () => dialer.daemons.pids(UPDATER).length === 0);

		const root = `system.disk_full ${dialer.logs}`;
		expect(causes(await tick(dialer, [], DISKS))).toEqual([root, `processes.absent AST_update < ${root}`]);
		const second = await tick(dialer, [], DISKS);
		expect(second.actions).toEqual(['withheld start:AST_update']);
		expect(second.report.actions[0]?.reason).toContain('it cannot work until this is over');
		expect(second.exitCode).toBe(2);

		truncateSync(join(dialer.logs, 'big.wav'), 0);
		truncateSync(pages, 0);
		const after = await tick(dialer, [], DISKS);
		expect(after.actions).toEqual(['done start:AST_update']);
		expect(after.exitCode).toBe(0);
	});

	it('that is full of recordings is told, and daemons are started all the same', async () => {
		const monitor = join(dialer.folder, 'spool/asterisk/monitor');
		mountOver(monitor, 'size=4m');
		fillUp(monitor, 3.9);
		dialer.daemons.kill(UPDATER, 'SIGKILL');
		await until('the end of the updater', 5000, () => dialer.daemons.pids(UPDATER).length === 0);
		const first = await tick(dialer, [], DISKS);
		expect(causes(first)).toEqual([`system.disk_space ${monitor}`, 'processes.absent AST_update']);
		const second = await tick(dialer, [], DISKS);
		expect(second.actions).toEqual(['done start:AST_update']);
		expect(second.check('system').status).toBe('critical');
	});

	it('without inodes or mounted read-only is told, too', async () => {
		mountOver(dialer.logs, 'size=4m,nr_inodes=3');
		for (const name of ['a', 'b']) writeFileSync(join(dialer.logs, name), '');
		const full = await tick(dialer, ['--only', 'system'], DISKS);
		expect(full.check('system').findings[0]?.summary).toContain('not an inode is left');
		execFileSync('mount', ['-o', 'remount,ro', dialer.logs]);
		expect((await tick(dialer, ['--only', 'system'], DISKS)).findings).toEqual([`system.read_only ${dialer.logs}`]);
	});
});

describe('recordings', () => {
	const EVERY_LOOK = ['--only', 'system'];
	const found = async (): Promise<string[]> => {
		// they are looked at in every fifth look
		const all: string[] = [];
		for (let look = 0; look < 5; look++) all.push(...(await tick(dialer, EVERY_LOOK)).findings);
		return [...new Set(all)];
	};

	it('that nobody moves on are told; those that Asterisk has open are no trouble', async () => {
		const monitor = join(dialer.folder, 'spool/asterisk/monitor');
		mkdirSync(monitor, { recursive: true });
		const open = join(monitor, 'talking-in.wav');
		const old = Date.now() / 1000 - 9000;
		await dialer.asterisk.cli(`logger add channel ${open} notice`);
		undo.push(() => dialer.asterisk.cli(`logger remove channel ${open}`));
		utimesSync(open, old, old);
		expect(await found()).toEqual([]);
		const left = join(monitor, 'left-in.wav');
		writeFileSync(left, '');
		utimesSync(left, old, old);
		expect(await found()).toEqual([`system.recordings ${monitor}`]);
		// nothing here is meant to move them
		const crontab = readFileSync(dialer.crontab, 'utf8');
		undo.push(() => writeFileSync(dialer.crontab, crontab));
		writeFileSync(dialer.crontab, crontab.replace(/^.*AST_CRON_audio_1.*$/m, ''));
		for (const name of [left, open]) undo.push(() => rmSync(name, { force: true }));
		expect((await tick(dialer, EVERY_LOOK)).findings).toEqual([]);
	});
});

describe('what stands until somebody changes it', () => {
	it('a stock job that the crontab lacks', async () => {
		const crontab = readFileSync(dialer.crontab, 'utf8');
		undo.push(() => writeFileSync(dialer.crontab, crontab));
		writeFileSync(dialer.crontab, crontab.replace(/^.*AST_manager_kill_hung.*$/m, ''));
		expect((await tick(dialer, ['--only', 'system'])).findings).toEqual([
			'system.jobs_missing AST_manager_kill_hung_congested.pl',
		]);
		// another way of scheduling everything is no trouble
		writeFileSync(dialer.crontab, 'MAILTO=""\n');
		expect((await tick(dialer, ['--only', 'system'])).findings).toEqual([]);
	});

	it("a line of the hopper's whose runs may meet is a hint, and none where each waits for the one before", async () => {
		const crontab = readFileSync(dialer.crontab, 'utf8');
		undo.push(() => writeFileSync(dialer.crontab, crontab));
		const hints = async (line: string): Promise<string[]> => {
			writeFileSync(dialer.crontab, crontab.replace(/^.*AST_VDhopper\.pl.*$/m, line));
			const ran = await tick(dialer, ['--only', 'system']);
			expect(ran.findings).toEqual([]);
			return (ran.report.hints ?? []).filter((hint) => hint.includes('hopper'));
		};
		const line = `* * * * * ${dialer.home}/AST_VDhopper.pl -q`;
		expect(await hints(line)).toEqual([
			'add --run-check to the line of AST_VDhopper.pl in the crontab: without it a slow run meets the next one',
		]);
		expect(await hints(`${line} --run-check`)).toEqual([]);
		// one that cron does not read is no line
		expect(await hints(`# ${line}`)).toEqual([]);
	});

	it('shipped secrets are a hint to who asks for more, and never a state of a dialer', async () => {
		const ran = await tick(dialer);
		expect(ran.exitCode).toBe(0);
		expect(ran.report.hints?.join('\n')).toContain('shipped secret for cron, updatecron');
		expect(ran.report.hints?.join('\n')).not.toContain('1234');
		const told = async (...args: string[]): Promise<string> =>
			(await dialer.check(['--only', 'system', ...args], { env: { ...QUICK } })).stdout;
		expect(await told('-v')).toContain('shipped secret');
		expect(await told()).not.toContain('shipped secret');
		const conf = join(dialer.asteriskEtc, 'manager.conf');
		const stock = readFileSync(conf, 'utf8');
		undo.push(() => writeFileSync(conf, stock));
		const env = { VICIKEEP_WARN_DEFAULT_SECRETS: '1' };
		expect((await tick(dialer, ['--only', 'system'], env)).exitCode).toBe(1);
	});
});

describe('the database', () => {
	const database = (): Dialer['database'] => dialer.database;

	it('whose clock is ahead is one root', async () => {
		// every session of a dialer's account sees that clock
		await database().query("SET GLOBAL init_connect='SET timestamp=UNIX_TIMESTAMP()+30'");
		undo.push(() => database().query("SET GLOBAL init_connect=''"));
		const ran = await tick(dialer);
		expect(ran.check('mysql').findings[0]?.summary).toMatch(/clock is (29|30) s ahead of this machine's/);
		expect(causes(ran)).toEqual([`mysql.clock_skew ${dialer.serverIp}:3306`]);
	});

	it('with hardly a connection left says so before the last is taken', async () => {
		const [row] = await database().query("SHOW GLOBAL STATUS LIKE 'Threads_connected'");
		// stock's account does not see the sessions of others, only how many there are
		expect(JSON.stringify(await database().query("SHOW GRANTS FOR cron@'%'"))).not.toMatch(/PROCESS|ALL PRIV/);
		await database().query(`SET GLOBAL max_connections=${Math.max(10, Number(row?.Value) + 1)}`);
		undo.push(() => database().query('SET GLOBAL max_connections=200'));
		expect((await tick(dialer, ['--only', 'mysql'])).findings).toEqual([`mysql.connections ${dialer.serverIp}:3306`]);
	});

	it.each(['MYI', 'MYD'])('with a table whose %s is damaged names it, and repairs nothing', async (end) => {
		const table = 'vicidial_campaigns';
		const file = join(dialer.folder, `mysql/asterisk/${table}.${end}`);
		copyFileSync(file, `${file}.whole`);
		undo.push(async () => {
			copyFileSync(`${file}.whole`, file);
			await database().query(`FLUSH TABLES; REPAIR TABLE ${table}`);
		});
		truncateSync(file, 20);
		await database().query(`FLUSH TABLES ${table}`);
		const root = `mysql.crashed ${table}`;
		await until('the look at the tables', 60_000, async () =>
			(await tick(dialer, ['--only', 'mysql'])).findings.includes(root),
		);
		const ran = await tick(dialer);
		expect(causes(ran)[0]).toBe(root);

		expect(causes(ran).filter((one) => one !== root && !one.endsWith(` < ${root}`))).toEqual([]);
		// what has ended for it is started, and ends again
		expect(ran.actions.filter((action) => !/^(withheld|failed start:)/.test(action))).toEqual([]);
		expect((await database().query(`CHECK TABLE ${table}`)).some(({ Msg_text }) => Msg_text === 'OK')).toBe(false);
	});

	it('with a column that no longer updates itself, or of another version, says so', async () => {
		await database().query('ALTER TABLE vicidial_live_agents MODIFY last_update_time TIMESTAMP NOT NULL DEFAULT NOW()');
		await database().query('UPDATE system_settings SET db_schema_version=1600');
		undo.push(() =>
			database().query(
				'ALTER TABLE vicidial_live_agents MODIFY last_update_time TIMESTAMP NOT NULL DEFAULT NOW() ON UPDATE NOW()',
			),
		);
		undo.push(() => database().query('UPDATE system_settings SET db_schema_version=1700'));
		const column = 'mysql.column_without_update vicidial_live_agents.last_update_time';
		await until('the look at the columns', 20_000, async () =>
			(await tick(dialer, ['--only', 'mysql'])).findings.includes(column),
		);
		const ran = await tick(dialer, ['--only', 'mysql']);
		expect(ran.findings).toEqual([column, 'mysql.schema asterisk']);
		expect(ran.exitCode).toBe(1);
	});
});
