import { describe, expect, it } from 'vitest';
import type { AmiMessage } from '../../src/adapters/ami-wire.ts';
import {
	attemptsIn,
	contactOf,
	endpointOf,
	iaxRegistration,
	leastExpiryIn,
	peerOf,
	pjsipRegistration,
	secondsLeft,
	sipRegistration,
} from '../../src/dialer/registrations-lists.ts';
import { nextMemory } from '../../src/dialer/registrations-memory.ts';
import { peerFor } from '../../src/dialer/registrations-trunks.ts';
import { trunkFrom } from '../../src/dialer/trunks.ts';
import { memory, NOW, peer, pjsip } from './registrations.given.ts';

/** An AMI event from its lines. */
const event = (text: string): AmiMessage =>
	text.split('\n').map((line) => {
		const colon = line.indexOf(': ');
		return colon < 0 ? [line.replace(/:$/, ''), ''] : [line.slice(0, colon), line.slice(colon + 2)];
	});

describe('the lists of the channel drivers', () => {
	it('SIPshowregistry', () => {
		const text =
			'Event: RegistryEntry\nHost: sip.carrier.example\nPort: 5060\nUsername: acct\nRefresh: 105\nState: Registered\nRegistrationTime: 1795239000';
		expect(sipRegistration(event(text))).toEqual({
			driver: 'SIP',
			name: 'acct@sip.carrier.example',
			user: 'acct',
			host: 'sip.carrier.example',
			port: 5060,
			state: 'Registered',
			granted: { at: 1_795_239_000, refresh: 105 },
		});
		expect(sipRegistration(event(text.replace(/\d+$/, '0')))).not.toHaveProperty('granted');
	});

	it('IAXregistry', () => {
		expect(iaxRegistration(event('Host: 127.0.0.1:40569\nUsername: ASTloop\nState: Timeout'))).toMatchObject({
			host: '127.0.0.1',
			port: 40_569,
			user: 'ASTloop',
			state: 'Timeout',
		});
	});

	it('PJSIPShowRegistrationsOutbound, whose accounts stand between', () => {
		const text =
			'Event: OutboundRegistrationDetail\nObjectName: t-reg-0\nServerUri: sip:203.0.113.9:5061\nClientUri: sip:acct@203.0.113.9\nExpiration: 3600\nRetryInterval: 60\nMaxRetries: 10\nForbiddenRetryInterval: 0\nStatus: Rejected\nNextReg: 0';
		expect(pjsipRegistration(event(text))).toMatchObject({
			name: 't-reg-0',
			user: 'acct',
			host: '203.0.113.9',
			port: 5061,
			state: 'Rejected',
			timers: { expiration: 3600, retry: 60, retries: 10, forbiddenRetry: 0 },
		});
		expect(pjsipRegistration(event('Event: AuthDetail\nObjectName: t'))).toBeUndefined();
	});

	it.each([
		['OK (23 ms)', 'reachable', 23],
		['LAGGED (2210 ms)', 'lagged', 2210],
		['UNREACHABLE', 'unreachable', undefined],
		['UNKNOWN', 'unknown', undefined],
		['Unmonitored', 'unmonitored', undefined],
	])('SIPpeers with %s', (status, expected, milliseconds) => {
		const text = `ObjectName: carrier1\nIPaddress: 203.0.113.9\nDynamic: no\nStatus: ${status}`;
		const found = peerOf('SIP', event(text));
		expect(found).toMatchObject({ name: 'carrier1', address: '203.0.113.9', dynamic: false, status: expected });
		expect(found.milliseconds).toBe(milliseconds);
	});

	it.each(['-none-', '(Unspecified)', '0.0.0.0', '(null)'])('a peer at %s has no address', (address) => {
		expect(peerOf('IAX2', event(`ObjectName: x\nIPaddress: ${address}\nDynamic: yes\nStatus: UNKNOWN`))).toMatchObject({
			address: '',
			dynamic: true,
		});
	});

	it.each([
		['Reachable', 1_795_239_000, 60, 'reachable', true],
		['Unreachable', 0, 60, 'unreachable', false],
		['NonQualified', 0, 0, 'unmonitored', false],
		['Unknown', 0, 0, 'unmonitored', false],
		['Unknown', 0, 60, 'unknown', false],
	])('PJSIPShowContacts with %s, %d, %d', (status, expires, every, expected, dynamic) => {
		const text = `Event: ContactList\nObjectName: t@@1\nEndpoint: t\nUri: sip:acct@203.0.113.9:5061\nQualifyFrequency: ${every}\nQualifyTimeout: 3.000000\nExpirationTime: ${expires}\nStatus: ${status}\nRoundtripUsec: 1500`;
		expect(contactOf(event(text))).toMatchObject({
			name: 't',
			address: '203.0.113.9',
			status: expected,
			dynamic,
			qualify: { every, timeout: 3 },
		});
	});
});

