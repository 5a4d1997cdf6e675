import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, readlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Dialer, startDialer } from '../sandbox/dialer.ts';
import { signal, until } from '../sandbox/processes.ts';
import { daemonsOf, QUICK, tick } from './support.ts';

const SENDER = 'AST_manager_send.pl';
const UPDATER = 'AST_update_AMI2.pl';
const VICIKEEP = join(import.meta.dirname, '../../bin/vicikeep');

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

function runs(file: string, args: string[]): ChildProcess {
	const stranger = spawn(file, args, { stdio: 'ignore', cwd: '/' });
	strangers.push(stranger);
	return stranger;
}

const pidsOf = (wanted: (argv: string[]) => boolean): string[] =>
	readdirSync('/proc').filter((pid) => {
		try {
			return /^\d+$/.test(pid) && wanted(readFileSync(`/proc/${pid}/cmdline`, 'latin1').split('\0'));
		} catch {
			return false;
		}
	});

const gone = (script: string): Promise<unknown> =>
	until(`the end of ${script}`, 10_000, () => dialer.daemons.pids(script).length === 0);

describe('a copy too many', () => {
	it('is stopped, the older one that works stays', async () => {
		// a copy that has passed the start check, as two starts in the same moment make it
		const script = join(dialer.home, 'AST_VDauto_dial.pl');
		const stock = readFileSync(script);
		const ready = join(dialer.folder, 'second-copy');
		writeFileSync(script, `#!/usr/bin/perl\nopen(my $ready, '>', '${ready}'); sleep 1 while 1;\n`);
		const second = runs('/usr/bin/perl', [script]);
		// not by its arguments: these it has before Perl has read the script, and then it would read the stock one
		await until('the second copy', 5000, () => existsSync(ready));
		writeFileSync(script, stock);
		const [first] = dialer.daemons.pids('AST_VDauto_dial.pl').filter(({ perl }) => perl !== second.pid);

		expect((await tick(dialer)).findings).toEqual(['processes.duplicated AST_VDauto_dial']);
		const repaired = await tick(dialer);
		expect(repaired.actions).toEqual(['done stop:AST_VDauto_dial']);
		expect(repaired.exitCode).toBe(0);
		expect(dialer.daemons.pids('AST_VDauto_dial.pl')).toEqual([first]);
	});
});

describe('a daemon that its screen does not let go of', () => {
	it('is a zombie to be buried with its screen, then started', async () => {
		const [running] = dialer.daemons.pids(SENDER);
		signal(running?.screen ?? 0, 'SIGSTOP');
		signal(running?.perl ?? 0, 'SIGKILL');
		await gone(SENDER);

		expect((await tick(dialer)).findings).toContain('processes.zombie AST_manager_send');
		const repaired = await tick(dialer);
		expect(repaired.actions).toEqual(['done restart:AST_manager_send']);
		expect(repaired.exitCode).toBe(0);
		expect(daemonsOf(dialer).some((line) => line.startsWith(`${running?.screen} `))).toBe(false);
	});
});

describe('FastAGI', () => {
	it('is one daemon with many processes: all go, one comes back and serves', async () => {
		const before = dialer.daemons.pids('FastAGI_log.pl').map(({ perl }) => perl);
		expect(before.length).toBeGreaterThan(1);
		expect((await tick(dialer)).findings).toEqual([]);
		dialer.daemons.freeze('FastAGI_log.pl');
		expect((await tick(dialer)).findings).toEqual(['processes.frozen FastAGI_log']);
		const repaired = await tick(dialer);
		expect(repaired.actions).toEqual(['done restart:FastAGI_log']);
		expect(repaired.exitCode).toBe(0);
		const after = dialer.daemons.pids('FastAGI_log.pl').map(({ perl }) => perl);
		expect(after.filter((pid) => before.includes(pid))).toEqual([]);
		expect(after.length).toBeGreaterThan(1);
	});
});

describe('a queue that stands still', () => {
	it('is the consequence of its daemon, and moves again with it', async () => {
		dialer.daemons.freeze(SENDER);
		await dialer.database.query(
			"INSERT INTO vicidial_manager (entry_date, status, response, server_ip, channel, action, callerid, cmd_line_b) VALUES (NOW(), 'NEW', 'N', ?, '', 'Command', 'TEST', 'Command: core show uptime')",
			[dialer.serverIp],
		);
		const env = { VICIKEEP_WARN_MANAGER_NEW_AGE: '0', VICIKEEP_CRIT_MANAGER_NEW_AGE: '0', VICIKEEP_RESTART: 'off' };
		await tick(dialer, [], env);
		const found = await tick(dialer, [], env);
		expect(found.findings).toEqual(['processes.frozen AST_manager_send', 'queues.manager_new AST_manager_send']);
		expect(found.check('queues').findings[0]?.cause).toBe('processes.frozen AST_manager_send');

		const repaired = await tick(dialer);
		expect(repaired.actions).toEqual(['done restart:AST_manager_send']);
		expect(repaired.check('queues').status).toBe('ok');
		await until('the action to be sent', 5000, async () => {
			const [row] = await dialer.database.query("SELECT status FROM vicidial_manager WHERE callerid='TEST'");
			return row?.status === 'SENT';
		});
	});
});

