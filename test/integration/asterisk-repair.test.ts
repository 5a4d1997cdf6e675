import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { holdChannels } from '../sandbox/deadlock.ts';
import { type Dialer, startDialer } from '../sandbox/dialer.ts';
import { allPids, argvOf, parentOf, until } from '../sandbox/processes.ts';
import { type Tick, tick } from './support.ts';

const ID = 'start-asterisk:Asterisk';
let dialer: Dialer;
const strangers: ChildProcess[] = [];
beforeAll(async () => {
	dialer = await startDialer({ keepalives: 'X' });
	await flags('Y', 'N');
});
afterEach(() => {
	for (const stranger of strangers.splice(0)) stranger.kill('SIGKILL');
});
afterAll(() => dialer.stop());

const flags = (autoRestart: string, veto: string): Promise<unknown> =>
	dialer.database.query('UPDATE servers SET auto_restart_asterisk=?, asterisk_temp_no_restart=? WHERE server_ip=?', [
		autoRestart,
		veto,
		dialer.serverIp,
	]);
const look = (env: Record<string, string> = {}): Promise<Tick> => tick(dialer, ['--only', 'asterisk'], env);
const reason = (ran: Tick, id = ID): string => ran.action(id)?.reason ?? '';
const running = (): number[] =>
	allPids().filter((pid) => {
		const argv = argvOf(pid);
		return argv[0]?.endsWith('/asterisk') && argv.includes(join(dialer.asteriskEtc, 'asterisk.conf'));
	});
const screen = async (...args: string[]): Promise<void> => {
	await once(spawn(join(dialer.folder, 'bin/screen'), args, { env: dialer.env, stdio: 'ignore' }), 'exit');
};
const sessions = (): string[] =>
	readdirSync(join(dialer.folder, 'screens')).filter((name) => name.endsWith('.asterisk'));
/** What runs in the shell of a session. */
const typedInto = (session: string): number[] =>
	allPids().filter((pid) => parentOf(parentOf(pid)) === Number.parseInt(session, 10));
/** Ends Asterisk with every screen of its name: its shell outlives it, and of two none is the right one. */
async function end(): Promise<void> {
	if (running().length > 0) await dialer.asterisk.kill();
	for (const session of sessions()) await screen('-S', session, '-X', 'quit');
	await until('the end of both', 15_000, () => sessions().length === 0 && running().length === 0);
}
/** Starts Asterisk as at boot, whatever the case before has left. */
async function reboot(): Promise<void> {
	await end();
	await dialer.asterisk.boot(dialer.env);
}
/** Sees that Asterisk runs alone in its screen, whatever the case before has left. */
async function standing(): Promise<void> {
	if (running().length !== 1 || sessions().length !== 1) await reboot();
}
/** Forgets attempts and repairs, so that each case begins anew. */
function remember(changes: object): void {
	const path = join(dialer.stateDir, 'state.json');
	const state = JSON.parse(readFileSync(path, 'utf8'));
	writeFileSync(path, JSON.stringify({ ...state, attempts: {}, ...changes }));
}

