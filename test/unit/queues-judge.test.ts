import { describe, expect, it } from 'vitest';
import { queues } from '../../src/checks/queues.ts';
import { SlowTable } from '../../src/dialer/queues-ask.ts';
import type { ServerRow } from '../../src/dialer/server.ts';
import { notebookOf, remembering, settingsOf } from './given.ts';
import {
	agent,
	type Changes,
	call,
	calm,
	judged,
	manager,
	type Noted,
	noted,
	originates,
	outline,
	sample,
	samples,
} from './queues.given.ts';

/** What is seen, what one earlier look noted, what is found. */
type Row = [string, Changes, Noted, string[]];
const table = (name: string, rows: Row[]): void => {
	describe(name, () => {
		it.each(rows)('%s', (_, changes, before, expected) => {
			expect(outline(judged(changes, before))).toEqual(expected);
		});
	});
};

table('actions that wait', [
	['nothing', {}, {}, []],
	['seen once', manager({ count: 3, head: 7, tail: 9, age: 900 }), {}, []],
	[
		'the same at the head in two looks',
		manager({ count: 3, head: 7, tail: 9, age: 900 }),
		noted(60, 'manager NEW 7'),
		['manager_new AST_manager_send critical restart:AST_manager_send'],
	],
	['a burst whose head moves', manager({ count: 90, head: 8, tail: 97, age: 9 }), noted(60, 'manager NEW 7'), []],
	[
		'a backlog whose head moves',
		manager({ count: 200, head: 8, tail: 207, age: 9 }),
		noted(60, 'manager NEW 7'),
		['manager_new AST_manager_send warning'],
	],
	[
		'a poison row: others come behind it',
		manager({}, { count: 9, head: 7, tail: 15, age: 60 }),
		noted(60, 'manager QUEUE 7'),
		['poison_row AST_manager_send critical'],
	],
	[
		'a poison row with one behind it that was not there before',
		manager({}, { count: 2, head: 7, tail: 15, age: 60 }),
		noted(60, 'manager QUEUE 7', 'manager QUEUE last 9'),
		['poison_row AST_manager_send critical'],
	],
	[
		'a row in QUEUE that is sent',
		manager({}, { count: 1, head: 8, tail: 8, age: 0 }),
		noted(60, 'manager QUEUE 7'),
		[],
	],
	[
		'a row that an interrupted sender left, and nothing after it',
		manager({}, { count: 1, head: 7, tail: 7, age: 60 }),
		noted(60, 'manager QUEUE 7'),
		['manager_queue AST_manager_send critical'],
	],
	[
		'a dead sender with a row in QUEUE: one finding, and it is restarted',
		manager({ count: 3, head: 8, tail: 9, age: 60 }, { count: 1, head: 7, tail: 7, age: 60 }),
		noted(60, 'manager QUEUE 7', 'manager NEW 8'),
		['manager_new AST_manager_send critical restart:AST_manager_send'],
	],
]);

it('tells of a poison row what it is and what to type', () => {
	const row = manager({}, { count: 9, head: 7, tail: 15, age: 60 }, { action: 'Hangup', callerid: 'HL' });
	const [found] = judged(row, noted(60, 'manager QUEUE 7'));
	expect(found?.summary).toContain('man_id 7, Hangup');
	expect(found?.advice).toContain("status='DEAD' WHERE man_id=7");
});

const quiet = { count: 0, oldest: 0 };
const copies = (rest: Partial<ReturnType<typeof calm>['copies']>): Changes => ({
	copies: { children: quiet, hoppers: quiet, senders: quiet, ...rest },
});

