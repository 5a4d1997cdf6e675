import { describe, expect, it } from 'vitest';
import type { Memory } from '../../src/memory.ts';
import { plan, type Situation } from '../../src/plan.ts';
import type { Pressure } from '../../src/saturation.ts';
import type { ActionKind, ActionReport, Finding, Process, Withheld } from '../../src/types.ts';
import { inWords } from '../../src/withheld.ts';
import { finding, processOf, settingsOf } from './given.ts';
import { type Changes, situationOf } from './situation.given.ts';

const HOME = '/usr/share/astguiclient';
const PERL = '/usr/bin/perl';
const UPDATE = [PERL, `${HOME}/AST_update_AMI2.pl`];
const absent = (name: string): Finding => finding('processes.absent', name, { remedy: `start:${name}` });
const frozen = (name: string): Finding => finding('processes.frozen', name, { remedy: `restart:${name}` });

const calm: Pressure = { load_per_core: 0.3, cpu_pressure: 5, io_pressure: 1, memory_pressure: 0 };
const outcome = (id: string, rest: Partial<ActionReport> = {}): ActionReport => {
	const [kind, subject = ''] = id.split(':');
	return { id, kind: kind as ActionReport['kind'], subject, outcome: 'done', verified: true, duration_ms: 0, ...rest };
};

/** A situation in which every repair is allowed; each case changes one thing. */
const situation = (findings: Finding[], changes: Changes = {}): Situation =>
	situationOf(findings, {
		looks: () => 2,
		looked: ['config', 'mysql', 'asterisk', 'processes', 'queues'],
		seen: ['config', 'mysql', 'asterisk', 'processes', 'queues'],
		...changes,
	});

const outline = (input: Situation): string[] =>
	plan(input).map(({ id, withheld }) => (withheld === undefined ? id : `(${id})`));
const reason = (input: Situation): string | undefined => {
	const withheld = plan(input)[0]?.withheld;
	return withheld && inWords(withheld);
};
const living = (...rest: Partial<Process>[]): Process[] =>
	rest.map((one, index) => processOf(100 + index, 1, UPDATE, one));

