import { describe, expect, it } from 'vitest';
import type { RegistrationsSeen } from '../../src/dialer/registrations.ts';
import { iax, judge, memory, NOW, peer, pjsip, seen, sip, told } from './registrations.given.ts';

const only = (registration: ReturnType<typeof sip>): Partial<RegistrationsSeen> => ({ registrations: [registration] });
const without = <T extends object>(object: T, key: keyof T): T => {
	const { [key]: _, ...rest } = object;
	return rest as T;
};
/** A trunk without a row on the carrier page. */
const other = (rest: object) => sip({ name: 'other@198.51.100.7', user: 'other', host: '198.51.100.7', ...rest });

describe('a registration', () => {
	it.each([
		// chan_sip: Refresh is the granted time without its guard
		['is fresh', sip(), 9, []],
		['renews itself', sip({ granted: { at: NOW - 119, refresh: 105 } }), 9, []],
		['was tried once more', sip({ granted: { at: NOW - 149, refresh: 105 } }), 9, []],
		['has run out', sip({ granted: { at: NOW - 151, refresh: 105 } }), 0, ['overdue SIP/siptrunk critical']],
		['is asked for, seen once', sip({ state: 'Request Sent' }), 0, []],
		['is asked for, seen twice', sip({ state: 'Request Sent' }), 1, ['unregistered SIP/siptrunk warning']],
		['is asked for, seen three times', sip({ state: 'Auth. Sent' }), 2, ['unregistered SIP/siptrunk critical']],
		['of no carrier', other({ state: 'Unregistered' }), 2, ['unregistered SIP/other@198.51.100.7 critical']],
		['is given up', sip({ state: 'Failed' }), 0, ['given_up SIP/siptrunk critical']],
		['is rejected', sip({ state: 'Rejected' }), 0, ['refused SIP/siptrunk critical']],
		['is refused', sip({ state: 'No Authentication' }), 0, ['refused SIP/siptrunk critical']],
		// IAX2 asks again every minute
		['of IAX2 is fresh', iax(), 9, []],
		['of IAX2 is rejected, seen once', iax({ state: 'Rejected' }), 0, []],
		['of IAX2 is rejected', iax({ state: 'Rejected' }), 2, ['refused IAX2/acct@203.0.113.9 critical']],
		['of IAX2 has no answer', iax({ state: 'Timeout' }), 1, ['unregistered IAX2/acct@203.0.113.9 warning']],
		// PJSIP
		['of PJSIP is fresh', pjsip(), 9, []],
		['of PJSIP of a version that does not tell when it ends', without(pjsip(), 'left'), 9, []],
		['of PJSIP is renewed just now', pjsip({ left: 8 }), 9, []],
		['of PJSIP has run out', pjsip({ left: -1 }), 0, ['overdue PJSIP/pjtrunk warning']],
		['of PJSIP ran out long ago', pjsip({ left: -33 }), 0, ['overdue PJSIP/pjtrunk critical']],
		['of PJSIP is to be renewed too late', pjsip({ left: 3700 }), 0, ['timer PJSIP/pjtrunk warning']],
		['of PJSIP is tried again', pjsip({ state: 'Rejected', left: 40 }), 0, []],
		['of PJSIP is tried in vain', pjsip({ state: 'Rejected', left: 40 }), 2, ['unregistered PJSIP/pjtrunk critical']],
	])('that %s', (_, registration, looks, expected) => {
		expect(told(judge(only(registration), looks))).toEqual(expected);
	});

	it.each([
		['not within the grace after a start or reload', 89, []],
		['after it', 91, ['unregistered SIP/siptrunk critical']],
	])('that does not come about is told %s', (_, settled, expected) => {
		expect(told(judge({ ...only(sip({ state: 'Request Sent' })), settled }, 5))).toEqual(expected);
	});

	it('with a sister dialer is left to the cluster', () => {
		const sister = iax({ user: 'DIALER1', host: '192.0.2.12', state: 'Timeout' });
		expect(told(judge(only(sister), 9))).toEqual([]);
	});

	it('that is silent is explained by the trunk that does not answer', () => {
		const one = judge(
			{
				registrations: [sip({ state: 'Request Sent' })],
				trunkPeers: [peer({ status: 'unreachable' }), peer({ name: 'b', address: '198.51.100.7' })],
				memory: memory({ qualify: { 'SIP/siptrunk': { at: 1, every: 25 }, 'SIP/b': { at: 1, every: 25 } } }),
			},
			2,
		);
		expect(told(one)).toEqual([
			'unreachable SIP/siptrunk critical',
			'unregistered SIP/siptrunk critical < registrations.unreachable SIP/siptrunk',
		]);
	});
});

