import { describe, expect, it } from 'vitest';
import { tellClocks, verdictOn } from '../../src/clocks.ts';
import { diagnose } from '../../src/diagnose.ts';
import type { Judged } from '../../src/observe.ts';
import type { ClockReading } from '../../src/types.ts';
import { finding } from './given.ts';

const at = (host: string, ahead: number): ClockReading => ({ ahead, host, here: host === 'here' });

describe('of three clocks', () => {
	it.each<[string, ClockReading | undefined, ClockReading | undefined, string | undefined, string]>([
		['the database off, Asterisk elsewhere', at('db', 30), at('pbx', 0.3), 'the database', "the database's is wrong"],
		[
			'the database off, Asterisk here',
			at('db', 30),
			at('here', 0),
			undefined,
			"Asterisk's is the one of this machine",
		],
		['the database off, no Asterisk', at('db', 30), undefined, undefined, 'no third clock is known'],
		['Asterisk off, the database elsewhere', at('db', -1), at('pbx', -30), 'Asterisk', "Asterisk's is wrong"],
		['Asterisk off, the database here', at('here', 0), at('pbx', 30), undefined, "the database's is the one of this"],
		['Asterisk off, no database', undefined, at('pbx', 30), undefined, 'no third clock is known'],
		['this machine off', at('db', 30), at('pbx', 29.2), 'this machine', 'agree with each other'],
		['two on one other machine', at('db', 30), at('db', 30), undefined, "the one of the database's machine"],
		['all three apart', at('db', 30), at('pbx', -10), undefined, 'no two of'],
		['two on both sides of us', at('db', 6), at('pbx', -6), undefined, 'no two of'],
		['a drift of everybody', at('db', 6), at('pbx', 3), undefined, 'no two of'],
	])('%s', (_, database, asterisk, wrong, because) => {
		const verdict = verdictOn(database, asterisk);
		expect(verdict.wrong).toBe(wrong);
		expect(verdict.because).toContain(because);
	});
});

describe('clocks that differ', () => {
	const judged = (id: 'mysql' | 'asterisk', clock: ClockReading, found = true): Judged => ({
		id,
		seen: true,
		milliseconds: 0,
		metrics: [],
		findings: found ? [finding(`${id}.clock_skew`, id, { summary: `${id} is apart` })] : [],
		clock,
	});
	const told = (...all: Judged[]) =>
		diagnose(tellClocks(all).flatMap(({ findings }) => findings)).map(({ summary, evidence, cause }) => ({
			summary,
			wrong: evidence.wrong,
			cause,
		}));

	it('are one trouble where this machine is the one that is off', () => {
		expect(told(judged('mysql', at('db', 30)), judged('asterisk', at('pbx', 30)))).toEqual([
			{
				summary: "this machine's clock is 30 s behind the others: the database's and Asterisk's agree with each other",
				wrong: 'this machine',
				cause: undefined,
			},
			{ summary: 'asterisk is apart', wrong: undefined, cause: 'mysql.clock_skew mysql' },
		]);
	});

	it('are that also where only one is beyond its limit', () => {
		const [one] = told(judged('mysql', at('db', -4.6), false), judged('asterisk', at('pbx', -5.2)));
		expect(one?.summary).toMatch(/^this machine's clock is 5 s ahead of the others/);
	});

	it('are two where no two agree, and say who is wrong where that is known', () => {
		expect(told(judged('mysql', at('db', 30)), judged('asterisk', at('pbx', -30))).map(({ cause }) => cause)).toEqual([
			undefined,
			undefined,
		]);
		expect(told(judged('mysql', at('db', 30)), judged('asterisk', at('pbx', 0), false))).toEqual([
			{
				summary: "mysql is apart; Asterisk's agrees with this machine's: the database's is wrong",
				wrong: 'the database',
				cause: undefined,
			},
		]);
	});

	it('are nothing as long as nobody is beyond a limit', () => {
		const all = [judged('mysql', at('db', 3), false)];
		expect(tellClocks(all)).toBe(all);
	});
});
