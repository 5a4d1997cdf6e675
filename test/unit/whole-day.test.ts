import { mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type ProcessObservation, processes } from '../../src/checks/processes.ts';
import { queues } from '../../src/checks/queues.ts';
import { isMaintenance, lastEndOfDay, localDate, minutesSince } from '../../src/dialer/calendar.ts';
import { DAEMONS } from '../../src/dialer/daemons.ts';
import { readHeartbeats } from '../../src/dialer/heartbeats.ts';
import { readAge } from '../../src/dialer/read-signs.ts';
import type { ServerRow } from '../../src/dialer/server.ts';
import { emptyMemory, type Memory } from '../../src/memory.ts';
import { Notebook } from '../../src/notebook.ts';
import { quietUntil } from '../../src/quiet-times.ts';
import type { World } from '../../src/world.ts';
import { settingsOf } from './given.ts';
import { copyOf, daemonOf } from './processes.given.ts';
import { calm } from './queues.given.ts';

const MINUTE = 60_000;
const KEEPALIVES = '1234567ECS';
/** Minutes after the end of day in which the time clock's logout has not been done yet, and daemons that ended with the day are away. */
const LOGOUT_AFTER = 4;
const AWAY_FOR = 2;

const settings = settingsOf({ VICIKEEP_KEEPALIVES: KEEPALIVES });
let logs: string;
beforeEach(() => {
	logs = mkdtempSync(join(tmpdir(), 'vicikeep-day-'));
	vi.useFakeTimers({ toFake: ['Date'] });
});
afterEach(() => {
	vi.useRealTimers();
	vi.unstubAllEnvs();
	rmSync(logs, { recursive: true });
});

/** Local time as daemons and database write it. */
function stamp(moment: Date): string {
	const [time] = moment.toTimeString().split(' ');
	return `${localDate(moment)} ${time}`;
}

/** Seconds between two local times as the database counts them: it knows nothing of an hour that comes twice or not at all. */
const databaseSeconds = (from: string, to: string): number =>
	(Date.parse(`${to.replace(' ', 'T')}Z`) - Date.parse(`${from.replace(' ', 'T')}Z`)) / 1000;

/** A database whose rows were written so many seconds ago. */
function databaseAt(now: Date, late: number): World {
	const written = stamp(new Date(now.getTime() - late * 1000));
	const age = databaseSeconds(written, stamp(now));
	const answers: [RegExp, object[]][] = [
		[/FROM server_updater/, [{ ip: '10.0.0.1', age, apart: 0, stamp: written, dbStamp: written }]],
		[
			/FROM vicidial_campaign_stats_debug/,
			['-SHARE-', '--CALLBACK-QUEUE--'].map((campaign) => ({ campaign, age, stamp: written })),
		],
		// rows of agents are written all the time, and have no stamp but the database's
		[/FROM vicidial_live_agents/, [{ age: 1 }]],
	];
	const query = async (sql: string) => answers.find(([of]) => of.test(sql))?.[1] ?? [];
	return { settings, query } as unknown as World;
}

/** Logs as daemons write them: into the file of the day on which the clock is. */
function writeLogs(now: Date, late: number): void {
	const written = new Date(now.getTime() - late * 1000);
	for (const { signs } of DAEMONS) {
		for (const sign of signs) {
			if (sign.by !== 'log') continue;
			const path = join(logs, sign.file.dated ? `${sign.file.name}.${localDate(written)}` : sign.file.name);
			writeFileSync(path, '');
			utimesSync(path, written, written);
		}
	}
}

/** What a look at a healthy dialer sees at this moment. */
async function healthy(
	now: Date,
	endOfDay: string,
	before: ProcessObservation | undefined,
): Promise<ProcessObservation> {
	const minutesAfterEndOfDay = minutesSince(endOfDay, now);
	const maintenance = isMaintenance(endOfDay, now);
	// tables are locked then, and what waits for them is late
	const late = maintenance ? 50 : 1;
	writeLogs(now, late);
	const yesterday = localDate(new Date(now.getTime() - 24 * 60 * MINUTE));
	const server = {
		endOfDay,
		logs: true,
		confUpdateInterval: 60,
		system: { timeclockReset: minutesAfterEndOfDay < LOGOUT_AFTER ? yesterday : lastEndOfDay(endOfDay, now) },
	} as ServerRow;
	const heartbeats = await readHeartbeats(databaseAt(now, late), DAEMONS);
	const daemons = DAEMONS.map((daemon) => {
		const away = daemon.exitsAtEndOfDay === true && minutesAfterEndOfDay < AWAY_FOR;
		return daemonOf(daemon.name, {
			copies:
				away || daemon.oneShot
					? []
					: (daemon.programs ?? [0]).map((_, at) => copyOf({ pid: 100 + at, silence: late / 5 })),
			age: readAge(daemon.signs, heartbeats, server, logs),
			...(daemon.signs.some(({ by }) => by === 'updater') && { updater: heartbeats?.updater }),
		});
	});
	return {
		keepalives: KEEPALIVES,
		daemons,
		stock: { workers: [], blockers: {}, lag: 20, triggers: undefined },
		minutesAfterEndOfDay,
		maintenance,
		updater: before && processes.remember?.(before).processes?.updater,
		uptime: 100_000 + now.getTime() / 1000,
		probe: undefined,
		looks: 2,
	};
}

