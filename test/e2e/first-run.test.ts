import { copyFileSync, existsSync, mkdirSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { treeHash } from '../integration/support.ts';
import { type Dialer, startDialer } from '../sandbox/dialer.ts';
import { execute, VICIKEEP } from './support.ts';

const OURS = ['/etc/vicikeep.env', '/var/lib/vicikeep', '/run/vicikeep', '/var/log/vicikeep'];

let dialer: Dialer;
beforeAll(async () => {
	dialer = await startDialer();
});
afterAll(() => dialer?.stop());

it('a first dry run needs no setting and no environment, and leaves nothing behind', async () => {
	// where nothing is set, everything is at its usual place: there the sandbox has to be
	const etc = join(dialer.folder, 'usual-etc');
	mkdirSync(etc);
	copyFileSync('/etc/passwd', join(etc, 'passwd'));
	copyFileSync(dialer.astguiclientConf, join(etc, 'astguiclient.conf'));
	symlinkSync(dialer.asteriskEtc, join(etc, 'asterisk'));
	const there = OURS.filter((path) => existsSync(path));
	const before = treeHash(etc);

	const inItsPlace = ['-Urm', '--propagation', 'private', '/bin/sh', '-c', 'mount --bind "$0" /etc && exec "$@"', etc];
	const plain = ['/usr/bin/env', '-i', `PATH=${dirname(process.execPath)}:/usr/bin:/bin`, VICIKEEP, 'check'];
	const { code, stdout, stderr } = await execute('unshare', [...inItsPlace, ...plain, '--dry-run', '--json'], {
		env: { PATH: '/usr/bin:/bin' },
	});
	expect(stderr).toBe('');
	const report = JSON.parse(stdout);
	expect(report.server_ip).toBe(dialer.serverIp);
	// how loaded and full this machine is, is its own affair
	const troubles = report.checks
		.filter(({ id }: { id: string }) => id !== 'system')
		.flatMap(({ findings }: { findings: unknown[] }) => findings);
	expect(troubles).toEqual([]);
	expect(code).toBe(report.exit_code);
	expect(report.actions).toEqual([]);
	expect(treeHash(etc)).toBe(before);
	expect(OURS.filter((path) => existsSync(path))).toEqual(there);
});
