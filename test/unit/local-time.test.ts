import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { secondsSinceLocal } from '../../src/dialer/heartbeats.ts';

describe('the age of a local time', () => {
	const zone = process.env.TZ;
	beforeEach(() => {
		process.env.TZ = 'America/New_York';
	});
	afterEach(() => {
		if (zone === undefined) delete process.env.TZ;
		else process.env.TZ = zone;
	});

	// in this zone the clock went from 02:00 back to 01:00 at 06:00 UTC
	it.each<[string, string, string, number]>([
		['on a common day', '2026-11-02 12:00:00', '2026-11-02T17:00:05Z', 5],
		['in the first of two hours of one name', '2026-11-01 01:29:50', '2026-11-01T05:30:00Z', 10],
		['in the second one', '2026-11-01 01:29:50', '2026-11-01T06:30:00Z', 10],
		['across the change', '2026-11-01 01:59:58', '2026-11-01T06:00:02Z', 4],
		['of before the two', '2026-11-01 00:59:50', '2026-11-01T06:30:00Z', 5410],
		['in spring', '2026-03-08 01:59:58', '2026-03-08T07:00:02Z', 4],
	])('%s', (_, stamp, now, seconds) => {
		expect(secondsSinceLocal(stamp, new Date(now))).toBe(seconds);
	});

	it.each([null, '0000-00-00 00:00:00', 'never'])('is not known of %s', (stamp) => {
		expect(secondsSinceLocal(stamp, new Date())).toBeNull();
	});
});
