import { describe, expect, it } from 'vitest';
import type { AmiMessage } from '../../src/adapters/ami-wire.ts';
import {
	contactOf,
	iaxRegistration,
	peerOf,
	pjsipRegistration,
	sipRegistration,
} from '../../src/dialer/registrations-lists.ts';
import { nextMemory } from '../../src/dialer/registrations-memory.ts';
import { trunkOf } from '../../src/dialer/trunks.ts';
import { memory, NOW, pjsip } from './registrations.given.ts';

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
			'Event: OutboundRegistrationDetail\nObjectName: t-reg-0\nServerUri: sip:203.0.113.9:5061\nClientUri: sip:acct@203.0.113.9\nExpiration: 3600\nRetryInterval: 60\nMaxRetries: 10\nForbiddenRetryInterval: 0\nFatalRetryInterval: 0\nStatus: Rejected\nNextReg: 0';
		expect(pjsipRegistration(event(text))).toMatchObject({
			name: 't-reg-0',
			user: 'acct',
			host: '203.0.113.9',
			port: 5061,
			state: 'Rejected',
			next: 0,
			timers: { expiration: 3600, retry: 60, retries: 10, forbiddenRetry: 0, fatalRetry: 0 },
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
		const trunk = trunkOf(row({ registration_string }));
		expect(trunk.registers).toEqual([{ user, host }]);
		expect(JSON.stringify(trunk)).not.toMatch(/secret|p@ss/);
	});

	it.each(['', '; register => a:b@c', 'register => nobody', 'something else'])('%j registers nowhere', (text) => {
		expect(trunkOf(row({ registration_string: text })).registers).toEqual([]);
	});

	it('has the sections of its account entry, commented ones left out', () => {
		const account_entry = '[Trunk](tpl)\ntype=peer\n;[not]\n[second]\nsecret=x';
		expect(trunkOf(row({ account_entry })).sections).toEqual(['trunk', 'second']);
	});
});

describe('whether a PJSIP registration was refused or its tries were used up', () => {
	const timers = { expiration: 3600, retry: 60, retries: 10, forbiddenRetry: 0, fatalRetry: 0 };
	const over = pjsip({ state: 'Rejected', next: 0, timers });
	const key = 'PJSIP/pjtrunk';
	const learn = (before: object, registration: object, attempts: Record<string, number[]> = {}) =>
		nextMemory(memory(before), {
			turn: 2,
			trunks: [],
			trunksAt: undefined,
			serverId: '',
			absent: {},
			counts: {},
			qualify: {},
			trunkPeers: [],
			registrations: [{ ...over, ...registration }],
			phones: undefined,
			now: NOW,
			uptime: 10_000,
			gap: 50,
			attempts,
		});

	it.each([
		['tried for as long as all tries take', { retrying: { [key]: 9_400 } }, {}, {}, true],
		['the same, with the answers that never came', { retrying: { [key]: 9_000 } }, {}, {}, true],
		['ended at once', {}, {}, {}, false],
		['ended after two tries', { retrying: { [key]: 9_880 } }, {}, {}, false],
		['tried for longer than its tries take', { retrying: { [key]: 8_000 } }, {}, {}, false],
		[
			'tried again after refusals',
			{ retrying: { [key]: 9_400 } },
			{ timers: { ...timers, forbiddenRetry: 30 } },
			{},
			false,
		],
		['known from before', { exhausted: { [key]: 9_000 } }, {}, {}, true],
		['registered anew since, and over again', { exhausted: { [key]: 9_000 } }, {}, { [key]: [9_500] }, false],
		['registered', { exhausted: { [key]: 9_000 } }, { state: 'Registered', next: 90 }, {}, false],
		['tried again', { exhausted: { [key]: 9_000 } }, { next: 30 }, {}, false],
	])('%s', (_, before, registration, attempts, expected) => {
		expect(key in learn(before, registration, attempts).exhausted).toBe(expected);
	});

	it('remembers since when it is tried, until it is registered', () => {
		expect(learn({}, { next: 30 }).retrying).toEqual({ [key]: 10_000 });
		expect(learn({ retrying: { [key]: 9_000 } }, { next: 30 }).retrying).toEqual({ [key]: 9_000 });
		expect(learn({ retrying: { [key]: 9_000 } }, { state: 'Registered', next: 30 }).retrying).toEqual({});
	});
});
