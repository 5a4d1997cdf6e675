import type { ConfFolder } from '../adapters/conf-folder.ts';
import { CONF_FILES } from '../conf/files.ts';
import { type Generated, generateConf } from '../conf/generate.ts';
import { keptHeader } from '../conf/mailboxes.ts';
import { readSource, type Source, type Told } from '../conf/source.ts';
import type { World } from '../world.ts';
import type { TemplateSet } from './templates.ts';

/** Reads everything that the files are made of. @throws DatabaseTrouble */
export const readConfSource = (world: World, told?: Told): Promise<Source> =>
	readSource((sql, values) => world.query(sql, [...values]), world.settings.serverIp, told);

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

/** A warning of the generator in a line that names the row. */
export const tellWarning = ({ table, key, column, problem }: Generated['warnings'][number]): string =>
	`${table} ${key}, ${column}: ${problem}`;
