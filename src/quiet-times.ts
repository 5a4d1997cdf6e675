/** A part of the day in which stock keeps the tables busy: minutes since midnight, or five from the end of the day on. */
export type QuietTime = { from: number; to: number } | 'end-of-day';

const DAY = 1440;
/** Minutes that the work at the end of the day takes (ADMIN_keepalive_ALL.pl: tables emptied, optimised, rebuilt). */
const END_OF_DAY_MINUTES = 5;

/**
 * The end of the quiet time that it is now, as minutes since midnight; undefined outside of all. Local time. Pure.
 * @param endOfDay `HHMM` of system_settings.timeclock_end_of_day; undefined when not known
 */
export function quietUntil(times: readonly QuietTime[], endOfDay: string | undefined, now: Date): number | undefined {
	const minute = now.getHours() * 60 + now.getMinutes();
	for (const time of times) {
		const span = time === 'end-of-day' ? afterEndOfDay(endOfDay) : time;
		if (span && (minute - span.from + DAY) % DAY < (span.to - span.from + DAY) % DAY) return span.to;
	}
	return undefined;
}

function afterEndOfDay(endOfDay: string | undefined): { from: number; to: number } | undefined {
	const [, hours, minutes] = /^(\d\d)(\d\d)$/.exec(endOfDay ?? '') ?? [];
	if (hours === undefined || minutes === undefined) return undefined;
	const from = Number(hours) * 60 + Number(minutes);
	return { from, to: (from + END_OF_DAY_MINUTES) % DAY };
}

/** Minutes since midnight as `HH:MM`. */
export const timeOfDay = (minutes: number): string =>
	`${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`;
