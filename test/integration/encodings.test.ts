import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Dialer, startDialer } from '../sandbox/dialer.ts';
import { tick } from './support.ts';

let dialer: Dialer;
beforeAll(async () => {
	dialer = await startDialer({ daemons: false, keepalives: 'X' });
	expect((await tick(dialer)).exitCode).toBe(0);
});
afterAll(() => dialer?.stop());

// mysql2 reads names and messages in what the server says of itself, whatever the connection speaks
it.each(['cp1251', 'gbk', 'utf8mb4'])(
	'a server that answers everybody in %s is read and written like any other',
	async (charset) => {
		await dialer.database.query(
			`SET GLOBAL init_connect='SET NAMES ${charset}', GLOBAL character_set_server=${charset}`,
		);
		const ran = await tick(dialer);
		expect([ran.exitCode, ran.findings]).toEqual([0, []]);
		await dialer.database.query("UPDATE servers SET rebuild_conf_files='Y' WHERE server_ip=?", [dialer.serverIp]);
		expect((await tick(dialer, ['--rebuild'])).actions).toEqual(['done rebuild:conf']);
		expect((await tick(dialer)).exitCode).toBe(0);
	},
);
