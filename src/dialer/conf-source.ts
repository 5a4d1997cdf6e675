import type { ConfFolder } from '../adapters/conf-folder.ts';
import { CONF_FILES } from '../conf/files.ts';
import { type Generated, generateConf } from '../conf/generate.ts';
import { keptHeader } from '../conf/mailboxes.ts';
import { readSource, type Source } from '../conf/source.ts';
import type { World } from '../world.ts';
import type { TemplateSet } from './templates.ts';

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
/** When the tables behind the files were last written; tables of an engine that does not tell are seen every ten minutes. */
export async function readSourceFingerprint(world: World): Promise<string> {
	const rows = await world.query(
		`SELECT TABLE_NAME AS name, UPDATE_TIME AS changed FROM information_schema.TABLES WHERE TABLE_SCHEMA=DATABASE()
		AND TABLE_NAME IN (${SOURCE_TABLES.map(() => '?').join(', ')}) ORDER BY TABLE_NAME LIMIT 20`,
		SOURCE_TABLES,
	);
	return rows.map(({ name, changed }) => `${name} ${changed}`).join('; ');
}

/** Reads everything that the files are made of. @throws DatabaseTrouble */
export const readConfSource = (world: World): Promise<Source> =>
	readSource((sql, values) => world.query(sql, [...values]), world.settings.serverIp);

/** Generates every file; problems instead of a throw. */
export function generate(
	source: Source,
	folder: ConfFolder,
	templates: TemplateSet,
): { generated: Generated | undefined; problems: string[] } {
	try {
		const generated = generateConf(source, templates.templates, {
			voicemailConf: usableVoicemail(folder),
			surroundings: (name) => {
				const file = CONF_FILES.find((one) => one.name === name);
				return file ? folder.surroundings(file) : {};
			},
		});
		return { generated, problems: generated.refused.map(({ file, reason }) => `${file}: ${reason}`) };
	} catch (error) {
		return { generated: undefined, problems: [(error as Error).message] };
	}
}

/** The voicemail.conf whose head is kept: the live one, or the newest earlier version when that one is damaged. */
function usableVoicemail(folder: ConfFolder): string | null {
	const live = folder.inspect('voicemail.conf').kind === 'file' ? folder.read('voicemail.conf')?.text : undefined;
	const candidates = [live, ...folder.versions('voicemail.conf')];
	return candidates.find((text) => text !== undefined && keptHeader(text) !== undefined) ?? null;
}

/** The newest earlier version that is another text: what Asterisk may still hold instead. */
export function earlierVersion(folder: ConfFolder, name: string, text: string): string | undefined {
	for (const version of folder.versions(name)) if (version !== text) return version;
	return undefined;
}
