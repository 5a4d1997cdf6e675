import Mustache from 'mustache';
import { CONF_FILES } from './files.ts';
import type { Model } from './model.ts';
import { SPECIMEN } from './specimen.ts';

/** A template as it was read. */
export interface TemplateText {
	/** Name of the file it makes. */
	readonly name: string;
	/** Where it was read, for messages. */
	readonly path: string;
	readonly text: string;
}

/** A fault in a template. */
export interface TemplateProblem {
	readonly path: string;
	readonly line: number;
	readonly problem: string;
}

/** Checked templates by the name of the file they make. */
export type Templates = ReadonlyMap<string, string>;

type Token = readonly [type: string, value: string, start: number, end: number, children?: Token[]];

/**
 * Checks all templates: each generated file has one, each can be read, and each name in it is a name of the model.
 *
 * Templates are Mustache with sections, inverted sections, names and comments; nothing is escaped, because the texts
 * of the model are already fit for their places.
 *
 * @returns no templates if there is any problem
 */
export function parseTemplates(texts: readonly TemplateText[]): {
	readonly templates: Templates;
	readonly problems: readonly TemplateProblem[];
} {
	const templates = new Map<string, string>();
	const problems: TemplateProblem[] = [];
	for (const { name, path, text } of texts) {
		templates.set(name, text);
		problems.push(...templateProblems(text).map((problem) => ({ path, ...problem })));
	}
	for (const { name } of CONF_FILES) {
		if (!templates.has(name)) problems.push({ path: name, line: 0, problem: 'there is no such template' });
	}
	return { templates: problems.length === 0 ? templates : new Map(), problems };
}

function templateProblems(text: string): Omit<TemplateProblem, 'path'>[] {
	const problems: Omit<TemplateProblem, 'path'>[] = [];
	const report = (at: number, problem: string) => problems.push({ line: lineOf(text, at), problem });
	let tokens: Token[];
	try {
		tokens = Mustache.parse(text) as unknown as Token[];
	} catch (error) {
		// Mustache names the offset at the end of its message; of a section that is never closed it names the end.
		const message = (error as Error).message;
		const [, problem = message, at = '0'] = /^(.*) at (\d+)$/.exec(message) ?? [];
		const section = /^Unclosed section "(.*)"$/.exec(problem)?.[1];
		const opened = section === undefined ? -1 : openingOf(text.slice(0, Number(at)), section);
		report(opened >= 0 ? opened : Number(at), problem);
		return problems;
	}
	checkNames(tokens, [SPECIMEN], report);
	return problems;
}

function openingOf(text: string, section: string): number {
	return Math.max(text.lastIndexOf(`{{#${section}}}`), text.lastIndexOf(`{{^${section}}}`));
}

function lineOf(text: string, at: number): number {
	return text.slice(0, at).split('\n').length;
}

function checkNames(
	tokens: readonly Token[],
	scopes: readonly unknown[],
	report: (at: number, problem: string) => void,
): void {
	for (const [type, value, start, , children = []] of tokens) {
		if (type === 'text' || type === '!') continue;
		if (!['name', '&', '#', '^'].includes(type)) {
			report(start, `{{${type} is not supported here; only names and sections are`);
			continue;
		}
		const found = lookUp(value, scopes);
		if (found === undefined) {
			report(start, `unknown name '${value}'`);
		} else if (type === '#') {
			checkNames(children, [Array.isArray(found) ? found[0] : found, ...scopes], report);
		} else if (type === '^') {
			checkNames(children, scopes, report);
		} else if (typeof found !== 'string') {
			report(start, `'${value}' is no text; use it as a section`);
		}
	}
}

function lookUp(name: string, scopes: readonly unknown[]): unknown {
	if (name === '.') return scopes[0];
	const [first = '', ...rest] = name.split('.');
	const scope = scopes.find((candidate) => property(candidate, first) !== undefined);
	return rest.reduce(property, property(scope, first));
}

function property(owner: unknown, name: string): unknown {
	if (typeof owner !== 'object' || owner === null || !Object.hasOwn(owner, name)) return undefined;
	return (owner as Record<string, unknown>)[name];
}

/**
 * Texts of the named files, one character per byte.
 *
 * @throws Error if there is no checked template for one of them
 */
export function renderFiles(model: Model, templates: Templates, files: readonly string[]): Record<string, string> {
	const rendered = files.map((name) => {
		const template = templates.get(name);
		if (template === undefined) throw new Error(`no template for ${name}`);
		return [name, Mustache.render(template, model, {}, { escape: String })];
	});
	return Object.fromEntries(rendered);
}