describe('a carrier', () => {
	const row = (rest: Record<string, string>) => ({
		carrier_id: 'C',
		protocol: 'SIP',
		registration_string: '',
		account_entry: '',
		...rest,
	});

	it.each([
		['register => acct:secret@carrier.example:5060', 'acct', 'carrier.example'],
		['register => acct@carrier.example', 'acct', 'carrier.example'],
		['register => acct:p@ss:auth@carrier.example/ext~120', 'acct', 'carrier.example'],
		['register => tls://acct:x@carrier.example:5061', 'acct', 'carrier.example'],
		['register => peer?acct:x@carrier.example', 'acct', 'carrier.example'],
		['register=acct:x@10.0.0.9 ; mine', 'acct', '10.0.0.9'],
	])('%s', (registration_string, user, host) => {
		const trunk = trunkFrom(row({ registration_string }));
		expect(trunk.registers).toEqual([{ user, host }]);
		expect(JSON.stringify(trunk)).not.toMatch(/secret|p@ss/);
	});

	it.each(['', '; register => a:b@c', 'register => nobody', 'something else'])('%j registers nowhere', (text) => {
		expect(trunkFrom(row({ registration_string: text })).registers).toEqual([]);
	});

	it('has the sections of its account entry, commented ones left out', () => {
		const account_entry = '[Trunk](tpl)\ntype=peer\n;[not]\n[second]\nsecret=x';
		expect(trunkFrom(row({ account_entry })).sections).toEqual(['Trunk', 'second']);
	});

	it.each<[string, string, string[] | undefined]>([
		['one endpoint', '[t]\ntype=aor\n[t]\ntype=endpoint', ['t']],
		['two', '[a]\ntype=auth\n[b]\ntype = endpoint\n[c]\ntype=endpoint', ['b', 'c']],
		['two wizards', '[a]\ntype=wizard\n[b]\ntype=wizard', ['a', 'b']],
		['two of a template', '[tpl](!)\ntype=endpoint\n[a](tpl)\n[b](other, tpl)\n[c](other)', ['a', 'b']],
		['none', '[a]\ntype=auth', undefined],
	])('of PJSIP has %s', (_, account_entry, endpoints) => {
		const trunk = trunkFrom(row({ protocol: 'PJSIP', account_entry }));
		expect(trunk.endpoints).toEqual(endpoints);
		expect(trunk.sections.slice(0, endpoints?.length ?? 0)).toEqual(endpoints ?? []);
	});
});

describe('the other end of a registration', () => {
	const trunks = [{ carrier: 'P', driver: 'PJSIP' as const, sections: ['one', 'two', 'reg'], registers: [] }];
	const peers = [
		peer({ driver: 'PJSIP', name: 'one', address: '203.0.113.1' }),
		peer({ driver: 'PJSIP', name: 'two', address: '203.0.113.2' }),
		peer({ driver: 'PJSIP', name: 'stranger', address: '203.0.113.3' }),
	];
	it.each([
		['of its name', { name: 'two', host: 'sip.carrier.example' }, 'two'],
		['of the wizard of its name', { name: 'two-reg-0', host: 'sip.carrier.example' }, 'two'],
		['of its carrier at its address', { name: 'reg', host: '203.0.113.2' }, 'two'],
		['of its carrier, whichever that is', { name: 'reg', host: 'sip.carrier.example' }, 'one'],
		['of nobody, at its address', { name: 'alone', host: '203.0.113.3' }, 'stranger'],
		['that nobody knows', { name: 'alone', host: '203.0.113.4' }, undefined],
	])('is the one %s', (_, registration, expected) => {
		expect(peerFor(pjsip(registration), trunks, peers)?.name).toBe(expected);
	});
});

