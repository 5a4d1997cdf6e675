import { type Cells, commentText } from './cells.ts';
import { lintConf, type Surroundings } from './lint.ts';
import { sectionNames, startsSection } from './reader.ts';

// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const CONTROL_BUT_TAB_AND_NEWLINE = /[\0-\x08\x0b-\x1f\x7f]/;

/** A raw block: its text, or why it must stay out. */
export type RawBlock = { readonly text: string } | { readonly problem: string };

/**
 * Checks the blocks of one generated file, in the order in which they are written: a block may inherit from sections
 * that stand before it.
 */
export class RawBlocks {
	readonly #known: Set<string>;
	readonly #includeExists: ((file: string) => boolean) | undefined;

	constructor(surroundings: Surroundings) {
		this.#known = new Set(surroundings.sections);
		this.#includeExists = surroundings.includeExists;
	}

	/** Notes a section that is written outside of raw blocks. */
	addSection(name: string): void {
		this.#known.add(name.toLowerCase());
	}

	/** A block as it is, apart from line ends, if Asterisk reads to its end and on from there as if it were not there. */
	check(raw: string): RawBlock {
		const text = raw.replace(/\r+(?=\n|$)/g, '');
		if (text === '') return { text };
		if (CONTROL_BUT_TAB_AND_NEWLINE.test(text)) return { problem: 'holds control characters' };
		const problems = lintConf(text, {
			sections: this.#known,
			...(this.#includeExists && { includeExists: this.#includeExists }),
		});
		const found = problems.find(({ fatal, code }) => fatal || code === 'long-line');
		if (found !== undefined) return { problem: `line ${found.line}: ${found.problem}` };
		for (const name of sectionNames(text)) this.#known.add(name);
		return { text };
	}

	/**
	 * A column that is meant as a raw block, or in its place a comment that says why it stays out (with a warning).
	 *
	 * @param sectionless the block stands where a section of its own would take what follows it away
	 */
	column(cells: Cells, column: string, sectionless = false): string {
		let block = this.check(cells.text(column));
		if ('text' in block && sectionless && startsSection(block.text)) {
			block = { problem: 'begins a section, which would take away all that follows' };
		}
		if ('text' in block) return block.text;
		cells.warn(column, `${block.problem}; left out`);
		return leftOut(cells, column, block.problem);
	}
}

/** Comment in place of an entry. */
export function leftOut(cells: Cells, column: string, problem: string): string {
	return `; left out: ${commentText(`${cells.table} ${cells.key} ${column}: ${problem}`)}`;
}
