/** Columns before the text of a line that goes on with what the line before began. */
export const INDENT = ' '.repeat(10);
/** Begins a line that names the next thing to type. */
export const NEXT = `${INDENT}next: `;
/** Before a command that would not fit behind the others. */
const NARROW = '  ';
/** Before each line of a diff, which keeps its own form. */
export const DIFF = '  | ';

/** Text of others as it may be shown: in one line, without what a terminal would obey. */
export const plain = (text: string): string => text.replace(/[\p{Cc}\u2028\u2029]+/gu, ' ').trimEnd();

/** Lines that fit so many columns; only a word that is wider than all of them sticks out. */
export const fitTo = (lines: readonly string[], width: number): string[] =>
	lines.flatMap((line) => {
		if (line.startsWith(DIFF)) return [line.length <= width ? line : `${line.slice(0, width - 1)}…`];
		if (line.startsWith(NEXT)) return fitCommands(line, width);
		return wrapped(line, width, `${/^ */.exec(line)?.[0] ?? ''}${line.startsWith(INDENT) ? '  ' : `${INDENT}  `}`);
	});

/** Commands are broken between each other, so that each can be copied; where columns are few they stand farther left. */
function fitCommands(line: string, width: number): string[] {
	if (line.length <= width) return [line];
	const commands = line.slice(NEXT.length).split(/(?<=;) /);
	const longest = Math.max(...commands.map(({ length }) => length));
	if (NEXT.length + longest > width && NARROW.length + longest <= width)
		return [NEXT.trimEnd(), ...commands.flatMap((command) => wrapped(NARROW + command, width, `${NARROW}  `))];
	const indent = ' '.repeat(NEXT.length);
	return commands.flatMap((command, index) => wrapped((index === 0 ? NEXT : indent) + command, width, `${indent}  `));
}

function wrapped(text: string, width: number, indent: string): string[] {
	if (visible(text) <= width) return [text];
	const lines: string[] = [];
	for (const word of text.split(/(?<=\S) /)) {
		const last = lines.at(-1);
		if (last !== undefined && visible(last) + 1 + word.length <= width) lines[lines.length - 1] = `${last} ${word}`;
		else lines.push(last === undefined ? word : indent + word);
	}
	return lines;
}

const COLOUR = new RegExp(`${String.fromCharCode(27)}\\[\\d+m`, 'g');

/** Columns of a text; colours take none. */
const visible = (text: string): number => text.replace(COLOUR, '').length;
