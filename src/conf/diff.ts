import { structuredPatch } from 'diff';
import { MASK, type Masked, maskSecrets } from './mask.ts';
import { LONGEST_LINE } from './reader.ts';
import { printable } from './warnings.ts';

const MOST_LINES = 200;
const CONTEXT = 3;

// More edits than this are a different file, and finding the fewest would take longer than anybody reads.
const MOST_EDITS = 500;

interface Hunk {
	readonly oldStart: number;
	readonly oldLines: number;
	readonly newStart: number;
	readonly newLines: number;
	readonly lines: readonly string[];
}

/**
 * Unified diff of a conf file, for people: secrets masked, control characters as `?`, at most 200 lines.
 *
 * @param name of the file; decides what is secret
 * @param before text in place, one character per byte; undefined if there is no file
 * @param after text that would replace it
 * @param labels what the two are called beside the name
 * @returns lines without a line end at the end; empty if nothing differs
 */
export function unifiedDiff(
	name: string,
	before: string | undefined,
	after: string,
	labels = { before: '', after: 'generated' },
): string {
	if (before === after) return '';
	const old = labels.before === '' ? name : `${name} (${labels.before})`;
	const lines = [before === undefined ? '--- /dev/null' : `--- ${old}`, `+++ ${name} (${labels.after})`];
	let more = 0;
	for (const { oldStart, oldLines, newStart, newLines, lines: all } of hunksOf(before ?? '', after)) {
		const room = MOST_LINES - lines.length - 1;
		if (room > 0) {
			lines.push(`@@ -${oldStart},${oldLines} +${newStart},${newLines} @@`);
			lines.push(...shown(all.slice(0, room), name));
		}
		more += room > 0 ? Math.max(0, all.length - room) : all.length + 1;
	}
	return [...lines, ...(more > 0 ? [`… ${more} more`] : [])].join('\n');
}

function hunksOf(before: string, after: string): readonly Hunk[] {
	const options = { context: CONTEXT, maxEditLength: MOST_EDITS };
	return structuredPatch('', '', before, after, '', '', options)?.hunks ?? [wholeHunk(before, after)];
}

/** One hunk from the first to the last difference. */
function wholeHunk(before: string, after: string): Hunk {
	const old = linesOf(before);
	const fresh = linesOf(after);
	const shorter = Math.min(old.length, fresh.length);
	let start = 0;
	while (start < shorter && old[start] === fresh[start]) start++;
	let end = 0;
	while (end < shorter - start && old[old.length - 1 - end] === fresh[fresh.length - 1 - end]) end++;
	const from = Math.max(0, start - CONTEXT);
	const to = Math.max(0, end - CONTEXT);
	const lines = [
		...old.slice(from, start).map((line) => ` ${line}`),
		...old.slice(start, old.length - end).map((line) => `-${line}`),
		...fresh.slice(start, fresh.length - end).map((line) => `+${line}`),
		...old.slice(old.length - end, old.length - to).map((line) => ` ${line}`),
	];
	const [oldLines, newLines] = [old.length - to - from, fresh.length - to - from];
	return { oldStart: oldLines && from + 1, oldLines, newStart: newLines && from + 1, newLines, lines };
}

function linesOf(text: string): string[] {
	const lines = text.split('\n');
	if (lines.at(-1) === '') lines.pop();
	return lines;
}

/** Lines of a hunk as they may be seen. A secret in an added line that was another in the removed one is marked. */
function shown(lines: readonly string[], name: string): string[] {
	const removed = new Map<string, Masked>();
	return lines.map((line) => {
		const sign = line.charAt(0);
		const masked = mask(line.slice(1), name);
		let { text } = masked;
		if (sign === ' ') removed.clear();
		if (sign === '-') removed.set(keyOf(masked), masked);
		if (sign === '+' && masked.secrets.length > 0) {
			const old = removed.get(keyOf(masked));
			if (old !== undefined && old.secrets.join('\n') !== masked.secrets.join('\n')) {
				text = text.replaceAll(MASK, `${MASK} (changed)`);
			}
		}
		return sign + printable(decoded(text).replaceAll('\t', '    '));
	});
}

function mask(line: string, name: string): Masked {
	if (line.length > LONGEST_LINE) return { text: `(a line of ${line.length} bytes)`, secrets: [] };
	return maskSecrets(line, name);
}

/** What stands before the first secret: by that a line is known again. */
function keyOf({ text }: Masked): string {
	return text.split(MASK, 1).join();
}

/** Most files are UTF-8. */
function decoded(text: string): string {
	const utf8 = Buffer.from(text, 'latin1').toString('utf8');
	// Some terminals obey the controls above ASCII, too.
	return (utf8.includes('\ufffd') ? text : utf8).replace(/[\x80-\x9f]/g, '?');
}