describe('what is planned', () => {
	it('starts an absent daemon by the stock command in the stock screen, and has it proven', () => {
		expect(plan(situation([absent('AST_manager_send')]))).toEqual([
			{
				id: 'start:AST_manager_send',
				kind: 'start',
				subject: 'AST_manager_send',
				steps: [
					{ do: 'start', screen: 'ASTsend', argv: [`${HOME}/AST_manager_send.pl`] },
					{ do: 'prove', daemon: 'AST_manager_send' },
				],
			},
		]);
	});

	it('starts all absent daemons in one run, what others depend on first', () => {
		const findings = ['AST_VDauto_dial', 'AST_manager_send', 'AST_update', 'AST_manager_listen', 'FastAGI_log'].map(
			absent,
		);
		expect(outline(situation(findings))).toEqual(
			['FastAGI_log', 'AST_manager_listen', 'AST_update', 'AST_manager_send', 'AST_VDauto_dial'].map(
				(name) => `start:${name}`,
			),
		);
	});

	it.each(['136', '1236X'])(
		'starts and stops nothing that the codes %s do not ask for, whatever its rows say',
		(codes) => {
			const settings = settingsOf({ VICIKEEP_KEEPALIVES: codes });
			const stuck = finding('queues.manager_new', 'AST_manager_send', { remedy: 'restart:AST_manager_send' });
			expect(outline(situation([stuck], { settings }))).toEqual([]);
			expect(outline(situation([stuck]))).toEqual(['restart:AST_manager_send']);
		},
	);

	it('starts it as it was last seen running, unless the script is another one now', () => {
		const start = (command: string[]) =>
			plan(situation([absent('AST_VDauto_dial')], { memoryOf: { commands: { AST_VDauto_dial: command } } }))[0]
				?.steps[0];
		expect(start([`${HOME}/AST_VDauto_dial.pl`, '--delay=1'])).toMatchObject({
			argv: [`${HOME}/AST_VDauto_dial.pl`, '--delay=1'],
		});
		expect(start(['/old/AST_VDauto_dial.pl', '--delay=1'])).toMatchObject({ argv: [`${HOME}/AST_VDauto_dial.pl`] });
	});

	it('stops a frozen daemon with its screen before it starts it', () => {
		const table = [
			processOf(90, 1, ['SCREEN', '-S', 'ASTupdate', UPDATE[1] ?? '']),
			...living({ ppid: 90, state: 'T' }),
		];
		const [action] = plan(situation([frozen('AST_update')], { table }));
		expect(action?.steps.map((step) => step.do)).toEqual(['evidence', 'stop', 'start', 'prove']);
		expect(action?.steps[1]).toMatchObject({ processes: [{ pid: 100 }], screens: [{ pid: 90 }] });
	});

	it('stops only the surplus copy of a doubled daemon', () => {
		const table = living({ startTicks: 5 }, { startTicks: 9 });
		const [action] = plan(
			situation([finding('processes.duplicated', 'AST_update', { remedy: 'stop:AST_update' })], { table }),
		);
		expect(action?.steps).toMatchObject([
			{ do: 'evidence', processes: [{ pid: 101 }] },
			{ do: 'stop', processes: [{ pid: 101 }], screens: [] },
			{ do: 'prove' },
		]);
	});

	it('leaves the session of a surplus copy alone while somebody works there', () => {
		const session = processOf(90, 1, ['SCREEN', '-S', 'ASTupdate', UPDATE[1] ?? '']);
		const table = [session, ...living({ startTicks: 5 }, { startTicks: 9, ppid: 90 })];
		const screens = (more: Process[]) => {
			const doubled = finding('processes.duplicated', 'AST_update', { remedy: 'stop:AST_update' });
			const [, stop] = plan(situation([doubled], { table: [...table, ...more] }))[0]?.steps ?? [];
			return stop?.do === 'stop' ? stop.screens.map(({ pid }) => pid) : undefined;
		};
		expect(screens([])).toEqual([90]);
		expect(screens([processOf(8, 90, ['/bin/bash'])])).toEqual([]);
	});

	it('stops at most one living daemon a run, and still starts the absent ones', () => {
		const table = [...living({}), processOf(200, 1, [PERL, `${HOME}/AST_manager_send.pl`])];
		expect(
			outline(situation([frozen('AST_update'), frozen('AST_manager_send'), absent('AST_VDauto_dial')], { table })),
		).toEqual(['restart:AST_update', '(restart:AST_manager_send)', 'start:AST_VDauto_dial']);
	});

	it('stops no living daemon where Asterisk is stopped in the same run', () => {
		const beside = (kind: ActionKind, withheld?: Withheld): string[] => {
			const asterisk = { id: `${kind}:Asterisk`, kind, subject: 'Asterisk', steps: [], ...(withheld && { withheld }) };
			const input = situation([frozen('AST_update'), absent('FastAGI_log')], { table: living({}) });
			return plan(input, [asterisk]).map((one) => (one.withheld === undefined ? one.id : `(${one.id})`));
		};
		expect(beside('restart')).toEqual(['start:FastAGI_log', '(restart:AST_update)']);
		expect(beside('start-asterisk')).toEqual(['start:FastAGI_log', 'restart:AST_update']);
		expect(beside('restart', { why: 'paused', until: 'until noon' })).toEqual([
			'start:FastAGI_log',
			'restart:AST_update',
		]);
	});

	it('only kills where stock does the start', () => {
		const settings = settingsOf({ VICIKEEP_RESTART: 'kill-only' });
		expect(
			plan(situation([frozen('AST_update')], { settings, table: living({}) }))[0]?.steps.map((step) => step.do),
		).toEqual(['evidence', 'stop']);
		expect(reason(situation([absent('AST_update')], { settings }))).toContain('kill-only');
	});
});

