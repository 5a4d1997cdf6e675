import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { LONGEST_MAINTENANCE, outsideMaintenance } from '../sandbox/maintenance.ts';
import type { Area } from './fault.ts';
import { Walker } from './walk.ts';

/** Milliseconds that a row may take with its twin: some need twenty looks, and the machine may be busy. */
const LONGEST_ROW = 300_000;

/** Walks the rows of an area as tests, all on one dialer. */
export function runArea(area: Area): void {
	describe(`faults: ${area.name}`, () => {
		let walker: Walker;
		beforeAll(async () => {
			walker = await Walker.start(area);
		});
		afterAll(() => walker?.stop());
		beforeEach(outsideMaintenance, LONGEST_MAINTENANCE);

		it.each(area.faults.map((fault) => [fault.says, fault] as const))(
			'%s',
			async (_, fault) => {
				expect((await walker.walk(fault)).problems).toEqual([]);
			},
			LONGEST_ROW,
		);
	});
}
