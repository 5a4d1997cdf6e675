import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { relay } from '../faults/relay.ts';
import { type Dialer, startDialer } from '../sandbox/dialer.ts';
import { until } from '../sandbox/processes.ts';
import { type Tick, tick } from './support.ts';

const UPDATER = 'AST_update_AMI2.pl';
/** An updater that loops and does nothing is soon found. */
const SOON = { VICIKEEP_WARN_UPDATER_HEARTBEAT: '0', VICIKEEP_CRIT_UPDATER_HEARTBEAT: '1' };
/** The last statement of those that are asked for evidence. */
const STATEMENTS = 'LEFT(INFO, 160)';

let dialer: Dialer;
const undo: (() => unknown)[] = [];
const later = (one: () => unknown): unknown => undo.unshift(one);
beforeAll(async () => {
	dialer = await startDialer({ keepalives: '1' });
});
afterEach(async () => {
	for (const one of undo.splice(0)) await one();
	for (const name of readdirSync(dialer.stateDir)) rmSync(join(dialer.stateDir, name), { recursive: true });
});
afterAll(() => dialer.stop());

/** The updater loops and does nothing, for longer than any limit allows. */
async function stall(): Promise<void> {
	await dialer.daemons.hang(UPDATER, 'loop');
	// also in the minutes after the end of the day, when limits are five times as wide
	await until('its row to grow old', 15_000, async () => {
		const old = 'SELECT 1 FROM server_updater WHERE server_ip=? AND db_time < NOW() - INTERVAL 6 SECOND';
		return (await dialer.database.query(old, [dialer.serverIp])).length > 0;
	});
}

/** Restarts it in the second look; what was kept of it. A run that waits for its evidence is killed, and gives no report. */
async function evidence(env: Record<string, string> = {}): Promise<string> {
	const look = (): Promise<Tick> => tick(dialer, ['--only', 'processes'], { ...SOON, ...env });
	await look();
	const repaired = await look();
	expect(repaired.actions).toEqual(['done restart:AST_update']);
	const reason = repaired.action('restart:AST_update')?.reason ?? '';
	const [, path = ''] = /evidence in (\S+\.txt)/.exec(reason) ?? [];
	return readFileSync(path, 'utf8');
}

/** A way to the database on which words of ours are lost from some moment on. */
async function lossy(isLost: (piece: string, connection: number) => boolean): Promise<Record<string, string>> {
	const connections: object[] = [];
	const port = await relay({ dialer, later }, 3306, (piece, session) => {
		if (!connections.includes(session)) connections.push(session);
		return isLost(piece, connections.indexOf(session)) ? '' : piece;
	});
	return { VICIKEEP_DB_PORT: `${port}` };
}

describe('evidence does not hold up a repair', () => {
	it('when the database answers one statement and not the next', async () => {
		await stall();
		const text = await evidence(await lossy((piece) => piece.includes(STATEMENTS)));
		expect(text).toMatch(/rows:\n {2}\{"server_ip".*\n {2}not read further: no answer within/);
	});

	it('when the database no longer lets anybody in', async () => {
		await stall();
		let looks = 0;
		// each look has a connection of its own; the third one is for the evidence of the second look
		const text = await evidence(await lossy((_, connection) => connection > 1 && ++looks > 0));
		expect(looks).toBeGreaterThan(0);
		expect(text).toMatch(/rows:\n {2}not read: no answer within/);
	});

	it('when its session stops in the moment in which it is asked for its page', async () => {
		await stall();
		const [running] = dialer.daemons.pids(UPDATER);
		const screen = join(dialer.folder, 'bin/screen');
		renameSync(screen, `${screen}.real`);
		later(() => renameSync(`${screen}.real`, screen));
		const stop = `case "$*" in *hardcopy*) kill -STOP ${running?.screen};; esac`;
		writeFileSync(screen, `#!/bin/sh\n${stop}\nexec ${screen}.real "$@"\n`, { mode: 0o755 });
		expect(await evidence()).toContain(`last page of screen ${running?.screen}:\n  it does not answer`);
	});

	it('when a log is a pipe into which nobody writes', async () => {
		await stall();
		const pipe = join(dialer.logs, 'update.2099-01-01');
		execFileSync('mkfifo', [pipe]);
		later(() => rmSync(pipe));
		const text = await evidence();
		expect(text).toContain(`no log update to be read in ${dialer.logs}`);
	});
});