describe('stale actions', () => {
	const seen = { newest: 70, entered: '2026-01-01 11:58:00', at: 9940, since: '2026-01-01T11:59:00.000Z' };
	const ageing = (kind: 'start' | 'restart', name: string, changes: Parameters<typeof situation>[1] = {}) =>
		plan(
			situation([kind === 'start' ? absent(name) : frozen(name)], {
				table: kind === 'start' ? [] : [processOf(100, 1, [PERL, `${HOME}/${name}.pl`])],
				memoryOf: { actionsSeen: seen },
				...changes,
			}),
		)[0]?.steps.filter((step) => step.do === 'age-queue');
	const told = { do: 'age-queue', upTo: 70, entered: seen.entered, since: seen.since, kill: false };

	it.each<[string, ReturnType<typeof ageing>, unknown[]]>([
		['of an absent sender are told', ageing('start', 'AST_manager_send'), [told]],
		['of a stalled sender are told', ageing('restart', 'AST_manager_send'), [told]],
		[
			'are set DEAD where that is asked for',
			ageing('start', 'AST_manager_send', { settings: settingsOf({ VICIKEEP_AGE_QUEUE: 'on' }) }),
			[{ ...told, kill: true }],
		],
		[
			'are nobody’s business where that is off',
			ageing('start', 'AST_manager_send', { settings: settingsOf({ VICIKEEP_AGE_QUEUE: 'off' }) }),
			[],
		],
		['are not known without an earlier look', ageing('start', 'AST_manager_send', { memoryOf: {} }), []],
		['are not known after the database began anew', ageing('start', 'AST_manager_send', { databaseUptime: 59 }), []],
		['are no matter of another daemon', ageing('start', 'AST_update'), []],
	])('%s', (_, steps, expected) => {
		expect(steps).toEqual(expected);
	});

	it('are dealt with while the sender is stopped', () => {
		const [action] = plan(
			situation([frozen('AST_manager_send')], {
				table: [processOf(100, 1, [PERL, `${HOME}/AST_manager_send.pl`])],
				memoryOf: { actionsSeen: seen },
			}),
		);
		expect(action?.steps.map((step) => step.do)).toEqual(['evidence', 'stop', 'age-queue', 'start', 'prove']);
	});
});

describe('a start that its own check would refuse', () => {
	const script = `${HOME}/AST_update_AMI2.pl`;
	const screen = (name: string) => processOf(90, 1, ['SCREEN', '-d', '-m', '-S', name, script]);
	it.each<[string, Process[], string | undefined]>([
		['an editor', [processOf(7, 1, ['/usr/bin/vi', script])], '/usr/bin/vi (process 7)'],
		['a shell by another path', [processOf(7, 1, ['bash', '-c', `${script} --debug`])], 'bash (process 7)'],
		['a shell that the check drops', [processOf(7, 1, ['/bin/sh', '-c', script])], undefined],
		['a grep that the check drops', [processOf(7, 1, ['grep', script])], undefined],
		['an editor on the other variant', [processOf(7, 1, ['vi', `${HOME}/AST_update.pl`])], undefined],
		['a session whose program is gone', [screen('ASTupdate')], undefined],
		[
			'a session in which somebody works',
			[screen('ASTupdate'), processOf(8, 90, ['/bin/bash'])],
			'session is in use: /bin/bash (process 8)',
		],
		['a session that holds a zombie', [screen('ASTupdate'), processOf(8, 90, [], { state: 'Z' })], undefined],
	])('by %s', (_, table, expected) => {
		const withheld = reason(situation([absent('AST_update')], { table }));
		if (expected === undefined) expect(withheld).toBeUndefined();
		else expect(withheld).toContain(expected);
	});

	it('nor one in whose session somebody works, though it has no such check, or lives', () => {
		const own = (name: string, file: string) => [
			processOf(90, 1, ['SCREEN', '-d', '-m', '-S', name, `${HOME}/${file}`]),
			processOf(8, 90, ['/bin/bash']),
		];
		const fill = own('ASTVDadFILL', 'AST_VDauto_dial_FILL.pl');
		const update = [...own('ASTupdate', 'AST_update_AMI2.pl'), ...living({ ppid: 90, state: 'T' })];
		const settings = settingsOf({ VICIKEEP_KEEPALIVES: '12367' });
		expect(reason(situation([absent('AST_VDauto_dial_FILL')], { table: fill, settings }))).toContain(
			'/bin/bash (process 8)',
		);
		expect(reason(situation([frozen('AST_update')], { table: update }))).toContain('/bin/bash (process 8)');
	});

	it('but not one that has no such check', () => {
		const table = [processOf(7, 1, ['vi', `${HOME}/FastAGI_log.pl`])];
		expect(reason(situation([absent('FastAGI_log')], { table }))).toBeUndefined();
	});
});