describe('a PJSIP registration that nobody tries any more', () => {
	const over = { registrations: [pjsip({ state: 'Rejected', left: -60 })] };
	const tries = (answered: boolean) => ({
		memory: memory({ tries: { 'PJSIP/pjtrunk': { since: 9_000, answered, over: true } } }),
	});
	const ON = { VICIKEEP_REREGISTER: 'on' };

	it.each([
		['no answer, repair off', tries(false), {}, 'given_up', undefined],
		['no answer, repair on', tries(false), ON, 'given_up', 're-register:PJSIP/pjtrunk'],
		['perhaps refused, repair on', tries(true), ON, 'refused', undefined],
	])('%s', (_, rest, environment, kind, remedy) => {
		const [finding] = judge({ ...over, ...rest }, 0, environment).findings;
		expect(finding).toMatchObject({ id: `registrations.${kind}`, status: 'critical' });
		expect(finding?.remedy).toBe(remedy);
	});

	it('is refused while it is tried, where the carrier answers otherwise', () => {
		const answers = [peer({ driver: 'PJSIP', name: 'pjtrunk', qualify: { every: 25, timeout: 3 } })];
		const trunks = [{ carrier: 'P', driver: 'PJSIP' as const, sections: ['pjtrunk'], registers: [] }];
		const registrations = [pjsip({ state: 'Rejected', left: 30 })];
		expect(told(judge({ registrations, trunkPeers: answers, trunks }, 2))).toEqual(['refused PJSIP/pjtrunk critical']);
	});
});

describe('a trunk', () => {
	it.each([
		['answers', peer(), 0, []],
		['answers late', peer({ status: 'lagged', milliseconds: 2210 }), 0, ['lagged SIP/siptrunk warning']],
		['does not answer', peer({ status: 'unreachable' }), 0, ['unreachable SIP/siptrunk critical']],
		['has no address yet', peer({ address: '', status: 'unknown' }), 0, []],
		['has no address', peer({ address: '', status: 'unknown' }), 1, ['no_address SIP/siptrunk warning']],
		[
			'has not registered here',
			peer({ address: '', dynamic: true, status: 'unknown' }),
			2,
			['no_address SIP/siptrunk critical'],
		],
		['does not renew its registration', peer({ expires: NOW - 31 }), 0, ['not_renewed SIP/siptrunk warning']],
		['may be renewing it', peer({ expires: NOW - 20 }), 0, []],
	])('that %s', (_, one, looks, expected) => {
		const before = memory({ expiring: one.expires === undefined ? {} : { 'SIP/siptrunk': one.expires } });
		const well = peer({ name: 'well', address: '198.51.100.7' });
		const findings = told(
			judge(
				{
					trunkPeers: [one, well],
					before,
					memory: memory({ qualify: { 'SIP/siptrunk': { at: 10_000, every: 25 }, 'SIP/well': { at: 1, every: 25 } } }),
				},
				looks,
			),
		);
		expect(findings).toEqual(expected);
	});

	describe('whose registration here was about to end', () => {
		const before = memory({ expiring: { 'SIP/siptrunk': NOW - 40 } });
		const asked = memory({ qualify: { 'SIP/siptrunk': { at: 10_000, every: 25 } } });
		const gone = peer({ address: '', dynamic: true, status: 'unknown' });
		const GONE = 'not_renewed SIP/siptrunk warning';
		it.each([
			['has renewed it, however little is left', peer({ expires: NOW - 31 }), {}, []],
			['has not, and clocks tell its end to the second only', peer({ expires: NOW - 38 }), {}, [GONE]],
			['was not asked in this look', peer({ expires: NOW - 40 }), { memory: memory() }, []],
			['is forgotten at once', gone, {}, [GONE]],
			['is forgotten, but Asterisk was started just now', gone, { settled: 80 }, []],
			['left before its end', gone, { before: memory({ expiring: { 'SIP/siptrunk': NOW + 30 } }) }, []],
		])('%s', (_, one, rest, expected) => {
			expect(told(judge({ trunkPeers: [one], before, memory: asked, ...rest }))).toEqual(expected);
		});
	});
});

