import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Deadline } from '../../src/adapters/clock.ts';
import { asterisk } from '../../src/checks/asterisk.ts';
import type { AsteriskObservation } from '../../src/dialer/asterisk.ts';
import { startByHand, typedCommand, unitOf } from '../../src/dialer/asterisk-start.ts';
import { parseUnit } from '../../src/dialer/asterisk-unit.ts';
import { type LockProbe, probeChannelLock } from '../../src/dialer/channel-lock.ts';
import { emptyMemory, type Memory } from '../../src/memory.ts';
import type { Situation } from '../../src/plan.ts';
import { planAsterisk } from '../../src/plan-asterisk.ts';
import { inWords } from '../../src/withheld.ts';
import type { World } from '../../src/world.ts';
import { FakeAsterisk } from './fake-asterisk.ts';
import { finding, notebookOf, processOf, remembering, settingsOf } from './given.ts';
import { type Changes, situationOf } from './situation.given.ts';

const PROGRAM = ['/usr/sbin/asterisk', '-vvvvgcT'];
const absent = finding('asterisk.absent', 'Asterisk', { remedy: 'start-asterisk:Asterisk' });
const dead = finding('asterisk.hung', 'Asterisk', { remedy: 'restart:Asterisk' });
const deadly = settingsOf({ VICIKEEP_RESTART_ASTERISK: 'deadlock' });
const running = processOf(50, 1, PROGRAM, { startTicks: 7 });
const safe = processOf(40, 1, ['/bin/sh', '/usr/sbin/safe_asterisk']);

/** A situation in which Asterisk may be started and killed; each case changes one thing. */
const situation = (found: typeof absent, changes: Changes = {}): Situation =>
	situationOf([found], {
		looks: () => (found === dead ? 3 : 2),
		...(found === dead && { settings: deadly, table: [running] }),
		...changes,
	});
const reason = (input: Situation): string | undefined => {
	const withheld = planAsterisk(input)[0]?.withheld;
	return withheld && inWords(withheld);
};
const prove = { do: 'prove', daemon: 'Asterisk' };

describe('an absent Asterisk', () => {
	it('is started as it was seen running, and proven', () => {
		const ran = { unit: 'asterisk.service', argv: PROGRAM };
		expect(planAsterisk(situation(absent, { memoryOf: { asterisk: ran } }))).toEqual([
			{
				id: 'start-asterisk:Asterisk',
				kind: 'start-asterisk',
				subject: 'Asterisk',
				steps: [{ do: 'start-asterisk', ran }, prove],
			},
		]);
		expect(planAsterisk(situation(absent))[0]?.steps).toEqual([{ do: 'start-asterisk' }, prove]);
	});

	it.each<[string, Partial<Situation> & { memoryOf?: Partial<Memory> }, string | undefined]>([
		['all is in order', {}, undefined],
		['that is not wanted', { settings: settingsOf({ VICIKEEP_RESTART_ASTERISK: 'never' }) }, 'ASTERISK=never'],
		['nothing is to be started', { settings: settingsOf({ VICIKEEP_RESTART: 'off' }) }, 'VICIKEEP_RESTART=off'],
		['stock is to start it', { settings: settingsOf({ VICIKEEP_RESTART: 'kill-only' }) }, 'kill-only'],
		['the run may not repair', { mayNot: { why: 'paused', until: 'until 13:00:00' } }, 'paused until 13:00:00'],
		['the database is down', { mayStartAsterisk: undefined }, 'the database cannot say'],
		['it is not asked for', { mayStartAsterisk: { asked: false, vetoed: false } }, 'auto_restart_asterisk=N'],
		['there is a veto', { mayStartAsterisk: { asked: true, vetoed: true } }, 'asterisk_temp_no_restart=Y'],
		['safe_asterisk does it', { table: [safe] }, 'safe_asterisk (process 40) starts it by itself'],
		['the machine has just booted', { uptime: 299 }, 'just booted and starts it by itself'],
		['it was seen once', { looks: () => 1 }, 'seen in 1 look; it is left alone until 2 agree'],
		['the look comes too soon', { countsIn: () => 30 }, 'until the next one, due at'],
		[
			'an earlier run was cut off in it',
			{ looks: () => 1, memoryOf: { journal: { kind: 'start-asterisk', daemon: 'Asterisk', at: '' } } },
			undefined,
		],
		[
			'its ration is used up',
			{ memoryOf: { attempts: { Asterisk: [9500, 9600, 9700] } } },
			'; look at: ls -lt /var/log/asterisk | head',
		],
		['it was tried just now', { memoryOf: { attempts: { Asterisk: [9990] } } }, 'it is left alone until'],
		['the run is nearly over', { remaining: 19 }, 'only 19 s are left'],
		['the window is over', { now: new Date(2026, 0, 1, 12, 0, 55) }, 'not to meet the stock keepalive'],
	])('when %s', (_, changes, expected) => {
		const withheld = reason(situation(absent, changes));
		if (expected === undefined) expect(withheld).toBeUndefined();
		else expect(withheld).toContain(expected);
	});
});

