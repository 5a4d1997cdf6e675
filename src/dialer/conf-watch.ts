import { DatabaseTrouble } from '../adapters/database.ts';
import { selectSum, sumAnswered } from '../conf/row-sums.ts';
import { isSourceName, statementOf } from '../conf/statements.ts';
import type { ConfMemory } from '../memory.ts';
import type { World } from '../world.ts';

/** Tables that only administrators write; servers and system_settings change all the time. */
const SOURCE_TABLES = [
	'phones',
	'vicidial_server_carriers',
	'vicidial_conf_templates',
	'vicidial_call_menu',
	'vicidial_call_menu_options',
	'vicidial_voicemail',
	'vicidial_music_on_hold',
];

/** When the tables behind the files were last written, as far as their engine tells. @throws DatabaseTrouble */
export async function readSourceFingerprint(world: World): Promise<string> {
	const rows = await world.query(
		`SELECT TABLE_NAME AS name, UPDATE_TIME AS changed FROM information_schema.TABLES WHERE TABLE_SCHEMA=DATABASE()
		AND TABLE_NAME IN (${SOURCE_TABLES.map(() => '?').join(', ')}) ORDER BY TABLE_NAME LIMIT 20`,
		SOURCE_TABLES,
	);
	return rows.map(({ name, changed }) => `${name} ${changed}`).join('; ');
}

/** Seconds from one sum to the next, where most looks ask when the tables were written. */
const SUMS_BESIDE_WRITES = 180;

/** What is remembered of the rows behind the files. */
export type Sources = Pick<ConfMemory, 'sources' | 'sourceFingerprint'>;

/**
 * Sees whether the rows behind the files are still those of the last comparison: one statement in a look, the one that was
 * asked longest ago, so that thousands of phones cost a healthy tick one row. Where vicikeep owns the files and nobody
 * raises a flag, most looks ask instead when the tables were written: that comes sooner, but not every table tells.
 * @returns what was seen, or undefined where something has changed or cannot be told
 */
export async function lookAtSources(world: World, before: Sources): Promise<Sources | undefined> {
	try {
		return await look(world, before);
	} catch (error) {
		if (!(error instanceof DatabaseTrouble)) throw error;
		// a lock says nothing of the rows; what goes wrong otherwise goes wrong in the comparison too, and is told there
		return error.fault === 'locked' || error.fault === 'silent' ? before : undefined;
	}
}

async function look(world: World, { sources, sourceFingerprint }: Sources): Promise<Sources | undefined> {
	const { uptime, settings } = world;
	if (sources === undefined) return undefined;
	const byAge = Object.entries(sources).sort(([, one], [, other]) => one.at - other.at);
	const [eldest, youngest] = [byAge[0], byAge.at(-1)];
	if (!eldest || !youngest) return undefined;
	if (settings.confOwner === 'vicikeep' && uptime - youngest[1].at < SUMS_BESIDE_WRITES) {
		const written = await readSourceFingerprint(world);
		return written === sourceFingerprint ? { sources, sourceFingerprint } : undefined;
	}
	const [name, rows] = eldest;
	const kept = { sources, ...(sourceFingerprint !== undefined && { sourceFingerprint }) };
	if (uptime - rows.at < settings.lookGap) return kept;
	if (!isSourceName(name)) return undefined;
	const [row] = await world.query(selectSum(statementOf(name, rows.values)), rows.values);
	return sumAnswered(row) === rows.sum
		? { ...kept, sources: { ...sources, [name]: { ...rows, at: uptime } } }
		: undefined;
}