describe('an Asterisk that has ended', () => {
	it('is found absent beside consoles and a hung -rx, left alone as the database says, then started by the boot script', async () => {
		for (const flag of ['-r', '-rx'])
			strangers.push(
				spawn('/usr/bin/perl', ['-e', 'sleep 500', '--', flag, 'core show uptime'], {
					argv0: '/usr/sbin/asterisk',
					stdio: 'ignore',
				}),
			);
		expect((await look()).exitCode).toBe(0);
		await dialer.asterisk.kill();
		await flags('N', 'N');
		const first = await look();
		expect(first.findings).toEqual(['asterisk.absent Asterisk']);
		expect(reason(first)).toContain('auto_restart_asterisk=N');
		await flags('Y', 'Y');
		expect(reason(await look())).toContain('asterisk_temp_no_restart=Y');
		await flags('Y', 'N');
		expect(reason(await look({ VICIKEEP_RESTART_ASTERISK: 'never' }))).toContain('VICIKEEP_RESTART_ASTERISK=never');
		expect((await look({ VICIKEEP_LOOK_GAP: '50' })).actions).toEqual([`withheld ${ID}`]);
		expect(running()).toEqual([]);

		const repaired = await look();
		expect(repaired.actions, reason(repaired)).toEqual([`done ${ID}`]);
		expect(reason(repaired)).toContain(`started by ${dialer.home}/start_asterisk_boot.pl`);
		expect(repaired.action(ID)?.verified).toBe(true);
		expect(repaired.exitCode).toBe(0);
		expect(running()).toHaveLength(1);
		expect(strangers.map(({ exitCode, signalCode }) => exitCode ?? signalCode)).toEqual([null, null]);
	});

	it('is not typed into a session of the same name that lies in the socket folder of somebody else', async () => {
		await standing();
		const theirs = mkdtempSync(join(dialer.folder, 'screens-of-somebody-'));
		const own = readFileSync(join(dialer.folder, 'bin/screen'), 'utf8');
		const program = join(dialer.folder, 'screen-of-somebody');
		writeFileSync(program, own.replaceAll(`${dialer.folder}/screens'`, `${theirs}'`), { mode: 0o755 });
		await dialer.asterisk.kill();
		for (const session of sessions()) await screen('-S', session, '-X', 'quit');
		await until('the end of its screen', 5000, () => sessions().length === 0);
		await once(spawn(program, ['-d', '-m', '-S', 'asterisk', '/bin/bash'], { env: dialer.env }), 'exit');
		const session = await until('their session', 5000, () =>
			readdirSync(theirs).find((name) => name.endsWith('.asterisk')),
		);
		remember({});
		await look();
		const repaired = await look();
		expect([...repaired.actions, reason(repaired)].join()).toMatch(/^done .*started by .*start_asterisk_boot\.pl/);
		expect(typedInto(session)).toEqual([]);
		await once(spawn(program, ['-S', session, '-X', 'quit'], { env: dialer.env }), 'exit');
	});

	it('is typed into the screen where it ran, never while something else runs there', async () => {
		await standing();
		await dialer.asterisk.kill();
		await screen('-d', '-m', '-S', 'asterisk2', '/bin/bash');
		const [session = ''] = sessions();
		const type = (text: string): Promise<void> => screen('-S', session, '-p', '0', '-X', 'stuff', text);
		await type('sleep 400\r');
		await until('the sleep', 5000, () => allPids().some((pid) => argvOf(pid).join(' ') === 'sleep 400'));
		remember({});
		await look();
		const busy = await look();
		expect(busy.actions).toEqual([`failed ${ID}`]);
		expect(reason(busy)).toMatch(new RegExp(`screen ${session} runs sleep \\(process \\d+\\)`));
		expect(busy.exitCode).toBe(2);
		expect(running()).toEqual([]);

		await type('\u0003');
		await until('its end', 5000, () => !allPids().some((pid) => argvOf(pid).join(' ') === 'sleep 400'));
		await type('half a comm');
		remember({});
		const repaired = await look();
		expect(repaired.actions, reason(repaired)).toEqual([`done ${ID}`]);
		expect(reason(repaired)).toMatch(/typed into screen \d+\.asterisk: .*bin\/asterisk -C /);
		expect(repaired.exitCode).toBe(0);
		expect(running()).toHaveLength(1);
		await screen('-S', session, '-X', 'quit');
	});

	// no systemd runs here: a program of its name stands in for it
	it('is started by its unit where it had one, and only by that', async () => {
		const systemctl = join(dialer.folder, 'bin/systemctl');
		const called = join(dialer.folder, 'systemctl-called');
		writeFileSync(systemctl, `#!/bin/sh\necho "$@" >>${called}\nexit 5\n`, { mode: 0o755 });
		await until('the end of both', 15_000, () => sessions().length === 0 && running().length === 0);
		// the other two ways are open: a shell waits in the screen, and the boot script is there
		await screen('-d', '-m', '-S', 'asterisk', '/bin/bash');
		remember({ asterisk: { unit: 'asterisk.service', argv: [] } });
		await look();
		const failed = await look();
		expect(failed.actions, reason(failed)).toEqual([`failed ${ID}`]);
		expect(reason(failed)).toContain('systemctl start asterisk.service failed with 5');
		expect(running()).toEqual([]);

		writeFileSync(
			systemctl,
			`#!/bin/sh\necho "$@" >>${called}\nscreen -d -m -S unit ${dialer.folder}/bin/asterisk -vvgcT\n`,
		);
		remember({ asterisk: { unit: 'asterisk.service', argv: [] } });
		const repaired = await look();
		expect(repaired.actions, reason(repaired)).toEqual([`done ${ID}`]);
		expect(readFileSync(called, 'utf8')).toBe('start asterisk.service\nstart asterisk.service\n');
		expect(repaired.exitCode).toBe(0);
		expect(running()).toHaveLength(1);
		const [session = ''] = sessions();
		expect(typedInto(session)).toEqual([]);
		await screen('-S', session, '-X', 'quit');
		rmSync(systemctl);
	});

	it.each([
		['enabled', 'start asterisk.service', 'systemctl start asterisk.service'],
		['disabled', undefined, 'started by '],
	])('that nobody has seen running, with a unit that is %s, is started by that or not', async (state, started, way) => {
		const systemctl = join(dialer.folder, 'bin/systemctl');
		const called = join(dialer.folder, `systemctl-${state}`);
		const says = `show) echo LoadState=loaded; echo UnitFileState=${state};;`;
		const starts = `start) screen -d -m -S unit ${dialer.folder}/bin/asterisk -vvgcT;;`;
		writeFileSync(systemctl, `#!/bin/sh\necho "$@" >>${called}\ncase $1 in ${says} ${starts} esac\n`, { mode: 0o755 });
		await end();
		remember({ asterisk: undefined });
		await look();
		const repaired = await look();
		expect(repaired.actions, reason(repaired)).toEqual([`done ${ID}`]);
		expect(reason(repaired)).toContain(way);
		expect(running()).toHaveLength(1);
		const asked = 'show --property=LoadState,UnitFileState asterisk.service';
		expect(readFileSync(called, 'utf8').trim().split('\n')).toEqual([asked, ...(started ? [started] : [])]);
		for (const session of sessions()) await screen('-S', session, '-X', 'quit');
		rmSync(systemctl);
	});

	it('is started in no other way when its own one leads nowhere', async () => {
		await end();
		const boot = join(dialer.home, 'start_asterisk_boot.pl');
		chmodSync(boot, 0o644);
		remember({ asterisk: undefined });
		await look();
		const failed = await look();
		expect(failed.actions).toEqual([`failed ${ID}`]);
		expect(reason(failed)).toContain(`${boot} may not be executed`);
		expect(running()).toEqual([]);
		chmodSync(boot, 0o755);
		for (let at = 0; at < 2; at++) await screen('-d', '-m', '-S', 'asterisk', '/bin/bash');
		remember({});
		await look();
		const torn = await look();
		expect(torn.actions).toEqual([`failed ${ID}`]);
		expect(reason(torn)).toContain('there are 2 screens named asterisk');
		expect(running()).toEqual([]);
		for (const session of sessions()) {
			expect(typedInto(session)).toEqual([]);
			await screen('-S', session, '-X', 'quit');
		}
		await dialer.asterisk.boot(dialer.env);
	});
});

