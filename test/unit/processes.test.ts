import { describe, expect, it } from 'vitest';
import { type ProcessObservation, processes } from '../../src/checks/processes.ts';
import type { Copy, DaemonObservation } from '../../src/dialer/observe-daemons.ts';
import { contextOf, copyOf, daemonOf, judgeOne, type Noted, observationOf, outline, seen } from './processes.given.ts';

type Row = [string, string, Partial<DaemonObservation>, Noted, string[], Partial<ProcessObservation>?];

describe('a daemon is there', () => {
	it.each<Row>([
		['once: well', 'AST_update', {}, {}, []],
		['absent, seen once', 'AST_update', { copies: [] }, {}, ['processes.absent warning start:AST_update']],
		[
			'absent, seen twice',
			'AST_update',
			{ copies: [] },
			seen('processes.absent AST_update'),
			['processes.absent critical start:AST_update'],
		],
		['absent once a day: stock starts it within a minute', 'AST_VDremote_agents', { copies: [] }, {}, []],
		[
			'absent for as long as stock needs',
			'AST_VDremote_agents',
			{ copies: [] },
			seen('processes.absent AST_VDremote_agents', 60),
			[],
		],
		[
			'absent for longer than stock needs',
			'AST_VDremote_agents',
			{ copies: [] },
			seen('processes.absent AST_VDremote_agents', 120, 2),
			['processes.absent warning start:AST_VDremote_agents'],
		],
		[
			'absent in the end-of-day minute',
			'AST_VDadapt',
			{ copies: [] },
			seen('processes.absent AST_VDadapt', 130, 2),
			[],
			{ minutesAfterEndOfDay: 2 },
		],
		[
			'absent for as long at another time',
			'AST_VDadapt',
			{ copies: [] },
			seen('processes.absent AST_VDadapt', 130, 2),
			['processes.absent warning start:AST_VDadapt'],
		],
		[
			'absent then, but does not end by itself',
			'AST_update',
			{ copies: [] },
			{},
			['processes.absent warning start:AST_update'],
			{ minutesAfterEndOfDay: 2 },
		],
		[
			'a zombie in its screen',
			'AST_update',
			{ copies: [], zombies: [{ pid: 9, startTicks: 1 }] },
			{},
			['processes.zombie warning restart:AST_update'],
		],
		[
			'doubled',
			'AST_update',
			{ copies: [copyOf(), copyOf({ pid: 101 })] },
			{},
			['processes.duplicated warning stop:AST_update'],
		],
		[
			'stopped, seen twice',
			'AST_update',
			{ copies: [copyOf({ state: 'T' })] },
			seen('processes.frozen AST_update'),
			['processes.frozen critical restart:AST_update'],
		],
		[
			'of the variant for another Asterisk',
			'AST_update',
			{ copies: [copyOf({ wrongVariant: true })] },
			{},
			['processes.wrong_variant warning restart:AST_update'],
		],
		[
			'where stock does not see it',
			'AST_update',
			{ copies: [copyOf({ unseen: true })] },
			{},
			['processes.unseen_by_stock warning'],
		],
		[
			'without relays, which is never grave',
			'ip_relay',
			{ copies: [] },
			seen('processes.absent ip_relay'),
			['processes.absent warning start:ip_relay'],
		],
		[
			'with two of three relays',
			'ip_relay',
			{ copies: [copyOf(), copyOf()], missingPorts: [42569] },
			{},
			['processes.incomplete warning restart:ip_relay'],
		],
		['with three relays', 'ip_relay', { copies: [copyOf(), copyOf(), copyOf()], missingPorts: [] }, {}, []],
		[
			'with three relays of which one is deaf',
			'ip_relay',
			{ copies: [copyOf(), copyOf(), copyOf()], missingPorts: [1] },
			{},
			['processes.incomplete warning restart:ip_relay'],
		],
		['a one-shot is never missed', 'ADMIN_timeclock_auto_logout', { copies: [] }, seen('processes.absent x'), []],
	])('%s', (_, name, one, noted, expected, rest) => {
		expect(judgeOne(name, one, noted, rest)).toEqual(expected);
	});

	it('without the listener it is no daily exit', () => {
		const daemons = ['AST_manager_listen', 'AST_VDremote_agents'].map((name) => daemonOf(name, { copies: [] }));
		expect(outline(processes.judge(observationOf(daemons), contextOf()))).toEqual([
			'processes.absent warning start:AST_manager_listen',
			'processes.absent warning start:AST_VDremote_agents',
		]);
	});

	it('or another program hides from stock that it is not', () => {
		const hidden = daemonOf('AST_manager_send', {
			copies: [],
			mistaken: { pid: 7, script: 'AST_manager_security_AMI2.pl' },
		});
		const [found] = processes.judge(observationOf([hidden]), contextOf()).findings;
		expect(found?.summary).toContain('AST_manager_security_AMI2.pl (process 7)');
	});

	it('of a first look a hint says what it cannot show', () => {
		const hintsOf = (looks: number) => processes.judge(observationOf([], { looks }), contextOf()).hints;
		expect(hintsOf(1)?.join()).toContain('--wait 60');
		expect(hintsOf(2)).toBeUndefined();
	});

	it('is skipped under code X', () => {
		expect(processes.judge(observationOf([], { keepalives: '12X' }), contextOf())).toMatchObject({
			skippedBecause: expect.stringContaining('X'),
		});
	});
});

