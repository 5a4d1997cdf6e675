import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, readdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Dialer, startDialer } from '../sandbox/dialer.ts';
import { allPids, argvOf, mentions, signal, until } from '../sandbox/processes.ts';
import { tick } from './support.ts';

const SENDER = 'AST_manager_send.pl';
const UPDATER = 'AST_update_AMI2.pl';

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

const folder = (): string => join(dialer.stateDir, 'evidence');
const action = (callerid: string): Promise<unknown> =>
	dialer.database.query(
		"INSERT INTO vicidial_manager (entry_date, status, response, server_ip, channel, action, callerid, cmd_line_b) VALUES (NOW(), 'NEW', 'N', ?, '', 'Command', ?, 'Command: core show uptime')",
		[dialer.serverIp, callerid],
	);
async function statusOf(callerid: string): Promise<unknown> {
	const [row] = await dialer.database.query('SELECT status FROM vicidial_manager WHERE callerid=?', [callerid]);
	return row?.status;
}

async function kill(script: string): Promise<void> {
	dialer.daemons.kill(script, 'SIGKILL');
	await until('its end', 5000, () => dialer.daemons.pids(script).length === 0);
}

describe('evidence', () => {
	it('is kept before a kill: state, sockets, logs, rows, and no secret', async () => {
		await dialer.database.query("UPDATE servers SET ASTmgrSECRET='1234' WHERE server_ip=?", [dialer.serverIp]);
		writeFileSync(
			join(dialer.logs, 'action_process.2099-01-01'),
			'started with --secret=abc99 by mysql -pqwe77\nPassword: zzz55\nlogin|1234|\n',
		);
		const [running] = dialer.daemons.pids(SENDER);
		dialer.daemons.freeze(SENDER);
		await action('WAITS');
		await tick(dialer);
		const repaired = await tick(dialer);
		expect(repaired.actions).toEqual(['done restart:AST_manager_send']);
		const [name = ''] = readdirSync(folder());
		expect(repaired.action('restart:AST_manager_send')?.reason).toContain(`evidence in ${join(folder(), name)}`);
		expect(statSync(folder()).mode & 0o777).toBe(0o700);
		expect(statSync(join(folder(), name)).mode & 0o777).toBe(0o600);
		const text = readFileSync(join(folder(), name), 'utf8');
		expect(text).toMatch(/^AST_manager_send, .*is stopped/);
		expect(text).toContain(`process ${running?.perl}, child of ${running?.screen}, state T: /usr/bin/perl`);
		expect(text).toMatch(/State:\s+T/);
		expect(text).toMatch(/wchan: \w+/);
		expect(text).toMatch(/tcp .*:3306 ESTABLISHED, send queue 0, receive queue 0/);
		expect(text).toContain(`screen ${running?.screen} is stopped`);
		expect(text).toContain('"callerid":"WAITS"');
		expect(text).toContain('end of ');
		expect(text).not.toMatch(/abc99|qwe77|zzz55|\|1234\|/);
	});

	it("holds the last page of a session that answers, and takes none of the repair's time", async () => {
		const script = join(dialer.home, UPDATER);
		const stock = readFileSync(script);
		await kill(UPDATER);
		const ready = join(dialer.folder, 'deaf');
		writeFileSync(
			script,
			`#!/usr/bin/perl\n$| = 1; print "waiting for Godot\\n"; open(my $ready, '>', '${ready}'); sleep 1000;\n`,
		);
		await dialer.daemons.start(UPDATER);
		await until('its silence', 5000, () => existsSync(ready));
		writeFileSync(script, stock);
		// beyond the limit also in the minutes after the end of the day, when limits are five times as wide
		await until('its row to grow old', 15_000, async () => {
			const old = 'SELECT 1 FROM server_updater WHERE server_ip=? AND db_time < NOW() - INTERVAL 6 SECOND';
			return (await dialer.database.query(old, [dialer.serverIp])).length > 0;
		});
		const limits = { VICIKEEP_WARN_UPDATER_HEARTBEAT: '0', VICIKEEP_CRIT_UPDATER_HEARTBEAT: '1' };
		await tick(dialer, [], limits);
		const repaired = await tick(dialer, [], limits);
		expect(repaired.actions).toEqual(['done restart:AST_update']);
		const [name = ''] = readdirSync(folder());
		const text = readFileSync(join(folder(), name), 'utf8');
		expect(text).toContain('waiting for Godot');
		expect(text).toMatch(/syscall: \d+/);
		expect(readdirSync(folder())).toEqual([name]);
	});

	it('that cannot be kept is told, and the repair is done', async () => {
		writeFileSync(folder(), 'not a folder');
		dialer.daemons.freeze(UPDATER);
		await tick(dialer);
		const repaired = await tick(dialer);
		expect(repaired.actions).toEqual(['done restart:AST_update']);
		expect(repaired.action('restart:AST_update')?.reason).toContain('no evidence kept: ');
	});
});

