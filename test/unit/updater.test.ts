import { describe, expect, it } from 'vitest';
import { type UpdaterHistory, type UpdaterRow, updaterFault, updaterHistory } from '../../src/dialer/updater.ts';
import { copyOf, judgeOne, seen } from './processes.given.ts';

const LIMITS = { warn: 15, crit: 60 };
const row = (rest: Partial<UpdaterRow> = {}): UpdaterRow => ({
	age: 1,
	local: 1,
	apart: 0,
	stamp: '12:01:00',
	dbStamp: '12:01:00',
	...rest,
});
const earlier = (rest: Partial<UpdaterHistory> = {}): UpdaterHistory => ({
	stamp: '12:00:00',
	dbStamp: '12:00:00',
	apart: 0,
	ages: [1],
	...rest,
});

describe('behind the time synchronization problem on the screens of agents', () => {
	it.each<[string, UpdaterRow | null, UpdaterHistory | undefined, string | undefined]>([
		['nothing', row(), earlier(), undefined],
		['nothing, at a first look', row(), undefined, undefined],
		['the row went with the database', null, earlier(), 'no_row'],
		[
			'both stamps stand still',
			row({ age: 20, local: 20, stamp: '12:00:00', dbStamp: '12:00:00' }),
			earlier(),
			'stands_still',
		],
		['one slow moment', row({ age: 9, local: 9 }), earlier(), undefined],
		['the clock of this machine is behind', row({ apart: -20 }), earlier({ apart: -20 }), 'clocks'],
		['the clock of this machine is ahead, and set meanwhile', row({ apart: 20 }), earlier({ apart: 90 }), undefined],
		['the clocks differ by less than agents notice', row({ apart: 7 }), earlier({ apart: 7 }), undefined],
		['two time zones', row({ apart: -3600 }), earlier({ apart: -3601 }), 'time_zones'],
		[
			'the column lost its automatic update',
			row({ age: 500, apart: 500, dbStamp: '11:52:00' }),
			earlier({ dbStamp: '11:52:00', apart: 440 }),
			'column',
		],
		['the column never had it', row({ age: null, apart: null, dbStamp: null }), earlier({ dbStamp: null }), 'column'],
		['steps of ten seconds', row({ age: 7, local: 7 }), earlier({ ages: [2, 9, 5, 1, 10] }), 'manager'],
		['a slow look among brisk ones', row({ age: 7, local: 7 }), earlier({ ages: [1, 0, 1, 2, 1] }), undefined],
		['too few looks to tell', row({ age: 7, local: 7 }), earlier({ ages: [9, 8] }), undefined],
	])('%s', (_, now, history, expected) => {
		expect(updaterFault(now, history, LIMITS)).toBe(expected);
	});

	it('keeps the ages of the last six looks', () => {
		const history = [9, 8, 7, 6, 5, 4].reduce<UpdaterHistory | undefined>(
			(sofar, age) => updaterHistory(row({ age, local: age, stamp: `step ${age}` }), sofar),
			earlier(),
		);
		expect(history?.ages).toEqual([9, 8, 7, 6, 5, 4]);
	});

	it('counts a pause once, however many looks fall into it', () => {
		const history = [4, 5, 6, 7].reduce<UpdaterHistory | undefined>(
			(sofar, age) => updaterHistory(row({ age, local: age, stamp: 'the same' }), sofar),
			undefined,
		);
		expect(history?.ages).toEqual([7]);
	});
});

describe('what is done for it', () => {
	it.each<[string, UpdaterRow | null, UpdaterHistory | undefined, string[]]>([
		['nothing', row(), earlier(), []],
		['a restart makes the row anew', null, undefined, ['processes.heartbeat_missing warning restart:AST_update']],
		['a warning waits', row({ age: 20, local: 20 }), undefined, ['processes.heartbeat_old warning']],
		[
			'a stall is ended',
			row({ age: 61, local: 61 }),
			undefined,
			['processes.heartbeat_old critical restart:AST_update'],
		],
		['no restart sets a clock', row({ apart: 20 }), earlier({ apart: 20 }), ['processes.clocks_differ critical']],
		[
			'no restart moves a time zone',
			row({ apart: 3600 }),
			earlier({ apart: 3600 }),
			['processes.time_zones_differ critical'],
		],
		[
			'no restart mends a table',
			row({ dbStamp: null, age: null }),
			earlier({ dbStamp: null }),
			['processes.column_without_update critical'],
		],
		[
			'no restart makes Asterisk answer',
			row({ age: 9, local: 9 }),
			earlier({ ages: [9, 9, 9] }),
			['processes.manager_slow warning'],
		],
	])('%s', (_, updater, history, expected) => {
		expect(judgeOne('AST_update', { updater }, {}, { updater: history })).toEqual(expected);
	});

	it('leaves a daemon alone that was started just now', () => {
		expect(judgeOne('AST_update', { updater: null, copies: [copyOf({ age: 30 })] })).toEqual([]);
	});

	it('is grave once the lost row is seen twice', () => {
		expect(judgeOne('AST_update', { updater: null }, seen('processes.heartbeat_missing AST_update'))).toEqual([
			'processes.heartbeat_missing critical restart:AST_update',
		]);
	});
});
