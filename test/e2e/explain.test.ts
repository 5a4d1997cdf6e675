import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { execute, VICIKEEP } from './support.ts';

let folder: string;
let env: Record<string, string>;
let callers = 0;
const server = createServer((socket) => {
	callers++;
	socket.destroy();
});
beforeAll(async () => {
	folder = mkdtempSync(join(tmpdir(), 'vicikeep-explain-'));
	const conf = join(folder, 'astguiclient.conf');
	writeFileSync(conf, 'VARserver_ip => 127.0.0.1\nVARactive_keepalives => 1236\nVARDB_server => 127.0.0.1\n');
	await once(server.listen(0, '127.0.0.1'), 'listening');
	const port = String((server.address() as AddressInfo).port);
	env = {
		PATH: `${dirname(process.execPath)}:/usr/bin:/bin`,
		VICIKEEP_ASTGUICLIENT_CONF: conf,
		VICIKEEP_DB_PORT: port,
		VICIKEEP_AMI_HOST: '127.0.0.1',
		VICIKEEP_AMI_PORT: port,
		VICIKEEP_AMI_SECRET: 'geheim',
		VICIKEEP_STATE_DIR: join(folder, 'state'),
		VICIKEEP_RUN_DIR: join(folder, 'run'),
		VICIKEEP_LOG_DIR: join(folder, 'log'),
		VICIKEEP_WARN_AMI_ANSWER: '1.5',
	};
});
afterAll(() => {
	server.close();
	rmSync(folder, { recursive: true });
});

describe('--explain', () => {
	it('tells limits and their sources, and touches neither database, Asterisk, programs nor files', async () => {
		const file = join(folder, 'footprint');
		const preload = join(import.meta.dirname, '../integration/footprint.cjs');
		const { code, stdout, stderr } = await execute(VICIKEEP, ['check', '--explain'], {
			env: { ...env, NODE_OPTIONS: `--require=${preload}`, FOOTPRINT_FILE: file },
		});
		expect([code, stderr]).toEqual([0, '']);
		expect(stdout).toContain('warning from 1.5 s (environment, default 2 s)');
		expect(stdout.replace(/\s+/g, ' ')).toContain(`VICIKEEP_SERVER_IP=127.0.0.1 (${folder}/astguiclient.conf:1)`);
		expect(stdout).not.toContain('geheim');
		expect(callers).toBe(0);
		expect(existsSync(file)).toBe(false);
		expect(readdirSync(folder)).toEqual(['astguiclient.conf']);
	});

	it('takes ids, and helps with a wrong one', async () => {
		const { stdout } = await execute(VICIKEEP, ['check', '--explain', 'mysql'], { env });
		expect(stdout).toMatch(/^mysql {5}does the database/);
		expect(stdout).not.toMatch(/^queues/m);
		const wrong = await execute(VICIKEEP, ['check', '--explain', 'mysqll'], { env });
		expect([wrong.code, wrong.stdout]).toEqual([3, '']);
		expect(wrong.stderr).toContain('--explain: there is no check "mysqll", did you mean "mysql"?');
	});
});