describe('a living Asterisk that is found dead', () => {
	it('is killed after its evidence is kept, itself and nothing else, and started', () => {
		const console = processOf(60, 1, ['/usr/sbin/asterisk', '-rx', 'core show channels']);
		const [action] = planAsterisk(situation(dead, { table: [running, console] }));
		expect(action).toMatchObject({ id: 'restart:Asterisk', kind: 'restart' });
		expect(action?.withheld).toBeUndefined();
		expect(action?.steps).toEqual([
			{ do: 'evidence', why: dead.summary, processes: [{ pid: 50, startTicks: 7 }], screens: [] },
			{ do: 'stop', processes: [{ pid: 50, startTicks: 7 }], screens: [] },
			{ do: 'start-asterisk' },
			prove,
		]);
	});

	it('is not started by us where safe_asterisk does it', () => {
		const steps = planAsterisk(situation(dead, { table: [running, safe] }))[0]?.steps;
		expect(steps?.map((step) => step.do)).toEqual(['evidence', 'stop', 'prove']);
	});

	it.each<[string, Partial<Situation>, string | undefined]>([
		['three looks agree', {}, undefined],
		['two looks agree', { looks: () => 2 }, 'seen in 2 looks; it is left alone until 3 agree'],
		['there is a veto', { mayStartAsterisk: { asked: true, vetoed: true } }, 'asterisk_temp_no_restart=Y'],
		['it waits for a disk', { table: [{ ...running, state: 'D' }] }, 'process 50 waits for a disk'],
		[
			'the machine is drowning',
			{ pressure: () => ({ load_per_core: 99, cpu_pressure: 5, io_pressure: 1, memory_pressure: 0 }) },
			'this machine is drowning',
		],
		['the day ends', { now: new Date(2026, 0, 1, 0, 0, 20) }, 'stock keeps the database busy'],
	])('when %s', (_, changes, expected) => {
		const withheld = reason(situation(dead, changes));
		if (expected === undefined) expect(withheld).toBeUndefined();
		else expect(withheld).toContain(expected);
	});
});