describe('an interrupted repair', () => {
	it('is finished by the next run without a second look', async () => {
		dialer.daemons.freeze(UPDATER);
		await tick(dialer);
		const repair = spawn(process.execPath, [VICIKEEP, 'check', '--env-file', join(dialer.folder, 'etc/vicikeep.env')], {
			env: { ...dialer.env, ...QUICK },
			stdio: 'ignore',
		});
		const ended = once(repair, 'exit');
		await gone(UPDATER);
		repair.kill('SIGKILL');
		await ended;
		// what it may just have started is taken away again: the repair was cut off right after the stop
		dialer.daemons.kill(UPDATER, 'SIGKILL');
		await gone(UPDATER);

		const next = await tick(dialer);
		// its stopped screen may still be there, and then holds a zombie
		expect(next.findings[0]).toMatch(/^processes\.(absent|zombie) AST_update$/);
		expect(next.actions[0]).toMatch(/^done (start|restart):AST_update$/);
		expect(next.exitCode).toBe(0);
	});
});

describe('a daemon that is started', () => {
	it("gets cron's environment, umask 022, a home, and none of our descriptors", async () => {
		dialer.daemons.kill(SENDER, 'SIGKILL');
		await gone(SENDER);
		await tick(dialer);
		const command = `umask 077; exec 9</etc/passwd; exec "$0" "$1" check --json --env-file "$2"`;
		const started = spawn(
			'/bin/bash',
			['-c', command, process.execPath, VICIKEEP, join(dialer.folder, 'etc/vicikeep.env')],
			{
				env: { ...dialer.env, ...QUICK, SECRET_OF_CALLER: 'x' },
				stdio: 'ignore',
				cwd: '/tmp',
			},
		);
		expect(await once(started, 'exit')).toEqual([0, null]);

		const pid = dialer.daemons.pids(SENDER)[0]?.perl ?? 0;
		const names = readFileSync(`/proc/${pid}/environ`, 'utf8')
			.split('\0')
			.map((entry) => entry.split('=')[0] ?? '')
			.filter((name) => name !== '');
		// what GNU screen itself gives to its programs
		const screens = [
			'TERM',
			'TERMCAP',
			'STY',
			'WINDOW',
			'SCREENDIR',
			'COLUMNS',
			'LINES',
			'PWD',
			'OLDPWD',
			'SHLVL',
			'_',
		];
		expect(names.filter((name) => !screens.includes(name)).sort()).toEqual(['HOME', 'PATH', 'PERL5LIB', 'SHELL']);
		expect(readFileSync(`/proc/${pid}/status`, 'utf8')).toMatch(/^Umask:\s+0022$/m);
		expect(readlinkSync(`/proc/${pid}/cwd`)).toBe(dialer.folder);
		const open = readdirSync(`/proc/${pid}/fd`).map((fd) => readlinkSync(`/proc/${pid}/fd/${fd}`));
		expect(open.filter((target) => target.includes('passwd') || target.includes('vicikeep/'))).toEqual([]);
	});

	it('keeps the arguments that it was last seen with', async () => {
		const script = 'AST_VDauto_dial.pl';
		dialer.daemons.kill(script, 'SIGKILL');
		await gone(script);
		const byHand = spawn(
			join(dialer.folder, 'bin/screen'),
			['-d', '-m', '-S', 'ASTVDauto', join(dialer.home, script), '--delay=3'],
			{
				env: { ...dialer.env, PERL5LIB: join(dialer.home, 'libs') },
				stdio: 'ignore',
			},
		);
		await once(byHand, 'exit');
		await until('its start', 5000, () => dialer.daemons.pids(script).length === 1);
		expect((await tick(dialer)).findings).toEqual([]);
		dialer.daemons.kill(script, 'SIGKILL');
		await gone(script);
		await tick(dialer);
		expect((await tick(dialer)).actions).toEqual(['done start:AST_VDauto_dial']);
		const pid = dialer.daemons.pids(script)[0]?.perl;
		expect(readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0')).toContain('--delay=3');
	});
});

describe('bystanders', () => {
	it('are not touched; one that blocks the start is named', async () => {
		const reader = runs('/usr/bin/tail', ['-f', join(dialer.home, SENDER)]);
		dialer.daemons.kill(SENDER, 'SIGKILL');
		await gone(SENDER);
		const first = await tick(dialer);
		expect(first.findings).toEqual(['processes.absent AST_manager_send']);
		const second = await tick(dialer);
		expect(second.actions).toEqual(['withheld start:AST_manager_send']);
		expect(second.action('start:AST_manager_send')?.reason).toContain(
			`its start check would refuse it: /usr/bin/tail (process ${reader.pid})`,
		);
		expect(second.exitCode).toBe(2);
		expect(reader.exitCode).toBeNull();
	});

	it('such as an editor in a screen of its own stay', async () => {
		const screen = join(dialer.folder, 'bin/screen');
		const args = ['-d', '-m', '-S', 'admin', '/usr/bin/tail', '-f', join(dialer.home, UPDATER)];
		await once(spawn(screen, args, { env: dialer.env }), 'exit');
		// its screen, and itself
		const editor = (): string[] =>
			pidsOf((argv) => argv.includes('/usr/bin/tail') && argv.includes(join(dialer.home, UPDATER)));
		await until('the editor', 5000, () => editor().length === 2);
		const before = editor();
		dialer.daemons.freeze(UPDATER);
		await tick(dialer);
		await tick(dialer);
		expect(editor()).toEqual(before);
	});

	it('such as a second dialer on the same machine stay as they are', async () => {
		const other = await startDialer();
		try {
			const before = daemonsOf(other);
			other.daemons.kill(SENDER, 'SIGSTOP');
			dialer.daemons.freeze(UPDATER);
			await tick(dialer);
			expect((await tick(dialer)).actions).toEqual(['done restart:AST_update']);
			expect(daemonsOf(other)).toEqual(before);
		} finally {
			await other.stop();
		}
	});
});

describe('a daemon that does not follow TERM', () => {
	it('is killed, screen and all, and started', async () => {
		const script = join(dialer.home, SENDER);
		const stock = readFileSync(script);
		dialer.daemons.kill(SENDER, 'SIGKILL');
		await gone(SENDER);
		const ready = join(dialer.folder, 'deaf');
		writeFileSync(
			script,
			`#!/usr/bin/perl\n$SIG{TERM} = $SIG{HUP} = 'IGNORE'; open(my $ready, '>', '${ready}'); sleep 1 while 1;\n`,
		);
		await dialer.daemons.start(SENDER);
		await until('its deafness', 5000, () => existsSync(ready));
		writeFileSync(script, stock);
		dialer.daemons.freeze(SENDER);
		await tick(dialer);
		const repaired = await tick(dialer);
		expect(repaired.actions).toEqual(['done restart:AST_manager_send']);
		expect(repaired.action('restart:AST_manager_send')?.reason).toContain('by KILL');
		expect(repaired.exitCode).toBe(0);
	});
});

describe('a stock keepalive at work', () => {
	it('is waited for', async () => {
		dialer.daemons.kill(SENDER, 'SIGKILL');
		await gone(SENDER);
		await tick(dialer);
		const keepalive = join(dialer.home, 'ADMIN_keepalive_ALL.pl');
		const done = join(dialer.folder, 'keepalive-done');
		writeFileSync(keepalive, `#!/usr/bin/perl\nsleep 4; open(my $done, '>', '${done}');\n`, { mode: 0o755 });
		runs('/usr/bin/perl', [keepalive]);
		const repaired = await tick(dialer);
		expect(repaired.actions).toEqual(['done start:AST_manager_send']);
		expect(existsSync(done)).toBe(true);
	});
});

describe('a repair that fails', () => {
	it('leaves its trouble standing in the exit status', async () => {
		dialer.daemons.freeze('FastAGI_log.pl');
		await tick(dialer);
		// it comes up and stays, but serves nobody
		writeFileSync(join(dialer.home, 'FastAGI_log.pl'), '#!/usr/bin/perl\nsleep 1 while 1;\n');
		const failed = await tick(dialer);
		expect(failed.actions).toEqual(['failed restart:FastAGI_log']);
		expect(failed.action('restart:FastAGI_log')?.verified).toBe(false);
		expect(failed.exitCode).toBe(2);
	});
});

describe('the ration', () => {
	it('ends restarts that do not help, loudly, and checks go on', async () => {
		const script = join(dialer.home, SENDER);
		writeFileSync(script, '#!/usr/bin/perl\ndie "broken by an upgrade";\n');
		dialer.daemons.kill(SENDER, 'SIGKILL');
		await gone(SENDER);
		const env = { VICIKEEP_RATION: '1/15m' };
		await tick(dialer, [], env);
		expect((await tick(dialer, [], env)).actions).toEqual(['failed start:AST_manager_send']);
		const given = await tick(dialer, [], env);
		expect(given.actions).toEqual(['withheld start:AST_manager_send']);
		expect(given.report.actions[0]?.reason).toContain('gave up after 1 restarts in 15 minutes');
		expect(given.exitCode).toBe(2);
	});
});
