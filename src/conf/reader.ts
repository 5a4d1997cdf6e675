// How Asterisk's configuration reader takes a text apart, as far as it decides which lines count.

/**
 * Is given each line as the reader acts on it: comments cut, `\;` unescaped, blanks trimmed, never empty.
 * (A visitor, not a list: files have hundreds of thousands of lines.)
 */
export type Visit = (directive: string, line: number) => void;

/** Where a text loses lines by itself. */
export interface Losses {
	/** Lines that are skipped because they do not fit the reader's buffer. */
	readonly tooLong: readonly number[];
	/** Line of the `;--` that is still open at the end, or was once too deep. */
	readonly openComment?: number;
	/** Line of a `--;` that closes nothing: the reader counts below zero and skips all that follows. */
	readonly strayCommentEnd?: number;
}

/** Longest line in bytes, without its end, that surely leaves its neighbours alone (the reader's buffer is 8192). */
export const LONGEST_LINE = 8189;

// At this depth the reader never gets past the next `;--`.
const DEEPEST_COMMENT = 127;

/** Trims what Asterisk calls blank: all bytes up to 0x20, and no others (0xa0 may be part of a letter). */
export function strip(text: string): string {
	let start = 0;
	let end = text.length;
	while (start < end && text.charCodeAt(start) < 33) start++;
	while (end > start && text.charCodeAt(end - 1) < 33) end--;
	return start === 0 && end === text.length ? text : text.slice(start, end);
}

/** Reads a text the way Asterisk does, including the ways in which it loses the rest of a file. */
export function readConf(text: string, visit: Visit): Losses {
	const tooLong: number[] = [];
	let depth = 0;
	let openedAt = 0;
	let line = 0;
	for (let start = 0, end: number; start <= text.length; start = end + 1) {
		end = text.indexOf('\n', start);
		if (end < 0) end = text.length;
		line++;
		if (end - start > LONGEST_LINE) {
			tooLong.push(line);
			continue;
		}
		let directive = text.slice(start, end);
		if (depth > 0 || directive.includes(';')) {
			const before = depth;
			({ depth, text: directive } = withoutComments(directive, depth));
			if (depth < 0) return { tooLong, strayCommentEnd: line };
			if (before === 0 && depth > 0) openedAt = line;
			if (depth > DEEPEST_COMMENT) return { tooLong, openComment: openedAt };
		}
		directive = strip(directive);
		if (directive !== '') visit(directive, line);
	}
	return depth > 0 ? { tooLong, openComment: openedAt } : { tooLong };
}

/** One line without its comments, and the depth of block comments after it (negative: closed one too many). */
function withoutComments(line: string, depthBefore: number): { text: string; depth: number } {
	let depth = depthBefore;
	let kept = '';
	let from = 0; // where the part not yet looked at begins
	let keptFrom = 0; // where the part that is kept, if depth is 0, begins
	for (;;) {
		const at = line.indexOf(';', from);
		if (at < 0) break;
		if (at > from && line[at - 1] === '\\') {
			if (depth === 0) kept += `${line.slice(keptFrom, at - 1)};`;
			keptFrom = at + 1;
			from = at + 1;
		} else if (line.startsWith(';--', at) && line[at + 3] !== '-') {
			if (depth === 0) kept += line.slice(keptFrom, at);
			depth++;
			from = at + 3;
			if (depth > DEEPEST_COMMENT) return { text: kept, depth };
		} else if (at >= from + 2 && line.startsWith('--', at - 2)) {
			depth--;
			if (depth < 0) return { text: kept, depth };
			from = at + 1;
			if (depth === 0) keptFrom = from;
		} else if (depth === 0) {
			return { text: kept + line.slice(keptFrom, at), depth };
		} else {
			from = at + 1;
		}
	}
	if (depth === 0) kept += line.slice(keptFrom);
	return { text: kept, depth };
}

/** Names of all sections of a text, templates included, in lower case (the reader ignores case). */
export function sectionNames(text: string): Set<string> {
	const names = new Set<string>();
	if (!text.includes('[')) return names;
	readConf(text, (directive) => {
		if (directive.startsWith('[') && directive.includes(']')) names.add(sectionOf(directive));
	});
	return names;
}

/** Whether a text begins a section of its own. */
export function startsSection(text: string): boolean {
	let starts = false;
	if (text.includes('[')) {
		readConf(text, (directive) => {
			starts ||= directive.startsWith('[');
		});
	}
	return starts;
}

/** Section name of a `[name]…` line in lower case. */
export function sectionOf(header: string): string {
	return header.slice(1, header.indexOf(']')).toLowerCase();
}
