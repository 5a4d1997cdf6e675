import { describe, expect, it } from 'vitest';
import {
	agent,
	type Changes,
	calm,
	judged,
	leads,
	type Noted,
	noted,
	outline,
	sample,
	samples,
} from './queues.given.ts';

type Row = [string, Changes, Noted, string[]];
const table = (name: string, rows: Row[]): void => {
	describe(name, () => {
		it.each(rows)('%s', (_, changes, before, expected) => {
			expect(outline(judged(changes, before))).toEqual(expected);
		});
	});
};

const runs = (...ages: (number | null)[]) =>
	samples({ hopperRuns: sample(ages.map((age, at) => ({ campaign: 'ABC'[at] ?? 'Z', age }))) });
const elsewhere = { hopper: false, flush: false, rooms: undefined };

table('the hopper job', [
	['runs', runs(20, 40), {}, []],
	['has not run at all', runs(200, 700), {}, ['hopper_job AST_VDhopper warning']],
	['has not run for long', runs(900, 700), {}, ['hopper_job AST_VDhopper critical']],
	[
		'has not run for long, and nobody works',
		{ ...runs(900, 700), agents: [] },
		{},
		['hopper_job AST_VDhopper warning'],
	],
	[
		'has never run',
		samples({ hopperRuns: sample([{ campaign: 'A', age: null }], { doubts: 5 }) }),
		{},
		['hopper_job AST_VDhopper critical'],
	],
	['has lost its rows to the end of the day', runs(null, null), {}, []],
	[
		'has not run for long, in one sample',
		samples({ hopperRuns: sample([{ campaign: 'A', age: 900 }], { doubts: 1 }) }),
		{},
		[],
	],
	['does not get through', runs(20, 400), {}, ['hopper_behind AST_VDhopper warning']],
	['a campaign was made just now', runs(20, null), {}, []],
	['no campaign is active', samples({ hopperRuns: sample([]) }), {}, []],
]);

it('leaves the hopper job to the machine that has it in its crontab, or else runs code 5', () => {
	const seen = { ...runs(900), responsible: elsewhere };
	expect(outline(judged(seen, {}, { VICIKEEP_KEEPALIVES: '1236' }))).toEqual([]);
	const [found] = judged(seen, {}, { VICIKEEP_KEEPALIVES: '12356' });
	expect(found?.summary).toContain('not in the crontab of this machine');
});

const starving: Changes = {
	campaigns: [{ campaign: 'A', dials: true }],
	hopper: [],
	agents: [agent('READY')],
};
const long = noted(301, 'hopper empty A');

describe('an empty hopper', () => {
	const told = (changes: Changes, before = long) =>
		judged({ ...starving, ...changes }, before).find(({ id }) => id === 'queues.hopper_empty');

	it('is told after five minutes', () => {
		expect(told({}, noted(200, 'hopper empty A'))).toBeUndefined();
		expect(told({})).toMatchObject({ subject: 'A', status: 'warning' });
	});

	it('is a matter of data while the job runs, in the words of the job', () => {
		const found = told({ ...runs(20), hopperWords: { A: 'leads to call count: 0' } });
		expect(found).toMatchObject({ status: 'warning', evidence: { reason: 'no leads' } });
		expect(found?.summary).toMatch(/no leads to call \("leads to call count: 0"\); no restart helps$/);
		expect(found?.remedy).toBeUndefined();
	});

	it('is the fault of a job that does not run, which is told as its cause', () => {
		const found = judged({ ...starving, ...runs(900, 900) }, long);
		expect(outline(found)).toEqual(['hopper_job AST_VDhopper critical', 'hopper_empty A critical']);
		expect(found[1]).toMatchObject({
			cause: 'queues.hopper_job AST_VDhopper',
			evidence: { reason: 'job not running' },
		});
	});

	it('is the fault of a job that hangs, which keeps the next ones from beginning', () => {
		const copies = { ...calm().copies, hoppers: { count: 1, oldest: 880 } };
		const [job, empty] = judged({ ...starving, ...runs(900, 900), copies }, long);
		expect(job?.summary).toMatch(/^AST_VDhopper hangs: .*1 copy runs, the oldest for 15 min/);
		expect(empty).toMatchObject({ cause: 'queues.hopper_job AST_VDhopper', evidence: { reason: 'job hangs' } });
		expect(empty?.summary).toContain('AST_VDhopper hangs');
		const busy = { ...copies, hoppers: { count: 1, oldest: 40 } };
		expect(told({ ...runs(900, 900), copies: busy })).toMatchObject({ evidence: { reason: 'job not running' } });
	});

	it('is told with the same reason where the job is another machine’s', () => {
		const found = judged({ ...starving, ...runs(900), responsible: elsewhere }, long, { VICIKEEP_KEEPALIVES: '1236' });
		expect(outline(found)).toEqual(['hopper_empty A critical']);
		expect(found[0]?.cause).toBeUndefined();
		expect(found[0]?.summary).toContain('AST_VDhopper has not run for 15 min');
	});

	it('is the fault of a job that does not get to this campaign', () => {
		const found = judged({ ...starving, ...runs(400, 20) }, long);
		expect(found[1]).toMatchObject({
			cause: 'queues.hopper_behind AST_VDhopper',
			evidence: { reason: 'job hung or overlapping' },
		});
		expect(told(runs(20, 400))).toMatchObject({ evidence: { reason: 'no leads' } });
	});

	it.each<[string, Changes]>([
		['nobody waits on', { agents: [agent('PAUSED')] }],
		['of a campaign that is dialed by hand', { campaigns: [{ campaign: 'A', dials: false }] }],
		['with leads', { hopper: [leads('READY')] }],
	])('that %s is none', (_, changes) => {
		expect(told(changes)).toBeUndefined();
	});
});