table('originates that nobody marks', [
	['once', originates({ unanswered: 20 }), {}, ['manager_sent AST_manager_listen warning']],
	[
		'in two samples',
		originates({ unanswered: 20 }),
		noted(60, 'manager_sent'),
		['manager_sent AST_manager_listen critical'],
	],
	[
		'in two samples, while Asterisk runs one of the calls: the listener is deaf for sure',
		{ ...originates({ unanswered: 20 }), unheard: 1 },
		noted(60, 'manager_sent'),
		['manager_sent AST_manager_listen critical restart:AST_manager_listen'],
	],
	[
		'in two samples, while Asterisk runs none of the calls: perhaps the sender may not originate',
		{ ...originates({ unanswered: 20 }), unheard: 0 },
		noted(60, 'manager_sent'),
		['manager_sent AST_manager_listen critical'],
	],
	[
		'of which a few are marked, while one runs that is not',
		{ ...originates({ unanswered: 29, marked: 1 }), unheard: 1 },
		noted(60, 'manager_sent'),
		['manager_sent AST_manager_listen warning'],
	],
	[
		'the same sample judged twice',
		(() => {
			const seen = originates({ unanswered: 20 });
			return { samples: { ...calm().samples, manager: seen.samples?.manager && { ...seen.samples.manager, age: 60 } } };
		})(),
		noted(60, 'manager_sent'),
		['manager_sent AST_manager_listen warning'],
	],
	['too few to tell', originates({ unanswered: 19 }), noted(60, 'manager_sent'), []],
	['refused now and then', originates({ unanswered: 10, marked: 20 }), noted(60, 'manager_sent'), []],
	[
		'while the senders of single actions wait for Asterisk',
		{ ...originates({ unanswered: 20 }), ...copies({ children: { count: 12, oldest: 61 } }) },
		noted(60, 'manager_sent'),
		['action_children Asterisk critical'],
	],
	['senders of single actions at work', copies({ children: { count: 12, oldest: 3 } }), {}, []],
]);

it('names the account by which the sender originates where Asterisk runs none of its calls', () => {
	const server = { confUpdateInterval: 60, amiSender: 'othercron' } as ServerRow;
	const told = (unheard: number | undefined) =>
		judged({ ...originates({ unanswered: 20 }), unheard, server }, noted(60, 'manager_sent'))[0];
	expect(told(0)?.summary).toContain("perhaps because the sender's account othercron may not originate");
	expect(told(undefined)?.advice).toContain('asterisk -rx "manager show user othercron"');
	expect(told(3)?.summary).toContain('Asterisk runs 3 of them now');
});

const sizes = (rest: object) =>
	sample({ sizes: [{ table: 'vicidial_manager', engine: 'MyISAM', rows: 1, bytes: 1, mostBytes: 0, ...rest }] });

table('the hourly purge', [
	['done', samples({ oldestAction: sample(5000), manager: sizes({ rows: 100_000 }) }), {}, []],
	['missing', samples({ oldestAction: sample(15_000) }), {}, ['manager_oldest AST_flush_DBqueue critical']],
	['missing, in one sample', samples({ oldestAction: sample(15_000, { doubts: 1 }) }), {}, []],
	['too large', samples({ manager: sizes({ rows: 160_000 }) }), {}, ['manager_rows AST_flush_DBqueue warning']],
	[
		'a table in memory nearly full',
		samples({ manager: sizes({ table: 'vicidial_hopper', bytes: 95, mostBytes: 100 }) }),
		{},
		['memory_table vicidial_hopper critical'],
	],
	[
		'a table in memory with room',
		samples({ manager: sizes({ table: 'vicidial_hopper', bytes: 60, mostBytes: 100 }) }),
		{},
		[],
	],
]);

it('leaves the purge to the machine that has it in its crontab, or else runs code 5', () => {
	const seen = {
		...samples({ oldestAction: sample(15_000) }),
		responsible: { hopper: false, flush: false, rooms: undefined },
	};
	expect(outline(judged(seen, {}, { VICIKEEP_KEEPALIVES: '1236' }))).toEqual([]);
	expect(judged(seen)[0]?.summary).toContain('not in the crontab of this machine');
});

