/** Minutes after the end of day in which the database is busy with it, and tables are locked. */
const END_OF_DAY_WORK = 5;
/** The nightly reset and optimisation by cron: from 01:00 for as many minutes. */
const NIGHTLY_WORK = { hour: 1, minutes: 15 };

/** Whole minutes from the last `HHMM` (local time) until now. */
export function minutesSince(endOfDay: string, now: Date): number {
	const minutes =
		now.getHours() * 60 + now.getMinutes() - (Number(endOfDay.slice(0, 2)) * 60 + Number(endOfDay.slice(2, 4)));
	return (minutes + 1440) % 1440;
}

/** Whether stock works on whole tables now, so that daemons wait for them (crontab of VICIdial, ADMIN_keepalive_ALL.pl). */
export function isMaintenance(endOfDay: string | undefined, now: Date): boolean {
	const afterEndOfDay = endOfDay !== undefined && minutesSince(endOfDay, now) < END_OF_DAY_WORK;
	const byTheClock = now.getHours() === NIGHTLY_WORK.hour && now.getMinutes() < NIGHTLY_WORK.minutes;
	// in spring that hour may be left out: then cron makes up for it at once, which is where Date puts such a time
	const began = new Date(now.getFullYear(), now.getMonth(), now.getDate(), NIGHTLY_WORK.hour).getTime();
	const sinceThen = now.getTime() >= began && now.getTime() < began + NIGHTLY_WORK.minutes * 60_000;
	return afterEndOfDay || byTheClock || sinceThen;
}

/** Local date as `YYYY-MM-DD`, a number of days from now. */
export function localDate(now: Date, days = 0): string {
	const moment = new Date(now.getFullYear(), now.getMonth(), now.getDate() + days);
	const two = (value: number): string => String(value).padStart(2, '0');
	return `${moment.getFullYear()}-${two(moment.getMonth() + 1)}-${two(moment.getDate())}`;
}

/** Local date on which the last end of day fell. */
export const lastEndOfDay = (endOfDay: string, now: Date): string =>
	localDate(new Date(now.getTime() - minutesSince(endOfDay, now) * 60_000));
