import { DatabaseTrouble } from '../adapters/database.ts';
import type { World } from '../world.ts';

/** Age of each heartbeat row in seconds; null where the row is missing or was never written. */
export interface Heartbeats {
	server_updater: number | null;
	share_row: number | null;
}

/**
 * Reads the rows that daemons write in every loop; undefined when the database cannot be asked. The database's own
 * clock judges its TIMESTAMP column. Where that column lost its automatic update, the daemon's own stamp, which is
 * local time of this machine, still moves: the younger of the two counts (AST_update_AMI2.pl, AST_VDauto_dial.pl).
 */
export async function readHeartbeats(world: World): Promise<Heartbeats | undefined> {
	const { serverIp } = world.settings;
	try {
		const [updater] = await world.query<{ age: number | null; stamp: string | null }>(
			'SELECT TIMESTAMPDIFF(SECOND, db_time, NOW()) AS age, last_update AS stamp FROM server_updater WHERE server_ip=? LIMIT 1',
			[serverIp],
		);
		const [share] = await world.query<{ age: number | null; stamp: string | null }>(
			"SELECT TIMESTAMPDIFF(SECOND, update_time, NOW()) AS age, entry_time AS stamp FROM vicidial_campaign_stats_debug WHERE campaign_id='-SHARE-' AND server_ip=? LIMIT 1",
			[serverIp],
		);
		return { server_updater: youngest(updater), share_row: youngest(share) };
	} catch (error) {
		if (error instanceof DatabaseTrouble) return undefined;
		throw error;
	}
}

const STAMPS = {
	server_updater: 'SELECT last_update AS stamp FROM server_updater WHERE server_ip=? LIMIT 1',
	share_row:
		"SELECT entry_time AS stamp FROM vicidial_campaign_stats_debug WHERE campaign_id='-SHARE-' AND server_ip=? LIMIT 1",
} as const;

/** The stamp that a daemon last wrote, as text; undefined when there is none or the database cannot be asked. */
export async function readHeartbeatStamp(world: World, source: keyof Heartbeats): Promise<string | undefined> {
	try {
		const [row] = await world.query<{ stamp: string | null }>(STAMPS[source], [world.settings.serverIp]);
		return row?.stamp ?? undefined;
	} catch (error) {
		if (error instanceof DatabaseTrouble) return undefined;
		throw error;
	}
}

function youngest(row: { age: number | null; stamp: string | null } | undefined): number | null {
	if (!row) return null;
	// a stamp from the future tells of a clock that was set, not of life
	const ages = [row.age, secondsSinceLocal(row.stamp, new Date())].filter(
		(age) => age !== null && age > -60,
	) as number[];
	return ages.length === 0 ? null : Math.max(0, Math.min(...ages));
}

/** Seconds from a local time `YYYY-MM-DD HH:MM:SS` until now; null for none or the zero date. */
export function secondsSinceLocal(stamp: string | null, now: Date): number | null {
	if (stamp === null || stamp.startsWith('0000')) return null;
	const then = new Date(stamp.replace(' ', 'T')).getTime();
	return Number.isNaN(then) ? null : (now.getTime() - then) / 1000;
}
