import { DatabaseTrouble } from '../adapters/database.ts';
import { selectSum, sumAnswered } from '../conf/row-sums.ts';
import { type SourceName, statementOf } from '../conf/statements.ts';
import type { ConfMemory, SourceRows } from '../memory.ts';
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

/** Seconds after which rows are overdue, where looks come so rarely that one statement in each is too few. */
const OVERDUE = 1200;
/** Seconds from one sum to the next, where the tables are asked every minute when they were written. */
const SUMS_BESIDE_WRITES = 300;

/** What is remembered of the rows behind the files. */
export type Sources = Pick<ConfMemory, 'sources' | 'sourceFingerprint'>;

/**
 * Sees whether the rows behind the files are still those of the last comparison: one statement in a look, the one that was
 * asked longest ago, so that thousands of phones cost a healthy tick one row. Where vicikeep owns the files and nobody
 * raises a flag, most looks ask instead when the tables were written: that comes sooner, but not every table tells.
 * @returns what was seen, or undefined where something has changed
 * @throws DatabaseTrouble
 */
export async function lookAtSources(world: World, before: Sources): Promise<Sources | undefined> {
	const { uptime, settings } = world;
	const age = ({ at }: SourceRows): number => uptime - at;
	const byAge = Object.entries(before.sources ?? {}).sort(([, one], [, other]) => age(other) - age(one));
	const youngest = byAge.at(-1);
	const byWrites = settings.confOwner === 'vicikeep' && (!youngest || age(youngest[1]) < SUMS_BESIDE_WRITES);
	if (byWrites) {
		const sourceFingerprint = await readSourceFingerprint(world);
		return sourceFingerprint === before.sourceFingerprint ? before : undefined;
	}
	const due = byAge.filter(([, rows], place) => age(rows) >= (place === 0 ? settings.lookGap : OVERDUE));
	const sources = { ...before.sources };
	for (const [name, rows] of due) {
		const now = await sumNow(world, name as SourceName, rows.values);
		if (now !== undefined && now !== rows.sum) return undefined;
		// one that cannot be asked must not keep the others from their turn
		sources[name] = { ...rows, at: uptime };
	}
	return { ...before, sources };
}

async function sumNow(world: World, name: SourceName, values: string[]): Promise<string | undefined> {
	try {
		const [row] = await world.query(selectSum(statementOf(name, values)), values);
		return sumAnswered(row);
	} catch (error) {
		if (error instanceof DatabaseTrouble) return undefined;
		throw error;
	}
}