describe('a PJSIP registration that is tried in vain', () => {
	const timers = { expiration: 3600, retry: 60, retries: 10, forbiddenRetry: 0 };
	const key = 'PJSIP/pjtrunk';
	const trunks = [{ carrier: 'P', driver: 'PJSIP' as const, sections: ['pjtrunk'], registers: [] }];
	const SILENT = peer({ driver: 'PJSIP', name: 'pjtrunk', status: 'unreachable' });
	const THERE = { ...SILENT, status: 'reachable' as const };
	const learn = (
		before: object,
		registration: object,
		trunkPeers = [SILENT],
		attempts: Record<string, number[]> = {},
	) =>
		nextMemory(memory(before), {
			turn: 2,
			trunks,
			trunksAt: undefined,
			strangers: [],
			serverId: '',
			absent: {},
			counts: {},
			qualify: {},
			trunkPeers,
			registrations: [{ ...pjsip({ state: 'Rejected', timers }), left: -60, ...registration }],
			phones: undefined,
			now: NOW,
			uptime: 10_000,
			asteriskStart: 700,
			gap: 50,
			attempts,
		}).tries[key];
	const since = (at: number, rest: object = {}) => ({
		tries: { [key]: { since: at, answered: false, over: false, ...rest } },
	});

	it.each([
		['a try is due', { left: 30 }, false],
		['a try is under way', { left: -31 }, false],
		['the next try was due long ago', { left: -41 }, true],
		['it does not tell, after all tries', { left: undefined }, true],
		['it does not tell, and there is no end to it', { left: undefined, timers: { ...timers, retries: 0 } }, false],
	])('%s', (_, registration, over) => {
		expect(learn(since(9_000), registration)?.over).toBe(over);
	});

	it('has time left where the version does not tell', () => {
		expect(learn(since(9_100), { left: undefined })?.over).toBe(false);
	});

	it.each([
		['a carrier that answers nothing', since(9_000), [SILENT], {}, false],
		['a carrier that answers', since(9_000), [THERE], {}, true],
		['a carrier that nobody asks', since(9_000), [], {}, true],
		['one that answered earlier', since(9_000, { answered: true }), [SILENT], {}, true],
		['one that is back after nobody tried any more', since(9_000, { over: true }), [THERE], {}, false],
		['one that was asked anew', since(9_000, { over: true }), [THERE], { [key]: [9_500] }, true],
	])('%s may have refused it: %#', (_, before, peers, attempts, answered) => {
		expect(learn(before, {}, peers, attempts)?.answered).toBe(answered);
	});

	it.each([
		['the same Asterisk', { asteriskStart: 700 }, true],
		['another Asterisk', { asteriskStart: 500 }, false],
		['an Asterisk whose start was not remembered', {}, true],
	])('is over for good under %s', (_, start, over) => {
		const before = { ...since(9_000, { over: true, answered: true }), ...start };
		const trying = learn(before, { left: 30 });
		expect(trying).toEqual(over ? { since: 9_000, answered: true, over } : { since: 10_000, answered: false, over });
	});

	it('is remembered from its first failure to its success', () => {
		expect(learn({}, { left: 30 })).toEqual({ since: 10_000, answered: false, over: false });
		expect(learn(since(9_000), { left: 30 })?.since).toBe(9_000);
		expect(learn(since(9_000), { state: 'Registered', left: 30 })).toBeUndefined();
	});
});

describe('what PJSIP tells on the console and of single endpoints', () => {
	it('pjsip show registrations', () => {
		const left = secondsLeft([
			' <Registration/ServerURI..............................>  <Auth....................>  <Status.......>',
			' pjtrunk/sip:203.0.113.9:5061        pjtrunk      Registered        (exp. 3480s)',
			' other/sip:203.0.113.9:5061          other        Rejected          (exp. 12s ago)',
			' old/sip:203.0.113.9:5061            old          Registered',
		]);
		expect([...left]).toEqual([
			['pjtrunk', 3480],
			['other', -12],
		]);
	});

	it.each([
		[['  Reg. min duration       60 secs', '  Outbound reg. attempts: 3'], 3, 60],
		[['  Outbound reg. attempts: 0'], 0, undefined],
		[['something else'], 0, undefined],
	])('sip show settings: %j', (lines, attempts, leastExpiry) => {
		expect(attemptsIn(lines)).toBe(attempts);
		expect(leastExpiryIn(lines)).toBe(leastExpiry);
	});

	const AOR = event('Event: AorDetail\nObjectName: t\nQualifyFrequency: 25\nQualifyTimeout: 3.000000');
	const contact = (status: string): AmiMessage =>
		event(
			`Event: ContactStatusDetail\nURI: sip:acct@203.0.113.9:5061\nStatus: ${status}\nRegExpire: 0\nQualifyFrequency: 0`,
		);
	const ENDPOINT = event('Event: EndpointDetail\nObjectName: t');

	it.each([
		['one contact', [contact('Unreachable')], 'unreachable', '203.0.113.9'],
		['one of two', [contact('Unreachable'), contact('Reachable')], 'reachable', '203.0.113.9'],
		['no contact', [], 'unknown', ''],
	])('PJSIPShowEndpoint with %s', (_, contacts, status, address) => {
		expect(endpointOf('t', [ENDPOINT, AOR, ...contacts])).toMatchObject({
			name: 't',
			status,
			address,
			dynamic: address === '',
		});
	});

	it('PJSIPShowEndpoint of a trunk that registers here', () => {
		const aor = event('Event: AorDetail\nMinimumExpiration: 60\nQualifyFrequency: 25\nQualifyTimeout: 3.000000');
		const registered = event(
			'Event: ContactStatusDetail\nURI: sip:t@203.0.113.9:5060\nStatus: Reachable\nRegExpire: 1795801992',
		);
		expect(endpointOf('t', [ENDPOINT, aor, registered])).toMatchObject({
			dynamic: true,
			expires: 1_795_801_992,
			leastExpiry: 60,
			address: '203.0.113.9',
		});
	});

	const aorFor = (contacts: number): AmiMessage => event(`Event: AorDetail\nObjectName: t\nMaxContacts: ${contacts}`);

	it.each([
		['nobody', []],
		['one that only takes calls from an address', [ENDPOINT]],
		['the same, with an address of record that is empty and takes no contact', [ENDPOINT, aorFor(0)]],
	])('PJSIPShowEndpoint of %s', (_, events) => {
		expect(endpointOf('t', events)).toBeUndefined();
	});

	it('PJSIPShowEndpoint of one that is to register here', () => {
		expect(endpointOf('t', [ENDPOINT, aorFor(1)])).toMatchObject({ dynamic: true, address: '' });
	});
});
