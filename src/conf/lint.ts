import { LONGEST_LINE, readConf, sectionOf } from './reader.ts';

/** Something in a conf text that Asterisk does not take as it is written. */
export interface ConfProblem {
	readonly line: number;
	readonly code:
		| 'unclosed-section'
		| 'unknown-section'
		| 'missing-include'
		| 'exec'
		| 'open-comment'
		| 'stray-comment-end'
		| 'no-section'
		| 'bad-escape'
		| 'long-line'
		| 'no-equals'
		| 'unknown-directive';
	readonly problem: string;
	/** Asterisk loses the rest of the file, or refuses it; else only this line. */
	readonly fatal: boolean;
}

/** What lies outside a text and decides whether it loads. */
export interface Surroundings {
	/** Sections that exist before the text begins, in lower case (`sectionNames`). */
	readonly sections?: ReadonlySet<string>;
	/** Whether `#include` of this file finds one. Without it every include counts as missing. */
	readonly includeExists?: (file: string) => boolean;
	/** Asterisk reads the text itself, not through an `#include` inside a section. */
	readonly topLevel?: boolean;
}

/**
 * Finds what Asterisk would stumble over, as its own reader does. `#exec` counts as fatal: it runs a program on every
 * reload.
 */
export function lintConf(
	text: string,
	{ sections, includeExists, topLevel = false }: Surroundings = {},
): ConfProblem[] {
	const problems: ConfProblem[] = [];
	const own = new Set<string>();
	const isKnown = (name: string) => own.has(name) || sections?.has(name) === true;
	let inSection = !topLevel;
	const losses = readConf(text, (directive, line) => {
		let found: Found | undefined;
		const first = directive[0];
		if (first === '[') {
			found = headerProblem(directive, isKnown);
			if (found === undefined) own.add(sectionOf(directive));
			inSection = true;
		} else if (first === '#') {
			found = directiveProblem(directive, includeExists);
		} else if (!inSection) {
			found = { code: 'no-section', problem: 'stands before the first section', fatal: true };
		} else if (first === '\\' && !(directive.charCodeAt(1) > 32)) {
			found = { code: 'bad-escape', problem: 'escapes a blank', fatal: true };
		} else if (!directive.includes('=')) {
			found = { code: 'no-equals', problem: "has no '=', Asterisk ignores it", fatal: false };
		}
		if (found !== undefined) problems.push({ line, ...found });
	});
	for (const line of losses.tooLong) {
		problems.push({ line, code: 'long-line', problem: `is longer than ${LONGEST_LINE} bytes`, fatal: false });
	}
	if (losses.strayCommentEnd !== undefined) {
		const problem = "'--;' closes no block comment, Asterisk skips all that follows";
		problems.push({ line: losses.strayCommentEnd, code: 'stray-comment-end', problem, fatal: true });
	}
	if (losses.openComment !== undefined) {
		const problem = "block comment ';--' is not closed";
		problems.push({ line: losses.openComment, code: 'open-comment', problem, fatal: true });
	}
	return problems;
}

type Found = Omit<ConfProblem, 'line'>;

function headerProblem(header: string, isKnown: (name: string) => boolean): Found | undefined {
	const end = header.indexOf(']');
	if (end < 0) return { code: 'unclosed-section', problem: "'[' is not closed", fatal: true };
	if (header[end + 1] !== '(') return undefined;
	const close = header.indexOf(')', end);
	if (close < 0) return { code: 'unclosed-section', problem: "'(' after the section name is not closed", fatal: true };
	for (const option of header.slice(end + 2, close).split(',')) {
		if (option === '!') continue;
		const base = option.startsWith('+') ? sectionOf(header) : option.toLowerCase();
		if (!isKnown(base)) {
			return { code: 'unknown-section', problem: `no section '${base}' stands before it`, fatal: true };
		}
	}
	return undefined;
}

function directiveProblem(
	directive: string,
	includeExists: ((file: string) => boolean) | undefined,
): Found | undefined {
	const [, word = '', argument = ''] = /^#([^\0-\x20]*)[\0-\x20]*(.*)$/s.exec(directive) ?? [];
	switch (word.toLowerCase()) {
		case 'exec':
			return { code: 'exec', problem: '#exec runs a program', fatal: true };
		case 'include': {
			const file = /^"(.*)"$/s.exec(argument)?.[1] ?? /^<(.*)>$/s.exec(argument)?.[1] ?? argument;
			if (file === '') return { code: 'unknown-directive', problem: '#include names no file', fatal: false };
			if (includeExists?.(file)) return undefined;
			return { code: 'missing-include', problem: `#include of '${file}', which is not there`, fatal: true };
		}
		case 'tryinclude':
			return undefined;
		default:
			return { code: 'unknown-directive', problem: `#${word} is no directive, Asterisk ignores it`, fatal: false };
	}
}
