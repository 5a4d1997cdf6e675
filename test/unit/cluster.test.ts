import { describe, expect, it } from 'vitest';
import { cluster } from '../../src/checks/cluster.ts';
import { type ClusterObservation, lowest, type Sister } from '../../src/dialer/cluster.ts';
import { type Refusal, type Refusals, refusalsAfter } from '../../src/dialer/refusals.ts';
import type { Registration } from '../../src/dialer/registrations-lists.ts';
import { notebookOf, remembering, settingsOf } from './given.ts';

const sister = (rest: Partial<Sister> = {}): Sister => ({
	ip: '10.0.0.2',
	name: 'DIALER2',
	port: 5038,
	dials: true,
	age: 1,
	...rest,
});
const none = { manager: false, fastAgi: false };

/** A cluster of two in which all is well, but for these changes. */
const seen = (rest: Partial<ClusterObservation> = {}): ClusterObservation => ({
	sisters: [sister()],
	speaker: '10.0.0.1',
	voicemail: {
		server: '10.0.0.1',
		entry: { ip: '10.0.0.1', name: 'A', port: 5038, dials: true },
		autoDialer: undefined,
	},
	refusals: undefined,
	turns: { turn: 1, samples: {} },
	...rest,
});

function judged(rest: Partial<ClusterObservation>, looks = 0, environment: Record<string, string> = {}): string[] {
	const before =
		looks > 0
			? { 'cluster.dead 10.0.0.2': { looks, seconds: 60 }, 'cluster.no_row 10.0.0.2': { looks, seconds: 60 } }
			: {};
	const { note } = notebookOf(remembering(before));
	const { findings } = cluster.judge(seen(rest), { settings: settingsOf(environment), note });
	return findings.map(({ id, subject, status }) => `${id} ${subject} ${status}`);
}

describe('another dialer', () => {
	it.each<[string, Partial<Sister>, number, string[]]>([
		['writes its row', {}, 0, []],
		['is silent and answers nowhere', { age: 70, ports: none }, 0, ['cluster.dead 10.0.0.2 warning']],
		['is so for two looks, but not for long', { age: 119, ports: none }, 1, ['cluster.dead 10.0.0.2 warning']],
		['is so for long, but in one look', { age: 400, ports: none }, 0, ['cluster.dead 10.0.0.2 warning']],
		['is so in two looks and for long', { age: 120, ports: none }, 1, ['cluster.dead 10.0.0.2 critical']],
		['has lost its row just now', { age: null, ports: none }, 0, []],
		['has no row and answers nowhere', { age: null, ports: none }, 1, ['cluster.dead 10.0.0.2 critical']],
		[
			'is silent and its manager greets',
			{ age: 400, ports: { manager: true, fastAgi: false } },
			5,
			['cluster.updater_silent 10.0.0.2 warning'],
		],
		[
			'is silent and its FastAGI serves',
			{ age: null, ports: { manager: false, fastAgi: true } },
			5,
			['cluster.updater_silent 10.0.0.2 warning'],
		],
	])('%s', (_, rest, looks, expected) => {
		expect(judged({ sisters: [sister(rest)] }, looks)).toEqual(expected);
	});

	it.each([
		['never', 0, '10.0.0.2', []],
		['once', 1, '10.0.0.2', []],
		['twice', 2, '10.0.0.2', ['cluster.refused 10.0.0.2 warning']],
		['twice, but was taken out of service', 2, '10.0.0.9', []],
	])('has refused our registration %s', (_, looks, ip, expected) => {
		expect(judged({ refusals: { at: 1, sisters: [{ ip, state: 'Rejected', looks }] } })).toEqual(expected);
	});
});

