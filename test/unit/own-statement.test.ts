import { expect, it } from 'vitest';
import { DatabaseTrouble, type Row } from '../../src/adapters/database.ts';
import { statementOf, statementsNow } from '../../src/dialer/own-statement.ts';
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
	User = 'cron',
): Row => ({
	Id,
	User,
	Host,
	Time,
	Info,
	State,
	Command: Info === null ? 'Sleep' : 'Query',
});

/** A machine on which process 7 holds the connection from port 4000, its worker 9 that from port 4500, and process 8 that from port 5000. */
const worldOf = (rows: Row[] | Error, user = 'cron', databasePort = 3306): World =>
	({
		settings: { database: { user, port: databasePort }, daemonsUser: 'cron' },
		query: async () => {
			if (rows instanceof Error) throw rows;
			return rows;
		},
		processes: () => [processOf(DAEMON, 1, ['perl']), processOf(WORKER, DAEMON, ['perl']), processOf(8, 1, ['perl'])],
		proc: {
			// at the other end of each of these connections is the database, or a proxy of it
			socketsOn: (ports: number[]) =>
				(ports.includes(6033) ? [4000, 4500, 5000] : ports.filter((port) => [4000, 4500, 5000].includes(port))).map(
					(port) => ({ port, remotePort: 6033, state: 'established', address: '0100000A', inode: `${port}` }),
				),
			sockets: (pid: number) => new Set([{ [DAEMON]: '4000', [WORKER]: '4500' }[pid] ?? '5000']),
		},
	}) as unknown as World;

const found = async (rows: Row[] | Error, silence = 60) => {
	const world = worldOf(rows);
	const statement = statementOf([{ pid: DAEMON }, { pid: WORKER }], silence, await statementsNow(world), world);
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
	const statement = statementOf([{ pid: DAEMON }], 60, await statementsNow(world), world);
	expect(statement?.text).toBe("SELECT * FROM vicidial_list WHERE phone_number='…'");
});

it.each<[string, Row[], string | undefined]>([
	['as long as the silence', [row(4, '10.0.0.99:7000', 59)], '4 perhaps its own'],
	['for a moment', [row(4, '10.0.0.99:7000', 5)], undefined],
	[
		'as long as the silence, while its own connection is at rest',
		[row(4, '10.0.0.99:7000', 59), row(2, '10.0.0.1:4000', 60, null)],
		undefined,
	],
])('a silent daemon that came by a proxy may wait for a statement that is worked on %s', async (_, rows, expected) => {
	const world = worldOf(rows, 'cron', 6033);
	const statement = statementOf([{ pid: DAEMON }], 60, await statementsNow(world), world);
	expect(statement && `${statement.thread} ${statement.certain ? 'its own' : 'perhaps its own'}`).toBe(expected);
});

it.each<[string, string, Row[], string | undefined]>([
	['the account of the daemons', 'cron', [row(1, 'localhost', 0)], undefined],
	['another one, which sees only itself', 'watch', [row(1, 'localhost', 0, 'SHOW PROCESSLIST', '', 'watch')], 'cron'],
	[
		'another one, which sees the daemons',
		'watch',
		[row(1, 'localhost', 0, 'SHOW PROCESSLIST', '', 'watch'), row(2, '10.0.0.1:4000', 3, null, '', 'cron')],
		undefined,
	],
])('knows what is hidden from %s', async (_, user, rows, expected) => {
	expect((await statementsNow(worldOf(rows, user))).hidden).toBe(expected);
});
