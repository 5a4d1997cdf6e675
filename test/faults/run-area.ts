import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Area } from './fault.ts';
import { Walker } from './walk.ts';

/** Walks the rows of an area as tests, all on one dialer. */
export function runArea(area: Area): void {
	describe(`faults: ${area.name}`, () => {
		let walker: Walker;
		beforeAll(async () => {
			walker = await Walker.start(area);
		});
		afterAll(() => walker?.stop());

		it.each(area.faults.map((fault) => [fault.says, fault] as const))('%s', async (_, fault) => {
			expect((await walker.walk(fault)).problems).toEqual([]);
		});
	});
}
