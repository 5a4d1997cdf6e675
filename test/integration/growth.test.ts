import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { addPhones, GROWN_LIMITS, grow } from '../bench/grow.ts';
import { watch } from '../bench/watch.ts';
import { type Dialer, startDialer } from '../sandbox/dialer.ts';
import { QUICK } from '../sandbox/quick.ts';

let dialer: Dialer;
beforeAll(async () => {
	dialer = await startDialer({ keepalives: '123456789CES', options: ['-cu3way', '-recmon'] });
	await addPhones(dialer);
	await grow(dialer);
}, 300_000);
afterAll(() => dialer?.stop());

describe('a dialer that runs everything, with a million actions, a full hopper, 500 agents and 5,000 phones', () => {
	it.each(['stock', 'vicikeep'])(
		'is asked by few statements, each bounded, and few actions, where %s owns the conf files',
		{ timeout: 180_000 },
		async (owner) => {
			await dialer.database.query(`UPDATE servers SET generate_vicidial_conf='${owner === 'stock' ? 'Y' : 'N'}'`);
			const env = { ...QUICK, ...GROWN_LIMITS, VICIKEEP_CONF_OWNER: owner };
			// a row behind the conf files has changed: that look compares them all with the database
			expect((await dialer.check(['--quiet'], { env })).exitCode).toBe(0);
			const { statements, actions, memory, widest } = await watch(dialer, [], env, 30);
			expect(statements[1]).toBeLessThanOrEqual(20);
			expect(actions[1]).toBeLessThanOrEqual(16);
			expect(memory).toBeLessThanOrEqual(80);
			// the hopper has no index that would help and is read whole; of actions and calls no more than the newest, twice
			expect(widest[0]?.table).toBe('vicidial_hopper');
			expect(widest[0]?.rows).toBeLessThan(25_000);
			expect(widest[1]?.rows).toBeLessThan(12_000);
		},
	);
});
