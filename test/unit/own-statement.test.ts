import { expect, it } from 'vitest';
import { DatabaseTrouble, type Row } from '../../src/adapters/database.ts';
import type { Thread } from '../../src/dialer/lock-holder.ts';
import { statementOf, statementsUnderWay } from '../../src/dialer/own-statement.ts';
import type { World } from '../../src/world.ts';
import { processOf } from './given.ts';

const DAEMON = 7;
const WORKER = 9;
const row = (
	Id: number,
	Host: string,
	Time: number,
	Info: string | null = 'SELECT 1',
	State = 'Sending data',
): Row => ({
	Id,
	Host,
	Time,
	Info,
	State,
	Command: Info === null ? 'Sleep' : 'Query',
});

/** A machine on which process 7 holds the connection from port 4000, its worker 9 that from port 4500, and process 8 that from port 5000. */
const worldOf = (rows: Row[] | Error): World =>
	({
		query: async () => {
			if (rows instanceof Error) throw rows;
			return rows;
		},
		processes: () => [processOf(DAEMON, 1, ['perl']), processOf(WORKER, DAEMON, ['perl']), processOf(8, 1, ['perl'])],
		proc: {
			socketsOn: (ports: number[]) =>
				ports.map((port) => ({ port, state: 'established', address: '0100000A', inode: `${port}` })),
			sockets: (pid: number) => new Set([{ [DAEMON]: '4000', [WORKER]: '4500' }[pid] ?? '5000']),
		},
	}) as unknown as World;

const found = async (rows: Row[] | Error, silence = 60) => {
	const world = worldOf(rows);
	const statement = statementOf([{ pid: DAEMON }, { pid: WORKER }], silence, await statementsUnderWay(world), world);
	return statement && `${statement.thread} ${statement.certain ? 'its own' : 'perhaps its own'}`;
};

it.each<[string, Row[] | Error, string | undefined]>([
	['its own connection', [row(1, '10.0.0.1:5000', 70), row(2, '10.0.0.1:4000', 65)], '2 its own'],
	['that of a worker', [row(1, '10.0.0.1:5000', 70), row(2, '10.0.0.1:4500', 65)], '2 its own'],
	['that of another process', [row(1, '10.0.0.1:5000', 70)], undefined],
	['the local socket, as long as the silence', [row(3, 'localhost', 59)], '3 perhaps its own'],
	['the local socket, for a moment', [row(3, 'localhost', 5)], undefined],
	[
		'its own, which waits for a lock',
		[row(2, '10.0.0.1:4000', 65, 'SELECT 1', 'Waiting for table level lock')],
		undefined,
	],
	['its own, which sleeps', [row(2, '10.0.0.1:4000', 65, null)], undefined],
	['a database that cannot be asked', new DatabaseTrouble('silent', 'no answer'), undefined],
])('a silent daemon waits for the answer: %s', async (_, rows, expected) => {
	expect(await found(rows)).toBe(expected);
});

it('tells no values', async () => {
	const world = worldOf([row(2, '10.0.0.1:4000', 65, "SELECT * FROM vicidial_list WHERE phone_number='5551234'")]);
	const statement = statementOf([{ pid: DAEMON }], 60, (await statementsUnderWay(world)) as Thread[], world);
	expect(statement?.text).toBe("SELECT * FROM vicidial_list WHERE phone_number='…'");
});
