import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ping } from '../../src/adapters/heartbeat-url.ts';
import { callHook, whyNotTrusted } from '../../src/adapters/hook.ts';
import { isAlive, until } from '../sandbox/processes.ts';

let folder: string;
beforeEach(() => {
	folder = mkdtempSync(join(tmpdir(), 'vicikeep-hook-'));
});
afterEach(() => {
	rmSync(folder, { recursive: true, force: true });
});

/** A program of bash with this text. */
function program(text: string, mode = 0o755): string {
	const path = join(folder, 'hook');
	writeFileSync(path, `#!/bin/bash\n${text}\n`);
	chmodSync(path, mode);
	return path;
}
const call = (text: string, milliseconds = 20_000, input = '{"event":"failover"}\n') =>
	callHook(program(text), input, { PATH: '/usr/bin:/bin' }, milliseconds);
const pid = (name: string): number => Number(readFileSync(join(folder, name), 'utf8'));

describe('a program that is told something', () => {
	it('reads it on stdin, in the environment that it is given and no other', async () => {
		process.env.VICIKEEP_SECRET_OF_THE_TEST = 'geheim';
		const { exitCode, output } = await call('cat; env; echo err >&2; exit 3');
		delete process.env.VICIKEEP_SECRET_OF_THE_TEST;
		expect(exitCode).toBe(3);
		expect(output).toContain('{"event":"failover"}');
		expect(output).toContain('err');
		expect(output).not.toContain('geheim');
	});

	it('need not read', async () => {
		expect(await call('exit 0', 20_000, 'x'.repeat(1_000_000))).toEqual({ exitCode: 0, overdue: false, output: '' });
	});

	it('that hangs is killed with its children', async () => {
		const called = await call(`sleep 600 & echo $! >${folder}/child; echo $$ >${folder}/self; wait`, 1000);
		expect(called.overdue).toBe(true);
		await until('its end', 5000, () => !isAlive(pid('child')) && !isAlive(pid('self')));
	});

	it('that leaves a child with its output holds nobody up', async () => {
		const { exitCode, overdue } = await call(`sleep 600 & echo $! >${folder}/child`);
		expect({ exitCode, overdue }).toEqual({ exitCode: 0, overdue: false });
		await until('the end of its child', 5000, () => !isAlive(pid('child')));
	});

	it('may leave a child that holds nothing of ours', async () => {
		await call(`sleep 600 >/dev/null 2>&1 </dev/null & echo $! >${folder}/child`);
		expect(isAlive(pid('child'))).toBe(true);
		process.kill(pid('child'), 'SIGKILL');
	});

	it('that floods its output is cut short', async () => {
		const { output, overdue } = await call('exec yes');
		expect(overdue).toBe(false);
		expect(output).toHaveLength(4096);
	});

	it('that cannot be started is an error', async () => {
		await expect(callHook(join(folder, 'missing'), '', {}, 1000)).rejects.toThrow('ENOENT');
	});
});

describe('whom we trust', () => {
	it('a program that we alone can write, and links to it', () => {
		const path = program('exit 0');
		symlinkSync(path, join(folder, 'link'));
		expect(whyNotTrusted(path)).toBeUndefined();
		expect(whyNotTrusted(join(folder, 'link'))).toBeUndefined();
	});

	it.each([
		['a file that others can write', () => program('exit 0', 0o757), /hook can be written by others/],
		['one that its group can write', () => program('exit 0', 0o775), /hook can be written by others/],
		['one that may not be executed', () => program('exit 0', 0o644), /is not a program|chmod \+x/],
		['none', () => join(folder, 'nobody'), /there is no/],
		['a folder', () => folder, /is not a program/],
		[
			'one in a folder that others can write',
			() => {
				const path = program('exit 0');
				chmodSync(folder, 0o777);
				return path;
			},
			/vicikeep-hook-\w+ can be written by others/,
		],
		[
			'a link that leads through such a folder',
			() => {
				const open = join(folder, 'open');
				mkdirSync(open);
				writeFileSync(join(open, 'hook'), '#!/bin/sh\n', { mode: 0o755 });
				chmodSync(open, 0o777);
				symlinkSync(join(open, 'hook'), join(folder, 'link'));
				return join(folder, 'link');
			},
			/open can be written by others/,
		],
	])('not %s', (_, make, why) => {
		expect(whyNotTrusted(make())).toMatch(why);
	});
});

describe('the heartbeat', () => {
	let server: Server;
	const asked: string[] = [];
	const serve = async (answer: RequestListener): Promise<string> => {
		server = createServer((request, response) => {
			asked.push(`${request.method} ${request.url}`);
			answer(request, response);
		});
		await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
		return `http://127.0.0.1:${(server.address() as AddressInfo).port}/ping/secret?create=1`;
	};
	beforeEach(() => void asked.splice(0));
	afterEach(() => {
		server.closeAllConnections();
		server.close();
	});

	it('is asked for as it is, and with /fail behind its path', async () => {
		const url = await serve((_, response) => void response.end('OK'));
		expect(await ping(url, false)).toBeUndefined();
		expect(await ping(url, true)).toBeUndefined();
		expect(asked).toEqual(['GET /ping/secret?create=1', 'GET /ping/secret/fail?create=1']);
	});

	it.each<[string, RequestListener]>([
		['an error', (_, response) => void response.writeHead(404).end()],
		['a closed connection', (request) => void request.socket.destroy()],
	])('tells of %s without the address', async (_, answer) => {
		const trouble = await ping(await serve(answer), false);
		expect(trouble).toBeTruthy();
		expect(trouble).not.toMatch(/secret|127/);
	});
});
