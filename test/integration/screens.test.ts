import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Dialer, startDialer } from '../sandbox/dialer.ts';
import { allPids, isAlive, parentOf, signal, startTimeOf, until } from '../sandbox/processes.ts';
import { type Tick, tick } from './support.ts';

const UPDATER = 'AST_update_AMI2.pl';
/** Names that a careless search takes for the session of the updater, `ASTupdate`. */
const SIMILAR = ['ASTupdate2', 'myASTupdate', 'ASTupdate.old'];

let dialer: Dialer;
beforeAll(async () => {
	dialer = await startDialer({ keepalives: '1' });
});
afterAll(() => dialer.stop());

const look = (): Promise<Tick> => tick(dialer, ['--only', 'processes']);
/** Sessions by their sockets: `pid.name`. */
const sessions = (): string[] => readdirSync(join(dialer.folder, 'screens')).sort();
const pidOf = (session: string): number => Number.parseInt(session, 10);
const named = (name: string): string => sessions().find((session) => session.replace(/^\d+\./, '') === name) ?? '';
const isEmpty = (session: string): boolean => !allPids().some((pid) => parentOf(pid) === pidOf(session));

describe('a session whose program is gone', () => {
	it('is removed before its daemon is started; those of similar names stay, as empty as they are', async () => {
		// such as an administrator sets it, to read a program's last words
		appendFileSync(join(dialer.folder, 'etc/screenrc'), 'zombie qr\n');
		await dialer.daemons.stop(UPDATER);
		await dialer.daemons.start(UPDATER);
		for (const name of SIMILAR) {
			const args = ['-d', '-m', '-S', name, '/bin/true'];
			await once(spawn(join(dialer.folder, 'bin/screen'), args, { env: dialer.env, stdio: 'ignore' }), 'exit');
		}
		expect((await look()).findings).toEqual([]);
		const [running] = dialer.daemons.pids(UPDATER);
		const old = named('ASTupdate');
		expect(pidOf(old)).toBe(running?.screen);
		signal(running?.perl ?? 0, 'SIGKILL');
		await until('empty sessions', 10_000, () => [old, ...SIMILAR.map(named)].every(isEmpty));
		const similar = SIMILAR.map(named).map((session) => `${session} ${startTimeOf(pidOf(session))}`);
		expect(isAlive(pidOf(old))).toBe(true);

		expect((await look()).findings).toEqual(['processes.absent AST_update']);
		const repaired = await look();
		expect(repaired.actions).toEqual(['done start:AST_update']);
		expect(repaired.exitCode).toBe(0);
		expect(isAlive(pidOf(old))).toBe(false);
		expect(sessions()).not.toContain(old);
		const [started] = dialer.daemons.pids(UPDATER);
		expect(pidOf(named('ASTupdate'))).toBe(started?.screen);
		expect(SIMILAR.map(named).map((session) => `${session} ${startTimeOf(pidOf(session))}`)).toEqual(similar);
		expect(sessions()).toHaveLength(1 + SIMILAR.length);
	});
});