describe('a living Asterisk', () => {
	it('that refuses its manager is told apart and left alone', async () => {
		await standing();
		const manager = join(dialer.asteriskEtc, 'manager.conf');
		const stock = readFileSync(manager, 'utf8');
		const before = running();
		writeFileSync(manager, stock.replace(/^enabled\s*=.*$/m, 'enabled = no'));
		await dialer.asterisk.cli('manager reload');
		const env = { VICIKEEP_RESTART_ASTERISK: 'deadlock' };
		try {
			for (let at = 0; at < 3; at++) {
				const seen = await look(env);
				expect(seen.findings[0]).toMatch(/^asterisk\.(ami_refused|starting) Asterisk$/);
				expect(seen.actions).toEqual([]);
			}
			expect(running()).toEqual(before);
		} finally {
			writeFileSync(manager, stock);
			await end();
		}
	});

	it('that is stopped is never killed, unless that is asked for and three looks agree', async () => {
		await reboot();
		const [before] = running();
		dialer.asterisk.freeze();
		for (let at = 0; at < 4; at++) {
			const seen = await look();
			expect(seen.findings).toEqual(['asterisk.frozen Asterisk']);
			expect(seen.actions).toEqual([]);
			expect(seen.exitCode).toBe(2);
		}
		expect(running()).toEqual([before]);
		remember({ conditions: {} });
		const env = { VICIKEEP_RESTART_ASTERISK: 'deadlock' };
		const id = 'restart:Asterisk';
		expect(reason(await look(env), id)).toContain('seen in 1 look; it is left alone until 3 agree');
		expect(reason(await look(env), id)).toContain('seen in 2 looks; it is left alone until 3 agree');
		const repaired = await look(env);
		expect(repaired.actions, reason(repaired, id)).toEqual([`done ${id}`]);
		expect(reason(repaired, id)).toContain(`stopped ${before}`);
		const [, path = ''] = /evidence in (\S+\.txt)/.exec(reason(repaired, id)) ?? [];
		expect(readFileSync(path, 'utf8')).toMatch(/^Asterisk, .*stopped[\s\S]*threads \(\d+\):[\s\S]*:5038/);
		expect(repaired.action(id)?.verified).toBe(true);
		expect(repaired.exitCode).toBe(0);
		expect(running()).toHaveLength(1);
		expect(running()).not.toEqual([before]);
	});

	const restarts = { VICIKEEP_RESTART_ASTERISK: 'deadlock' };
	const RESTART = 'restart:Asterisk';

	it('that is deadlocked is left alone, with the command to type; where that is asked for, it runs again in its screen', async () => {
		await reboot();
		const [session = ''] = sessions();
		const [before = 0] = running();
		expect(typedInto(session)).toEqual([before]);
		await holdChannels(before);
		remember({ conditions: {}, deepProbe: undefined });
		for (let at = 0; at < 4; at++) {
			const seen = await look();
			expect(seen.findings).toEqual(['asterisk.deadlocked Asterisk']);
			expect(seen.actions).toEqual([]);
			const [{ status, advice } = {}] = seen.check('asterisk').findings;
			expect(status).toBe(at === 0 ? 'warning' : 'critical');
			expect(advice).toContain(`kill -KILL ${before} && ${dialer.home}/start_asterisk_boot.pl (this ends all calls)`);
		}
		expect(running()).toEqual([before]);

		remember({ conditions: {}, deepProbe: undefined });
		for (let at = 0; at < 2; at++) expect((await look(restarts)).actions).toEqual([]);
		expect(running()).toEqual([before]);
		const repaired = await look(restarts);
		expect(repaired.actions, reason(repaired, RESTART)).toEqual([`done ${RESTART}`]);
		expect(reason(repaired, RESTART)).toContain(`stopped ${before}`);
		expect(reason(repaired, RESTART)).toContain(`typed into screen ${session}: `);
		const [, path = ''] = /evidence in (\S+\.txt)/.exec(reason(repaired, RESTART)) ?? [];
		expect(readFileSync(path, 'utf8')).toMatch(/last page of screen \d+:[\s\S]*CLI>/);
		expect(repaired.action(RESTART)?.verified).toBe(true);
		expect(repaired.exitCode).toBe(0);
		const [after = 0] = running();
		expect(after).not.toBe(before);
		expect(typedInto(session)).toEqual([after]);
		expect((await look(restarts)).findings).toEqual([]);
	});

	it('is not killed for a start that would come to nothing', async () => {
		await reboot();
		const [session = ''] = sessions();
		const before = running();
		dialer.asterisk.freeze();
		// another window of its session might get the command
		await screen('-S', session, '-X', 'screen', '/bin/sleep', '401');
		await until('another window', 5000, () => allPids().some((pid) => argvOf(pid).join(' ') === '/bin/sleep 401'));
		remember({ conditions: {}, attempts: {} });
		for (let at = 0; at < 2; at++) await look(restarts);
		const refused = await look(restarts);
		expect(refused.actions).toEqual([`failed ${RESTART}`]);
		expect(reason(refused, RESTART)).toMatch(/^screen \d+\.asterisk holds no single shell to type into: /);
		expect(running()).toEqual(before);
		await screen('-S', session, '-X', 'quit');
	});

	it('that is all its screen holds takes it along, and is started by the boot script', async () => {
		await end();
		await screen('-d', '-m', '-S', 'asterisk', join(dialer.folder, 'bin/asterisk'), '-vvvgcT');
		await until('Asterisk', 30_000, async () => (await look()).findings.length === 0);
		const [session = ''] = sessions();
		const [before = 0] = running();
		expect(parentOf(before)).toBe(Number.parseInt(session, 10));
		// stopped it would be woken by its screen
		await holdChannels(before);
		remember({ conditions: {}, deepProbe: undefined });
		for (let at = 0; at < 2; at++) await look(restarts);
		const repaired = await look(restarts);
		expect(repaired.actions, reason(repaired, RESTART)).toEqual([`done ${RESTART}`]);
		expect(reason(repaired, RESTART)).toContain(`started by ${dialer.home}/start_asterisk_boot.pl`);
		expect(running()).toHaveLength(1);
	});
});
