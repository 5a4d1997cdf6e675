import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createConnection } from 'node:net';
import { join } from 'node:path';
import mysql from 'mysql2/promise';
import { isAlive, signal, until } from '../sandbox/processes.ts';
import type { Stage } from './fault.ts';

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

/** Starts a program that is not one of the dialer's, and waits until it is what it says. */
export async function stranger({ dialer, later }: Stage, file: string, ...args: string[]): Promise<number> {
	const env = { ...dialer.env, PERL5LIB: join(dialer.home, 'libs') };
	const { pid = 0 } = spawn(file, args, { cwd: dialer.folder, env, stdio: 'ignore' });
	later(() => signal(pid, 'SIGKILL'));
	const argv = [file, ...args].join('\0');
	await until(`the start of ${file}`, 5000, () => readFileSync(`/proc/${pid}/cmdline`, 'latin1').startsWith(argv));
	return pid;
}

/** A copy of a daemon that has passed the start check: two starts in the same moment make one. It does no work. */
export async function secondCopy(stage: Stage, script: string, perl = ['/usr/bin/perl']): Promise<void> {
	const path = join(stage.dialer.home, script);
	const ready = join(stage.dialer.folder, 'second-copy');
	const stock = readFileSync(path);
	writeFileSync(path, `#!/usr/bin/perl\nopen(my $ready, '>', '${ready}'); sleep 1 while 1;\n`);
	const [file = '', ...options] = perl;
	await stranger(stage, file, ...options, path);
	// not by its arguments: these it has before Perl has read the script
	await until('the second copy', 5000, () => existsSync(ready));
	rmSync(ready);
	writeFileSync(path, stock);
}

/** Other text in a script of PATHhome. */
export function rewrite({ dialer, later }: Stage, script: string, text: string): void {
	const path = join(dialer.home, script);
	const stock = existsSync(path) ? readFileSync(path) : undefined;
	writeFileSync(path, text, { mode: 0o755 });
	later(() => (stock === undefined ? rmSync(path) : writeFileSync(path, stock)));
}

/** Lets a looping daemon run into a pipe that nobody reads, where its log was. */
export async function blockOnPipe({ dialer }: Stage, script: string, log: string): Promise<void> {
	const now = new Date();
	const two = (number: number): string => String(number).padStart(2, '0');
	const date = `${now.getFullYear()}-${two(now.getMonth() + 1)}-${two(now.getDate())}`;
	const path = join(dialer.logs, `${log}.${date}`);
	rmSync(path, { force: true });
	spawnSync('mkfifo', [path]);
	const [daemon] = dialer.daemons.pids(script);
	let sleeps = '';
	await until(`${script} to stand still`, 20_000, async () => {
		const before = sleeps;
		sleeps = /^voluntary.*$/m.exec(readFileSync(`/proc/${daemon?.perl}/status`, 'latin1'))?.[0] ?? '';
		await sleep(3000);
		return sleeps === before;
	});
	// the next copy finds no pipe; this one waits at it for ever
	rmSync(path);
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
