import { createHash } from 'node:crypto';
import { fingerprint, ownership } from '../adapters/files.ts';
import { readTemplateTexts } from '../adapters/templates.ts';
import { CONF_FILES } from '../conf/files.ts';
import { parseTemplates, type Templates } from '../conf/render.ts';
import type { World } from '../world.ts';

/** The templates in force; empty where there are problems, each with file and line. */
export interface TemplateSet {
	templates: Templates;
	problems: string[];
}

/** Reads and checks all templates; nothing is rendered while one of them has a fault. */
export function readTemplates({ settings, installRoot }: World): TemplateSet {
	const { texts, problems } = readTemplateTexts(`${installRoot}/templates`, settings.templates);
	const parsed = parseTemplates(texts);
	const all = [...problems, ...parsed.problems.map(({ path, line, problem }) => `${path}:${line}: ${problem}`)];
	return { templates: all.length === 0 ? parsed.templates : new Map(), problems: all };
}

/** Changes with the program and with every template that is shipped or overrides one, whose they are included. */
export function makersFingerprint({ settings, installRoot }: World): string {
	const folders = [`${installRoot}/templates`, ...(settings.templates === undefined ? [] : [settings.templates])];
	const templates = folders.flatMap((folder) => [folder, ...CONF_FILES.map(({ name }) => `${folder}/${name}`)]);
	const parts = [`${installRoot}/dist/vicikeep.cjs`, ...templates].map((path) => {
		const { uid, mode } = ownership(path) ?? {};
		return `${fingerprint(path)}-${uid}-${mode}`;
	});
	return createHash('sha256').update(parts.join(' ')).digest('hex');
}
