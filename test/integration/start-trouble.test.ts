import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, readdirSync, readFileSync, renameSync, rmdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { smallDisk } from '../faults/machine-injections.ts';
import { type Dialer, startDialer } from '../sandbox/dialer.ts';
import { startTimeOf, until } from '../sandbox/processes.ts';
import { type Tick, tick } from './support.ts';

const UPDATER = 'AST_update_AMI2.pl';

let dialer: Dialer;
const undo: (() => unknown)[] = [];
const later = (one: () => unknown): unknown => undo.unshift(one);
beforeAll(async () => {
	dialer = await startDialer({ keepalives: '1' });
	await look();
});
afterEach(async () => {
	for (const one of undo.splice(0)) await one();
	// attempts and rations of one case are not those of the next
	for (const name of readdirSync(dialer.stateDir)) rmSync(join(dialer.stateDir, name), { recursive: true });
});
afterAll(() => dialer.stop());

/** Without the check of the machine, which would put a full disk down as the cause and withhold the repair. */
const look = (): Promise<Tick> => tick(dialer, ['--only', 'processes']);
const script = (): string => join(dialer.home, UPDATER);

function rewrite(path: string, change: (text: string) => string): void {
	const text = readFileSync(path, 'utf8');
	writeFileSync(path, change(text));
	later(() => writeFileSync(path, text));
}

/** Nothing that starts a daemon can be had under this PATH, or in this home. */
const crontab = (name: string, value: string): void =>
	rewrite(dialer.crontab, (text) => text.replace(new RegExp(`^${name}=.*$`, 'm'), `${name}=${value}`));

const moveAway = (path: string): void => {
	renameSync(path, `${path}.away`);
	later(() => renameSync(`${path}.away`, path));
};

/** Another disk over the logs. */
function mount(options: string): void {
	execFileSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', dialer.logs], { stdio: 'pipe' });
	later(() => execFileSync('umount', ['--lazy', dialer.logs]));
}

/** Whether root can be kept from making files here, which is a matter of the file system. */
function canBeSealed(folder: string): boolean {
	const file = join(folder, `vicikeep-sealed-${process.pid}`);
	writeFileSync(file, '');
	const sealed = spawnSync('chattr', ['+i', file]).status === 0;
	spawnSync('chattr', ['-i', file]);
	rmSync(file);
	return sealed;
}

/** What keeps the updater from starting, and what the report has to say of it. */
const TROUBLES: [trouble: string, bringAbout: () => void, told: () => string][] = [
	['its script is gone', () => moveAway(script()), () => `there is no ${script()}`],
	[
		'its script may not be executed',
		() => {
			chmodSync(script(), 0o644);
			later(() => chmodSync(script(), 0o755));
		},
		() => `${script()} may not be executed; chmod +x ${script()}`,
	],
	[
		'a Perl module is missing',
		() => rewrite(script(), (text) => text.replace('use strict;', 'use strict;\nuse Net::Missing::Thing;')),
		() => 'Perl module Net::Missing::Thing is missing',
	],
	[
		'its script was copied in halves',
		() => rewrite(script(), (text) => `${text.slice(0, text.length / 2)}\nif (`),
		() => 'Perl refuses it: ',
	],
	[
		'the home of the daemons is missing',
		() => crontab('HOME', join(dialer.folder, 'nobody')),
		() => `there is no ${dialer.folder}/nobody, the home of the daemons`,
	],
	[
		'screen is not installed',
		() => crontab('PATH', join(dialer.folder, 'nothing')),
		() => `there is no screen in ${dialer.folder}/nothing; install the package screen`,
	],
	['the log folder is gone', () => moveAway(dialer.logs), () => `there is no folder ${dialer.logs}`],
	['the disk under the logs is read-only', () => mount('ro'), () => `the disk under ${dialer.logs} is read-only`],
	[
		'the disk under the logs has no inode left',
		// its root folder takes the one there is
		() => mount('nr_inodes=1'),
		() => `the disk under ${dialer.logs} has no inode left`,
	],
];
/** Here a start may succeed all the same. */
const FULL: (typeof TROUBLES)[number] = [
	'the disk under the logs is full',
	() => smallDisk({ dialer, later }, dialer.logs, 4),
	() => `the disk under ${dialer.logs} is full`,
];

describe('a stalled daemon that could not be started again', () => {
	beforeAll(() => dialer.daemons.freeze(UPDATER));
	const who = (): string[] =>
		dialer.daemons.pids(UPDATER).map(({ perl, screen }) => `${perl} ${startTimeOf(perl)} in ${screen}`);

	it.each([...TROUBLES, FULL])('lives on, and why is told: %s', async (_, bringAbout, told) => {
		const before = who();
		expect(before).toHaveLength(1);
		bringAbout();
		await look();
		const refused = await look();
		expect(refused.actions).toEqual(['failed restart:AST_update']);
		// as the first and only thing: nothing was done before it
		expect(refused.action('restart:AST_update')?.reason?.startsWith(told())).toBe(true);
		expect(refused.exitCode).toBe(2);
		expect(who()).toEqual(before);
	});

	it('is restarted when nothing stands in the way', async () => {
		const before = who();
		await look();
		expect((await look()).actions).toEqual(['done restart:AST_update']);
		expect(who()).toHaveLength(1);
		expect(who()).not.toEqual(before);
	});
});

describe('an absent daemon that cannot be started', () => {
	beforeAll(async () => {
		dialer.daemons.kill(UPDATER, 'SIGKILL');
		await until('its end', 5000, () => dialer.daemons.pids(UPDATER).length === 0);
	});

	it.each(TROUBLES)('stays absent, and why is told: %s', async (_, bringAbout, told) => {
		bringAbout();
		await look();
		const failed = await look();
		expect(failed.actions).toEqual(['failed start:AST_update']);
		expect(failed.action('start:AST_update')?.reason).toContain(told());
		expect(failed.exitCode).toBe(2);
		expect(dialer.daemons.pids(UPDATER)).toEqual([]);
	});

	const mayBeSealed = canBeSealed(tmpdir());
	if (!mayBeSealed)
		console.warn('NOT TESTED HERE: a log folder that takes no new file (run as root, on a disk that knows chattr +i)');
	it.runIf(mayBeSealed)('stays absent, and why is told: the log folder takes no new file', async () => {
		moveAway(dialer.logs);
		mkdirSync(dialer.logs);
		execFileSync('chattr', ['+i', dialer.logs]);
		later(() => {
			execFileSync('chattr', ['-i', dialer.logs]);
			rmdirSync(dialer.logs);
		});
		await look();
		const failed = await look();
		expect(failed.actions).toEqual(['failed start:AST_update']);
		expect(failed.action('start:AST_update')?.reason).toContain(`no file can be made in ${dialer.logs}`);
	});

	it('is started when nothing stands in the way', async () => {
		await look();
		expect((await look()).actions).toEqual(['done start:AST_update']);
		expect(dialer.daemons.pids(UPDATER)).toHaveLength(1);
	});
});
