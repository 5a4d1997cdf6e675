import { spawn } from 'node:child_process';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createConnection } from 'node:net';
import { uptime } from 'node:os';
import { join } from 'node:path';
import mysql from 'mysql2/promise';
import type { Hang } from '../sandbox/daemons.ts';
import { allPids, argvOf, isAlive, signal, startTimeOf, until } from '../sandbox/processes.ts';
import { MARK } from './bystanders.ts';
import type { Stage } from './fault.ts';

/** For rows that change what conf files are made of and ask for no rebuild, as no admin page does: that is not what they are about. */
export const WITHOUT_CONF = { VICIKEEP_CONF_OWNER: 'off' };

/** Kills a daemon; its screen ends with it. */
export async function crash({ dialer: { daemons } }: Stage, ...scripts: string[]): Promise<void> {
	for (const script of scripts) {
		const copies = daemons.pids(script);
		daemons.kill(script, 'SIGKILL');
		await until(`the end of ${script}`, 10_000, () =>
			copies.every(({ perl, screen }) => !isAlive(perl) && (screen === undefined || !isAlive(screen))),
		);
	}
}

/** Stops a daemon in its tracks. */
export function freeze({ dialer: { daemons }, later }: Stage, script: string): void {
	daemons.freeze(script);
	later(() => daemons.thaw(script));
}

/** Starts somebody else's program, who must not be touched, and waits until it is what it says. */
export const stranger = (stage: Stage, ...command: string[]): Promise<number> =>
	start(stage, command, { [MARK]: stage.dialer.folder });

/** Starts a copy of a daemon by hand, past its start check. */
export const byHand = (stage: Stage, ...command: string[]): Promise<number> =>
	start(stage, command, { PERL5LIB: join(stage.dialer.home, 'libs'), SANDBOX_NOT_ALONE: '1' });

async function start({ dialer, later }: Stage, command: string[], more: Record<string, string>): Promise<number> {
	const [file = '', ...args] = command;
	const { pid = 0 } = spawn(file, args, { cwd: dialer.folder, env: { ...dialer.env, ...more }, stdio: 'ignore' });
	later(() => signal(pid, 'SIGKILL'));
	// a program may run under another one: its own name comes last
	const last = args.at(-1) ?? file;
	await until(`the start of ${file}`, 5000, () => argvOf(pid).includes(last));
	return pid;
}

/** A second copy of a daemon, started by hand or in the same moment as the first. */
export async function duplicate({ dialer, later }: Stage, script: string): Promise<void> {
	const pid = await dialer.daemons.duplicate(script);
	later(() => signal(pid, 'SIGKILL'));
}

/** Other text in a script of PATHhome. */
export function rewrite({ dialer, later }: Stage, script: string, text: string): void {
	const path = join(dialer.home, script);
	const stock = existsSync(path) ? readFileSync(path) : undefined;
	writeFileSync(path, text, { mode: 0o755 });
	later(() => (stock === undefined ? rmSync(path) : writeFileSync(path, stock)));
}

/** Another value in astguiclient.conf. */
export function rewriteConf({ dialer: { astguiclientConf }, later }: Stage, key: string, value: string): void {
	const conf = readFileSync(astguiclientConf, 'utf8');
	writeFileSync(astguiclientConf, conf.replace(new RegExp(`^${key} .*$`, 'm'), `${key} => ${value}`));
	later(() => writeFileSync(astguiclientConf, conf));
}

/** Lets a daemon hang at the end of its loop; what is started later works. */
export async function hang({ dialer: { daemons }, later }: Stage, script: string, way: Hang): Promise<void> {
	const copies = daemons.pids(script);
	await daemons.hang(script, way);
	// from a socket nobody comes back
	later(() =>
		way === 'socket' ? copies.forEach(({ perl }) => void signal(perl, 'SIGKILL')) : daemons.release(script),
	);
}

export const sleep = (milliseconds: number): Promise<void> => new Promise((done) => setTimeout(done, milliseconds));

/** Changes rows; the walker puts them back. */
export const sql = ({ dialer }: Stage, text: string, values: unknown[] = []): Promise<unknown> =>
	dialer.database.query(text, values);

