import type { World } from '../world.ts';
import { localStamp, marks, type TableReader, type Timed, timed } from './queues-ask.ts';

/** Leads in the hopper, by campaign, status and whether this dialer's auto dialer has them in hand. */
export interface HopperRow {
	campaign: string;
	status: string;
	/** taken by AST_VDauto_dial of this server */
	ours: boolean;
	count: number;
	/** hopper_id of the first one */
	first: number;
	/** differs when another row is among them */
	fingerprint: string;
}

/**
 * One scan of a MEMORY table of some thousand rows; it has no index that would help, and no column with a time. Read once in
 * a look, whoever needs it first.
 * @throws DatabaseTrouble
 */
export function readHopper(world: World): Promise<Timed<readonly HopperRow[]>> {
	world.hopper ??= timed(askForHopper(world));
	return world.hopper;
}

async function askForHopper(world: World): Promise<HopperRow[]> {
	const rows = await world.query<{
		campaign: string | null;
		status: string;
		ours: number;
		count: number;
		first: number;
		last: number;
		ids: number;
	}>(
		`SELECT campaign_id AS campaign, status, COALESCE(user, '')=? AS ours, COUNT(*) AS count, MIN(hopper_id) AS first,
		MAX(hopper_id) AS last, BIT_XOR(hopper_id) AS ids FROM vicidial_hopper GROUP BY campaign_id, status, ours LIMIT 2000`,
		[`VDAD_${world.settings.serverIp}`],
	);
	return rows.map(({ campaign, status, ours, count, first, last, ids }) => ({
		campaign: campaign ?? '',
		status,
		ours: ours === 1,
		count,
		first,
		fingerprint: `${count} ${first} ${last} ${ids}`,
	}));
}

/** An active campaign. */
export interface Campaign {
	campaign: string;
	/** it takes leads from the hopper and dials them by itself */
	dials: boolean;
}

export async function readCampaigns(tables: TableReader): Promise<Campaign[]> {
	const rows = await tables.ask<{ campaign: string; dials: number }>(
		'vicidial_campaigns',
		`SELECT campaign_id AS campaign,
		dial_method NOT IN ('MANUAL','INBOUND_MAN') AND no_hopper_dialing='N' AND auto_dial_level > 0 AS dials
		FROM vicidial_campaigns WHERE active='Y' LIMIT 500`,
		[],
	);
	return rows.map(({ campaign, dials }) => ({ campaign, dials: dials === 1 }));
}

/** When AST_VDhopper last worked on a campaign: it writes a row for each active one in every run, leads or not. */
export interface HopperRun {
	campaign: string;
	/** seconds, by the database's clock; null when it was never worked on */
	age: number | null;
}

export async function readHopperRuns(tables: TableReader, campaigns: readonly Campaign[]): Promise<HopperRun[]> {
	const names = campaigns.map(({ campaign }) => campaign);
	const rows = await tables.ask<{ campaign: string; age: number | null }>(
		'vicidial_campaign_stats_debug',
		`SELECT campaign_id AS campaign, TIMESTAMPDIFF(SECOND, update_time, NOW()) AS age FROM vicidial_campaign_stats_debug
		WHERE campaign_id IN (${marks(names)}) AND server_ip='HOPPER' LIMIT 500`,
		names,
	);
	// the database compares names without regard to case
	const ages = new Map(rows.map(({ campaign, age }) => [campaign.toLowerCase(), age]));
	return names.map((campaign) => {
		const age = ages.get(campaign.toLowerCase());
		return { campaign, age: age === undefined || age === null ? null : Math.max(0, age) };
	});
}

/** What AST_VDhopper said of one campaign in its last run: the first line. */
export async function readHopperWords(tables: TableReader, campaign: string): Promise<string> {
	const [row] = await tables.ask<{ words: string | null }>(
		'vicidial_campaign_stats_debug',
		`SELECT LEFT(TRIM(SUBSTRING_INDEX(TRIM(LEADING '\\n' FROM debug_output), '\\n', 1)), 120) AS words
		FROM vicidial_campaign_stats_debug WHERE campaign_id=? AND server_ip='HOPPER' LIMIT 1`,
		[campaign],
	);
	return row?.words ?? '';
}

/** Callbacks that were due 3 to 15 minutes ago and still wait: AST_VDhopper takes them in every run. */
export interface Overdue {
	count: number;
	/** seconds since the oldest of them was due, by the local clock */
	age: number;
}

/** What can never be taken, because its lead is gone, lies outside of the window. */
export async function readOverdueCallbacks(tables: TableReader): Promise<Overdue | null> {
	const rows = await tables.askIfThere<{ count: number; age: number | null }>(
		'vicidial_callbacks',
		`SELECT COUNT(*) AS count, TIMESTAMPDIFF(SECOND, MIN(callback_time), ?) AS age FROM (SELECT callback_time FROM vicidial_callbacks
		WHERE status='ACTIVE' AND callback_time BETWEEN ? AND ? LIMIT 1000) AS due`,
		[localStamp(0), localStamp(-900), localStamp(-180)],
	);
	return rows?.[0] ? { count: rows[0].count, age: rows[0].age ?? 0 } : null;
}
