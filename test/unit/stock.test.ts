import { describe, expect, it } from 'vitest';
import { judgeWorkers, type StockObservation } from '../../src/checks/processes-stock.ts';
import { isMaintenance, lastEndOfDay, minutesSince } from '../../src/dialer/calendar.ts';
import { parseCrontab } from '../../src/dialer/crontab.ts';
import { keepaliveLag, readUptime } from '../../src/dialer/keepalive.ts';
import { observeWorkers, WORKERS, type WorkerCopy } from '../../src/dialer/workers.ts';
import { processOf } from './given.ts';
import { contextOf, type Noted, outline, seen } from './processes.given.ts';

const HOME = '/usr/share/astguiclient';
const DAY = 86_400;

describe('the uptime that the stock keepalive writes', () => {
	it.each([
		['5 min', { from: 300, to: 360 }],
		['3:17', { from: 11_820, to: 11_880 }],
		['153 days 23:59', { from: 153 * DAY + 86_340, to: 154 * DAY }],
		['153 days, 23:59', { from: 153 * DAY + 86_340, to: 154 * DAY }],
		['2 days 5 min', { from: 2 * DAY + 300, to: 2 * DAY + 360 }],
		['1 day', { from: DAY, to: 2 * DAY }],
		['1 day 3:17', { from: DAY + 11_820, to: DAY + 11_880 }],
		['', undefined],
		['up', undefined],
	])('%j', (text, span) => {
		expect(readUptime(text)).toEqual(span);
	});

	it.each<[string, string, number, number | undefined]>([
		['just written', '5 min', 320, 0],
		['a minute ago', '5 min', 400, 40],
		['four minutes ago', '3:17', 11_880 + 240, 240],
		['at any time of the second day', '1 day', DAY + 50_000, 0],
		['on the second day, and it is the third', '1 day', 2 * DAY + 300, 300],
		['before this machine was started anew', '153 days 23:59', 900, 900],
		['never', '', 900, undefined],
	])('%s', (_, text, uptime, lag) => {
		expect(keepaliveLag(text, uptime)).toBe(lag);
	});
});