/** Looks once a minute, ten seconds after it began, and what was found by local time. */
async function walk(from: string, hours: number, endOfDay: string): Promise<{ found: string[]; quiet: number }> {
	const found: string[] = [];
	let quiet = 0;
	let memory: Memory = emptyMemory('boot');
	let before: ProcessObservation | undefined;
	for (let minute = 0; minute < hours * 60; minute++) {
		const now = new Date(Date.parse(from) + minute * MINUTE + 10_000);
		vi.setSystemTime(now);
		const notes = new Notebook(memory, settings.lookGap, { uptime: 100_000 + minute * 60, now });
		const seen = await healthy(now, endOfDay, before);
		const context = { settings, note: notes.note };
		const findings = [processes.judge(seen, context), queues.judge(calm(), context)].flatMap((one) => one.findings);
		found.push(...findings.map(({ id, subject, summary }) => `${stamp(now)} ${id} ${subject}: ${summary}`));
		if (quietUntil(settings.quietTimes, endOfDay, now) !== undefined) quiet++;
		memory = { ...memory, ...notes.remember(['processes', 'queues']) };
		before = seen;
	}
	return { found: found.slice(0, 5), quiet };
}

describe('a healthy day, minute by minute by a clock that moves', () => {
	// five minutes from the end of day on, and fifteen from one o'clock on
	it.each<[string, string, string, string, number]>([
		['that is like any other', 'UTC', '2026-06-10T12:00Z', '0000', 20],
		['that ends in the evening', 'UTC', '2026-06-10T12:00Z', '2330', 20],
		['that ends within the nightly work', 'UTC', '2026-06-10T12:00Z', '0110', 15],
		['before the year ends', 'UTC', '2026-12-31T12:00Z', '0000', 20],
		['before the leap day', 'America/New_York', '2028-02-28T12:00Z', '0000', 20],
		['in which an hour is left out', 'Europe/Berlin', '2026-03-28T12:00Z', '0000', 20],
		['in which an hour comes twice', 'Europe/Berlin', '2026-10-24T12:00Z', '0000', 20],
		['in which an hour is left out after one o’clock', 'America/New_York', '2026-03-07T12:00Z', '0000', 20],
		['in which one o’clock comes twice', 'America/New_York', '2026-10-31T12:00Z', '0000', 35],
		['in which one o’clock is left out', 'Europe/London', '2026-03-28T12:00Z', '0000', 5],
		['in which midnight is left out', 'America/Santiago', '2026-09-05T12:00Z', '0000', 15],
		['in which the hour before midnight comes twice', 'America/Santiago', '2026-04-04T12:00Z', '2330', 25],
		['in which half an hour comes twice', 'Australia/Lord_Howe', '2026-04-04T00:00Z', '0000', 20],
	])('%s (%s)', async (_, zone, from, endOfDay, quietMinutes) => {
		vi.stubEnv('TZ', zone);
		const { found, quiet } = await walk(from, 25, endOfDay);
		expect(found).toEqual([]);
		expect(quiet).toBe(quietMinutes);
	});

	it.each([
		['2026-03-29T00:59:50Z', '00:59', false],
		['2026-03-29T01:00:10Z', '02:00', true],
		['2026-03-29T01:14:50Z', '02:14', true],
		['2026-03-29T01:15:10Z', '02:15', false],
		['2026-03-30T01:05:00Z', '02:05', false],
		['2026-03-30T00:05:00Z', '01:05', true],
	])('knows that cron makes up for an hour that is left out: at %s, which is %s', (moment, local, works) => {
		vi.stubEnv('TZ', 'Europe/London');
		const now = new Date(moment);
		if (local !== '00:59') expect(stamp(now)).toContain(` ${local}:`);
		expect(isMaintenance('2300', now)).toBe(works);
	});

	it('would find what is late at another time', async () => {
		vi.stubEnv('TZ', 'UTC');
		const now = new Date('2026-06-10T01:05:10Z');
		vi.setSystemTime(now);
		const context = { settings, note: new Notebook(emptyMemory('boot'), 50, { uptime: 10, now }).note };
		const night = await healthy(now, '0000', undefined);
		expect(processes.judge(night, context).findings).toEqual([]);
		expect(processes.judge({ ...night, maintenance: false }, context).findings).not.toEqual([]);
	});
});