const inHand = (count: number, rest: Partial<ReturnType<typeof leads>> = {}) =>
	leads('QUEUE', { ours: true, count, fingerprint: `${count} 7 99`, ...rest });

table('leads in hand', [
	[
		'the same for long, while agents wait',
		{ hopper: [inHand(6)], agents: [agent('READY')] },
		noted(700, 'hopper in hand A QUEUE 6 7 99'),
		['hopper_stuck AST_VDauto_dial warning'],
	],
	[
		'the same for long, and nobody waits',
		{ hopper: [inHand(6)] },
		noted(700, 'hopper in hand A QUEUE 6 7 99'),
		['hopper_stuck AST_VDauto_dial warning'],
	],
	[
		'others than before',
		{ hopper: [inHand(6, { fingerprint: '6 8 99' })] },
		noted(700, 'hopper in hand A QUEUE 6 7 99'),
		[],
	],
	['a handful left behind', { hopper: [inHand(5)] }, noted(700, 'hopper in hand A QUEUE 5 7 99'), []],
	["another dialer's", { hopper: [inHand(9, { ours: false })] }, noted(700, 'hopper in hand A QUEUE 9 7 99'), []],
	[
		'left behind in an empty house',
		{ hopper: [inHand(6)], agents: [] },
		{ ...noted(700, 'hopper in hand A QUEUE 6 7 99'), ...noted(700, 'idle') },
		[],
	],
]);

table('leads that are done', [
	[
		'stay although the job runs',
		{ ...runs(20), hopper: [leads('DONE')] },
		noted(300, 'hopper DONE A 7'),
		['hopper_leftovers AST_VDhopper warning'],
	],
	['go', { ...runs(20), hopper: [leads('DONE', { first: 8 })] }, noted(300, 'hopper DONE A 7'), []],
	[
		'of a campaign that is not active',
		{ ...runs(20), hopper: [leads('DNC', { campaign: 'OLD' })] },
		noted(3000, 'hopper DNC OLD 7'),
		[],
	],
]);

const due = (count: number, age: number) => sample({ count, age });

table('callbacks', [
	[
		'overdue while the job does not run',
		samples({ callbacks: due(2, 650), hopperRuns: sample([{ campaign: 'A', age: 900 }]) }),
		{},
		['hopper_job AST_VDhopper critical', 'callbacks_overdue AST_VDhopper critical'],
	],
	[
		'many overdue while the job runs',
		samples({ callbacks: due(9, 650) }),
		{},
		['callbacks_overdue AST_VDhopper warning'],
	],
	['one whose lead is gone', samples({ callbacks: due(1, 650) }), {}, []],
	['none', samples({ callbacks: due(0, 0) }), {}, []],
]);

table('the work of AST_VDadapt', [
	[
		'a caller that nobody looks at',
		samples({ callbackQueue: sample([{ status: 'NEW', count: 2, first: 5 }]) }),
		noted(90, 'icbq NEW 5'),
		['callback_queue_new AST_VDadapt warning'],
	],
	[
		'a caller on the way for ever',
		samples({ callbackQueue: sample([{ status: 'SENDING', count: 1, first: 5 }]) }),
		noted(200, 'icbq SENDING 5'),
		['callback_queue_sending AST_VDadapt critical'],
	],
	[
		'callers come and go',
		samples({ callbackQueue: sample([{ status: 'NEW', count: 2, first: 6 }]) }),
		noted(90, 'icbq NEW 5'),
		[],
	],
	[
		'in-groups without statistics',
		samples({ inGroups: sample(2000) }),
		{},
		['in_group_statistics AST_VDadapt critical'],
	],
	['in-groups with statistics', samples({ inGroups: sample(300) }), {}, []],
	['no in-group at all', samples({ inGroups: sample(null) }), {}, []],
	[
		'an abandoned call that nobody looks at',
		samples({ abandoned: sample({ count: 1, first: 3 }) }),
		noted(1000, 'abandoned 3'),
		['abandon_queue AST_VDadapt warning'],
	],
	[
		'abandoned calls are worked off',
		samples({ abandoned: sample({ count: 1, first: 4 }) }),
		noted(1000, 'abandoned 3'),
		[],
	],
	[
		'e-mail for an agent who is free',
		samples({ mail: sample({ count: 1, first: 3, groups: ['M'] }) }),
		noted(4000, 'email 3'),
		['email_new VD_email_inbound warning'],
	],
	['e-mail and nobody free', samples({ mail: sample(null) }), noted(4000, 'email 3'), []],
]);

