import { spawnSync } from 'node:child_process';
import { chmodSync, chownSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readSettings } from '../../src/read-settings.ts';
import { SettingsError } from '../../src/settings-error.ts';

const NOBODY = 65534;
let folder: string;
let conf: string;
beforeEach(() => {
	folder = mkdtempSync(join(tmpdir(), 'vicikeep-settings-'));
	conf = join(folder, 'astguiclient.conf');
	writeFileSync(conf, `PATHhome => ${folder}\nVARserver_ip => 10.0.0.1\nVARactive_keepalives => 1236\n`);
	process.env.VICIKEEP_ASTGUICLIENT_CONF = conf;
	chmodSync(folder, 0o755);
});
afterEach(() => {
	delete process.env.VICIKEEP_ASTGUICLIENT_CONF;
	rmSync(folder, { recursive: true });
});

function problems(named: string | undefined, usual?: string): string[] {
	try {
		readSettings(named, usual);
		return [];
	} catch (error) {
		if (error instanceof SettingsError) return error.problems;
		throw error;
	}
}

describe('the settings file', () => {
	it('is the usual one where there is one, and need not be there', () => {
		const usual = join(folder, 'vicikeep.env');
		expect(readSettings(undefined, usual).settings.envFile).toBeUndefined();
		writeFileSync(usual, 'VICIKEEP_RESTART=off\n', { mode: 0o600 });
		expect(readSettings(undefined, usual).settings).toMatchObject({ envFile: usual, restart: 'off' });
	});

	it('names a /proc that there is', () => {
		const named = join(folder, 'vicikeep.env');
		writeFileSync(named, 'VICIKEEP_PROC=/nonexistent\n', { mode: 0o600 });
		expect(problems(named)).toEqual(['VICIKEEP_PROC=/nonexistent: there is no such folder, expected /proc']);
	});

	it('gets a line with the nearest name when the named one is not there', () => {
		writeFileSync(join(folder, 'vicikeep.env'), '');
		const named = join(folder, 'vicikep.env');
		expect(problems(named)).toEqual([`${named}: there is no such file, did you mean "vicikeep.env"?`]);
		process.env.VICIKEEP_ASTGUICLIENT_CONF = join(folder, 'astguiclient.cnf');
		expect(problems(undefined, join(folder, 'none'))[0]).toMatch(
			/astguiclient.cnf: there is no such file, did you mean "astguiclient.conf"\?; on a VICIdial dialer/,
		);
	});

	it('gets a line when it is no file, or others may write it', () => {
		expect(problems(folder)).toEqual([`${folder}: it is a folder`]);
		// what is wrong with it comes before who may write it
		chmodSync(folder, 0o777);
		expect(problems(folder)).toEqual([`${folder}: it is a folder`]);
		chmodSync(folder, 0o755);
		const open = join(folder, 'open.env');
		writeFileSync(open, '');
		chmodSync(open, 0o666);
		expect(problems(open)[0]).toContain('can be written by others than root');
	});
});

describe('a settings file that this user may not read', () => {
	const isRoot = process.geteuid?.() === 0;
	const user = isRoot ? 'nobody' : userInfo().username;
	const path = () => join(folder, 'vicikeep.env');
	const readAs = (meant: 'named' | 'usual'): unknown => {
		writeFileSync(path(), 'VICIKEEP_RESTART=off\n');
		chmodSync(path(), 0);
		const child = join(import.meta.dirname, 'read-settings.child.ts');
		const uid = String(isRoot ? NOBODY : process.geteuid?.());
		const { stdout, stderr } = spawnSync(process.execPath, ['--import', 'tsx', child, uid, meant, path()], {
			encoding: 'utf8',
			cwd: join(import.meta.dirname, '../..'),
		});
		if (stdout === '') throw new Error(stderr);
		return JSON.parse(stdout);
	};
	const homeIs = (home: string) =>
		writeFileSync(conf, `PATHhome => ${home}\nVARserver_ip => 10.0.0.1\nVARactive_keepalives => 1236\n`);

	it('is done without by a monitor, and the report says so', () => {
		homeIs('/usr');
		const notes = [`${user} may not read ${path()}: what it sets is not in force here`];
		expect(readAs('usual')).toEqual({ serverIp: '10.0.0.1', notes });
	});

	it('is an error when it was named, or when this user could repair against it', () => {
		const refusal = [`${path()}: ${user} may not read it; run vicikeep as root`];
		homeIs('/usr');
		expect(readAs('named')).toEqual(refusal);
		chownSync(folder, isRoot ? NOBODY : (process.geteuid?.() ?? 0), -1);
		homeIs(folder);
		expect(readAs('usual')).toEqual(refusal);
	});
});