/** `?` is the dialer's address. */
export const here = (stage: Stage, text: string): Promise<unknown> => sql(stage, text, [stage.dialer.serverIp]);

/** Holds tables with an idle connection, as a session that somebody forgot. */
export async function lockTables({ dialer, later }: Stage, what: string): Promise<void> {
	const connection = await mysql.createConnection({
		socketPath: dialer.database.socket,
		user: 'root',
		database: 'asterisk',
	});
	later(() => connection.destroy());
	await connection.query(`LOCK TABLES ${what}`);
}

/** Connections to the AMI that never log in; one after the other, because it takes five at a time. */
export async function openAmi({ dialer, later }: Stage, count: number): Promise<void> {
	for (let opened = 0; opened < count; opened++) {
		const socket = createConnection({ host: dialer.serverIp, port: 5038 });
		later(() => socket.destroy());
		socket.on('error', () => {});
		await new Promise((greeted) => socket.once('data', greeted).once('close', greeted));
	}
}

/** Connections to FastAGI that say nothing. */
export async function idleCallers({ dialer, later }: Stage, count: number): Promise<void> {
	for (let caller = 0; caller < count; caller++) {
		const socket = createConnection({ host: dialer.serverIp, port: 4577 });
		later(() => socket.destroy());
		socket.on('error', () => {});
		await new Promise((connected) => socket.once('connect', connected).once('close', connected));
	}
}

/** Waits until the trouble itself has ended these daemons. */
export async function gone({ dialer: { daemons } }: Pick<Stage, 'dialer'>, ...scripts: string[]): Promise<void> {
	for (const script of scripts) await until(`the end of ${script}`, 30_000, () => daemons.pids(script).length === 0);
}

/** Uses up all connections that the database grants, or half of them. */
export async function fillConnections({ dialer, later }: Stage, share: 'all' | 'half'): Promise<void> {
	const { database } = dialer;
	const [row] = await database.query("SHOW GLOBAL STATUS LIKE 'Threads_connected'");
	const free = 20;
	const limit = Number(row?.Value) + free;
	await database.query(`SET GLOBAL max_connections=${limit}`);
	later(() => database.query('SET GLOBAL max_connections=200'));
	for (let opened = 0; opened < (share === 'all' ? free + 5 : free / 2); opened++) {
		const account = { host: dialer.serverIp, user: 'cron', password: '1234' };
		const connection = await mysql.createConnection(account).catch(() => undefined);
		later(() => connection?.destroy());
	}
}

/** Does something after the first look, which has remembered the actions that wait. */
export function afterTheFirstLook({ dialer, later }: Stage, what: () => unknown): void {
	const state = join(dialer.stateDir, 'state.json');
	const remembered = () => readFileSync(state, 'utf8').includes('"actionsSeen"');
	let over = false;
	later(() => (over = true));
	void until('the first look', 60_000, () => over || remembered()).then(() => over || what());
}

/** Rare tables are read in turn, every fifth look at the latest, and what looks like trouble once more. */
export const IN_TURN = { found: 7, repaired: 9 };

/** Limits of a few seconds for what takes minutes on a dialer. */
export const soon = (...names: string[]): Record<string, string> =>
	Object.fromEntries(
		names.flatMap((name) => [
			[`VICIKEEP_WARN_${name}`, '1'],
			[`VICIKEEP_CRIT_${name}`, '2'],
		]),
	);

/** Processes of the dialer's scripts that are no daemons end with the row. */
export function reap({ dialer, later }: Stage, script: string): void {
	const path = join(dialer.home, script);
	later(() => {
		for (const pid of allPids()) if (argvOf(pid).includes(path)) signal(pid, 'SIGKILL');
	});
}

/** Seconds since a process was started. */
export const ageOf = (pid: number): number => uptime() - Number(startTimeOf(pid) ?? 0) / 100;

/** Waits until a daemon has run for so many seconds. */
export async function olderThan({ dialer }: Stage, script: string, seconds: number): Promise<void> {
	const [daemon] = dialer.daemons.pids(script);
	await until(`${script} to be ${seconds} s old`, seconds * 1000, () => ageOf(daemon?.perl ?? 0) > seconds);
}
