import { describe, expect, it } from 'vitest';
import { AREAS } from './areas.ts';
import { CALLS } from './calls.ts';
import { CLUSTER } from './cluster.ts';
import { DATABASE } from './database.ts';
import { PAINS, STUCK_ROWS } from './known.ts';
import { MACHINE } from './machine.ts';
import { NETWORK } from './network.ts';
import { QUEUES } from './queues.ts';

const rows = AREAS.flatMap(({ faults }) => faults);

/** Areas in which no twin is a healthy dialer left as it is. */
const SIMILAR = [CALLS, QUEUES, DATABASE, NETWORK, CLUSTER, MACHINE];

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
		const untouched = SIMILAR.flatMap(({ faults }) => faults)
			.filter(({ twin }) => twin.inject.length === 0)
			.map(({ says, twin }) => `${says}; but ${twin.but}`);
		expect(untouched).toEqual([]);
	});

	it('says every trouble once', () => {
		const said = rows.map(({ says }) => says);
		expect(said.filter((one, index) => said.indexOf(one) !== index)).toEqual([]);
	});
});
