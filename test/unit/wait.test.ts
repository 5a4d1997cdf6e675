import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Lock } from '../../src/adapters/lock.ts';
import type { Pulse } from '../../src/dialer/pulses.ts';
import { afterLook, type Session } from '../../src/session.ts';
import type { ActionReport, Report } from '../../src/types.ts';
import { lookUntilWell } from '../../src/wait.ts';
import { reportOf, STOPPED } from './report/given.ts';

beforeEach(() => {
	vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date', 'performance'] });
});
afterEach(() => {
	vi.useRealTimers();
});

const CRITICAL = reportOf({ status: 'critical', checks: [{ findings: [STOPPED] }] });
const taken: Lock = { state: 'taken', age: 7, limit: 45 };

/** Waits with these reports, the last one for ever; each look takes a second. */
async function wait(
	seconds: number,
	reports: Report[],
	locks: Lock['state'][] = [],
	remembers = true,
	pulses: Pulse[][] = [],
) {
	const told: string[] = [];
	const events: string[] = [];
	const began = performance.now();
	const at = () => Math.round((performance.now() - began) / 1000);
	const done = lookUntilWell({
		wait: seconds,
		timeout: 45,
		lock: () => {
			const state = locks.length > 1 ? locks.shift() : locks[0];
			if (state === 'taken') return taken;
			events.push(`${at()} lock`);
			return { state: 'held', release: () => void events.push(`${at()} release`) };
		},
		look: async (lock, deadline) => {
			events.push(`${at()} look ${lock?.state} ${Math.round(deadline)}`);
			await new Promise((resolve) => setTimeout(resolve, 1000));
			const report = reports.length > 1 ? reports.shift() : reports[0];
			return {
				report: structuredClone(report ?? CRITICAL),
				told: undefined,
				remembers,
				amiMemory: {},
				samples: undefined,
				pulses: pulses.length > 1 ? (pulses.shift() ?? []) : (pulses[0] ?? []),
				keep: () => {
					events.push(`${at()} keep`);
					if (lock?.state === 'held') lock.release();
					return [];
				},
				// a program that never comes back
				tell: () => new Promise<never>(() => {}),
			};
		},
		tell: (line, passed) => void told.push(`${passed}: ${line}`),
		kept: ({ tell }) => {
			events.push(`${at()} tell`);
			void tell(false);
		},
		complain: () => {},
	});
	await vi.runAllTimersAsync();
	return { ...(await done), told, events, seconds: at() };
}

describe('a second look of the same run', () => {
	const session = { options: { rebuild: 'all' }, attended: true } as Session;
	const refused = { refused: { host: 'h', port: 1, user: 'u', secret: 's', managerConf: '', at: 0, bootId: '' } };

	it('does not insist on a refused account again, wherever that is remembered', () => {
		expect(afterLook(session, { report: reportOf({}), amiMemory: refused, samples: undefined })).toMatchObject({
			attended: false,
			amiMemory: refused,
		});
	});

	it('makes the conf files anew once', () => {
		const rebuild = (outcome: ActionReport['outcome']) =>
			afterLook(session, {
				report: reportOf({ actions: [{ kind: 'rebuild', outcome }] }),
				amiMemory: {},
				samples: undefined,
			}).options.rebuild;
		expect(rebuild('withheld')).toBe('all');
		expect(rebuild('done')).toBeUndefined();
	});
});

