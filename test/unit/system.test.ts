import { mkdirSync, mkdtempSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { descriptorLimits } from '../../src/adapters/descriptors.ts';
import { type Fill, mountOf, readMounts } from '../../src/adapters/disks.ts';
import { readMemory } from '../../src/adapters/memory.ts';
import { filesAtRest } from '../../src/adapters/recordings.ts';
import { system } from '../../src/checks/system.ts';
import { diagnose, futile } from '../../src/diagnose.ts';
import { DAEMONS } from '../../src/dialer/daemons.ts';
import type { Disk } from '../../src/dialer/disks.ts';
import { grownSince, type MachineObservation } from '../../src/dialer/machine.ts';
import { parseManagerDoor } from '../../src/dialer/manager-conf.ts';
import type { Judgement } from '../../src/types.ts';
import { finding, notebookOf, remembering, settingsOf } from './given.ts';

const GIB = 1024 ** 3;
const folder = mkdtempSync(join(tmpdir(), 'vicikeep-machine-'));
afterAll(() => rmSync(folder, { recursive: true }));

const seen = (rest: Partial<MachineObservation> = {}): MachineObservation => ({
	disks: [],
	silent: [],
	pressure: { load_per_core: 0.5, cpu_pressure: 5, io_pressure: 1, memory_pressure: 0 },
	memory: { used: 40, oomKills: 3 },
	oom: { kills: 3 },
	descriptors: { most: 65_536, used: 512 },
	confLog: 1024,
	missingJobs: [],
	hopperMayOverlap: false,
	timeService: { keepers: ['chronyd'], unset: undefined },
	samples: { recordings: undefined, exposure: undefined, remote: undefined, chrony: undefined },
	dataFolder: undefined,
	uptime: 10_000,
	turns: { turn: 1, samples: {} },
	...rest,
});
const judge = (
	rest: Partial<MachineObservation>,
	noted: readonly string[] = [],
	environment: Record<string, string> = {},
): Judgement => {
	const memory = remembering(Object.fromEntries(noted.map((what) => [`system ${what}`, { looks: 1, seconds: 60 }])));
	return system.judge(seen(rest), { settings: settingsOf(environment), note: notebookOf(memory).note });
};
const outline = ({ findings }: Judgement): string[] =>
	findings.map(({ id, subject, status }) => `${id} ${subject} ${status}`);

const fill = (gibibytes: number, usedPercent: number, rest: Partial<Fill> = {}): Fill => {
	const used = (gibibytes * GIB * usedPercent) / 100;
	const free = gibibytes * GIB - used;
	return { used, free, freeForRoot: free, files: 1000, filesFree: 900, ...rest };
};
const disk = (uses: Disk['uses'][number]['use'][], filled: Fill | undefined, rest: Partial<Disk> = {}): Disk => ({
	mount: '/data',
	remote: false,
	readOnly: false,
	uses: uses.map((use) => ({ use, path: `/data/${use}` })),
	fill: filled,
	...rest,
});

describe('a disk', () => {
	it.each<[string, Disk, string[]]>([
		['half full', disk(['logs'], fill(100, 50)), []],
		['nearly full', disk(['logs'], fill(100, 92)), ['system.disk_space /data warning']],
		['all but full', disk(['recordings'], fill(100, 98)), ['system.disk_space /data critical']],
		['huge, with plenty left', disk(['recordings'], fill(10_000, 98)), []],
		['full under the logs', disk(['logs'], fill(10, 100)), ['system.disk_full /data critical']],
		['full under the database', disk(['database'], fill(10, 100)), ['system.disk_full /data critical']],
		[
			'full but for what is kept for root: daemons still write',
			disk(['logs'], { ...fill(10, 100), freeForRoot: GIB }),
			['system.disk_space /data critical'],
		],
		[
			'the same under the database, which is not root',
			disk(['database'], { ...fill(10, 100), freeForRoot: GIB }),
			['system.disk_full /data critical'],
		],
		[
			'full of recordings: daemons still work',
			disk(['recordings'], fill(10, 100)),
			['system.disk_space /data critical'],
		],
		['few inodes', disk(['state'], fill(100, 10, { filesFree: 50 })), ['system.inodes /data warning']],
		['no inode under the logs', disk(['logs'], fill(100, 10, { filesFree: 0 })), ['system.disk_full /data critical']],
		['inodes made as needed', disk(['logs'], fill(100, 10, { files: 0, filesFree: 0 })), []],
		[
			'read-only under the logs',
			disk(['logs'], fill(100, 10), { readOnly: true }),
			['system.read_only /data critical'],
		],
		['read-only as a system disk may be', disk(['conf files'], fill(100, 10), { readOnly: true }), []],
		['remote and not asked yet', disk(['recordings'], undefined, { remote: true }), []],
	])('%s', (_, one, expected) => {
		expect(outline(judge({ disks: [one] }))).toEqual(expected);
	});

	it.each<[string, Partial<Fill>, boolean]>([
		['has room', {}, true],
		['has none', { free: 0, freeForRoot: 0 }, false],
		['has some for root', { free: 0, freeForRoot: GIB }, true],
		['has no inode', { filesFree: 0 }, false],
	])('of conf files says what lies there, and that it %s', (_, rest, writable) => {
		const [found] = judge({ disks: [disk(['conf files'], fill(10, 99, rest))] }).findings;
		expect(found?.id).toMatch(/^system\.(disk_space|inodes)$/);
		expect(found?.evidence).toMatchObject({ holds: ['conf files'], writable });
	});

	it('that does not answer is told by its mount', () => {
		const remote = disk(['recordings'], undefined, { remote: true });
		expect(outline(judge({ disks: [remote], silent: ['/data'] }))).toEqual(['system.disk_silent /data critical']);
	});

	it.each<[Disk['uses'][number]['use'][], string | undefined]>([
		[['logs', 'state'], 'repairs'],
		[['recordings'], undefined],
	])('that holds %j and does not answer keeps daemons from working: %s', (uses, forbids) => {
		const { findings } = judge({ disks: [disk(uses, undefined, { remote: true })], silent: ['/data'] });
		const [, frozen] = diagnose([...findings, finding('processes.hung', 'AST_update')]);
		expect(frozen?.cause).toBe(forbids && 'system.disk_silent /data');
		const [daemon] = DAEMONS;
		expect(daemon && futile(daemon, false, findings)?.forbids).toBe(forbids);
	});

	it('that is full explains dead daemons, and none is started for nothing', () => {
		const full = finding('system.disk_full', '/data');
		const [, absent] = diagnose([full, finding('processes.absent', 'AST_update')]);
		expect(absent?.cause).toBe('system.disk_full /data');
		const [daemon] = DAEMONS;
		expect(daemon && futile(daemon, false, [full])?.forbids).toBe('repairs');
		const space = finding('system.disk_space', '/data');
		expect(daemon && futile(daemon, false, [space])).toBeUndefined();
	});
});

describe('a machine', () => {
	it.each<[string, Partial<MachineObservation>, string[], string[]]>([
		['well', {}, [], []],
		['busy for the first time', { pressure: { ...seen().pressure, load_per_core: 2 } }, [], []],
		[
			'busy in two looks',
			{ pressure: { ...seen().pressure, load_per_core: 2 } },
			['load'],
			['system.load machine warning'],
		],
		['drowning', { pressure: { ...seen().pressure, load_per_core: 4 } }, ['load'], ['system.load machine critical']],
		[
			'waiting for its disk',
			{ pressure: { ...seen().pressure, io_pressure: 80 } },
			['io_pressure'],
			['system.pressure machine critical'],
		],
		[
			'of a kernel that does not tell',
			{
				pressure: {
					load_per_core: undefined,
					cpu_pressure: undefined,
					io_pressure: undefined,
					memory_pressure: undefined,
				},
				memory: { used: undefined, oomKills: undefined },
				oom: undefined,
			},
			[],
			[],
		],
		['short of memory', { memory: { used: 98, oomKills: 3 } }, ['memory'], ['system.memory machine critical']],
		['with old kills', { oom: { kills: 3 } }, [], []],
		['with fresh kills', { oom: { kills: 5, grown: { by: 2, at: 9900 } } }, [], ['system.oom machine warning']],
		['short of descriptors', { descriptors: { most: 1024, used: 1000 } }, [], ['system.open_files Asterisk critical']],
		[
			'with a large conference log',
			{ confLog: 2 * GIB },
			[],
			['system.conf_log /var/log/astguiclient/conf_telnet_log.txt warning'],
		],
		['without the log', { confLog: undefined }, [], []],
		[
			'without a job',
			{ missingJobs: ['AST_reset_mysql_vars.pl'] },
			[],
			['system.jobs_missing AST_reset_mysql_vars.pl warning'],
		],
		[
			'without the time',
			{ timeService: { keepers: ['chronyd'], unset: 'chronyd' } },
			[],
			['system.clock_unset chronyd warning'],
		],
		[
			'that nothing keeps in time',
			{ timeService: { keepers: [], unset: undefined } },
			[],
			['system.no_time_service machine warning'],
		],
		['that does not show who keeps it in time', { timeService: { keepers: undefined, unset: undefined } }, [], []],
	])('%s', (_, rest, noted, expected) => {
		expect(outline(judge(rest, noted))).toEqual(expected);
	});

	it('tells of recordings that are not moved on, not of those on their way', () => {
		const waiting = (oldest: number, newest = oldest) => ({
			samples: {
				...seen().samples,
				recordings: {
					answer: [{ folder: '/m', job: 'AST_CRON_audio_1_move_mix.pl', count: 4, oldest, newest }],
					age: 0,
					doubts: 1,
				},
			},
		});
		expect(outline(judge(waiting(600)))).toEqual([]);
		expect(outline(judge(waiting(9000)))).toEqual(['system.recordings /m warning']);
		expect(outline(judge(waiting(90_000, 7300)))).toEqual(['system.recordings /m critical']);
		// a file that the job passes over lies there for ever, and all later ones were moved
		expect(outline(judge(waiting(900_000)))).toEqual(['system.recordings /m warning']);
	});

	it('gives hints of what could be better, and warns of it only where that is asked for', () => {
		const exposed = {
			hopperMayOverlap: true,
			samples: { ...seen().samples, exposure: { answer: ['Asterisk takes cron from anywhere'], age: 0, doubts: 0 } },
		};
		const { findings, hints } = judge(exposed);
		expect(findings).toEqual([]);
		expect(hints).toEqual(['Asterisk takes cron from anywhere', expect.stringContaining('--run-check')]);
		expect(outline(judge(exposed, [], { VICIKEEP_WARN_DEFAULT_SECRETS: '1' }))).toEqual([
			'system.exposed Asterisk warning',
		]);
	});
});

describe('kills for want of memory', () => {
	it.each<[string, Parameters<typeof grownSince>, ReturnType<typeof grownSince>]>([
		['the first look knows of none', [undefined, 7, 100], { kills: 7 }],
		['none since', [{ kills: 7 }, 7, 200], { kills: 7 }],
		['two since', [{ kills: 7 }, 9, 200], { kills: 9, grown: { by: 2, at: 200 } }],
		[
			'another look does not eat them',
			[{ kills: 9, grown: { by: 2, at: 200 } }, 9, 210],
			{ kills: 9, grown: { by: 2, at: 200 } },
		],
		['one more', [{ kills: 9, grown: { by: 2, at: 200 } }, 10, 260], { kills: 10, grown: { by: 3, at: 260 } }],
		['no news after ten minutes', [{ kills: 9, grown: { by: 2, at: 200 } }, 9, 900], { kills: 9 }],
		['a kernel that does not count', [{ kills: 9 }, undefined, 900], undefined],
	])('%s', (_, given, expected) => {
		expect(grownSince(...given)).toEqual(expected);
	});
});

describe('the files of the kernel', () => {
	it('name the disk that a folder lies on, through a link, and whether it is remote', () => {
		mkdirSync(join(folder, 'self'));
		writeFileSync(
			join(folder, 'self/mounts'),
			`/dev/vda / ext4 rw 0 0\n/dev/vdb ${folder}/my\\040disk xfs ro,noatime 0 0\nnas:/rec /rec nfs4 rw 0 0\n`,
		);
		symlinkSync('/rec/monitor', join(folder, 'monitor'));
		const mounts = readMounts(folder);
		expect(mountOf('/var/log', mounts)).toEqual({ path: '/', remote: false, readOnly: false });
		expect(mountOf(`${folder}/my disk/logs`, mounts)?.readOnly).toBe(true);
		expect(mountOf(join(folder, 'monitor'), mounts)).toEqual({ path: '/rec', remote: true, readOnly: false });
		expect(mountOf('/recordings', mounts)?.path).toBe('/');
	});

	it('are believed without a look beneath a remote disk: one that is gone holds whoever looks for ever', () => {
		const nas = join(folder, 'nas');
		mkdirSync(join(nas, 'asterisk'), { recursive: true });
		mkdirSync(join(folder, 'self'), { recursive: true });
		writeFileSync(join(folder, 'self/mounts'), `/dev/vda / ext4 rw 0 0\nnas:/rec ${nas} nfs4 rw 0 0\n`);
		// who looks there is led away
		for (const name of ['monitor', 'asterisk/monitor']) symlinkSync('/var/log', join(nas, name));
		symlinkSync('nas/asterisk', join(folder, 'spool'));
		symlinkSync('loop', join(folder, 'loop'));
		const mounts = readMounts(folder);
		for (const path of ['nas', 'nas/monitor', 'spool/monitor', 'spool/../monitor', 'loop/../nas/monitor'])
			expect(mountOf(`${folder}/${path}`, mounts)?.path).toBe(nas);
	});

	it('tell memory, kills and descriptors; nothing where there are none', () => {
		writeFileSync(join(folder, 'meminfo'), 'MemTotal:  1000 kB\nMemFree:  10 kB\nMemAvailable:  250 kB\n');
		writeFileSync(join(folder, 'vmstat'), 'pgfault 5\noom_kill 4\n');
		mkdirSync(join(folder, '7'));
		writeFileSync(
			join(folder, '7/limits'),
			'Limit  Soft  Hard  Units\nMax open files            1024                 65536                files\n',
		);
		writeFileSync(join(folder, '7/status'), 'Name:\tasterisk\nFDSize:\t256\n');
		expect(readMemory(folder)).toEqual({ used: 75, oomKills: 4 });
		expect(readMemory('/nowhere')).toEqual({ used: undefined, oomKills: undefined });
		expect(descriptorLimits(folder, 7)).toEqual({ most: 1024, table: 256 });
		expect(descriptorLimits(folder, 8)).toBeUndefined();
	});

	it('of recordings: those at rest, the oldest first', () => {
		const now = new Date();
		const recordings = join(folder, 'recordings');
		mkdirSync(recordings);
		for (const [name, age] of Object.entries({ fresh: 10, old: 9000, older: 10_000 })) {
			writeFileSync(join(recordings, name), '');
			const at = now.getTime() / 1000 - age;
			utimesSync(join(recordings, name), at, at);
		}
		expect(filesAtRest(recordings, 7200, now).map(({ path }) => path)).toEqual(
			['older', 'old'].map((name) => join(recordings, name)),
		);
		expect(filesAtRest('/nowhere', 1, now)).toEqual([]);
	});
});

describe('manager.conf', () => {
	const users =
		'[cron]\nsecret = 1234\n[me]\nsecret = x\n[guarded]\nsecret=1234\ndeny=0.0.0.0/0.0.0.0\npermit=127.0.0.1/255.255.255.255\n';
	it.each<[string, string, ReturnType<typeof parseManagerDoor>]>([
		[
			'as shipped',
			`[general]\nenabled = yes\nbindaddr = 0.0.0.0\n${users}`,
			{ open: true, unguarded: ['cron', 'me'], shipped: ['cron'] },
		],
		[
			'without an address it is every one',
			`[general]\nenabled=yes ; always\n${users}`,
			{ open: true, unguarded: ['cron', 'me'], shipped: ['cron'] },
		],
		[
			'on this machine alone',
			`[general]\nenabled = yes\nbindaddr = 127.0.0.1\n${users}`,
			{ open: false, unguarded: ['cron', 'me'], shipped: ['cron'] },
		],
		['switched off', '[general]\nenabled = no\n', { open: false, unguarded: [], shipped: [] }],
		['empty', '', { open: false, unguarded: [], shipped: [] }],
	])('%s', (_, text, door) => {
		expect(parseManagerDoor(text)).toEqual(door);
	});
});
