import { describe, expect, it } from 'vitest';
import type { Phones, RegistrationsMemory } from '../../src/dialer/registrations-memory.ts';
import { afterStep, nextMemory } from '../../src/dialer/registrations-memory.ts';
import { judge, memory, NOW, peer, pjsip, sip, told } from './registrations.given.ts';

const BEFORE = memory({
	clock: { now: NOW - 60, uptime: 9_940 },
	phones: [50, 50],
	expiring: { 'SIP/siptrunk': NOW + 30 },
});
/** The look after it, when Asterisk's clock is ahead of what has passed by so many seconds. */
const stepped = (step: number, before: RegistrationsMemory | undefined = BEFORE) =>
	afterStep(before, { now: NOW + step, uptime: 10_000 });

describe("a step of Asterisk's clock", () => {
	it.each([
		['none', 0, false],
		['what slewing and reading may do', 5, false],
		['the same backwards', -5, false],
		['a step forward', 6, true],
		['a step back', -6, true],
		['a change of the time zone in the hardware clock', 3600, true],
	])('%s', (_, step, isStep) => {
		expect(stepped(step)).toEqual(isStep ? { ...BEFORE, steppedAt: 10_000, phones: [], expiring: {} } : BEFORE);
	});

	it('is not seen in a first look, nor in one after a look that did not see Asterisk', () => {
		expect(afterStep(undefined, { now: NOW, uptime: 10_000 })).toBeUndefined();
		expect(stepped(3600, memory())).toEqual(memory());
	});
});

const learnt = (before: RegistrationsMemory | undefined, rest: object = {}): RegistrationsMemory =>
	nextMemory(before, {
		...memory(),
		trunksAt: undefined,
		trunkPeers: [],
		registrations: [],
		phones: undefined,
		now: NOW,
		uptime: 10_000,
		asteriskStart: 0,
		gap: 50,
		attempts: {},
		...rest,
	});

describe('what looks learn of it', () => {
	it('is remembered by those that come after', () => {
		const clock = { now: NOW + 3600, uptime: 10_000 };
		const first = learnt(stepped(3600), { clock });
		expect(first).toMatchObject({ clock, steppedAt: 10_000 });
		// Asterisk was not seen
		expect(learnt(first, { uptime: 10_060 })).toMatchObject({ clock, steppedAt: 10_000 });
		expect(learnt(undefined)).not.toHaveProperty('clock');
	});

	it('makes them count the phones anew, once those that were forgotten could come back', () => {
		const phones: Phones = { known: 50, present: 50, unreachable: 0, expired: 0 };
		const first = learnt(stepped(3600), { phones });
		expect(first.phones).toEqual([]);
		const second = learnt(first, { phones: { ...phones, present: 2 }, uptime: 10_060 });
		expect(second.phones).toEqual([]);
		expect(learnt(second, { phones, uptime: 10_120 }).phones).toEqual([50]);
		// nobody was lost in between
		expect(told(judge({ phones: { ...phones, present: 2, unreachable: 48 }, before: first }))).toEqual([]);
		expect(told(judge({ phones: { ...phones, present: 2, unreachable: 48 }, before: BEFORE }))).not.toEqual([]);
	});

	it('keeps a PJSIP registration from being taken for given up until its next try was due', () => {
		const registrations = [pjsip({ state: 'Rejected', left: -3500 })];
		const over = (uptime: number) => learnt(stepped(3600), { registrations, uptime }).tries['PJSIP/pjtrunk']?.over;
		// one try in 60 s, 32 s for its answer, 8 s besides
		expect([10_000, 10_100, 10_101].map(over)).toEqual([false, false, true]);
		expect(learnt(BEFORE, { registrations }).tries['PJSIP/pjtrunk']?.over).toBe(true);
	});
});

describe('after a step of the clock', () => {
	const AN_HOUR_LATE = sip({ granted: { at: NOW - 3650, refresh: 105 } });
	const RAN_OUT = pjsip({ left: -1800 });
	const TOO_LONG = pjsip({ left: 5400 });
	it.each([
		['no step', AN_HOUR_LATE, undefined, ['overdue SIP/siptrunk critical']],
		['just now', AN_HOUR_LATE, 0, []],
		['it may still be good', AN_HOUR_LATE, 150, []],
		['it would have been renewed by now', AN_HOUR_LATE, 151, ['overdue SIP/siptrunk critical']],
		['no step', RAN_OUT, undefined, ['overdue PJSIP/pjtrunk critical']],
		['just now', RAN_OUT, 0, []],
		['it may still be good', RAN_OUT, 3632, []],
		['it would have been renewed by now', RAN_OUT, 3633, ['overdue PJSIP/pjtrunk critical']],
		['a step back, just now', TOO_LONG, 0, []],
		['a step back, long ago', TOO_LONG, 3633, ['timer PJSIP/pjtrunk warning']],
		['what is refused is told all the same', sip({ state: 'Rejected' }), 0, ['refused SIP/siptrunk critical']],
	])('%s: %#', (_, registration, seconds, expected) => {
		const set = seconds === undefined ? {} : { steppedAt: 10_000 - seconds };
		expect(told(judge({ registrations: [registration], memory: memory(set) }))).toEqual(expected);
	});

	it('a registration here that chan_sip forgot is not told as one that was not renewed', () => {
		const gone = peer({ address: '', dynamic: true, status: 'unknown' });
		const now = NOW + 3600;
		expect(told(judge({ trunkPeers: [gone], now, before: { ...BEFORE, phones: [] } }))).toEqual([
			'not_renewed SIP/siptrunk warning',
		]);
		const before = stepped(3600);
		expect(told(judge({ trunkPeers: [gone], now, before }))).toEqual([]);
	});
});
