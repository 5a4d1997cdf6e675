import { registrations as check } from '../../src/checks/registrations.ts';
import type { RegistrationsSeen } from '../../src/dialer/registrations.ts';
import type { Peer, Registration } from '../../src/dialer/registrations-lists.ts';
import type { RegistrationsMemory } from '../../src/dialer/registrations-memory.ts';
import type { Finding, Judgement } from '../../src/types.ts';
import { notebookOf, remembering, settingsOf } from './given.ts';

/** Asterisk's clock in these tests, seconds. */
export const NOW = 1_800_000_000;

export const sip = (rest: Partial<Registration> = {}): Registration => ({
	driver: 'SIP',
	name: 'acct@203.0.113.9',
	user: 'acct',
	host: '203.0.113.9',
	port: 5060,
	state: 'Registered',
	granted: { at: NOW - 50, refresh: 105 },
	...rest,
});

export const pjsip = (rest: Partial<Registration> = {}): Registration => ({
	driver: 'PJSIP',
	name: 'pjtrunk',
	user: 'acct',
	host: '203.0.113.9',
	port: 5060,
	state: 'Registered',
	left: 1800,
	timers: { expiration: 3600, retry: 60, retries: 0, forbiddenRetry: 600 },
	...rest,
});

export const iax = (rest: Partial<Registration> = {}): Registration => ({
	driver: 'IAX2',
	name: 'acct@203.0.113.9',
	user: 'acct',
	host: '203.0.113.9',
	port: 4569,
	state: 'Registered',
	...rest,
});

export const peer = (rest: Partial<Peer> = {}): Peer => ({
	driver: 'SIP',
	name: 'siptrunk',
	address: '203.0.113.9',
	dynamic: false,
	status: 'reachable',
	milliseconds: 20,
	...rest,
});

export const memory = (rest: Partial<RegistrationsMemory> = {}): RegistrationsMemory => ({
	turn: 1,
	at: 9_940,
	interval: 60,
	trunks: [],
	strangers: [],
	serverId: 'DIALER1',
	absent: {},
	counts: {},
	peers: [],
	qualify: { 'SIP/siptrunk': { at: 9_000, every: 25 } },
	phones: [],
	expiring: {},
	tries: {},
	...rest,
});

export const seen = (rest: Partial<RegistrationsSeen> = {}): RegistrationsSeen => ({
	notHere: false,
	notSeen: false,
	silent: undefined,
	denied: [],
	user: 'cron',
	registrations: [],
	trunkPeers: [],
	phones: { known: 0, present: 0, unreachable: 0, expired: 0 },
	trunks: [
		{ carrier: 'T1', driver: 'SIP', sections: ['siptrunk'], registers: [{ user: 'acct', host: '203.0.113.9' }] },
	],
	serverId: 'DIALER1',
	now: NOW,
	settled: 10_000,
	uptime: 10_000,
	before: memory(),
	memory: memory(),
	...rest,
});

/** Judges it after so many looks before that found the same. */
export function judge(
	what: Partial<RegistrationsSeen>,
	looksBefore = 0,
	environment: Record<string, string> = {},
): Judgement {
	const keys = new Proxy({} as Record<string, { looks: number; seconds: number }>, {});
	for (const key of CONDITIONS) if (looksBefore > 0) keys[key] = { looks: looksBefore, seconds: looksBefore * 60 };
	const notes = notebookOf(remembering(keys));
	return check.judge(seen(what), { settings: settingsOf(environment), note: notes.note });
}

/** What registrations and peers of these tests are remembered under. */
const CONDITIONS = [
	...['SIP/siptrunk SIP', 'SIP/other@198.51.100.7 SIP', 'PJSIP/pjtrunk PJSIP', 'IAX2/acct@203.0.113.9 IAX2'].map(
		(key) => `registrations ${key} not registered`,
	),
	'registrations SIP/siptrunk no address',
	'registrations loop trunks',
];

/** `kind subject status` of each finding, with its cause. */
export const told = ({ findings }: Judgement): string[] =>
	findings.map(
		({ id, subject, status, cause }: Finding) =>
			`${id.replace('registrations.', '')} ${subject} ${status}${cause === undefined ? '' : ` < ${cause}`}`,
	);
