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
	const known = new Set(sections);
	const reading = readConf(text);
	let inSection = !topLevel;
	for (const { line, text: directive } of reading.directives) {
		const found = (problem: Found | undefined) => {
			if (problem !== undefined) problems.push({ line, ...problem });
		};
		if (directive.startsWith('[')) {
			const problem = headerProblem(directive, known);
			found(problem);
			if (problem === undefined) known.add(sectionOf(directive));
			inSection = true;
		} else if (directive.startsWith('#')) {
			found(directiveProblem(directive, includeExists));
		} else if (!inSection) {
			found({ code: 'no-section', problem: 'stands before the first section', fatal: true });
		} else if (directive.startsWith('\\') && !(directive.charCodeAt(1) > 32)) {
			found({ code: 'bad-escape', problem: 'escapes a blank', fatal: true });
		} else if (!directive.includes('=')) {
			found({ code: 'no-equals', problem: "has no '=', Asterisk ignores it", fatal: false });
		}
	}
	for (const line of reading.tooLong) {
		problems.push({ line, code: 'long-line', problem: `is longer than ${LONGEST_LINE} bytes`, fatal: false });
	}
	if (reading.strayCommentEnd !== undefined) {
		const problem = "'--;' closes no block comment, Asterisk skips all that follows";
		problems.push({ line: reading.strayCommentEnd, code: 'stray-comment-end', problem, fatal: true });
	}
	if (reading.openComment !== undefined) {
		const problem = "block comment ';--' is not closed";
		problems.push({ line: reading.openComment, code: 'open-comment', problem, fatal: true });
	}
	return problems;
}

type Found = Omit<ConfProblem, 'line'>;

function headerProblem(header: string, known: ReadonlySet<string>): Found | undefined {
	const end = header.indexOf(']');
	if (end < 0) return { code: 'unclosed-section', problem: "'[' is not closed", fatal: true };
	if (header[end + 1] !== '(') return undefined;
	const close = header.indexOf(')', end);
	if (close < 0) return { code: 'unclosed-section', problem: "'(' after the section name is not closed", fatal: true };
	for (const option of header.slice(end + 2, close).split(',')) {
		if (option === '!') continue;
		const base = option.startsWith('+') ? sectionOf(header) : option.toLowerCase();
		if (!known.has(base)) {
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
