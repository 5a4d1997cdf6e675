import { execFileSync } from 'node:child_process';
import {
	appendFileSync,
	chmodSync,
	chownSync,
	cpSync,
	mkdtempSync,
	readFileSync,
	renameSync,
	rmSync,
	symlinkSync,
	writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const PROJECT = join(import.meta.dirname, '../..');
const LOAD = `
	const { load } = require(process.argv[1]);
	process.argv.splice(1, 1, 'vicikeep', '--version');
	process.on('exit', () => process.stdout.write(' ' + JSON.stringify(used)));
	const used = load(process.env.BUNDLE);`;

let folder: string;
let bundle: string;
let cache: string;
beforeEach(() => {
	folder = mkdtempSync(join(tmpdir(), 'vicikeep-cache-'));
	for (const name of ['bin', 'dist']) cpSync(join(PROJECT, name), join(folder, name), { recursive: true });
	bundle = join(folder, 'dist/vicikeep.cjs');
	cache = join(folder, 'dist/vicikeep.cache');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** What `--version` prints, and whether the cache served. */
function run(flags: string[] = []): string {
	return execFileSync(process.execPath, [...flags, '-e', LOAD, join(folder, 'bin/code-cache.cjs')], {
		env: { ...process.env, BUNDLE: bundle },
		encoding: 'utf8',
	}).replace(/\s+/g, ' ');
}

describe('the code cache', () => {
	it('serves when everything is as it was made', () => {
		expect(run()).toMatch(/^\d+\.\d+\.\d+ {"usesCache":true}$/);
	});

	it('is made on a dialer by a dry run, of which nothing is printed', () => {
		rmSync(cache);
		const conf = join(folder, 'astguiclient.conf');
		writeFileSync(
			conf,
			'VARserver_ip => 127.0.0.1\nVARactive_keepalives => X\nVARDB_server => 127.0.0.1\nVARDB_port => 1\n',
		);
		const told = execFileSync(process.execPath, [join(folder, 'bin/make-cache.cjs')], {
			env: { PATH: '/usr/bin:/bin', VICIKEEP_ASTGUICLIENT_CONF: conf },
			encoding: 'utf8',
		});
		expect(told).toBe('');
		expect(run()).toMatch(/"usesCache":true}$/);
	});

	it.each<[string, () => void]>([
		['another byte in the program', () => appendFileSync(bundle, '\n')],
		[
			'another byte in the cache',
			() => {
				const bytes = readFileSync(cache);
				bytes[bytes.length - 100] = (bytes[bytes.length - 100] ?? 0) ^ 1;
				writeFileSync(cache, bytes);
			},
		],
		['a cache cut off', () => writeFileSync(cache, readFileSync(cache).subarray(0, 5000))],
		['an empty cache', () => writeFileSync(cache, '')],
		['no cache', () => rmSync(cache)],
		['a cache that others may write', () => chmodSync(cache, 0o666)],
		[
			'a link in its place',
			() => {
				renameSync(cache, `${cache}.real`);
				symlinkSync(`${cache}.real`, cache);
			},
		],
		...(process.getuid?.() === 0
			? [['a cache of somebody else', () => chownSync(cache, 65534, 65534)] as [string, () => void]]
			: []),
	])('is refused with %s, and the program runs all the same', (_, damage) => {
		damage();
		expect(run()).toMatch(/^\d+\.\d+\.\d+ {"usesCache":false}$/);
	});

	it('is refused by a Node.js with other flags', () => {
		expect(run(['--no-opt'])).toMatch(/^\d+\.\d+\.\d+ {"usesCache":false}$/);
	});
});
