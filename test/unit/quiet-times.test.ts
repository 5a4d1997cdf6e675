import { expect, it } from 'vitest';
import { quietUntil, timeOfDay } from '../../src/quiet-times.ts';

const at = (time: string): Date => new Date(`2026-06-01T${time}`);

it.each<[string, string | undefined, string, string | undefined]>([
	['a part of the day', undefined, '01:00:00', '01:15'],
	['its last second', undefined, '01:14:59', '01:15'],
	['its end', undefined, '01:15:00', undefined],
	['the second before', undefined, '00:59:59', undefined],
	['the end of the day', '0000', '00:00:00', '00:05'],
	['five minutes after it', '0000', '00:05:00', undefined],
	['the minute before it', '0000', '23:59:59', undefined],
	['the end of the day elsewhere', '1800', '18:04:30', '18:05'],
	['over midnight', '2358', '00:01:00', '00:03'],
	['an end of day that makes no sense', 'x', '00:00:00', undefined],
	['an end of day that is not known', undefined, '00:00:00', undefined],
])('%s', (_, endOfDay, time, expected) => {
	const until = quietUntil(['end-of-day', { from: 60, to: 75 }], endOfDay, at(time));
	expect(until === undefined ? undefined : timeOfDay(until)).toBe(expected);
});

it('knows a part of the day that goes over midnight', () => {
	expect(quietUntil([{ from: 1430, to: 10 }], undefined, at('00:05:00'))).toBe(10);
	expect(quietUntil([], '0000', at('00:00:00'))).toBeUndefined();
});
