import { mkdirSync, readFileSync, renameSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { mayMountDeadDisk, mountDeadDisk } from '../sandbox/dead-disk.ts';
import { type Dialer, startDialer } from '../sandbox/dialer.ts';
import { isAlive } from '../sandbox/processes.ts';
import { type Tick, tick } from './support.ts';

const UPDATER = 'AST_update_AMI2.pl';

const mayMount = mayMountDeadDisk();
if (!mayMount)
	console.warn('NOT TESTED HERE: a remote disk that is gone (run the tests as root, where /dev/fuse may be mounted)');
/** A run that touches such a disk never ends: it is killed, and gives no report. */
describe.runIf(mayMount)('logs on another machine that is gone', () => {
	let dialer: Dialer;
	let disk: string;
	let second: number;
	let revive: (() => void) | undefined;
	beforeAll(async () => {
		dialer = await startDialer({ keepalives: '1' });
		second = await dialer.daemons.duplicate(UPDATER);
		// one that runs would wait for the disk itself, and then nobody is stopped
		dialer.daemons.freeze(UPDATER);
		// behind a link, as logs are moved to a larger disk
		disk = join(dialer.folder, 'remote');
		mkdirSync(disk);
		renameSync(dialer.logs, join(disk, 'logs'));
		symlinkSync(join(disk, 'logs'), dialer.logs);
		revive = await mountDeadDisk(disk);
	});
	afterAll(async () => {
		revive?.();
		await dialer?.stop();
	});
	const silent = (): string => `${dialer.logs} lies on another machine, which does not answer`;
	const look = (): Promise<Tick> => tick(dialer, ['--only', 'processes']);

	it('hold up no look and no evidence, which says what it lacks: a copy too many goes', async () => {
		await look();
		const repaired = await look();
		const reason = repaired.action('stop:AST_update')?.reason ?? '';
		expect(reason).toContain(`stopped ${second}`);
		expect(isAlive(second)).toBe(false);
		const [, path = ''] = /evidence in (\S+\.txt)/.exec(reason) ?? [];
		expect(readFileSync(path, 'utf8')).toContain(`logs not read: ${silent()}`);
	});

	it('are why a stalled daemon is not stopped for a start that would hang as well', async () => {
		const before = dialer.daemons.pids(UPDATER);
		expect(before).toHaveLength(1);
		await look();
		const refused = await look();
		expect(refused.actions).toEqual(['failed restart:AST_update']);
		expect(refused.action('restart:AST_update')?.reason).toBe(silent());
		expect(dialer.daemons.pids(UPDATER)).toEqual(before);
	});

	it('are found by the check of the machine, and nothing is repaired until it is over', async () => {
		const both = (): Promise<Tick> => tick(dialer, ['--only', 'system,processes']);
		let found = await both();
		// remote disks are asked in turn with others, and twice
		for (let more = 0; more < 8 && !found.findings.includes(`system.disk_silent ${disk}`); more++) found = await both();
		expect(found.findings).toContain(`system.disk_silent ${disk}`);
		expect(found.actions).toEqual(['withheld restart:AST_update']);
		expect(found.action('restart:AST_update')?.reason).toMatch(/it cannot work until this is over: .*does not answer/);
	});
});
