import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseTemplates, type TemplateText } from '../../../src/conf/render.ts';

const FOLDER = resolve(import.meta.dirname, '../../../templates');
export const FIXTURES = resolve(import.meta.dirname, '../../fixtures/conf');

/** The templates of the product, as read. */
export const TEMPLATE_TEXTS: readonly TemplateText[] = readdirSync(FOLDER).map((name) => ({
	name,
	path: join(FOLDER, name),
	text: readFileSync(join(FOLDER, name), 'latin1'),
}));

/** The templates of the product, checked. */
export const TEMPLATES = parseTemplates(TEMPLATE_TEXTS).templates;

/** A fixture file, one character per byte. */
export function fixture(name: string): string {
	return readFileSync(join(FIXTURES, name), 'latin1');
}