describe('what is found', () => {
	const seen = (rest: Partial<AsteriskObservation>): AsteriskObservation => ({
		notHere: false,
		processes: [{ pid: 5, startTicks: 1, state: 'S', age: 5000 }],
		ran: { argv: PROGRAM },
		probe: undefined,
		local: true,
		address: '127.0.0.1:5038',
		trouble: { stage: 'no-banner', message: 'x' },
		session: undefined,
		expectedVersion: '16.28.0',
		uptime: 10_000,
		amiMemory: undefined,
		...rest,
	});
	const session = (silentProbes: number): Partial<AsteriskObservation> => ({
		trouble: undefined,
		session: {
			user: 'cron',
			version: '5.0.5',
			ping: 0,
			clockSkew: 0,
			channels: 0,
			coreStatusRefused: undefined,
			timing: undefined,
			turns: undefined,
			deepProbe: 'silent',
			silentProbes,
		},
	});
	const judged = (rest: Partial<AsteriskObservation>, settings = deadly) =>
		asterisk.judge(seen(rest), { settings, note: notebookOf(remembering({})).note }).findings;
	const state = (state: string, age = 5000): Partial<AsteriskObservation> => ({
		processes: [{ pid: 5, startTicks: 1, state, age }],
	});

	it.each<[string, Partial<AsteriskObservation>, string, string | undefined]>([
		['hung', {}, 'asterisk.hung', 'restart:Asterisk'],
		['hung on another machine', { local: false }, 'asterisk.hung', undefined],
		['stopped', state('T'), 'asterisk.frozen', 'restart:Asterisk'],
		['held by a debugger', state('t'), 'asterisk.frozen', undefined],
		['deadlocked, two probes agree', session(2), 'asterisk.deadlocked', undefined],
		['deadlocked, three probes agree', session(3), 'asterisk.deadlocked', 'restart:Asterisk'],
		['loading', state('S', 20), 'asterisk.starting', undefined],
		['refusing', { trouble: { stage: 'refused', message: 'x' } }, 'asterisk.ami_refused', undefined],
		[
			'refusing the account',
			{ trouble: { stage: 'authentication-failed', message: 'x' } },
			'asterisk.authentication',
			undefined,
		],
		[
			'not there',
			{ processes: [], trouble: { stage: 'refused', message: 'x' } },
			'asterisk.absent',
			'start-asterisk:Asterisk',
		],
	])('%s', (_, rest, id, remedy) => {
		expect(judged(rest)).toMatchObject([{ id }]);
		expect(judged(rest)[0]?.remedy).toBe(remedy);
		// by default a living one is left to a person, who is told what to type
		const byDefault = judged(rest, settingsOf())[0];
		expect(byDefault?.remedy).toBe(remedy?.startsWith('restart:') ? undefined : remedy);
		if (id === 'asterisk.hung' && rest.local !== false)
			expect(byDefault?.advice).toContain('kill -KILL 5 && /usr/share/astguiclient/start_asterisk_boot.pl');
	});
});

describe('how it runs', () => {
	it.each([
		['/system.slice/asterisk.service', 'asterisk.service'],
		['/system.slice/vici-asterisk@1.service/x', 'vici-asterisk@1.service'],
		['/system.slice/cron.service', undefined],
		['/system.slice/rc-local.service', undefined],
		['/user.slice/user-0.slice/session-5.scope', undefined],
		['/', undefined],
	])('in control group %s', (group, unit) => {
		expect(unitOf(group)).toBe(unit);
	});

	it.each([
		[
			{ argv: ['/usr/local/sbin/asterisk', '-C', '/etc/a.conf', '-vvcg'] },
			'/usr/local/sbin/asterisk -C /etc/a.conf -vvcg',
		],
		[{ argv: ['asterisk', '-c'] }, '/usr/sbin/asterisk -vvvvgcT'],
		[{ argv: ['/usr/sbin/asterisk', '-c', '; reboot'] }, '/usr/sbin/asterisk -vvvvgcT'],
		[{ argv: ['/usr/sbin/asterisk', '$(x)'] }, '/usr/sbin/asterisk -vvvvgcT'],
		[undefined, '/usr/sbin/asterisk -vvvvgcT'],
	])('typed into a screen: %o', (ran, command) => {
		expect(typedCommand(ran)).toBe(command);
	});

	it('is told to people', () => {
		expect(startByHand({ unit: 'asterisk.service', argv: [] }, '/home')).toBe('systemctl start asterisk.service');
		expect(startByHand(undefined, '/home')).toBe('/home/start_asterisk_boot.pl');
	});
});

describe('an Asterisk that nobody has seen running', () => {
	const UNIT = 'asterisk.service';
	it.each([
		['its unit', 'LoadState=loaded\nUnitFileState=enabled\n', UNIT],
		['its unit until the next boot', 'LoadState=loaded\nUnitFileState=enabled-runtime\n', UNIT],
		['no unit: it is there and not enabled', 'LoadState=loaded\nUnitFileState=disabled\n', undefined],
		['no unit: it is masked', 'LoadState=masked\nUnitFileState=masked\n', undefined],
		['no unit: there is none', 'LoadState=not-found\nUnitFileState=\n', undefined],
	])('is started by %s', (_, output, unit) => {
		expect(parseUnit(output)).toEqual({ argv: [], ...(unit !== undefined && { unit }) });
	});
});

