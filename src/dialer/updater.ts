import type { Limits } from '../thresholds.ts';
import { youngest } from './heartbeats.ts';

/** The dialer's row in `server_updater`, which AST_update writes in every loop and makes only when it starts. */
export interface UpdaterRow {
	/** seconds since `db_time`, by the clock of the database that wrote it; null while it was never written */
	age: number | null;
	/** seconds since `last_update`, by the clock of this machine that wrote it */
	local: number | null;
	/** `last_update` minus `db_time`, seconds */
	apart: number | null;
	stamp: string | null;
	dbStamp: string | null;
}

/** What earlier looks saw of it. */
export interface UpdaterHistory {
	stamp: string | null;
	dbStamp: string | null;
	apart: number | null;
	/** its age at the last looks, the newest last */
	ages: number[];
}

/**
 * What can be behind "there is a time synchronization problem" on agents' screens, which compares `last_update`,
 * `db_time` and the clock of the web server (conf_exten_check.php). The last of these cannot be seen from a dialer.
 */
export type UpdaterFault =
	/** the row went with a restart of the database; the daemon updates what is no longer there */
	| 'no_row'
	/** both stamps stand still */
	| 'stands_still'
	/** the stamps are the same time apart, look after look: the clocks of this machine and the database's differ */
	| 'clocks'
	/** they are apart by quarters of an hour: the time zones differ */
	| 'time_zones'
	/** `last_update` moves and `db_time` does not: the column has lost its automatic update */
	| 'column'
	/** the row is written, but in steps of the updater's time-out for Asterisk's answer */
	| 'manager';

/** Agents' screens raise their alarm beyond this difference, seconds. */
export const ALARM_SECONDS = 8;
/** How far a difference may wander between two looks and still be that of two clocks. */
const STEADY = 2;
const QUARTER_HOUR = 900;
const CLOSE_TO_QUARTER = 60;
/** A healthy updater writes twice a second; one whose requests time out writes every 10 to 11 seconds. */
const BRISK = 3;
const LOOKS_FOR_CADENCE = 4;
const LOOKS_KEPT = 6;

/** Seconds since the updater showed itself last; null when it never did. */
export const updaterAge = (row: UpdaterRow): number | null => youngest(row.age, row.local);

/** Tells the faults apart; undefined when there is none to be seen. Pure. */
export function updaterFault(
	row: UpdaterRow | null,
	before: UpdaterHistory | undefined,
	limits: Limits['updater_heartbeat'],
): UpdaterFault | undefined {
	if (row === null) return 'no_row';
	const age = updaterAge(row);
	if (age === null || age >= limits.warn) return 'stands_still';
	const moved = before !== undefined && row.stamp !== before.stamp;
	if (moved && row.dbStamp === before.dbStamp) return 'column';
	const { apart } = row;
	if (apart !== null && Math.abs(apart) > ALARM_SECONDS && moved && before.apart !== null) {
		const steady = Math.abs(apart - before.apart) <= STEADY;
		if (steady) return isZoneDifference(apart) ? 'time_zones' : 'clocks';
	}
	return comesInSteps(agesWith(row.stamp, age, before)) ? 'manager' : undefined;
}

function isZoneDifference(apart: number): boolean {
	const rest = Math.abs(apart) % QUARTER_HOUR;
	return Math.abs(apart) > QUARTER_HOUR / 2 && Math.min(rest, QUARTER_HOUR - rest) <= CLOSE_TO_QUARTER;
}

/** Looks fall anywhere between two steps: of those that meet steps of ten seconds two thirds see more than a brisk age. */
function comesInSteps(ages: readonly number[]): boolean {
	const last = ages.slice(-LOOKS_KEPT);
	return last.length >= LOOKS_FOR_CADENCE && last.filter((age) => age > BRISK).length * 2 >= last.length;
}

/** What the next look should know; the same as before where nothing can be read. */
export function updaterHistory(row: UpdaterRow | null, before: UpdaterHistory | undefined): UpdaterHistory | undefined {
	if (row === null) return undefined;
	const { stamp, dbStamp, apart } = row;
	const age = updaterAge(row);
	const ages = age === null ? (before?.ages ?? []) : agesWith(stamp, age, before);
	return { stamp, dbStamp, apart, ages: ages.slice(-LOOKS_KEPT) };
}

/** Two looks that meet the row between the same two steps have seen one pause, not two. */
function agesWith(stamp: string | null, age: number, before: UpdaterHistory | undefined): number[] {
	const earlier = before?.ages ?? [];
	return [...(before !== undefined && stamp === before.stamp ? earlier.slice(0, -1) : earlier), age];
}
