import { describe, expect, it } from 'vitest';
import { cluster } from '../../src/checks/cluster.ts';
import { type ClusterObservation, lowest, type Sister } from '../../src/dialer/cluster.ts';
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
	refused: [],
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

	it('refuses our registration', () => {
		expect(judged({ refused: [{ ip: '10.0.0.2', state: 'Rejected' }] })).toEqual(['cluster.refused 10.0.0.2 warning']);
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