describe('looking until nothing is critical', () => {
	it('ends with the first look when all is well, and leaves it to the caller to keep it under the lock', async () => {
		const { events, told } = await wait(60, [reportOf({})]);
		expect(events).toEqual(['0 lock', '0 look held 45']);
		expect(told).toEqual([]);
	});

	it('a warning is no reason to wait', async () => {
		expect((await wait(60, [reportOf({ status: 'warning' })])).seconds).toBe(1);
	});

	it('a trouble that a second look has to confirm is one', async () => {
		const unconfirmed = reportOf({
			status: 'warning',
			checks: [{ findings: [{ ...STOPPED, status: 'warning' }] }],
			actions: [{ outcome: 'withheld', reason: 'seen once; it is left alone until a second look' }],
		});
		const { told, report } = await wait(60, [unconfirmed, reportOf({})]);
		expect(report.status).toBe('ok');
		expect(told[0]).toMatch(/^1: warning: AST_update .*; restart:AST_update withheld: seen once/);
		// without a memory no second look ever counts
		expect((await wait(60, [unconfirmed, reportOf({})], [], false)).report.status).toBe('warning');
	});

	it('looks again 5 s later, with the lock free, the look remembered and told in between, whatever that takes', async () => {
		const { events, report, told } = await wait(60, [CRITICAL, CRITICAL, reportOf({})]);
		expect(events).toEqual([
			'0 lock',
			'0 look held 45',
			'1 keep',
			'1 release',
			'1 tell',
			'6 lock',
			'6 look held 45',
			'7 keep',
			'7 release',
			'7 tell',
			'12 lock',
			'12 look held 45',
		]);
		expect(report).toMatchObject({ status: 'ok', duration_ms: 13_000, started_at: CRITICAL.started_at });
		expect(told[0]).toBe(`1: critical: ${STOPPED.summary}`);
	});

	it('ends when the time is up, with a last look at that moment', async () => {
		const { report, seconds, events } = await wait(8, [CRITICAL]);
		expect(report.status).toBe('critical');
		expect(events.filter((event) => event.includes('look'))).toEqual([
			'0 look held 8',
			'6 look held 5',
			'8 look held 5',
		]);
		expect(seconds).toBe(9);
	});

	it('tells all repairs in the end, and none twice', async () => {
		const repaired = reportOf({
			status: 'critical',
			actions: [{ id: 'start:a' }, { id: 'restart:b', outcome: 'withheld', reason: 'one living process a run' }],
		});
		const { report } = await wait(60, [repaired, reportOf({ actions: [{ id: 'restart:b' }] })]);
		expect(report.actions.map(({ id, outcome }) => `${outcome} ${id}`)).toEqual(['done start:a', 'done restart:b']);
	});

	it('waits for the lock of another run, and looks without it when the time is up', async () => {
		const held = await wait(60, [reportOf({})], ['taken', 'taken', 'held']);
		expect(held.events).toEqual(['2 lock', '2 look held 45']);
		expect(held.told[0]).toBe('0: another run is repairing; waiting for its end');
		const never = await wait(3, [CRITICAL], ['taken']);
		expect(never.events).toEqual(['3 look taken 5']);
		expect(never.seconds).toBe(4);
	});

	describe('with daemons that have to move', () => {
		const sleeps = (value: number, pid = 1): Pulse => ({
			daemon: 'AST_update',
			sign: `sleeps of ${pid}`,
			value,
			least: 1,
		});
		const row = (value: number): Pulse => ({ daemon: 'AST_update', sign: 'its row', value, least: 2 });
		const looksUntil = async (seconds: number, ...pulses: Pulse[][]) => {
			const { events, report, told } = await wait(seconds, [reportOf({})], [], true, pulses);
			return { looks: events.filter((event) => event.includes('look')).length, notes: report.notes, told };
		};

		it.each<[string, number, Pulse[][]]>([
			['none is expected to', 1, [[]]],
			['it has gone to sleep between two looks', 2, [[sleeps(7)], [sleeps(8)]]],
			['it does so only later', 4, [[sleeps(7)], [sleeps(7)], [sleeps(7)], [sleeps(8)]]],
			['what it moved before this run tells nothing', 3, [[sleeps(7)], [sleeps(7)], [sleeps(9)]]],
			['another process has to move by itself', 3, [[sleeps(7)], [sleeps(9, 2)], [sleeps(10, 2)]]],
			[
				'it wakes, and its row has to move too',
				3,
				[
					[sleeps(7), row(90)],
					[sleeps(8), row(91)],
					[sleeps(9), row(99)],
				],
			],
			['its row is gone, it has moved', 2, [[sleeps(7), row(90)], [sleeps(8)]]],
		])('ends when %s', async (_, looks, pulses) => {
			expect(await looksUntil(60, ...pulses)).toMatchObject({ looks, notes: undefined });
		});

		it('tells for whom it waits, and of whom nothing was seen to move', async () => {
			const { looks, notes, told } = await looksUntil(8, [sleeps(7)]);
			expect(looks).toBe(3);
			expect(told[0]).toBe('1: nothing is critical; waiting for AST_update to move');
			expect(notes).toEqual(['AST_update was not seen to move in these 8 s; a longer --wait tells whether it stalls']);
		});
	});
});