table('calls in progress', [
	[
		'dialing for ever',
		{ autoCalls: [call('SENT', { oldestCall: 200 })] },
		{},
		['auto_calls_dialing AST_VDauto_dial warning'],
	],
	[
		'dialing for ever, confirmed',
		{ autoCalls: [call('RINGING', { oldestCall: 300 })] },
		{ 'queues.auto_calls_dialing AST_VDauto_dial': { looks: 1, seconds: 60 } },
		['auto_calls_dialing AST_VDauto_dial critical'],
	],
	['dialing', { autoCalls: [call('SENT', { oldestCall: 110 })] }, {}, []],
	['a long conversation', { autoCalls: [call('XFER', { oldestCall: 5000, oldestUpdate: 5000, long: 3 })] }, {}, []],
	[
		'waiting, and nobody refreshes it',
		{ autoCalls: [call('LIVE', { oldestCall: 500, oldestUpdate: 100 })] },
		{},
		['auto_calls_live AST_VDauto_dial warning'],
	],
	['waiting for long, and refreshed', { autoCalls: [call('LIVE', { oldestCall: 2500, oldestUpdate: 2 })] }, {}, []],
	['ghosts', samples({ ghosts: sample(12) }), {}, ['ghost_calls FastAGI_log warning']],
	['many ghosts', samples({ ghosts: sample(60) }), {}, ['ghost_calls FastAGI_log critical']],
	['ghosts in one sample', samples({ ghosts: sample(12, { doubts: 1 }) }), {}, []],
	['a few ghosts', samples({ ghosts: sample(3) }), {}, []],
	[
		'a shared drop that stays',
		samples({ sharedDrops: sample({ count: 1, head: 'a' }) }),
		noted(70, 'shared drop a'),
		['shared_drops AST_VDauto_dial warning'],
	],
	['shared drops that go', samples({ sharedDrops: sample({ count: 1, head: 'b' }) }), noted(70, 'shared drop a'), []],
	[
		'a shared drop in one sample, judged again',
		samples({ sharedDrops: sample({ count: 1, head: 'a' }, { age: 70 }) }),
		noted(70, 'shared drop a'),
		[],
	],
	['calls not worked off', samples({ unprocessed: sample(40) }), {}, ['unprocessed_calls AST_VDauto_dial warning']],
	['a few not worked off', samples({ unprocessed: sample(5) }), {}, []],
	[
		'dialed and not logged',
		originates({ marked: 40, dialed: 40, callLog: 600 }),
		noted(60, 'call_log'),
		['call_log FastAGI_log critical'],
	],
	['dialed and not logged, once', originates({ marked: 40, dialed: 40, callLog: 600 }), {}, []],
	['dialed and logged', originates({ marked: 40, dialed: 40, callLog: 4 }), noted(60, 'call_log'), []],
	['hardly dialed at all', originates({ marked: 19, dialed: 19, callLog: 600 }), noted(60, 'call_log'), []],
]);

it.each(['1356', '12356X'])('asks for no sender and no listener where the codes are %s', (codes) => {
	const told = (changes: Changes, key: string) =>
		judged({ ...changes, unheard: 4 }, noted(60, key), { VICIKEEP_KEEPALIVES: codes });
	const [stuck, ...others] = told(manager({ count: 1, head: 5, tail: 5, age: 60 }), 'manager NEW 5');
	expect(others).toEqual([]);
	expect(stuck).toMatchObject({ status: 'warning', summary: expect.stringContaining('VARactive_keepalives') });
	expect(stuck?.remedy).toBeUndefined();
	expect(told(originates({ unanswered: 40 }), 'manager_sent')).toEqual([]);
});

it('says nothing of what AST_VDauto_dial clears away where it does not run', () => {
	const calls = { autoCalls: [call('SENT', { oldestCall: 5000 })], agents: [agent('READY', { oldestUpdate: 500 })] };
	expect(outline(judged(calls, {}, { VICIKEEP_KEEPALIVES: '12' }))).toEqual([]);
	expect(outline(judged(calls, {}, { VICIKEEP_KEEPALIVES: '123X' }))).toEqual([]);
});