describe('what comes back with its foundation', () => {
	const listener = absent('AST_manager_listen');
	const looks = (key: string): number => (key.endsWith('AST_manager_listen') ? 2 : 1);

	it('followers seen once are started with a listener that two looks confirmed', () => {
		const findings = [listener, absent('AST_manager_send'), absent('AST_VDauto_dial')];
		expect(outline(situation(findings, { looks }))).toEqual([
			'start:AST_manager_listen',
			'start:AST_manager_send',
			'start:AST_VDauto_dial',
		]);
	});

	it('but not before the listener is confirmed, nor what does not follow it', () => {
		expect(outline(situation([listener, absent('AST_manager_send')], { looks: () => 1 }))).toEqual([
			'(start:AST_manager_listen)',
			'(start:AST_manager_send)',
		]);
		expect(outline(situation([listener, absent('FastAGI_log')], { looks }))).toEqual([
			'(start:FastAGI_log)',
			'start:AST_manager_listen',
		]);
	});

	it.each<[string, ActionReport[], string, string[]]>([
		[
			'the listener was restarted',
			[outcome('restart:AST_manager_listen')],
			'AST_manager_send',
			['start:AST_manager_send'],
		],
		['Asterisk was started', [outcome('start:Asterisk')], 'AST_manager_send', ['start:AST_manager_send']],
		['a daemon beside it was', [outcome('restart:AST_update')], 'AST_manager_send', ['(start:AST_manager_send)']],
		[
			'the listener could not be',
			[outcome('restart:AST_manager_listen', { outcome: 'failed', verified: false })],
			'AST_manager_send',
			['(start:AST_manager_send)'],
		],
		[
			'it was tried in this run already',
			[outcome('start:AST_manager_send', { outcome: 'failed' })],
			'AST_manager_send',
			[],
		],
	])('in the same run, seen once: %s', (_, done, name, expected) => {
		expect(outline(situation([absent(name)], { looks: () => 1, done }))).toEqual(expected);
	});

	it('a living one that waits for the answer to its own statement is not, whatever its queue says', () => {
		const table = [processOf(200, 1, [PERL, `${HOME}/AST_manager_send.pl`])];
		const stuck = finding('queues.manager_new', 'AST_manager_send', { remedy: 'restart:AST_manager_send' });
		const asks = (name: string) => finding('processes.awaits_database', name);
		expect(reason(situation([asks('AST_update'), stuck], { table }))).toBeUndefined();
		expect(reason(situation([asks('AST_manager_send'), stuck], { table }))).toContain('a restart cannot help until');
	});

	it('a living one still waits for its second look', () => {
		const done = [outcome('restart:AST_manager_listen')];
		const table = [processOf(200, 1, [PERL, `${HOME}/AST_manager_send.pl`])];
		expect(reason(situation([frozen('AST_manager_send')], { looks: () => 1, done, table }))).toContain('seen once');
	});
});