describe('everything unreachable at once', () => {
	const dead = (name: string, address: string) => peer({ name, address, status: 'unreachable' });
	const OURSELVES = 'all_unreachable network critical';
	const count = (present: number) => ({ known: 9, present, unreachable: 9 - present, expired: 0 });

	it.each([
		['two trunks at two addresses', [dead('a', '203.0.113.9'), dead('b', '198.51.100.7')], count(0), [], true],
		['two trunks of one carrier', [dead('a', '203.0.113.9'), dead('b', '203.0.113.9')], count(0), [], false],
		['one of two', [dead('a', '203.0.113.9'), peer({ name: 'b' })], count(0), [], false],
		['one trunk, and the phones that were there', [dead('a', '203.0.113.9')], count(0), [9, 9], true],
		['one trunk at night', [dead('a', '203.0.113.9')], count(0), [0, 0], false],
		['all trunks, but phones are there', [dead('a', '203.0.113.9'), dead('b', '198.51.100.7')], count(4), [4], false],
	])('%s', (_, trunkPeers, phones, before, ourselves) => {
		const found = told(judge({ trunkPeers, phones, before: memory({ phones: before }) }));
		expect(found.includes(OURSELVES)).toBe(ourselves);
		const unreachable = found.filter((one) => one.startsWith('unreachable'));
		expect(unreachable.every((one) => one.endsWith('< registrations.all_unreachable network'))).toBe(ourselves);
	});

	it('explains registrations too', () => {
		const one = judge(
			{
				registrations: [sip({ state: 'Request Sent' })],
				trunkPeers: [dead('a', '203.0.113.9'), dead('b', '198.51.100.7')],
			},
			2,
		);
		expect(told(one)).toContain('unregistered SIP/siptrunk critical < registrations.all_unreachable network');
	});
});

describe('phones', () => {
	it.each([
		['all there', 10, [10, 10], []],
		['one agent goes home', 9, [10, 10], []],
		['two of three go home', 1, [3], []],
		['half of them at once', 5, [10], ['phones_lost phones warning']],
		['half of them, a few looks ago', 5, [10, 5, 5], ['phones_lost phones warning']],
		['more than before', 10, [5], []],
		['for the first time', 0, [], []],
	])('%s', (_, present, before, expected) => {
		const phones = { known: 10, present, unreachable: 10 - present, expired: 0 };
		expect(told(judge({ phones, before: memory({ phones: before }) }))).toEqual(expected);
	});

	it.each([
		['have gone home', 2, []],
		['are still at work', 3, ['phones_lost phones warning']],
	])('of agents who %s', (_, agentsWithout, expected) => {
		const phones = { known: 10, present: 5, unreachable: 0, expired: 0, agentsWithout };
		expect(told(judge({ phones, before: memory({ phones: [10] }) }))).toEqual(expected);
	});

	it('come back one by one after a start of Asterisk', () => {
		const phones = { known: 10, present: 1, unreachable: 0, expired: 0 };
		expect(told(judge({ phones, settled: 80, before: memory({ phones: [10] }) }))).toEqual([]);
	});

	it('whose list was not asked for are not judged', () => {
		expect(told(judge({ phones: undefined, before: memory({ phones: [10] }) }))).toEqual([]);
	});
});