describe('stale actions', () => {
	const stall = async (env: Record<string, string>) => {
		dialer.daemons.freeze(SENDER);
		await action('OLD1');
		await action('OLD2');
		await tick(dialer, [], env);
		await action('YOUNG');
		const repaired = await tick(dialer, [], env);
		expect(repaired.actions).toEqual(['done restart:AST_manager_send']);
		await until('the younger one', 5000, async () => (await statusOf('YOUNG')) === 'SENT');
		return repaired.action('restart:AST_manager_send')?.reason;
	};

	it('are counted before they are replayed', async () => {
		expect(await stall({})).toMatch(/2 actions NEW since \d\d:\d\d:\d\d or longer will be replayed/);
		await until(
			'the replay',
			5000,
			async () => (await statusOf('OLD1')) === 'SENT' && (await statusOf('OLD2')) === 'SENT',
		);
	});

	it('are set DEAD where that is asked for; younger ones are sent', async () => {
		expect(await stall({ VICIKEEP_AGE_QUEUE: 'on' })).toMatch(/2 actions NEW since .* set DEAD/);
		expect([await statusOf('OLD1'), await statusOf('OLD2')]).toEqual(['DEAD', 'DEAD']);
	});

	it.each([
		['that begins anew', 'TRUNCATE vicidial_manager'],
		[
			'that has come to the same number again',
			'TRUNCATE vicidial_manager; INSERT INTO vicidial_manager SELECT * FROM last',
		],
	])('are not known in a table %s', async (_, emptied) => {
		const on = { VICIKEEP_AGE_QUEUE: 'on' };
		dialer.daemons.freeze(SENDER);
		for (const callerid of ['OLD1', 'OLD2', 'OLD3']) await action(callerid);
		await tick(dialer, [], on);
		await dialer.database.query(
			`CREATE TABLE last SELECT * FROM vicidial_manager WHERE callerid='OLD3'; UPDATE last SET entry_date=NOW() + INTERVAL 1 SECOND, callerid='FRESH'; ${emptied}`,
		);
		await action('YOUNG');
		const repaired = await tick(dialer, [], on);
		expect(repaired.action('restart:AST_manager_send')?.reason).toContain('vicidial_manager was emptied after');
		await until('the younger one', 5000, async () => (await statusOf('YOUNG')) === 'SENT');
	});
});