describe('what is withheld, and why', () => {
	it.each<[string, Partial<Situation> & { memoryOf?: Partial<Memory> }, string | undefined]>([
		['all is in order', {}, undefined],
		[
			'it was seen once',
			{ looks: () => 1 },
			'seen once; it is left alone until a second look confirms it, from 12:01:10 on',
		],
		['the look comes too soon to count', { countsIn: () => 30 }, 'until the next one, due at 12:00:50'],
		['the run may not repair', { mayNot: { why: 'paused', until: 'until 13:00:00' } }, 'paused until 13:00:00'],
		['restarts are off', { settings: settingsOf({ VICIKEEP_RESTART: 'off' }) }, 'VICIKEEP_RESTART=off'],
		[
			'the database was not looked at',
			{ seen: ['processes', 'asterisk'], looked: ['processes', 'asterisk'] },
			'mysql was not looked at; it is left alone until a run looks at mysql: leave out --skip',
		],
		[
			'the database was not seen before the deadline',
			{ seen: ['processes', 'asterisk'] },
			'mysql could not be seen; it is left alone until a run sees mysql again',
		],
		[
			'the ration is used up',
			{ memoryOf: { attempts: { AST_update: [9500, 9600, 9700] } } },
			'gave up after 3 restarts in 15 minutes (11:52:00, 11:53:40, 11:55:20); nothing is tried until 12:55:20; look at: ls -lt',
		],
		['the ration was used up an hour ago', { memoryOf: { attempts: { AST_update: [6100, 6200, 6300] } } }, undefined],
		['attempts are far apart', { memoryOf: { attempts: { AST_update: [8000, 9000, 9700] } } }, undefined],
		[
			'the dialer has had its share',
			{ memoryOf: { attempts: { dialer: [9200, 9250, 9300, 9350, 9400, 9450, 9500, 9550, 9600] } } },
			'gave up after 9 runs that repaired something in 15 minutes',
		],
		[
			'the dialer has nearly had its share',
			{ memoryOf: { attempts: { dialer: [9250, 9300, 9350, 9400, 9450, 9500, 9550, 9600] } } },
			undefined,
		],
		[
			'this very run used up the share of the dialer',
			{
				memoryOf: { attempts: { dialer: [9200, 9250, 9300, 9350, 9400, 9450, 9500, 9550, 9999] } },
				done: [outcome('restart:AST_manager_listen')],
			},
			undefined,
		],
		[
			'this run did something else and its own ration is used up',
			{
				memoryOf: { attempts: { AST_update: [9500, 9600, 9700] } },
				done: [outcome('start:FastAGI_log')],
			},
			'gave up after 3 restarts',
		],
		['it was tried just now', { memoryOf: { attempts: { AST_update: [9960] } } }, 'it is left alone until 12:00:30'],
		['it was tried a look ago', { memoryOf: { attempts: { AST_update: [9950] } } }, undefined],
		['it was tried twice', { memoryOf: { attempts: { AST_update: [9850, 9920] } } }, 'it is left alone until 12:00:40'],
		[
			'an earlier run was cut off in it just now',
			{ memoryOf: { attempts: { AST_update: [9960] }, journal: { kind: 'start', daemon: 'AST_update', at: '' } } },
			undefined,
		],
		[
			'the start window is over',
			{ now: new Date(2026, 0, 1, 12, 0, 50) },
			'between second 10 and 50 of a minute, so as not to meet the stock keepalive; it waits until 12:01:10',
		],
		[
			'the stock keepalive starts daemons now',
			{ now: new Date(2026, 0, 1, 12, 0, 5) },
			'so as not to meet the stock keepalive; it waits until 12:00:10',
		],
		[
			'there is no window',
			{ now: new Date(2026, 0, 1, 12, 0, 5), settings: settingsOf({ VICIKEEP_START_WINDOW: 'any' }) },
			undefined,
		],
		[
			'the run is nearly over',
			{ remaining: 7 },
			'only 7 s are left of this run, it needs 8; it waits until the next run',
		],
		['the run has just time enough', { remaining: 8 }, undefined],
		['stock is to start it', { settings: settingsOf({ VICIKEEP_RESTART: 'kill-only' }) }, 'kill-only'],
		['the machine has just booted', { uptime: 10, countsIn: () => 0 }, undefined],
		['the database has just started', { databaseUptime: 3 }, undefined],
		['the day ends', { now: new Date(2026, 0, 1, 0, 0, 20) }, undefined],
		['the machine is drowning', { pressure: () => ({ ...calm, load_per_core: 50 }) }, undefined],
		['a lock is held', { findings: [finding('mysql.locked', 'db'), absent('AST_update')] }, undefined],
		[
			'an earlier run was interrupted in it',
			{ looks: () => 1, memoryOf: { journal: { kind: 'start', daemon: 'AST_update', at: '' } } },
			undefined,
		],
	])('a start when %s', (_, changes, expected) => {
		const withheld = reason(situation([absent('AST_update')], changes));
		if (expected === undefined) expect(withheld).toBeUndefined();
		else expect(withheld).toContain(expected);
	});

	it.each<[string, Partial<Situation>, string | undefined]>([
		['all is in order', {}, undefined],
		[
			'the machine has just booted',
			{ uptime: 299, table: living({ started: -500 }) },
			'nothing is stopped until 12:00:21',
		],
		['the machine booted a while ago', { uptime: 300, table: living({ started: -500 }) }, undefined],
		[
			'the database has just started',
			{ databaseUptime: 179 },
			'the database has just started; nothing is stopped until 12:00:21',
		],
		['the database started a while ago', { databaseUptime: 180 }, undefined],
		['it is not known since when the database runs', { databaseUptime: undefined }, undefined],
		['it was started just now', { table: living({ started: 9950 }) }, 'it is not stopped until 12:01:00'],
		['it was started a while ago', { table: living({ started: 9900 }) }, undefined],
		[
			'the window does not hold a stop and a start any more',
			{ now: new Date(2026, 0, 1, 12, 0, 35) },
			'a stop begins only between second 10 and 30',
		],
		['the day ends', { now: new Date(2026, 0, 1, 0, 4, 20) }, 'nothing is stopped until 00:05'],
		['the day ended', { now: new Date(2026, 0, 1, 0, 5, 20) }, undefined],
		['the day ends elsewhere', { now: new Date(2026, 0, 1, 0, 4, 20), endOfDay: '1800' }, undefined],
		['stock empties its tables', { now: new Date(2026, 0, 1, 1, 14, 20) }, 'nothing is stopped until 01:15'],
		['stock has emptied its tables', { now: new Date(2026, 0, 1, 1, 15, 20) }, undefined],
		[
			'stock does that at another time',
			{
				now: new Date(2026, 0, 1, 1, 14, 20),
				settings: settingsOf({ VICIKEEP_QUIET_TIMES: 'end-of-day,03:00-03:30' }),
			},
			undefined,
		],
		['the machine is drowning', { pressure: () => ({ ...calm, load_per_core: 3 }) }, 'until that is below 3'],
		['no signal reaches it', { table: living({ state: 'D' }) }, 'waits for a disk: a restart cannot help until'],
		['the machine is busy', { pressure: () => ({ ...calm, load_per_core: 2.9 }) }, undefined],
		['its memory is short', { pressure: () => ({ ...calm, memory_pressure: 40 }) }, 'waiting for memory: 40 %'],
		['the kernel does not tell', { pressure: () => ({ ...calm, memory_pressure: undefined }) }, undefined],
		['a lock is held', { findings: [finding('mysql.locked', 'db'), frozen('AST_update')] }, 'a restart cannot help'],
		[
			'the database is slow',
			{ findings: [finding('mysql.slow', 'db'), frozen('AST_update')] },
			'a restart cannot help',
		],
		[
			'the database is a little slow',
			{ findings: [finding('mysql.slow', 'db', { status: 'warning' }), frozen('AST_update')] },
			undefined,
		],
		[
			'one was stopped in this run already',
			{ done: [outcome('stop:AST_VDauto_dial')] },
			'one living process a run: AST_VDauto_dial comes first; it waits until the next run',
		],
		['one was started in this run already', { done: [outcome('start:AST_VDauto_dial')] }, undefined],
	])('a restart when %s', (_, changes, expected) => {
		const withheld = reason(situation([frozen('AST_update')], { table: living({}), ...changes }));
		if (expected === undefined) expect(withheld).toBeUndefined();
		else expect(withheld).toContain(expected);
	});

	it('nothing of that where only a screen with a zombie is left', () => {
		const zombie = finding('processes.zombie', 'AST_update', { remedy: 'restart:AST_update' });
		expect(
			reason(situation([zombie], { uptime: 10, pressure: () => ({ ...calm, load_per_core: 50 }) })),
		).toBeUndefined();
	});

	it('another trouble of the same daemon does not refill its ration', () => {
		const memoryOf = { attempts: { AST_update: [9500, 9600, 9700] } };
		for (const one of [absent('AST_update'), frozen('AST_update')])
			expect(reason(situation([one], { memoryOf, table: living({}) }))).toContain('gave up');
	});

	it.each([
		['mysql.refused', 'AST_update'],
		['mysql.silent', 'FastAGI_log'],
		['asterisk.absent', 'AST_update'],
		['asterisk.authentication', 'AST_manager_send'],
		['config.server_unknown', 'FastAGI_log'],
	])('everything that cannot work under %s, such as %s', (id, name) => {
		expect(reason(situation([finding(id, 'it'), absent(name)]))).toContain('it cannot work');
	});

	it('but not what does not need it: FastAGI works without Asterisk', () => {
		expect(outline(situation([finding('asterisk.absent', 'Asterisk'), absent('FastAGI_log')]))).toEqual([
			'start:FastAGI_log',
		]);
	});

	it('a sender that would exit at once, while the listener may not be started', () => {
		const findings = [absent('AST_manager_listen'), absent('AST_manager_send')];
		const ration = { memoryOf: { attempts: { AST_manager_listen: [9900, 9910, 9920] } } };
		expect(outline(situation(findings, ration))).toEqual(['(start:AST_manager_listen)', '(start:AST_manager_send)']);
	});
});
