import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmdirSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Dialer, startDialer } from '../sandbox/dialer.ts';
import { until } from '../sandbox/processes.ts';
import { type Tick, tick } from './support.ts';

const SIP = 'sip-vicidial.conf';
const UPDATER = 'AST_update_AMI2.pl';

let disk: string;
let dialer: Dialer;
beforeAll(async () => {
	// the whole dialer on one small disk, as where nobody has made partitions
	disk = mkdtempSync(join(tmpdir(), 'vicikeep-disk-'));
	try {
		execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=200m', 'tmpfs', disk], { stdio: 'pipe' });
	} catch (error) {
		throw new Error(`this test mounts a small disk: run it as root, where mounting is allowed (${error})`);
	}
	process.env.TMPDIR = disk;
	dialer = await startDialer();
	await dialer.database.query("UPDATE servers SET auto_restart_asterisk='Y' WHERE server_ip=?", [dialer.serverIp]);
});
afterAll(async () => {
	await dialer?.stop();
	execFileSync('umount', ['--lazy', disk]);
	rmdirSync(disk);
});

/** A finding's key, and that of the one that it follows. */
const causes = ({ report }: Tick): string[] =>
	report.checks.flatMap(({ findings }) =>
		findings.map(({ id, subject, cause }) => `${id} ${subject}${cause === undefined ? '' : ` < ${cause}`}`),
	);

it('a disk that is full is the root of what happens to Asterisk, its conf files and the daemons', async () => {
	expect((await tick(dialer)).findings).toEqual([]);
	const path = join(dialer.asteriskEtc, SIP);
	const conf = readFileSync(path);
	const fill = join(disk, 'big.wav');
	expect(() => writeFileSync(fill, Buffer.alloc(300 * 1024 * 1024))).toThrow('ENOSPC');
	// who copies in place, as stock does, leaves nothing of it
	expect(() => writeFileSync(path, `${'; a long file\n'.repeat(1_000_000)}${conf}`)).toThrow('ENOSPC');
	await dialer.asterisk.kill();
	// an Asterisk that has to make its database anew ends where it cannot
	rmSync(join(dialer.folder, 'lib/asterisk/astdb.sqlite3'));
	await expect(dialer.asterisk.start()).rejects.toThrow('ASTdb initialization failed');
	dialer.daemons.kill(UPDATER, 'SIGKILL');
	await until('the end of the updater', 10_000, () => dialer.daemons.pids(UPDATER).length === 0);

	const root = `system.disk_full ${disk}`;
	const ran = await tick(dialer);
	expect(ran.actions.filter((action) => !action.startsWith('withheld'))).toEqual([]);
	expect(causes(ran).filter((one) => one !== root && !one.endsWith(` < ${root}`))).toEqual([]);
	expect(causes(ran)).toEqual(
		expect.arrayContaining([
			root,
			`asterisk.absent Asterisk < ${root}`,
			`processes.absent AST_update < ${root}`,
			expect.stringMatching(`^conf\\.(empty|truncated) ${SIP} < ${root}$`),
		]),
	);

	truncateSync(fill, 0);
	let last: Tick | undefined;
	for (let look = 0; look < 8 && last?.exitCode !== 0; look++) last = await tick(dialer);
	expect(last?.exitCode).toBe(0);
	expect(last?.actions).toContain('done start-asterisk:Asterisk');
	expect(readFileSync(path, 'utf8')).toContain('cc102');
});
