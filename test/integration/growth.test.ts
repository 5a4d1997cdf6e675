import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { grow } from '../bench/grow.ts';
import { watch } from '../bench/watch.ts';
import { type Dialer, startDialer } from '../sandbox/dialer.ts';
import { QUICK } from '../sandbox/quick.ts';

let dialer: Dialer;
beforeAll(async () => {
	dialer = await startDialer({ keepalives: '123456789CES', options: ['-cu3way', '-recmon'] });
	await grow(dialer);
}, 300_000);
afterAll(() => dialer?.stop());

describe('a dialer that runs everything, with a million actions, a full hopper and 500 agents', () => {
	it('is asked by few statements, each bounded, and few actions', { timeout: 120_000 }, async () => {
		const env = { ...QUICK, VICIKEEP_WARN_MANAGER_ROWS: 'never', VICIKEEP_CRIT_MANAGER_ROWS: 'never' };
		// the first one compares all conf files with the database
		const first = await watch(dialer, [], env, 1);
		const { statements, actions, memory, widest } = await watch(dialer, [], env, 30);
		expect(statements[1]).toBeLessThanOrEqual(20);
		expect(actions[1]).toBeLessThanOrEqual(16);
		expect(Math.max(first.memory, memory)).toBeLessThanOrEqual(80);
		// the hopper has no index that would help and is read whole; of the actions no more than the newest
		expect(widest[0]?.table).toBe('vicidial_hopper');
		expect(widest[0]?.rows).toBeLessThan(25_000);
		expect(widest[1]?.rows).toBeLessThan(5000);
	});
});
