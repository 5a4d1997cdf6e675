import { execFileSync, spawnSync } from 'node:child_process';
import {
	appendFileSync,
	chmodSync,
	chownSync,
	cpSync,
	existsSync,
	mkdtempSync,
	readFileSync,
	renameSync,
	rmSync,
	statSync,
	symlinkSync,
	utimesSync,
	writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const PROJECT = join(import.meta.dirname, '../..');
const LOAD = `
	const { load } = require(process.argv[2]);
	process.argv.splice(1, 2, 'vicikeep', '--version');
	process.on('exit', () => {
		const byDigest = process.moduleLoadList.includes('NativeModule crypto');
		process.stdout.write(' ' + JSON.stringify({ ...used, byDigest }));
	});
	const used = load(process.env.BUNDLE);`;

let folder: string;
let bundle: string;
let cache: string;
let seal: string;
beforeEach(() => {
	folder = mkdtempSync(join(tmpdir(), 'vicikeep-cache-'));
	for (const name of ['bin', 'dist']) cpSync(join(PROJECT, name), join(folder, name), { recursive: true });
	bundle = join(folder, 'dist/vicikeep.cjs');
	cache = join(folder, 'dist/vicikeep.cache');
	seal = join(folder, 'dist/vicikeep.seal');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Makes cache and seal where they are; what was copied has the seal of another place. */
const makeCache = (env: Record<string, string> = {}): string =>
	execFileSync(process.execPath, [join(folder, 'bin/make-cache.cjs')], {
		env: { PATH: '/usr/bin:/bin', VICIKEEP_ASTGUICLIENT_CONF: '/nowhere', ...env },
		encoding: 'utf8',
	});

/** What `--version` prints, whether the cache served, and whether all bytes had to be read for that. */
function run(flags: string[] = []): string {
	const script = join(folder, 'load.cjs');
	writeFileSync(script, LOAD);
	return execFileSync(process.execPath, [...flags, script, join(folder, 'bin/code-cache.cjs')], {
		// nothing that has Node.js load what the digest needs
		env: { PATH: '/usr/bin:/bin', BUNDLE: bundle },
		encoding: 'utf8',
	}).replace(/\s+/g, ' ');
}

describe('the code cache', () => {
	it('serves a copy by its digest, and what lies where it was made without reading it again', () => {
		expect(run()).toMatch(/^\d+\.\d+\.\d+ {"usesCache":true,"byDigest":true}$/);
		makeCache();
		expect(run()).toMatch(/{"usesCache":true,"byDigest":false}$/);
	});

	it('has V8 told nothing that it does not know', () => {
		const path = join(folder, 'bin/vicikeep');
		const { stderr, status } = spawnSync(process.execPath, [path, '--version'], { encoding: 'utf8' });
		expect({ stderr, status }).toEqual({ stderr: '', status: 0 });
	});

	it('is made on a dialer by a dry run, of which nothing is printed', () => {
		rmSync(cache);
		const conf = join(folder, 'astguiclient.conf');
		writeFileSync(
			conf,
			'VARserver_ip => 127.0.0.1\nVARactive_keepalives => X\nVARDB_server => 127.0.0.1\nVARDB_port => 1\n',
		);
		expect(makeCache({ VICIKEEP_ASTGUICLIENT_CONF: conf })).toBe('');
		expect(run()).toMatch(/"usesCache":true,"byDigest":false}$/);
	});

	it.each<[string, () => void]>([
		['others may write', () => chmodSync(seal, 0o666)],
		[
			'is a link',
			() => {
				renameSync(seal, `${seal}.real`);
				symlinkSync(`${seal}.real`, seal);
			},
		],
		['is of another Node.js', () => writeFileSync(seal, readFileSync(seal, 'latin1').replace('v', 'w'))],
		['is gone', () => rmSync(seal)],
	])('is read to its end where the seal %s', (_, damage) => {
		makeCache();
		damage();
		expect(run()).toMatch(/{"usesCache":true,"byDigest":true}$/);
	});

	it.each<[string, () => void]>([
		['another byte in the program', () => appendFileSync(bundle, '\n')],
		[
			'another byte in the program, its size and times as before',
			() => {
				const { atime, mtime } = statSync(bundle);
				writeFileSync(bundle, readFileSync(bundle, 'latin1').replace('vicikeep', 'wicikeep'));
				utimesSync(bundle, atime, mtime);
			},
		],
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
		makeCache();
		damage();
		expect(run()).toMatch(/^\d+\.\d+\.\d+ {"usesCache":false,"byDigest":(true|false)}$/);
	});

	it('is refused by another version of Node.js, sealed or not', () => {
		const preload = join(folder, 'another.cjs');
		writeFileSync(preload, "Object.defineProperty(process, 'version', { value: 'v20.0.0' });");
		for (const make of [() => {}, makeCache]) {
			make();
			expect(run(['-r', preload])).toMatch(/"usesCache":false/);
		}
	});

	it.runIf(process.getuid?.() === 0)("is not made as root beside somebody else's program", () => {
		rmSync(cache);
		chownSync(bundle, 65534, 65534);
		expect(() => makeCache()).toThrow(/belongs to user 65534/);
		expect(existsSync(cache)).toBe(false);
	});

	it('is refused by a Node.js with other flags', () => {
		expect(run(['--no-opt'])).toMatch(/^\d+\.\d+\.\d+ {"usesCache":false,/);
	});
});
