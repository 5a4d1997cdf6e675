import { describe, expect, it } from 'vitest';
import { lockFinding } from '../../src/checks/mysql-lock.ts';
import {
	candidates,
	chosen,
	type Holder,
	programOf,
	type Thread,
	threadsOf,
	waitingFor,
} from '../../src/dialer/lock-holder.ts';
import { settingsOf } from './given.ts';

const thread = (id: number, seconds: number, state: string, statement = '', command = 'Query'): Thread => ({
	id,
	host: `10.0.0.1:${40_000 + id}`,
	command,
	seconds,
	state,
	statement,
});
const LOCK = 'Waiting for table level lock';
const update = "UPDATE vicidial_live_agents SET random_id='12345' WHERE user='1001'";
const asleep = (id: number, seconds: number): Thread => thread(id, seconds, '', '', 'Sleep');

describe('statements that wait for a lock', () => {
	it('are told longest first, with their table and without their values', () => {
		const threads = [thread(1, 3, LOCK, update), thread(2, 30, 'Waiting for table metadata lock', update)];
		expect(waitingFor([...threads, thread(3, 90, 'Sending data', 'SELECT 1')])).toEqual([
			{
				seconds: 30,
				state: 'Waiting for table metadata lock',
				table: 'vicidial_live_agents',
				statement: "UPDATE vicidial_live_agents SET random_id='…' WHERE user='…'",
			},
			expect.objectContaining({ seconds: 3 }),
		]);
	});

	it.each([
		['SELECT a FROM `asterisk`.`vicidial_hopper` WHERE x', 'vicidial_hopper'],
		['INSERT INTO vicidial_manager values(1)', 'vicidial_manager'],
		['DELETE LOW_PRIORITY FROM vicidial_hopper', 'vicidial_hopper'],
		['LOCK TABLES vicidial_live_agents WRITE', 'vicidial_live_agents'],
		["update vicidial_hopper set user=' from nowhere'", 'vicidial_hopper'],
		['COMMIT', undefined],
	])('%s wants %s', (statement, table) => {
		expect(waitingFor([thread(1, 3, LOCK, statement)])[0]?.table).toBe(table);
	});

	it('are read from what the database shows', () => {
		const row = { Id: 7, Host: 'localhost', Command: 'Query', Time: 4, State: LOCK, Info: update, db: null };
		expect(threadsOf([row])).toEqual([{ ...thread(7, 4, LOCK, update), host: 'localhost' }]);
		expect(threadsOf([{ Id: 8 }])[0]).toMatchObject({ statement: '', state: '', seconds: 0 });
	});
});

describe('who may hold the lock', () => {
	const ids = (threads: Thread[]) => candidates(threads).map(({ id }) => id);

	it.each<[string, Thread[], number[]]>([
		[
			'a long statement on the table',
			[thread(1, 40, 'Repair', 'OPTIMIZE TABLE vicidial_live_agents'), asleep(2, 40)],
			[1],
		],
		['a long statement on another table does not', [thread(1, 40, 'Sending data', 'SELECT * FROM call_log')], []],
		['a statement that has just begun does not', [thread(1, 1, 'updating', update)], []],
		['what has been silent for as long', [asleep(2, 31), asleep(3, 2)], [2]],
		['what has been silent for far longer comes last', [asleep(4, 900), asleep(2, 31)], [2, 4]],
		['another one that waits does not', [thread(5, 40, 'Waiting for table metadata lock', update)], []],
	])('%s', (_, others, expected) => {
		expect(ids([thread(9, 30, LOCK, update), ...others])).toEqual(expected);
	});

	it('is nobody where nobody waits', () => {
		expect(ids([asleep(2, 900)])).toEqual([]);
	});

	it('is certain when only one works on the table, or only one is stopped', () => {
		const holder = (id: number, rest: Partial<Holder> = {}): Holder => ({
			id,
			host: 'x',
			seconds: 1,
			statement: undefined,
			...rest,
		});
		const process = (stopped: boolean) => ({ process: { pid: 1, program: 'p', stopped } });
		expect(chosen([holder(1, { statement: 'OPTIMIZE TABLE t' })])?.id).toBe(1);
		expect(chosen([holder(1), holder(2, process(true)), holder(3, process(false))])?.id).toBe(2);
		expect(chosen([holder(1)])).toBeUndefined();
		expect(chosen([holder(1, process(true)), holder(2, process(true))])).toBeUndefined();
		expect(chosen([])).toBeUndefined();
	});
});

it.each([
	[['/usr/bin/perl', '/var/lib/asterisk/agi-bin/agi-VDAD_ALL_outbound.agi', 'x'], 'agi-VDAD_ALL_outbound.agi'],
	[['perl', '-e', 'sleep'], 'perl'],
	[['/usr/sbin/mysqldump', '--all'], 'mysqldump'],
	[[], 'kworker'],
])('knows %j as %s', (argv, name) => {
	expect(programOf(argv, 'kworker')).toBe(name);
});

describe('the finding', () => {
	const waiting = waitingFor([thread(9, 30, LOCK, update)]);
	const told = (holders: Holder[]) => lockFinding(waiting, holders, 'warning', settingsOf());
	const silent: Holder = { id: 42, host: '10.0.0.1:5000', seconds: 31, statement: undefined };

	it('names table, holder and process, and what frees the lock', () => {
		const found = told([{ ...silent, process: { pid: 77, program: 'agi-VDAD.agi', stopped: true } }]);
		expect(found.summary).toBe(
			'1 statement waits for a lock on vicidial_live_agents, the longest for 30 s (Waiting for table level lock); held by thread 42 (process 77, agi-VDAD.agi, which is stopped; silent for 31 s); nothing is restarted for it',
		);
		expect(found.advice).toMatch(/^kill -CONT 77; or, if that does not help: mysqladmin kill 42; /);
		expect(found.remedy).toBeUndefined();
	});

	it('only guesses where a thread is merely silent', () => {
		const found = told([silent, { ...silent, id: 43 }]);
		expect(found.summary).toContain('held perhaps by thread 42 (from 10.0.0.1:5000; silent for 31 s) or 43, or by');
		expect(found.evidence.holder).toBeNull();
		expect(found.advice).not.toContain('kill 42');
	});

	it('says so where the holder cannot be seen', () => {
		expect(told([]).summary).toContain('held by a thread of another account');
	});
});