describe('the loop trunks', () => {
	const loops = (...states: string[]) =>
		states.map((state, index) =>
			iax({
				user: ['ASTloop', 'ASTblind', 'ASTplay'][index] ?? '',
				host: '127.0.0.1',
				port: 40_569 + index * 1000,
				state,
			}),
		);
	const relays = { VICIKEEP_KEEPALIVES: '12368' };

	it.each([
		['registered', loops('Registered', 'Registered', 'Registered'), 9, relays, []],
		['lost for a moment', loops('Timeout', 'Timeout', 'Timeout'), 0, relays, []],
		['all lost', loops('Timeout', 'Timeout', 'Request Sent'), 2, relays, ['loops ip_relay critical']],
		['one lost', loops('Registered', 'Timeout', 'Registered'), 2, relays, ['loops ip_relay warning']],
		['without ip_relay', loops('Timeout', 'Timeout', 'Timeout'), 9, {}, []],
	])('%s', (_, registrations, looks, environment, expected) => {
		expect(told(judge({ registrations }, looks, environment))).toEqual(expected);
	});
});

describe('the fit of intervals', () => {
	const lints = (what: Partial<RegistrationsSeen>, environment: Record<string, string> = {}): string =>
		judge(what, 0, environment)
			.findings.filter(({ id }) => id === 'registrations.intervals')
			.map(({ summary }) => summary)
			.join('\n');

	it.each([
		['nothing', {}, ''],
		['qualify that is off', { trunkPeers: [peer({ status: 'unmonitored' })] }, /qualify is off.*if it has one/],
		[
			'a registration that lasts no longer than the interval',
			only(sip({ granted: { at: NOW, refresh: 45 } })),
			/lasts 60 s.*two looks \(60 s\)/,
		],
		['one that lasts longer', only(sip({ granted: { at: NOW, refresh: 105 } })), ''],
		[
			'a finite number of tries',
			only(pjsip({ timers: { expiration: 3600, retry: 60, retries: 10, forbiddenRetry: 600 } })),
			/given up for ever after 10 tries \(600 s\)/,
		],
		[
			'no try after a refusal',
			only(pjsip({ timers: { expiration: 3600, retry: 60, retries: 0, forbiddenRetry: 0 } })),
			/one refusal \(403\)/,
		],
		[
			'registrations here that may be as short as the interval',
			{
				trunkPeers: [peer({ dynamic: true })],
				memory: memory({
					qualify: { 'SIP/siptrunk': { at: 1, every: 25 } },
					sipAttempts: { at: 1, attempts: 0, leastExpiry: 60 },
				}),
			},
			/register here for 60 s only .*two looks \(60 s\)/,
		],
		[
			'the same of PJSIP',
			{
				trunkPeers: [peer({ driver: 'PJSIP', dynamic: true, leastExpiry: 60, qualify: { every: 25, timeout: 3 } })],
			},
			/register here for 60 s only/,
		],
		[
			'longer ones',
			{
				trunkPeers: [peer({ driver: 'PJSIP', dynamic: true, leastExpiry: 61, qualify: { every: 25, timeout: 3 } })],
			},
			'',
		],
	])('%s', (_, what, expected) => {
		const text = lints(what);
		if (expected === '') expect(text).toBe('');
		else expect(text).toMatch(expected);
	});

	it.each([
		['25 s', '10.0.0.1', '203.0.113.9', 25, ''],
		['60 s', '10.0.0.1', '203.0.113.9', 60, /every 60 s only.*seen after 124 s at worst/],
		['60 s without a NAT', '198.51.100.7', '203.0.113.9', 60, ''],
		['60 s inside', '10.0.0.1', '10.0.0.9', 60, ''],
	])('a trunk behind a NAT asked every %s', (_, own, address, every, expected) => {
		const what = { trunkPeers: [peer({ address })], memory: memory({ qualify: { 'SIP/siptrunk': { at: 1, every } } }) };
		const text = lints(what, { VICIKEEP_SERVER_IP: own });
		if (expected === '') expect(text).toBe('');
		else expect(text).toMatch(expected);
	});

	it.each([
		[3, {}, 125],
		[4, {}, 185],
		[7, {}, 245],
		[1, { SIP: 501 }, 124],
		[4, { SIP: 501 }, 184],
		[1, { IAX2: 501 }, 364],
	])(
		'the death of one of %d trunks that are asked in turn, among %j peers, is seen later',
		(count, counts, seconds) => {
			const driver = 'IAX2' in counts ? ('IAX2' as const) : 'SIP' in counts ? ('SIP' as const) : ('PJSIP' as const);
			const names = Array.from({ length: count }, (_, at) => `t${at}`);
			const what = {
				trunks: [{ carrier: 'T', driver, sections: names, registers: [] }],
				trunkPeers: names.map((name) =>
					peer({ driver, name, ...(driver === 'PJSIP' && { qualify: { every: 62, timeout: 3 } }) }),
				),
				memory: memory({ counts }),
			};
			expect(lints(what, { VICIKEEP_SERVER_IP: '10.0.0.1' })).toContain(`seen after ${seconds} s at worst`);
		},
	);

	it.each([
		[0, ''],
		[5, /given up for ever after 5 tries \(registerattempts\)/],
	])('registerattempts=%d', (attempts, expected) => {
		const text = lints({ ...only(sip()), memory: memory({ sipAttempts: { at: 1, attempts } }) });
		if (expected === '') expect(text).toBe('');
		else expect(text).toMatch(expected);
	});

	it.each([
		['60 s', 60, 4, 1],
		['61 s', 61, 4, 0],
		['60 s, but there are no phones', 60, 0, 0],
		['a version that does not tell', undefined, 4, 0],
	])('phones that may register for %s', (_, leastExpiry, phones, hints) => {
		const sipAttempts = { at: 1, attempts: 0, ...(leastExpiry !== undefined && { leastExpiry }) };
		const judged = judge({ memory: memory({ sipAttempts, counts: { SIP: phones } }) });
		expect(judged.hints).toHaveLength(hints);
		expect(judged.findings).toEqual([]);
	});

	it('is one finding for each trunk, with all that is to be said', () => {
		const what = {
			trunks: [{ carrier: 'P', driver: 'PJSIP' as const, sections: ['pjtrunk'], registers: [] }],
			trunkPeers: [peer({ driver: 'PJSIP', name: 'pjtrunk', status: 'unmonitored' })],
			registrations: [pjsip({ timers: { expiration: 60, retry: 60, retries: 10, forbiddenRetry: 0 } })],
		};
		expect(told(judge(what))).toContain('intervals PJSIP/pjtrunk warning');
		expect(lints(what).split('; ')).toHaveLength(5);
	});
});

it.each([
	['a silent Asterisk', { silent: 'SIPpeers: no answer' }, ['no_answer Asterisk unknown']],
	['missing rights', { denied: ['PJSIPShowContacts'] }, ['rights AMI account unknown']],
])('%s leaves it unknown', (_, what, expected) => {
	const judgement = judge(what);
	expect(told(judgement)).toEqual(expected);
	if ('denied' in what) expect(judgement.findings[0]?.advice).toContain('write = system,reporting');
});

it.each([{ notHere: true }, { notSeen: true }])('%j is skipped', (what) => {
	expect(judge(what).skippedBecause).toBeDefined();
	expect(seen(what).registrations).toEqual([]);
});