table('channels', [
	['as Asterisk says', samples({ channels: sample({ written: 100, asterisk: 110 }) }), {}, []],
	[
		'far fewer than Asterisk has',
		samples({ channels: sample({ written: 70, asterisk: 100 }) }),
		{},
		['channel_tables AST_update warning'],
	],
	[
		'none of those that Asterisk has, in three samples',
		samples({ channels: sample({ written: 0, asterisk: 100 }, { doubts: 3 }) }),
		{},
		['channel_tables AST_update critical'],
	],
	[
		'none of those, in two',
		samples({ channels: sample({ written: 0, asterisk: 100 }) }),
		{},
		['channel_tables AST_update warning'],
	],
	['none of those, in one', samples({ channels: sample({ written: 0, asterisk: 100 }, { doubts: 1 }) }), {}, []],
	['none of a few', samples({ channels: sample({ written: 0, asterisk: 9 }) }), {}, []],
	[
		'parked, and gone',
		samples({ parked: sample(['SIP/1 x']) }),
		noted(90, 'parked SIP/1 x'),
		['parked_channels AST_update warning'],
	],
	['parked, and another gone', samples({ parked: sample(['SIP/2 x']) }), noted(90, 'parked SIP/1 x'), []],
]);

const rooms = (rest: object) =>
	samples({ rooms: sample({ total: 100, used: 5, countdowns: [], overstayed: 0, ...rest }) });

table('rooms', [
	['free', rooms({}), {}, []],
	['nearly all taken', rooms({ used: 92 }), {}, ['conference_pool conferences warning']],
	['all taken', rooms({ used: 100 }), {}, ['conference_pool conferences critical']],
	[
		'a countdown that stands still',
		rooms({ countdowns: ['t 1 Xtimeout2'] }),
		noted(400, 'room t 1 Xtimeout2'),
		['conference_countdown AST_conf_update warning'],
	],
	['a countdown that goes on', rooms({ countdowns: ['t 1 Xtimeout1'] }), noted(400, 'room t 1 Xtimeout2'), []],
	[
		'a countdown that stands still where nobody is known to see to it',
		{ ...rooms({ countdowns: ['t 1 Xtimeout2'] }), responsible: { hopper: true, flush: true, rooms: undefined } },
		noted(400, 'room t 1 Xtimeout2'),
		[],
	],
	['long past their time', rooms({ overstayed: 4000 }), {}, ['conference_overstay AST_conf_update critical']],
	['just past their time', rooms({ overstayed: 100 }), {}, []],
]);

it('is patient with a conference updater that is told to be slow', () => {
	const seen = {
		...rooms({ countdowns: ['t 1 Xtimeout2'] }),
		responsible: { hopper: true, flush: true, rooms: 'AST_conf_update_screen' },
	};
	const slow = { ...calm().server, confUpdateInterval: 300 } as ReturnType<typeof calm>['server'];
	const before = noted(400, 'room t 1 Xtimeout2');
	expect(outline(judged(seen, before))).toEqual(['conference_countdown AST_conf_update_screen warning']);
	expect(outline(judged({ ...seen, server: slow }, before))).toEqual([]);
});

const notes = { what: 'agent notifications', count: 1, first: 'x' };

table('what the keepalive does every minute', [
	[
		'notifications that stay',
		samples({ duties: sample([notes]) }),
		noted(700, 'due agent notifications x'),
		['keepalive_due ADMIN_keepalive_ALL critical'],
	],
	[
		'notifications that come and go',
		samples({ duties: sample([{ ...notes, first: 'y' }]) }),
		noted(700, 'due agent notifications x'),
		[],
	],
	[
		'nothing due',
		samples({ duties: sample([{ ...notes, count: 0, first: null }]) }),
		noted(700, 'due agent notifications '),
		[],
	],
	[
		'output not gathered',
		samples({ asteriskOutput: sample(700) }),
		{},
		['asterisk_output ADMIN_keepalive_ALL warning'],
	],
	['output gathered', samples({ asteriskOutput: sample(290) }), {}, []],
]);

const senders = (count: number, oldest: number): Changes => ({
	copies: { ...calm().copies, senders: { count, oldest } },
});

table('web requests', [
	['wait for long', senders(3, 130), noted(60, 'urls slow'), ['url_requests AST_send_URL warning']],
	['are many', senders(250, 90), noted(60, 'urls slow'), ['url_requests AST_send_URL critical']],
	['are many and old', senders(60, 700), noted(60, 'urls slow'), ['url_requests AST_send_URL critical']],
	['are answered', senders(30, 4), noted(60, 'urls slow'), []],
	['wait for long, seen once', senders(3, 130), {}, []],
]);