describe('of two copies', () => {
	const surplus = (one: Partial<DaemonObservation>, noted: Noted = {}): unknown =>
		processes.judge(observationOf([daemonOf('AST_manager_listen', one)]), contextOf(noted)).findings[0]?.evidence
			.surplus;
	const older = copyOf({ pid: 10, startTicks: 1 });
	const younger = copyOf({ pid: 20, startTicks: 2 });

	it.each<[string, DaemonObservation['copies'], Noted, number]>([
		['the younger goes where both live', [older, younger], {}, 20],
		['the stopped one goes', [{ ...older, state: 'T' }, younger], {}, 10],
		['one that has not woken since an earlier look goes', [{ ...older, silence: 60 }, younger], {}, 10],
		[
			'one without a connection goes',
			[
				{ ...older, manager: { connections: 0, unread: 0 } },
				{ ...younger, manager: { connections: 1, unread: 0 } },
			],
			{},
			10,
		],
		['the variant for another Asterisk goes', [{ ...older, wrongVariant: true }, younger], {}, 10],
	])('%s', (_, copies, noted, pid) => {
		expect(surplus({ copies }, noted)).toBe(pid);
	});
});

describe('a daemon lives', () => {
	/** a copy that has not gone to sleep again for so long */
	const silent = (silence = 60, rest: Partial<Copy> = {}) => ({ copies: [copyOf({ silence, ...rest })] });
	const age = (seconds: number, limit: 'auto_dialer_heartbeat' | 'conf_updater_heartbeat') => ({
		age: { what: 'its row', seconds, limit },
	});
	const port = (rest: Partial<NonNullable<DaemonObservation['port']>>) => ({
		port: { port: 4577, listening: true, queue: 0, answer: undefined, ...rest },
	});
	const unread = (bytes: number, connections = 1, reads = false) => ({
		copies: [copyOf({ manager: { connections, unread: bytes, reads } })],
	});

	it.each<Row>([
		[
			'never ran between two samples',
			'AST_manager_send',
			silent(),
			{},
			['processes.silent critical restart:AST_manager_send'],
		],
		[
			'waits for the answer to its own statement',
			'AST_VDauto_dial',
			{
				...silent(60, { asks: { thread: 3, seconds: 70, text: 'SELECT', certain: true } }),
				...age(400, 'auto_dialer_heartbeat'),
			},
			{},
			['processes.awaits_database critical'],
		],
		[
			'asks long, and has run since the last look',
			'AST_VDauto_dial',
			{ copies: [copyOf({ asks: { thread: 3, seconds: 70, text: 'SELECT', certain: true } })] },
			{},
			[],
		],
		['never ran for a short while', 'AST_manager_send', silent(10), {}, []],
		['started just now', 'AST_manager_send', silent(60, { age: 30 }), {}, []],
		['waits for locks while stock works on whole tables', 'AST_manager_send', silent(), {}, [], { maintenance: true }],
		[
			'silent for longer than that takes',
			'AST_manager_send',
			silent(260),
			{},
			['processes.silent critical restart:AST_manager_send'],
			{ maintenance: true },
		],
		['waits for events only', 'FastAGI_log', silent(), {}, []],
		['sleeps as long as its interval', 'AST_conf_update_screen', silent(120), {}, []],
		[
			'sleeps three intervals',
			'AST_conf_update_screen',
			silent(180),
			{},
			['processes.silent warning restart:AST_conf_update_screen'],
		],
		['may sleep longer by its argument', 'AST_VDauto_dial', { wakesEvery: 30, ...silent() }, {}, []],
		[
			'keeps a processor busy and never sleeps',
			'AST_manager_send',
			silent(60, { busy: 0.98 }),
			{},
			['processes.spinning critical restart:AST_manager_send'],
		],
		['keeps a processor busy, but gets on', 'AST_manager_send', { copies: [copyOf({ busy: 0.98 })] }, {}, []],
		[
			'waits in the kernel',
			'AST_rec_monitor',
			{ copies: [copyOf({ state: 'D' })] },
			seen('processes blocked 100 1 7', 60),
			['processes.blocked warning'],
		],
		[
			'waits in the kernel now and then',
			'AST_rec_monitor',
			{ copies: [copyOf({ state: 'D', sleeps: 8 })] },
			seen('processes blocked 100 1 7', 60),
			[],
		],
		[
			'has a log of the one before it',
			'AST_conf_update_screen',
			{ wakesEvery: 300, ...age(90_000, 'conf_updater_heartbeat'), copies: [copyOf({ age: 150 })] },
			{},
			[],
		],
		[
			'has never written that log',
			'AST_conf_update_screen',
			{ wakesEvery: 60, ...age(90_000, 'conf_updater_heartbeat'), copies: [copyOf({ age: 700 })] },
			{},
			['processes.heartbeat_old critical restart:AST_conf_update_screen'],
		],
		['writes its row', 'AST_VDauto_dial', age(3, 'auto_dialer_heartbeat'), {}, []],
		['writes late in a burst', 'AST_VDauto_dial', age(60, 'auto_dialer_heartbeat'), {}, []],
		['writes very late', 'AST_VDauto_dial', age(100, 'auto_dialer_heartbeat'), {}, ['processes.heartbeat_old warning']],
		[
			'does not write',
			'AST_VDauto_dial',
			age(200, 'auto_dialer_heartbeat'),
			{},
			['processes.heartbeat_old critical restart:AST_VDauto_dial'],
		],
		[
			'does not write while stock works on whole tables',
			'AST_VDauto_dial',
			age(200, 'auto_dialer_heartbeat'),
			{},
			[],
			{ maintenance: true },
		],
		['has no row after the end of day', 'AST_VDauto_dial', { age: undefined }, {}, []],
		[
			'writes each interval of five minutes',
			'AST_conf_update_screen',
			{ ...age(600, 'conf_updater_heartbeat'), wakesEvery: 300 },
			{},
			[],
		],
		[
			'misses many intervals',
			'AST_conf_update_screen',
			age(600, 'conf_updater_heartbeat'),
			{},
			['processes.heartbeat_old critical restart:AST_conf_update_screen'],
		],
		['reads all', 'AST_manager_listen', unread(0), seen('processes.deaf AST_manager_listen'), []],
		[
			'leaves much unread, once',
			'AST_manager_listen',
			unread(9000),
			{},
			['processes.deaf warning restart:AST_manager_listen'],
		],
		[
			'leaves much unread, look after look',
			'AST_manager_listen',
			unread(9000),
			seen('processes.deaf AST_manager_listen'),
			['processes.deaf critical restart:AST_manager_listen'],
		],
		[
			'leaves much unread and reads all the while',
			'AST_manager_listen',
			unread(90_000, 1, true),
			seen('processes.deaf AST_manager_listen'),
			[],
		],
		[
			'has lost Asterisk',
			'AST_manager_listen',
			unread(0, 0),
			{},
			['processes.disconnected warning restart:AST_manager_listen'],
		],
		['serves', 'FastAGI_log', port({ answer: 0.1 }), {}, []],
		['was not asked in this look', 'FastAGI_log', port({}), {}, []],
		[
			'accepts and does not serve',
			'FastAGI_log',
			port({ answer: null }),
			seen('processes.hung FastAGI_log'),
			['processes.hung critical restart:FastAGI_log'],
		],
		[
			'does not serve, because its workers wait for the database',
			'FastAGI_log',
			port({ answer: null, asks: { thread: 3, seconds: 40, text: 'SELECT', certain: true } }),
			{},
			['processes.awaits_database warning'],
		],
		[
			'has not served for long, because its workers wait for the database',
			'FastAGI_log',
			port({ answer: null, asks: { thread: 3, seconds: 40, text: 'SELECT', certain: true } }),
			seen('processes.awaits_database FastAGI_log'),
			['processes.awaits_database critical'],
		],
		['serves slowly', 'FastAGI_log', port({ answer: 4 }), {}, ['processes.slow warning']],
		[
			'does not listen',
			'FastAGI_log',
			port({ listening: false }),
			{},
			['processes.not_listening warning restart:FastAGI_log'],
		],
		['lets one connection wait for a moment', 'FastAGI_log', port({ queue: 2, answer: 0.1 }), {}, []],
		[
			'lets connections wait',
			'FastAGI_log',
			port({ queue: 2, answer: 0.1 }),
			seen('processes queue FastAGI_log'),
			['processes.saturated warning'],
		],
		['was started by hand twice', 'AST_update', { recentStarts: 3 }, {}, []],
		[
			'starts again and again',
			'AST_update',
			{ recentStarts: 4, copies: [copyOf({ age: 5 })] },
			{},
			['processes.flapping warning'],
		],
		['has logged out of the time clock', 'ADMIN_timeclock_auto_logout', { copies: [] }, {}, []],
		[
			'has not logged out of the time clock yet',
			'ADMIN_timeclock_auto_logout',
			{ copies: [], age: { what: '', seconds: 600, limit: 'timeclock_reset' } },
			{},
			[],
		],
		[
			'has not logged out of the time clock',
			'ADMIN_timeclock_auto_logout',
			{ copies: [], age: { what: '', seconds: 1000, limit: 'timeclock_reset' } },
			{},
			['processes.not_done warning'],
		],
	])('%s', (_, name, one, noted, expected, rest) => {
		expect(judgeOne(name, one, noted, rest)).toEqual(expected);
	});
});