describe('a start that fails', () => {
	const reasonAfter = async (expected = 'failed start:AST_manager_send'): Promise<string | undefined> => {
		await tick(dialer);
		const failed = await tick(dialer);
		expect(failed.actions).toEqual([expected]);
		return failed.action('start:AST_manager_send')?.reason;
	};
	const script = (): string => join(dialer.home, SENDER);

	it('for want of its script, or of the right to run it, says so', async () => {
		await kill(SENDER);
		chmodSync(script(), 0o644);
		expect(await reasonAfter()).toContain(`${script()} may not be executed; chmod +x`);
		renameSync(script(), `${script()}.away`);
		expect(await reasonAfter()).toContain(`there is no ${script()}`);
	});

	it('for want of a Perl module names it, without carrying the path of the script', async () => {
		await kill(SENDER);
		writeFileSync(script(), `#!/usr/bin/perl\nuse strict;\nuse Net::Missing::Thing;\n`);
		expect(await reasonAfter()).toContain('Perl module Net::Missing::Thing is missing');
	});

	it('by a leftover kill file succeeds at the second attempt; the file is named', async () => {
		await kill(SENDER);
		const killFile = join(dialer.home, 'sendmgr.kill');
		const others = join(dialer.home, 'VDAD.kill');
		writeFileSync(killFile, '');
		const reason = await reasonAfter('done start:AST_manager_send');
		expect(reason).toContain(`a leftover ${killFile} ended it right after its start and is gone now`);
		expect(existsSync(killFile)).toBe(false);
		expect(existsSync(others)).toBe(false);
		expect(dialer.daemons.pids(SENDER)).toHaveLength(1);
	});

	it('is not tried while a stranger blocks it, nor while its session is in use', async () => {
		const [running] = dialer.daemons.pids(SENDER);
		const screen = join(dialer.folder, 'bin/screen');
		const inside = ['-S', `${running?.screen}.ASTsend`, '-X', 'screen', '/bin/sleep', '500'];
		await once(spawn(screen, inside, { env: dialer.env }), 'exit');
		await new Promise((resolve) => setTimeout(resolve, 300));
		await kill(SENDER);
		expect(await reasonAfter('withheld start:AST_manager_send')).toMatch(
			/its screen session is in use: \/bin\/sleep \(process \d+\)/,
		);
	});
});

describe('a program without a screen', () => {
	it('is ended with all its copies and started by its own control program', async () => {
		const relay = await startDialer({ keepalives: '8', asterisk: false, daemons: false });
		try {
			const control = join(relay.home, 'ip_relay/relay_control');
			await once(spawn(control, ['start'], { env: relay.env, stdio: 'ignore' }), 'exit');
			const relays = (): number[] =>
				allPids().filter((pid) => argvOf(pid)[0] === 'ip_relay' && mentions(pid, relay.folder));
			await until('the relays', 5000, () => relays().length === 3);
			const before = relays();
			signal(before[0] ?? 0, 'SIGKILL');
			await until('the end of one', 5000, () => relays().length === 2);
			const look = () => tick(relay, ['--only', 'processes']);
			await look();
			const repaired = await look();
			expect(repaired.actions).toContain('done restart:ip_relay');
			expect(repaired.action('restart:ip_relay')?.reason).toContain(`started by ${control}`);
			expect(relays()).toHaveLength(3);
			expect(relays().filter((pid) => before.includes(pid))).toEqual([]);
		} finally {
			await relay.stop();
		}
	});
});

describe('sockets of sessions that are gone', () => {
	it('are wiped when a daemon is started, those of others stay', async () => {
		const screen = join(dialer.folder, 'bin/screen');
		for (const name of ['ASTsend2', 'AST'])
			await once(spawn(screen, ['-d', '-m', '-S', name, '/bin/sleep', '500'], { env: dialer.env }), 'exit');
		const sockets = (): string[] => readdirSync(join(dialer.folder, 'screens'));
		const [running] = dialer.daemons.pids(SENDER);
		signal(running?.screen ?? 0, 'SIGKILL');
		await kill(SENDER);
		expect(sockets()).toContain(`${running?.screen}.ASTsend`);
		await tick(dialer);
		expect((await tick(dialer)).actions).toEqual(['done start:AST_manager_send']);
		expect(sockets()).not.toContain(`${running?.screen}.ASTsend`);
		expect(sockets().filter((name) => /\.(ASTsend2|AST)$/.test(name))).toHaveLength(2);
	});
});
