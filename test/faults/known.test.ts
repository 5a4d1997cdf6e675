import { describe, expect, it } from 'vitest';
import { AREAS } from './areas.ts';
import { PAINS, STUCK_ROWS } from './known.ts';

const rows = AREAS.flatMap(({ faults }) => faults);

/** Numbers that neither a row nor a reason speaks of, or both do. */
const open = (known: typeof PAINS, covered: readonly number[]): number[] =>
	Object.entries(known)
		.filter(([number, { elsewhere }]) => (elsewhere === undefined) !== covered.includes(Number(number)))
		.map(([number]) => Number(number));

describe('the table of faults', () => {
	it('has a row for every pain of a dialer, or says why not', () => {
		expect(Object.keys(PAINS)).toHaveLength(45);
		expect(
			open(
				PAINS,
				rows.flatMap(({ pains = [] }) => pains),
			),
		).toEqual([]);
	});

	it('has a row for every kind of row that stands still', () => {
		expect(Object.keys(STUCK_ROWS)).toHaveLength(21);
		expect(
			open(
				STUCK_ROWS,
				rows.flatMap((row) => row.rows ?? []),
			),
		).toEqual([]);
	});

	it('has twins that do something to the dialer', () => {
		const untouched = rows
			.filter(({ twin }) => /^(async )?\(\) => (\{\s*\}|sleep\(.*\))$/.test(`${twin.inject}`))
			.map(({ says, twin }) => `${says}; but ${twin.but}`);
		expect(untouched).toEqual([]);
	});

	it('says every trouble once', () => {
		const said = rows.map(({ says }) => says);
		expect(said.filter((one, index) => said.indexOf(one) !== index)).toEqual([]);
	});
});
