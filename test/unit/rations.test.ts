import { describe, expect, it } from 'vitest';
import { coolsUntil, dialerRation, standing, usedUpUntil, withAttempt } from '../../src/rations.ts';

const ration = { restarts: 3, seconds: 900 };

describe('a ration', () => {
	it.each<[string, number[], number, number | undefined]>([
		['nothing tried', [], 1000, undefined],
		['some left', [100, 200], 1000, undefined],
		['used up, until a quiet hour has passed', [200, 300, 400], 1000, 4000],
		['used up by the last ones', [50, 200, 300, 400], 1000, 4000],
		['the time of the ration alone brings nothing back', [200, 300, 400], 2000, 4000],
		['a quiet hour does', [200, 300, 400], 4000, undefined],
		['attempts far apart', [100, 600, 1000], 1000, undefined],
		['before the last quiet hour nothing counts', [100, 200, 4000, 4100], 4200, undefined],
	])('%s', (_, attempts, uptime, until) => {
		expect(usedUpUntil(attempts, ration, uptime)).toBe(until);
	});

	it('for longer than an hour comes back after a time as long', () => {
		expect(usedUpUntil([0, 100, 9000], { restarts: 3, seconds: 14_400 }, 9100)).toBe(23_400);
	});

	it('of the dialer is three times as large', () => {
		expect(dialerRation(ration)).toEqual({ restarts: 9, seconds: 900 });
	});
});

describe('the next attempt', () => {
	it.each<[number[], number, number | undefined]>([
		[[], 1000, undefined],
		[[980], 1000, 1030],
		[[950], 1000, undefined],
		[[900, 980], 1000, 1080],
		[[700, 800, 900], 1000, 1100],
		// never longer than the time of the ration
		[[1, 2, 3, 4, 5, 6, 7], 8, 907],
		// after a quiet hour it begins anew
		[[1, 2, 3, 5000], 5010, 5050],
	])('after %j, at %d: %s', (attempts, uptime, due) => {
		expect(coolsUntil(attempts, { ration, lookGap: 50 }, uptime)).toBe(due);
	});
});

describe('what is kept', () => {
	it('is what still counts', () => {
		expect(standing([100, 200, 4000], ration, 4100)).toEqual([4000]);
		expect(withAttempt([100, 200, 4000], ration, 4100)).toEqual([4000, 4100]);
		expect(
			withAttempt(
				Array.from({ length: 50 }, (_, at) => at),
				ration,
				50,
			),
		).toHaveLength(10);
	});
});
