import { readTemplateTexts } from '../adapters/templates.ts';
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