const stamp = '2026-01-01 10:00:00 1001';

table('agents', [
	['vanished', { agents: [agent('READY', { oldestUpdate: 100 })] }, {}, ['live_agents AST_VDauto_dial warning']],
	['on a long pause', { agents: [agent('PAUSED', { oldestUpdate: 5000 })] }, {}, []],
	[
		'remote ones nobody refreshes',
		{ agents: [agent('READY', { remote: true, oldestUpdate: 20 })], ...samples({ remoteAgents: sample(1) }) },
		noted(60, 'remote agents late'),
		['remote_agents AST_VDremote_agents warning'],
	],
	[
		'remote ones nobody refreshes, once',
		{ agents: [agent('READY', { remote: true, oldestUpdate: 20 })], ...samples({ remoteAgents: sample(1) }) },
		{},
		[],
	],
	[
		'remote ones that are active and not there',
		samples({ remoteAgents: sample(1) }),
		noted(60, 'remote agents missing'),
		['remote_agents AST_VDremote_agents warning'],
	],
	['remote ones that are active and not there, once', samples({ remoteAgents: sample(1) }), {}, []],
	[
		'remote ones that are active and not there, in one sample',
		samples({ remoteAgents: sample(1, { doubts: 1 }) }),
		noted(60, 'remote agents missing'),
		[],
	],
	['no remote ones, and none active', samples({ remoteAgents: sample(0) }), noted(60, 'remote agents missing'), []],
	[
		'remote ones that are there again',
		{ agents: [agent('READY', { remote: true })], ...samples({ remoteAgents: sample(1) }) },
		noted(60, 'remote agents missing'),
		[],
	],
	[
		'remote ones that are there on a break',
		{ agents: [agent('PAUSED', { remote: true })], ...samples({ remoteAgents: sample(1) }) },
		noted(60, 'remote agents missing'),
		[],
	],
	[
		'remote ones that were switched off',
		{ agents: [agent('READY', { remote: true, oldestUpdate: 20 })], ...samples({ remoteAgents: sample(0) }) },
		noted(60, 'remote agents late'),
		[],
	],
	[
		'half of them lag at once',
		{ agents: [agent('READY', { count: 10, lagging: 4 }), agent('INCALL', { count: 10, lagging: 6 })] },
		noted(60, 'agents lag'),
		['agents_lagging web server critical'],
	],
	['half of them lag at once, for a moment', { agents: [agent('READY', { count: 10, lagging: 5 })] }, {}, []],
	['one of many lags', { agents: [agent('READY', { count: 10, lagging: 1 })] }, noted(60, 'agents lag'), []],
	['few lag', { agents: [agent('READY', { count: 9, lagging: 9 })] }, noted(60, 'agents lag'), []],
	[
		'one was given a call and does not take it',
		{ agents: [agent('QUEUE', { count: 1, oldestState: stamp })] },
		noted(60, `agent QUEUE ${stamp}`),
		['agent_queue agent 1001 critical'],
	],
	[
		'a remote one was given a call and does not take it',
		{ agents: [agent('QUEUE', { count: 1, remote: true, oldestState: stamp })] },
		noted(60, `agent QUEUE ${stamp}`),
		['agent_queue AST_VDremote_agents critical'],
	],
	[
		'each was just given a call',
		{ agents: [agent('QUEUE', { oldestState: '2026-01-01 10:01:00 1002' })] },
		noted(60, `agent QUEUE ${stamp}`),
		[],
	],
]);

it('says nothing of a slow table but that it is slow', () => {
	const context = { settings: settingsOf(), note: notebookOf(remembering({})).note };
	const judge = (seconds: number) => queues.judge({ slow: new SlowTable('vicidial_hopper', seconds) }, context);
	expect(outline(judge(3).findings)).toEqual(['slow_table vicidial_hopper warning']);
	expect(outline(judge(11).findings)).toEqual(['slow_table vicidial_hopper critical']);
});