describe('what cron starts', () => {
	const worker = (name: string) => {
		const found = WORKERS.find((one) => one.name === name);
		if (!found) throw new Error(name);
		return found;
	};
	const copies = (...ages: number[]): WorkerCopy[] =>
		ages.map((age, at) => ({ pid: 100 + at, startTicks: 1, state: 'S', age }));
	const stock = (rest: Partial<StockObservation>): StockObservation => ({
		workers: [],
		blockers: {},
		lag: undefined,
		triggers: undefined,
		...rest,
	});
	const running = (name: string, ...ages: number[]) => ({
		workers: [{ worker: worker(name), scheduled: true, copies: copies(...ages) }],
	});
	const again = seen('processes worker 100 1');

	it.each<[string, Partial<StockObservation>, Noted, string[], boolean?]>([
		['a keepalive at work', running('ADMIN_keepalive_ALL', 20), again, []],
		['a keepalive that hangs, seen once', running('ADMIN_keepalive_ALL', 200), {}, []],
		['a keepalive that hangs', running('ADMIN_keepalive_ALL', 200), again, ['processes.overrunning warning']],
		['keepalives that pile up', running('ADMIN_keepalive_ALL', 700, 640, 580), again, ['processes.piling critical']],
		['a keepalive busy with the end of day', running('ADMIN_keepalive_ALL', 200, 140), again, [], true],
		['a hopper of two minutes', running('AST_VDhopper', 120, 60), again, []],
		['a hopper of six minutes', running('AST_VDhopper', 360), again, ['processes.overrunning warning']],
		['hoppers one over the other', running('AST_VDhopper', 200, 150, 90, 30), again, ['processes.piling warning']],
		['a keepalive that wrote a minute ago', { lag: 100 }, {}, []],
		['a keepalive that has not written', { lag: 200 }, {}, ['processes.keepalive_silent warning']],
		['the same for long', { lag: 400 }, {}, ['processes.keepalive_silent critical']],
		['the same at the end of day', { lag: 400 }, {}, [], true],
		['no trigger is due', { triggers: { count: 0, oldest: 0 } }, {}, []],
		['triggers are served one a minute', { triggers: { count: 2, oldest: 90 } }, {}, []],
		['triggers are not served', { triggers: { count: 2, oldest: 200 } }, {}, ['processes.trigger_overdue warning']],
	])('%s', (_, rest, noted, expected, maintenance = false) => {
		expect(outline(judgeWorkers(stock(rest), maintenance, contextOf(noted)))).toEqual(expected);
	});

	it('names what the oldest waits for', () => {
		const seenOnce = stock({
			...running('ADMIN_keepalive_ALL', 700),
			blockers: { ADMIN_keepalive_ALL: 'the database' },
		});
		expect(judgeWorkers(seenOnce, false, contextOf(again)).findings[0]?.summary).toContain('waiting for the database');
	});

	it('says so when nothing starts the keepalive', () => {
		const workers = [{ worker: worker('ADMIN_keepalive_ALL'), scheduled: false, copies: [] }];
		const [found] = judgeWorkers(stock({ workers, lag: 400 }), false, contextOf()).findings;
		expect(found?.summary).toContain("root's crontab does not start it");
	});

	it('is counted by process, its shell and forks left out, the oldest first', () => {
		const script = `${HOME}/AST_VDhopper.pl`;
		const table = [
			processOf(10, 1, ['/bin/sh', '-c', `${script} -q`]),
			processOf(11, 10, ['/usr/bin/perl', script, '-q'], { started: 900 }),
			processOf(12, 11, ['/usr/bin/perl', script, '-q'], { started: 950 }),
			processOf(13, 1, ['/usr/bin/perl', script, '-q'], { started: 800 }),
		];
		const crontab = parseCrontab(`* * * * * ${script} -q\n#11 * * * * ${HOME}/AST_flush_DBqueue.pl -q\n`);
		const observed = observeWorkers(table, HOME, crontab, 1000);
		const of = (name: string) => observed.find((one) => one.worker.name === name);
		expect(of('AST_VDhopper')).toMatchObject({
			scheduled: true,
			copies: [
				{ pid: 13, age: 200 },
				{ pid: 11, age: 100 },
			],
		});
		expect(of('AST_flush_DBqueue')).toMatchObject({ scheduled: false, copies: [] });
		expect(observeWorkers(table, HOME, undefined, 1000)[0]?.scheduled).toBe(undefined);
	});
});

describe('the calendar of stock', () => {
	const at = (hour: number, minute: number): Date => new Date(2026, 5, 2, hour, minute, 30);

	it.each([
		['0000', 0],
		['2359', 1],
		['0005', 1435],
	])('counts the minutes since the end of day %s', (endOfDay, minutes) => {
		expect(minutesSince(endOfDay, at(0, 0))).toBe(minutes);
	});

	it.each<[string, string | undefined, Date, boolean]>([
		['the end of day', '0000', at(0, 4), true],
		['five minutes after it', '0000', at(0, 5), false],
		['an end of day in the evening', '2200', at(22, 0), true],
		['the nightly reset', '0000', at(1, 14), true],
		['after it', '0000', at(1, 15), false],
		['noon', '0000', at(12, 0), false],
		['the nightly reset where the end of day is not known', undefined, at(1, 2), true],
	])('is at work on whole tables: %s', (_, endOfDay, now, expected) => {
		expect(isMaintenance(endOfDay, now)).toBe(expected);
	});

	it.each([
		['0000', at(0, 30), '2026-06-02'],
		['2200', at(0, 30), '2026-06-01'],
		['2200', at(22, 1), '2026-06-02'],
	])('the last end of day %s', (endOfDay, now, date) => {
		expect(lastEndOfDay(endOfDay, now)).toBe(date);
	});
});
