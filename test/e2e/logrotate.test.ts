import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Dialer, startDialer } from '../sandbox/dialer.ts';
import { logrotate } from '../sandbox/logrotate.ts';
import { environmentOf, execute, VICIKEEP } from './support.ts';

const SNIPPET = readFileSync(join(import.meta.dirname, '../../share/logrotate.conf'), 'utf8');

let dialer: Dialer;
let settings: string;
beforeAll(async () => {
	dialer = await startDialer({ asterisk: false });
	settings = join(dialer.folder, 'etc/logrotate');
	writeFileSync(settings, SNIPPET.replace('/var/log/vicikeep/', `${dialer.vicikeepLogDir}/`), { mode: 0o644 });
});
afterAll(() => dialer?.stop());

const log = (name = ''): string => join(dialer.vicikeepLogDir, `vicikeep.log${name}`);
const look = (...args: string[]) => execute(VICIKEEP, ['check', ...args], { env: environmentOf(dialer) });
const rotate = (...args: string[]) => logrotate('-s', join(dialer.folder, 'logrotate.state'), ...args, settings);

describe('the logrotate snippet, with the real logrotate', () => {
	it('is what it can read, and does not mind that there is no log yet', async () => {
		expect(await rotate('--force')).toEqual({ status: 0, output: '' });
	});

	it('puts the log away as it is, and the next run begins a new one with the same rights', async () => {
		await look();
		const text = readFileSync(log(), 'utf8');
		const { uid, gid, mode } = statSync(log());
		expect(text).toContain('asterisk');
		expect((mode & 0o777).toString(8)).toBe('600');

		// not due yet
		expect(await rotate()).toEqual({ status: 0, output: '' });
		expect(readdirSync(dialer.vicikeepLogDir)).toEqual(['vicikeep.log']);
		expect(await rotate('--force')).toEqual({ status: 0, output: '' });
		expect(readdirSync(dialer.vicikeepLogDir)).toEqual(['vicikeep.log.1']);
		expect(statSync(log('.1'))).toMatchObject({ uid, gid, mode });

		await dialer.database.stop();
		await look();
		expect(readFileSync(log(), 'utf8')).toContain('mysql');
		expect(statSync(log())).toMatchObject({ uid, gid, mode });
		expect(readFileSync(log('.1'), 'utf8')).toBe(text);

		// what is two rotations old is compressed
		expect(await rotate('--force')).toEqual({ status: 0, output: '' });
		expect(readdirSync(dialer.vicikeepLogDir).sort()).toEqual(['vicikeep.log.1', 'vicikeep.log.2.gz']);
		expect(gunzipSync(readFileSync(log('.2.gz'))).toString()).toBe(text);
	});
});