describe('refusals', () => {
	const registration = (rest: Partial<Registration> = {}): Registration => ({
		driver: 'IAX2',
		name: 'DIALER1@10.0.0.2',
		user: 'DIALER1',
		host: '10.0.0.2',
		port: 4569,
		state: 'Rejected',
		...rest,
	});
	const once: Refusals = { at: 1000, sisters: [{ ip: '10.0.0.2', state: 'Rejected', looks: 1 }] };
	const known = (before: Refusals | undefined, seen: Registration[] | undefined, uptime: number) =>
		refusalsAfter(before, seen, { serverId: 'DIALER1', uptime, gap: 50 });

	it.each<[string, Refusals | undefined, Registration[] | undefined, number, Refusals | undefined]>([
		['begin with the first', undefined, [registration()], 1000, once],
		['add up', once, [registration()], 1060, { at: 1060, sisters: [{ ...once.sisters[0], looks: 2 } as Refusal] }],
		['do not add up sooner', once, [registration()], 1049, once],
		['are over with the registration', once, [registration({ state: 'Registered' })], 1060, { at: 1060, sisters: [] }],
		['stay where nothing was seen, however long', once, undefined, 9000, once],
		['are unknown where nothing was ever seen', undefined, undefined, 9000, undefined],
		['are none of a carrier', undefined, [registration({ user: 'acct' })], 1000, { at: 1000, sisters: [] }],
		['are none of another driver', undefined, [registration({ driver: 'SIP' })], 1000, { at: 1000, sisters: [] }],
	])('%s', (_, before, seen, uptime, expected) => {
		expect(known(before, seen, uptime)).toEqual(expected);
	});

	it('are counted for each sister', () => {
		const both = [registration(), registration({ host: '10.0.0.3', state: 'No Authentication' })];
		expect(known(once, both, 1060)?.sisters.map(({ ip, looks }) => `${ip} ${looks}`)).toEqual([
			'10.0.0.2 2',
			'10.0.0.3 1',
		]);
	});
});

describe('the voicemail server', () => {
	const other = { ip: '10.0.0.2', name: 'DIALER2', port: 5038, dials: true };
	const sample = (answer: number | null, doubts: number) => ({ answer, doubts, age: 0 });
	const TOLD = ['cluster.voicemail_server active_voicemail_server warning'];
	it.each<[string, ClusterObservation['voicemail'], string, string[]]>([
		['is empty', { server: '', entry: undefined, autoDialer: undefined }, '1236', TOLD],
		['is unknown', { server: '10.9.9.9', entry: undefined, autoDialer: undefined }, '1236', TOLD],
		['could not be read', { server: undefined, entry: undefined, autoDialer: undefined }, '1236', []],
		['is this dialer', seen().voicemail, '1236', []],
		['is this dialer, without code 3', seen().voicemail, '126', TOLD],
		['is this dialer, which keeps nothing running', seen().voicemail, 'X', []],
		['is another one at work', { server: other.ip, entry: other, autoDialer: sample(5, 0) }, '1236', []],
		['is another one, idle once', { server: other.ip, entry: other, autoDialer: sample(null, 1) }, '1236', []],
		['is another one, idle twice', { server: other.ip, entry: other, autoDialer: sample(null, 2) }, '1236', TOLD],
	])('%s', (_, voicemail, codes, expected) => {
		expect(judged({ voicemail }, 0, { VICIKEEP_KEEPALIVES: codes })).toEqual(expected);
	});

	it('is not told of when its whole dialer is dead', () => {
		const voicemail = { server: other.ip, entry: other, autoDialer: sample(null, 5) };
		expect(judged({ voicemail, sisters: [sister({ age: 400, ports: none })] }, 1)).toEqual([
			'cluster.dead 10.0.0.2 critical',
		]);
	});
});

it('the lowest address is so by number', () => {
	expect(lowest(['10.0.0.10', '10.0.0.9', '9.255.0.1'])).toBe('9.255.0.1');
	expect(lowest(['10.0.0.10', '10.0.0.9'])).toBe('10.0.0.9');
	expect(lowest([])).toBeUndefined();
});
