import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { AmiSession } from '../../src/adapters/ami.ts';
import { Deadline } from '../../src/adapters/clock.ts';
import { askAll } from '../../src/dialer/registrations-asking.ts';
import { nextMemory } from '../../src/dialer/registrations-memory.ts';
import { FakeAsterisk } from './fake-asterisk.ts';
import { manyPhones } from './many-phones.ts';
import { judge, memory, NOW, peer, told } from './registrations.given.ts';

const TRUNKS = [{ carrier: 'T1', driver: 'SIP' as const, sections: ['siptrunk'], registers: [] }];

let asterisk: FakeAsterisk;
beforeEach(() => {
	asterisk = new FakeAsterisk();
});
afterEach(() => asterisk.stop());

const look = (session: AmiSession, rest: Parameters<typeof memory>[0] = {}) =>
	askAll(
		{ deadline: new Deadline(45), uptime: 10_000, asteriskTimes: undefined, endAmi: () => {} },
		session,
		memory(rest),
		TRUNKS,
	);
const asked = (): string[] => asterisk.received.map(({ action = '' }) => action);

describe('5,000 phones', () => {
	it('are listed, and then only in every fifth look, while trunks are asked in each', async () => {
		const session = await asterisk.session(manyPhones(5000));
		const first = await look(session);
		expect(first).toMatchObject({ complete: true, silent: undefined, denied: [], counts: { SIP: 5001 } });
		expect(first.peers).toHaveLength(5001);
		expect(asked().length).toBeLessThanOrEqual(10);

		asterisk.received.length = 0;
		const trunks = first.peers.filter(({ name }) => name === 'siptrunk');
		const between = await look(session, { turn: 1, counts: first.counts, peers: trunks, qualify: {} });
		expect(asked()).not.toContain('SIPpeers');
		expect(asked()).toContain('SIPshowpeer');
		expect(between.complete).toBe(false);
		expect(between.peers).toMatchObject([{ name: 'siptrunk', status: 'unreachable' }]);

		asterisk.received.length = 0;
		expect((await look(session, { turn: 4, counts: first.counts, peers: trunks })).complete).toBe(true);
		expect(asked()).toContain('SIPpeers');
		session.close();
	});

	it('or more than anybody has are no answer', async () => {
		const session = await asterisk.session(manyPhones(20_001));
		expect(await look(session)).toMatchObject({ complete: false, silent: expect.stringContaining('more than 20000') });
		session.close();
	});
});

describe('phones whose list was not asked for in this look', () => {
	const gone = { known: 600, present: 0, unreachable: 600, expired: 0 };
	const learn = (before: ReturnType<typeof memory>, uptime: number, phones: typeof gone | undefined) =>
		nextMemory(before, {
			...before,
			trunksAt: undefined,
			trunkPeers: [],
			registrations: [],
			phones,
			now: NOW,
			uptime,
			asteriskStart: 0,
			gap: 50,
			attempts: {},
		});
	const listed = learn(memory({ phones: [600] }), 10_000, gone);

	it('are as that list told, so that what is found stands until the next one', () => {
		const between = learn(listed, 10_060, undefined);
		expect(between.listed).toEqual({ ...gone, at: 10_000 });
		expect(between.phones).toEqual([600, 0]);
		const trunkPeers = [peer({ status: 'unreachable' })];
		for (const after of [listed, between]) {
			const found = told(judge({ phones: after.listed, before: after, trunkPeers }));
			expect(found).toContain('all_unreachable network critical');
			expect(found).toContain('phones_lost phones warning');
		}
	});

	it('are unknown when that is long ago', () => {
		expect(learn(listed, 13_600, undefined).listed).toEqual({ ...gone, at: 10_000 });
		expect(learn(listed, 13_601, undefined).listed).toBeUndefined();
	});
});

describe('what a channel driver does not tell', () => {
	it.each([
		[
			'SIPpeers',
			'Invalid/unknown command: SIPpeers. Use Action: ListCommands to show available commands.',
			{ absent: { SIP: 10_600 }, denied: [] },
		],
		['PJSIPShowContacts', 'Permission denied', { absent: {}, denied: ['PJSIPShowContacts'] }],
		['PJSIPShowContacts', 'No Contacts found\n', { absent: {}, denied: [] }],
	])('%s: %s', async (action, message, expected) => {
		const phones = manyPhones(1);
		const session = await asterisk.session((received, write) =>
			received.action === action
				? write(`Response: Error\r\nActionID: ${received.actionid}\r\nMessage: ${message}\r\n\r\n`)
				: phones(received, write),
		);
		expect(await look(session)).toMatchObject({ ...expected, silent: undefined });
		session.close();
	});

	it('is not asked for again while it is known to be absent', async () => {
		const session = await asterisk.session(manyPhones(1));
		await look(session, { absent: { SIP: 10_001, PJSIP: 9_999 } });
		expect(asked().filter((action) => action.startsWith('SIP'))).toEqual([]);
		expect(asked()).toContain('PJSIPShowContacts');
		session.close();
	});
});
