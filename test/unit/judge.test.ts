import { describe, expect, it } from 'vitest';
import { asterisk } from '../../src/checks/asterisk.ts';
import type { Context } from '../../src/checks/check.ts';
import { queues } from '../../src/checks/queues.ts';
import { diagnose } from '../../src/diagnose.ts';
import type { AsteriskObservation } from '../../src/dialer/asterisk.ts';
import type { QueueObservation } from '../../src/dialer/queues.ts';
import type { Judgement } from '../../src/types.ts';
import { finding, notebookOf, remembering, settingsOf } from './given.ts';

type Noted = Parameters<typeof remembering>[0];

const context = (noted: Noted = {}): Context => ({ settings: settingsOf(), note: notebookOf(remembering(noted)).note });
const outline = ({ findings }: Judgement): string[] =>
	findings.map(({ id, status, remedy }) => `${id} ${status}${remedy ? ` ${remedy}` : ''}`);

describe('queues', () => {
	const none = { count: 0, head: undefined, age: 0 };
	const calm: QueueObservation = {
		manager: { new: none, queue: none },
		actionsSeen: undefined,
		originates: { unanswered: 0, marked: 0 },
		hopper: [{ campaign: 'A', status: 'READY', count: 10 }],
		autoCalls: [],
		agents: [],
		autoDialCampaigns: [],
	};
	const call = (status: string, oldestCall: number, oldestUpdate = 0) => ({
		autoCalls: [{ status, count: 3, oldestCall, oldestUpdate }],
	});
	const agent = (status: string, oldestUpdate: number) => ({
		agents: [{ status, campaign: 'A', count: 4, oldestUpdate }],
	});
	const twice = (key: string, seconds: number): Noted => ({ [key]: { looks: 1, seconds } });

	it.each<[string, Partial<QueueObservation>, Noted, string[]]>([
		['calm', {}, {}, []],
		['an action that waits, seen once', { manager: { new: { count: 3, head: 7, age: 900 }, queue: none } }, {}, []],
		[
			'the same action at the head in two looks',
			{ manager: { new: { count: 3, head: 7, age: 900 }, queue: none } },
			twice('queues manager NEW 7', 60),
			['queues.manager_new critical restart:AST_manager_send'],
		],
		[
			'a burst whose head moves',
			{ manager: { new: { count: 90, head: 8, age: 9 }, queue: none } },
			twice('queues manager NEW 7', 60),
			[],
		],
		[
			'a backlog whose head moves',
			{ manager: { new: { count: 200, head: 8, age: 9 }, queue: none } },
			twice('queues manager NEW 7', 60),
			['queues.manager_new warning'],
		],
		[
			'a row that the sender meets again and again',
			{ manager: { new: none, queue: { count: 9, head: 7, age: 60 } } },
			twice('queues manager QUEUE 7', 60),
			['queues.manager_queue critical'],
		],
		[
			'originates that nobody marked',
			{ originates: { unanswered: 20, marked: 0 } },
			{},
			['queues.manager_sent critical'],
		],
		['too few originates to tell', { originates: { unanswered: 19, marked: 0 } }, {}, []],
		['originates refused now and then', { originates: { unanswered: 10, marked: 20 } }, {}, []],
		['calls that dial for ever', call('SENT', 200), {}, ['queues.auto_calls_dialing warning']],
		[
			'the same, confirmed',
			call('RINGING', 300),
			twice('queues.auto_calls_dialing AST_VDauto_dial', 60),
			['queues.auto_calls_dialing critical'],
		],
		['a long conversation', call('XFER', 5000, 5000), {}, []],
		['a waiting call that nobody refreshes', call('LIVE', 500, 100), {}, ['queues.auto_calls_live warning']],
		['an agent that vanished', agent('READY', 100), {}, ['queues.live_agents warning']],
		['an agent on a long pause', agent('PAUSED', 5000), {}, []],
		['an empty hopper, just now', { hopper: [], autoDialCampaigns: ['A'], ...agent('READY', 1) }, {}, []],
		[
			'an empty hopper for long',
			{ hopper: [], autoDialCampaigns: ['A'], ...agent('READY', 1) },
			twice('queues hopper empty A', 301),
			['queues.hopper_empty warning'],
		],
		[
			'an empty hopper that nobody waits on',
			{ hopper: [], autoDialCampaigns: ['A'], ...agent('PAUSED', 1) },
			twice('queues hopper empty A', 301),
			[],
		],
		[
			'a hopper with leads',
			{ autoDialCampaigns: ['A'], ...agent('READY', 1) },
			twice('queues hopper empty A', 301),
			[],
		],
	])('%s', (_, changes, noted, expected) => {
		expect(outline(queues.judge({ ...calm, ...changes }, context(noted)))).toEqual(expected);
	});

	it('says nothing of what AST_VDauto_dial clears away where it does not run', () => {
		const settings = settingsOf({ VICIKEEP_KEEPALIVES: '12' });
		expect(outline(queues.judge({ ...calm, ...call('SENT', 5000) }, { ...context(), settings }))).toEqual([]);
	});
});

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
		deepProbe: 'answered',
		silentProbes: 0,
	} as const;
	const trouble = (stage: NonNullable<AsteriskObservation['trouble']>['stage']) => ({
		trouble: { stage, message: 'x' },
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
