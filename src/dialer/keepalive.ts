import { DatabaseTrouble } from '../adapters/database.ts';
import type { World } from '../world.ts';

const MINUTE = 60;
const HOUR = 3600;
const DAY = 86_400;

/** The seconds of uptime that a text of `servers.system_uptime` can stand for. */
interface Span {
	from: number;
	to: number;
}

/**
 * Reads the text that the stock keepalive makes of the output of `uptime`: `5 min`, `3:17`, `153 days 23:59`, `2 days 5 min`,
 * and `1 day`, since the singular is cut at its comma and keeps no minutes for a whole day (ADMIN_keepalive_ALL.pl).
 */
export function readUptime(text: string): Span | undefined {
	const [, days, clock, minutes] =
		/^\s*(?:(\d+) days?,?\s*)?(?:(\d+:\d+)|(\d+) min(?:utes?)?)?\s*,?\s*$/.exec(text) ?? [];
	if (days === undefined && clock === undefined && minutes === undefined) return undefined;
	const start = Number(days ?? 0) * DAY;
	if (clock === undefined && minutes === undefined) return { from: start, to: start + DAY };
	const [hour = 0, minute = 0] = (clock ?? `0:${minutes}`).split(':').map(Number);
	const from = start + hour * HOUR + minute * MINUTE;
	return { from, to: from + MINUTE };
}

/**
 * Seconds for which the stock keepalive has not written its text; 0 while it can be up to date, undefined when the text
 * says nothing. A text beyond our own uptime is that of an earlier boot.
 * @param uptime seconds since boot
 */
export function keepaliveLag(text: string, uptime: number): number | undefined {
	const span = readUptime(text);
	if (!span) return undefined;
	return span.from > uptime + MINUTE ? uptime : Math.max(0, uptime - span.to);
}

/** Process triggers of this server that are due and not served, and the age of the oldest in seconds. */
export interface Triggers {
	count: number;
	oldest: number;
}

/** The stock keepalive serves one trigger a minute (`vicidial_process_triggers`); undefined when it cannot be asked. */
export async function readTriggers(world: World): Promise<Triggers | undefined> {
	try {
		const [row] = await world.query<{ count: number; oldest: number | null }>(
			`SELECT COUNT(*) AS count, TIMESTAMPDIFF(SECOND, MIN(trigger_time), NOW()) AS oldest
			FROM vicidial_process_triggers WHERE server_ip=? AND trigger_run='1' AND trigger_time < NOW() LIMIT 1`,
			[world.settings.serverIp],
		);
		return { count: row?.count ?? 0, oldest: row?.oldest ?? 0 };
	} catch (error) {
		if (error instanceof DatabaseTrouble) return undefined;
		throw error;
	}
}
