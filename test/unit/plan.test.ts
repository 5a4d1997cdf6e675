import { describe, expect, it } from 'vitest';
import { emptyMemory, type Memory } from '../../src/memory.ts';
import { plan, type Situation } from '../../src/plan.ts';
import type { Finding, Process } from '../../src/types.ts';
import { finding, processOf, settingsOf } from './given.ts';

const HOME = '/usr/share/astguiclient';
const PERL = '/usr/bin/perl';
const UPDATE = [PERL, `${HOME}/AST_update_AMI2.pl`];
const absent = (name: string): Finding => finding('processes.absent', name, { remedy: `start:${name}` });
const frozen = (name: string): Finding => finding('processes.frozen', name, { remedy: `restart:${name}` });

/** A situation in which every repair is allowed; each case changes one thing. */
function situation(findings: Finding[], changes: Partial<Situation> & { memoryOf?: Partial<Memory> } = {}): Situation {
	const { memoryOf, ...rest } = changes;
	return {
		settings: settingsOf(),
		memory: { ...emptyMemory('boot'), ...memoryOf },
		findings,
		looks: () => 2,
		countsIn: () => 0,
		table: [],
		now: new Date(2026, 0, 1, 12, 0, 20),
		uptime: 10_000,
		databaseUptime: 5000,
		seen: ['config', 'mysql', 'asterisk', 'processes', 'queues'],
		asteriskVersion: '16.28.0',
		remaining: 40,
		mayNot: undefined,
		rebuild: undefined,
		options: {},
		...rest,
	};
}

const outline = (input: Situation): string[] =>
	plan(input).map(({ id, withheld }) => (withheld === undefined ? id : `(${id})`));
const reason = (input: Situation): string | undefined => plan(input)[0]?.withheld;
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
		expect(action?.steps.map((step) => step.do)).toEqual(['stop', 'start', 'prove']);
		expect(action?.steps[0]).toMatchObject({ processes: [{ pid: 100 }], screens: [{ pid: 90 }] });
	});

	it('stops only the surplus copy of a doubled daemon', () => {
		const table = living({ startTicks: 5 }, { startTicks: 9 });
		const [action] = plan(
			situation([finding('processes.duplicated', 'AST_update', { remedy: 'stop:AST_update' })], { table }),
		);
		expect(action?.steps).toMatchObject([{ do: 'stop', processes: [{ pid: 101 }], screens: [] }, { do: 'prove' }]);
	});

	it('stops at most one living daemon a run, and still starts the absent ones', () => {
		const table = [...living({}), processOf(200, 1, [PERL, `${HOME}/AST_manager_send.pl`])];
		expect(
			outline(situation([frozen('AST_update'), frozen('AST_manager_send'), absent('AST_VDauto_dial')], { table })),
		).toEqual(['restart:AST_update', '(restart:AST_manager_send)', 'start:AST_VDauto_dial']);
	});

	it('only kills where stock does the start', () => {
		const settings = settingsOf({ VICIKEEP_RESTART: 'kill-only' });
		expect(
			plan(situation([frozen('AST_update')], { settings, table: living({}) }))[0]?.steps.map((step) => step.do),
		).toEqual(['stop']);
		expect(reason(situation([absent('AST_update')], { settings }))).toContain('kill-only');
	});
});

describe('what is withheld, and why', () => {
	it.each<[string, Partial<Situation> & { memoryOf?: Partial<Memory> }, string | undefined]>([
		['all is in order', {}, undefined],
		['it was seen once', { looks: () => 1 }, 'seen once'],
		['the look comes too soon to count', { countsIn: () => 30 }, 'the next one is due at 12:00:50'],
		['the run may not repair', { mayNot: 'another run is repairing' }, 'another run is repairing'],
		['restarts are off', { settings: settingsOf({ VICIKEEP_RESTART: 'off' }) }, 'VICIKEEP_RESTART=off'],
		['the database was not looked at', { seen: ['processes', 'asterisk'] }, 'mysql was not looked at'],
		[
			'the ration is used up',
			{ memoryOf: { attempts: { AST_update: [9500, 9600, 9700] } } },
			'gave up after 3 restarts in 15 minutes (11:52:00, 11:53:40, 11:55:20), until 12:07:00',
		],
		['older attempts do not count', { memoryOf: { attempts: { AST_update: [100, 9600, 9700] } } }, undefined],
		['the start window is over', { now: new Date(2026, 0, 1, 12, 0, 50) }, 'between second 10 and 50'],
		[
			'the stock keepalive starts daemons now',
			{ now: new Date(2026, 0, 1, 12, 0, 5) },
			'so as not to meet the stock keepalive',
		],
		[
			'there is no window',
			{ now: new Date(2026, 0, 1, 12, 0, 5), settings: settingsOf({ VICIKEEP_START_WINDOW: 'any' }) },
			undefined,
		],
		['the run is nearly over', { remaining: 7 }, 'only 7 s are left'],
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
		['the machine has just booted', { uptime: 299, table: living({ started: -500 }) }, 'nothing is stopped until'],
		['the database has just started', { databaseUptime: 179 }, 'the database has just started'],
		['it was started just now', { table: living({ started: 9950 }) }, 'it was started just now'],
		['it was started a while ago', { table: living({ started: 9900 }) }, undefined],
		[
			'the window does not hold a stop and a start any more',
			{ now: new Date(2026, 0, 1, 12, 0, 35) },
			'a stop begins only between second 10 and 30',
		],
	])('a restart when %s', (_, changes, expected) => {
		const withheld = reason(situation([frozen('AST_update')], { table: living({}), ...changes }));
		if (expected === undefined) expect(withheld).toBeUndefined();
		else expect(withheld).toContain(expected);
	});

	it.each([
		['mysql.refused', 'AST_update'],
		['mysql.silent', 'FastAGI_log'],
		['asterisk.absent', 'AST_update'],
		['asterisk.authentication', 'AST_manager_send'],
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