describe('the channel lock', () => {
	const fake = new FakeAsterisk();
	beforeEach(() => vi.useFakeTimers({ toFake: ['Date'] }));
	afterEach(() => {
		vi.useRealTimers();
		fake.stop();
	});

	const probe = async (
		answers: boolean,
		last: Memory['deepProbe'],
		rest: Partial<Pick<World, 'remembers' | 'settings'>> = {},
	): Promise<{ seen: LockProbe; asked: number; kept: Memory['deepProbe'] }> => {
		const before = fake.received.length;
		const session = await fake.session((action, write) => {
			if (answers) write(`Response: Error\r\nActionID: ${action.actionid}\r\nMessage: No such channel\r\n\r\n`);
		});
		const world = {
			memory: { ...emptyMemory('boot'), ...(last && { deepProbe: last }) },
			deepProbe: last,
			settings: settingsOf(),
			remembers: true,
			proc: { uptime: () => 10_000 },
			deadline: new Deadline(0.6),
			...rest,
		} as unknown as World;
		const seen = await probeChannelLock(world, session, 7);
		// a second look of the same run does not ask again
		await probeChannelLock(world, session, 7);
		session.close();
		return { seen, asked: fake.received.length - before, kept: world.deepProbe };
	};
	const at = (age: number, silent: number, asteriskStart = 7) => ({ at: 10_000 - age, silent, asteriskStart });

	it.each<[string, boolean, Memory['deepProbe'], Parameters<typeof probe>[2], LockProbe, number]>([
		['is free', true, undefined, {}, { deepProbe: 'answered', silentProbes: 0 }, 1],
		['is held', false, undefined, {}, { deepProbe: 'silent', silentProbes: 1 }, 1],
		['is held for the second time', false, at(60, 1), {}, { deepProbe: 'silent', silentProbes: 2 }, 1],
		['was asked for just now', false, at(49, 1), {}, { deepProbe: 'silent-before', silentProbes: 1 }, 0],
		['was free just now', false, at(49, 0), {}, { deepProbe: 'not-due', silentProbes: 0 }, 0],
		[
			'is not asked for again soon once that is sure',
			false,
			at(599, 2),
			{},
			{ deepProbe: 'silent-before', silentProbes: 2 },
			0,
		],
		[
			'is asked for a third time before a kill',
			false,
			at(60, 2),
			{ settings: deadly },
			{ deepProbe: 'silent', silentProbes: 3 },
			1,
		],
		['of another Asterisk is another story', false, at(10, 2, 6), {}, { deepProbe: 'silent', silentProbes: 1 }, 1],
		[
			'is not asked for by a dry run',
			false,
			undefined,
			{ remembers: false },
			{ deepProbe: 'not-due', silentProbes: 0 },
			0,
		],
		[
			'of which a dry run knows',
			false,
			at(600, 1),
			{ remembers: false },
			{ deepProbe: 'silent-before', silentProbes: 1 },
			0,
		],
	])('%s', async (_, answers, last, rest, expected, asked) => {
		const result = await probe(answers, last, rest);
		expect(result.seen).toEqual(expected);
		expect(result.asked).toBe(asked);
		if (asked > 0) expect(result.kept).toMatchObject({ at: 10_000, asteriskStart: 7, silent: expected.silentProbes });
	});

	it.each<[string, string, string, string, number]>([
		['in the same minute', '50', '12:00:01', '12:00:59', 0],
		['by a monitor right before the minute', '50', '12:00:59', '12:01:10', 0],
		['in the minute before, by a cron that was late then', '50', '12:00:12', '12:01:10', 1],
		['in the minute before', '50', '12:00:10', '12:01:10', 1],
		['in the same minute, where looks may come close', '10', '12:00:05', '12:00:55', 0],
		['just now, where nothing is waited for', '0', '12:00:10', '12:00:11', 1],
	])('is asked for once a minute over all runs: it was %s', async (_, lookGap, earlier, now, asked) => {
		const [then, moment] = [earlier, now].map((time) => Date.parse(`2026-01-01T${time}Z`) / 1000);
		vi.setSystemTime((moment ?? 0) * 1000);
		const age = (moment ?? 0) - (then ?? 0);
		const last = { ...at(age, 0), minute: Math.floor((then ?? 0) / 60) };
		const settings = settingsOf({ VICIKEEP_LOOK_GAP: lookGap });
		expect((await probe(true, last, { settings })).asked).toBe(asked);
	});
});
