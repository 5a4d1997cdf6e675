import { describe, expect, it } from 'vitest';
import { asterisk } from '../../src/checks/asterisk.ts';
import type { Context } from '../../src/checks/check.ts';
import { diagnose } from '../../src/diagnose.ts';
import type { AsteriskObservation } from '../../src/dialer/asterisk.ts';
import type { Timing } from '../../src/dialer/timing.ts';
import type { Judgement } from '../../src/types.ts';
import { finding, notebookOf, remembering, settingsOf } from './given.ts';

type Noted = Parameters<typeof remembering>[0];

const context = (noted: Noted = {}): Context => ({ settings: settingsOf(), note: notebookOf(remembering(noted)).note });
const outline = ({ findings }: Judgement): string[] =>
	findings.map(({ id, status, remedy }) => `${id} ${status}${remedy ? ` ${remedy}` : ''}`);

describe('asterisk', () => {
	const seen = (rest: Partial<AsteriskObservation>): AsteriskObservation => ({
		notHere: false,
		processes: [{ pid: 5, startTicks: 1, state: 'S', age: 5000 }],
		ran: undefined,
		probe: undefined,
		local: true,
		address: '127.0.0.1:5038',
		trouble: undefined,
		session: undefined,
		expectedVersion: '16.28.0',
		uptime: 1000,
		amiMemory: undefined,
		...rest,
	});
	const session = {
		user: 'cron',
		version: '5.0.5',
		ping: 0.01,
		clockSkew: 0,
		channels: 0,
		coreStatusRefused: undefined,
		timing: undefined,
		turns: undefined,
		deepProbe: 'answered',
		silentProbes: 0,
	} as const;
	const trouble = (stage: NonNullable<AsteriskObservation['trouble']>['stage']) => ({
		trouble: { stage, message: 'x' },
	});
	const timing = (source: Timing['source'], doubts: number) => ({
		session: { ...session, timing: { answer: { source, asteriskStart: 1 }, age: 0, doubts } },
	});

	it.each<[string, Partial<AsteriskObservation>, string[]]>([
		['well', { session }, []],
		['absent', { processes: [], ...trouble('refused') }, ['asterisk.absent critical start-asterisk:Asterisk']],
		['remote and down', { processes: [], local: false, ...trouble('refused') }, ['asterisk.ami_refused critical']],
		['running, AMI refused', trouble('refused'), ['asterisk.ami_refused critical']],
		['dropped by a firewall', trouble('unreachable'), ['asterisk.unreachable critical']],
		['stopped', { processes: [{ pid: 5, startTicks: 1, state: 'T', age: 5000 }] }, ['asterisk.frozen critical']],
		['hung before the greeting', trouble('no-banner'), ['asterisk.hung critical']],
		['hung in the login', trouble('no-login-answer'), ['asterisk.hung critical']],
		['session limit reached', trouble('closed-before-banner'), ['asterisk.ami_closed critical']],
		['another service', trouble('other-service'), ['asterisk.other_service unknown']],
		['wrong secret', trouble('authentication-failed'), ['asterisk.authentication critical']],
		['wrong secret, not tried again', trouble('not-tried'), ['asterisk.authentication critical']],
		['no account known', trouble('no-account'), ['asterisk.no_account unknown']],
		[
			'channel lock held',
			{ session: { ...session, deepProbe: 'silent', silentProbes: 1 } },
			['asterisk.deadlocked warning'],
		],
		['slow', { session: { ...session, ping: 3 } }, ['asterisk.slow warning']],
		['clock off', { session: { ...session, clockSkew: -9 } }, ['asterisk.clock_skew critical']],
		[
			'rights missing',
			{ session: { ...session, coreStatusRefused: 'Permission denied' } },
			['asterisk.rights warning'],
		],
		['timing found', timing('there', 0), []],
		['timing not found once', timing('none', 1), []],
		['timing not found again', timing('none', 2), ['asterisk.timing warning']],
		['timing not to be asked', timing('unknown', 0), []],
		['another version than the database says', { expectedVersion: '11.25', session }, ['asterisk.version warning']],
	])('%s', (_, rest, expected) => {
		expect(outline(asterisk.judge(seen(rest), context()))).toEqual(expected);
	});

	it('is deadlocked for sure when a second probe agrees', () => {
		const probed = { ...session, deepProbe: 'silent-before', silentProbes: 2 } as const;
		expect(outline(asterisk.judge(seen({ session: probed }), context()))).toEqual(['asterisk.deadlocked critical']);
	});
});

describe('naming the root', () => {
	const causes = (...ids: [string, string][]): (string | undefined)[] =>
		diagnose(ids.map(([id, subject]) => finding(id, subject))).map(({ cause }) => cause);

	it.each<[string, [string, string][], (string | undefined)[]]>([
		[
			'the database takes everything with it',
			[
				['mysql.silent', 'db'],
				['processes.heartbeat_old', 'AST_update'],
			],
			[undefined, 'mysql.silent db'],
		],
		[
			'a slow database does not',
			[
				['mysql.slow', 'db'],
				['processes.absent', 'AST_update'],
			],
			[undefined, undefined],
		],
		[
			'Asterisk takes its clients with it',
			[
				['asterisk.absent', 'Asterisk'],
				['processes.absent', 'AST_manager_send'],
				['processes.absent', 'FastAGI_log'],
			],
			[undefined, 'asterisk.absent Asterisk', undefined],
		],
		[
			'the listener takes its followers with it',
			[
				['processes.absent', 'AST_manager_listen'],
				['processes.absent', 'AST_VDauto_dial'],
				['processes.absent', 'AST_update'],
			],
			[undefined, 'processes.absent AST_manager_listen', undefined],
		],
		[
			'a dead sender lets its queue grow',
			[
				['processes.absent', 'AST_manager_send'],
				['queues.manager_new', 'AST_manager_send'],
			],
			[undefined, 'processes.absent AST_manager_send'],
		],
		[
			'a stopped process has its own cause',
			[
				['mysql.silent', 'db'],
				['processes.frozen', 'AST_update'],
			],
			[undefined, undefined],
		],
	])('%s', (_, findings, expected) => {
		expect(causes(...findings)).toEqual(expected);
	});
});
