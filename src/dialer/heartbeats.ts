import { DatabaseTrouble } from '../adapters/database.ts';
import type { World } from '../world.ts';
import type { Daemon } from './daemons.ts';
import { readAgents } from './queues-agents.ts';
import type { StatsRow } from './signs.ts';
import type { UpdaterRow } from './updater.ts';

/** Rows that daemons write whether there is work or not. */
export interface Heartbeats {
	/** null where there is none, undefined where nobody asked */
	updater: UpdaterRow | null | undefined;
	/** seconds since each of these rows was written; absent ones are not there */
	stats: Partial<Record<StatsRow, number>>;
	/** seconds since a remote agent's row was written last; null while none is active here */
	remoteAgents: number | null;
}

/** What a dialer's AST_update last wrote, by the database's clock. */
export type UpdaterOf = Age & { ip: string; apart: number | null; dbStamp: string | null };

type Age = { age: number | null; stamp: string | null };

/**
 * Reads the rows by which these daemons show that they work; undefined when the database cannot be asked. Ages are told
 * by the database's clock where its column moves by itself, and by the daemon's own stamp, which is local time of this
 * machine: the younger of the two counts (AST_VDauto_dial.pl, AST_VDadapt.pl, AST_VDremote_agents.pl).
 */
export async function readHeartbeats(world: World, daemons: readonly Daemon[]): Promise<Heartbeats | undefined> {
	const wanted = daemons.flatMap(({ signs }) => signs);
	const rows = wanted.flatMap((sign) => (sign.by === 'stats' ? [sign.row] : []));
	try {
		return {
			updater: wanted.some(({ by }) => by === 'updater') ? await readUpdater(world) : undefined,
			stats: rows.length > 0 ? await readStats(world, rows) : {},
			remoteAgents: wanted.some(({ by }) => by === 'remote_agents') ? await readRemoteAgents(world) : null,
		};
	} catch (error) {
		if (error instanceof DatabaseTrouble) return undefined;
		throw error;
	}
}

/** The rows of all dialers; those of one look are read once, whoever needs them first. @throws DatabaseTrouble */
export async function readUpdaters(world: World): Promise<readonly UpdaterOf[]> {
	world.updaters ??= await world.query<UpdaterOf>(
		`SELECT server_ip AS ip, TIMESTAMPDIFF(SECOND, db_time, NOW()) AS age,
		TIMESTAMPDIFF(SECOND, db_time, last_update) AS apart, last_update AS stamp, db_time AS dbStamp
		FROM server_updater LIMIT 200`,
		[],
	);
	return world.updaters;
}

async function readUpdater(world: World): Promise<UpdaterRow | null> {
	const row = (await readUpdaters(world)).find(({ ip }) => ip === world.settings.serverIp);
	return row ? { ...row, local: secondsSinceLocal(row.stamp, new Date()) } : null;
}

async function readStats(world: World, wanted: readonly StatsRow[]): Promise<Heartbeats['stats']> {
	const rows = await world.query<Age & { campaign: StatsRow }>(
		`SELECT campaign_id AS campaign, TIMESTAMPDIFF(SECOND, update_time, NOW()) AS age, entry_time AS stamp
		FROM vicidial_campaign_stats_debug
		WHERE campaign_id IN ('-SHARE-', '--CALLBACK-QUEUE--') AND server_ip IN (?, 'ADAPT') LIMIT 4`,
		[world.settings.serverIp],
	);
	// the end of day empties the table, and then in-groups are the first to come back
	if (wanted.includes('INBOUND') && !rows.some(({ campaign }) => campaign === '--CALLBACK-QUEUE--')) {
		const [newest] = await world.query<Age & { campaign: StatsRow }>(
			`SELECT 'INBOUND' AS campaign, TIMESTAMPDIFF(SECOND, MAX(update_time), NOW()) AS age, MAX(entry_time) AS stamp
			FROM vicidial_campaign_stats_debug WHERE server_ip='INBOUND' LIMIT 1`,
			[],
		);
		if (newest) rows.push(newest);
	}
	const ages = rows.map((row) => [row.campaign, youngest(row.age, secondsSinceLocal(row.stamp, new Date()))] as const);
	return Object.fromEntries(ages.filter(([, age]) => age !== null));
}

async function readRemoteAgents(world: World): Promise<number | null> {
	const { serverIp, limits } = world.settings;
	const remote = (await readAgents(world)).rows.filter((agents) => agents.remote);
	const ages = remote.map(({ newestUpdate }) => newestUpdate).filter((age) => age !== null);
	if (ages.length === 0) return null;
	const age = Math.max(0, Math.min(...ages));
	if (age < limits.remote_agents_heartbeat.warn) return age;
	// rows that nobody writes any more may belong to agents that were switched off
	const [active] = await world.query<{ count: number }>(
		"SELECT COUNT(*) AS count FROM vicidial_remote_agents WHERE server_ip=? AND status='ACTIVE' LIMIT 1",
		[serverIp],
	);
	return active && active.count > 0 ? age : null;
}

const STAMPS: Record<'updater' | '-SHARE-' | '--CALLBACK-QUEUE--', string> = {
	updater: 'SELECT last_update AS stamp FROM server_updater WHERE server_ip=? LIMIT 1',
	'-SHARE-':
		"SELECT entry_time AS stamp FROM vicidial_campaign_stats_debug WHERE campaign_id='-SHARE-' AND server_ip=? LIMIT 1",
	'--CALLBACK-QUEUE--':
		"SELECT entry_time AS stamp FROM vicidial_campaign_stats_debug WHERE campaign_id='--CALLBACK-QUEUE--' AND server_ip IN ('ADAPT', ?) LIMIT 1",
};

/** What a daemon last wrote into its row, as text; undefined when there is none or the database cannot be asked. */
export async function readStamp(world: World, row: keyof typeof STAMPS): Promise<string | undefined> {
	try {
		const [found] = await world.query<{ stamp: string | null }>(STAMPS[row], [world.settings.serverIp]);
		return found?.stamp ?? undefined;
	} catch (error) {
		if (error instanceof DatabaseTrouble) return undefined;
		throw error;
	}
}

/** The younger of two ages, 0 at least. A stamp from the future tells of a clock that was set, not of life. */
export function youngest(...ages: (number | null)[]): number | null {
	const sound = ages.filter((age) => age !== null && age > -60) as number[];
	return sound.length === 0 ? null : Math.max(0, Math.min(...sound));
}

const HOUR = 3_600_000;

/**
 * Seconds from a local time `YYYY-MM-DD HH:MM:SS` until now; null for none or the zero date. In autumn one hour comes
 * twice: what can be of the second one is taken to be, because an old row would be met before that.
 */
export function secondsSinceLocal(stamp: string | null, now: Date): number | null {
	if (stamp === null || stamp.startsWith('0000')) return null;
	const first = new Date(stamp.replace(' ', 'T'));
	if (Number.isNaN(first.getTime())) return null;
	const second = new Date(first.getTime() + HOUR);
	const comesTwice = second.getHours() === first.getHours();
	const then = comesTwice && second.getTime() <= now.getTime() ? second : first;
	return (now.getTime() - then.getTime()) / 1000;
}
