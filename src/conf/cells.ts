import { type Row, textOf } from './source.ts';
import type { Warnings } from './warnings.ts';

// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const CONTROL = /[\0-\x1f\x7f]/;
const ALL_CONTROL = new RegExp(CONTROL, 'g');

/** What names may be made of; bytes from 0x80 up are letters of other scripts. */
export const NAMES = {
	phone: /^[-*#.:/@_0-9A-Za-z\x80-\xff]+$/,
	number: /^[0-9]+$/,
	mailbox: /^[0-9A-Za-z\x80-\xff]+$/,
	id: /^[-_0-9A-Za-z\x80-\xff]+$/,
	key: /^[-_*#0-9A-Za-z\x80-\xff]+$/,
	address: /^[-_.:0-9A-Za-z]+$/,
	/** Between `:` and `@` of a trunk, inside a Dial argument. Nothing at all is allowed too. */
	trunkSecret: /^[-_.!+=%^*#0-9A-Za-z\x80-\xff]*$/,
} as const;

/**
 * One row's columns, each encoded for the place where it is printed. A value that would change more than its own place
 * is made harmless or refused (`undefined`), with a warning that names table, key and column but never the value: it
 * may be a secret.
 */
export class Cells {
	constructor(
		readonly table: string,
		readonly key: string,
		readonly row: Row,
		readonly warnings: Warnings,
	) {}

	/** The column as it is, for decisions. */
	text(column: string): string {
		return textOf(this.row, column);
	}

	number(column: string): number {
		return Number(this.text(column)) || 0;
	}

	isYes(column: string): boolean {
		return this.text(column) === 'Y';
	}

	/** Whether a numeric flag is above 0. */
	isOn(column: string): boolean {
		return this.number(column) > 0;
	}

	warn(column: string, problem: string): void {
		this.warnings.add(this.table, this.key, column, problem);
	}

	/** For a comment line. */
	comment(column: string): string {
		const text = this.text(column);
		if (CONTROL.test(text)) this.warn(column, 'holds control characters; written as blanks');
		return commentText(text);
	}

	/** For the right side of `key=value`. */
	value(column: string): string {
		const text = this.#escaped(column, this.text(column));
		// `key=>x` would be read as the value `x`.
		return text.startsWith('>') ? ` ${text}` : text;
	}

	/** For the arguments of a dialplan application; `${…}` and `,` keep their meaning. */
	argument(column: string): string {
		return this.#escaped(column, this.text(column));
	}

	/** `text`, a part of the column, for the arguments of a dialplan application. */
	argumentPart(column: string, text: string): string {
		return this.#escaped(column, text);
	}

	/** `"name" <number>` from two columns, nothing if both are empty. */
	callerId(nameColumn: string, numberColumn: string): string {
		const name = this.text(nameColumn);
		const number = this.text(numberColumn);
		if (name === '' && number === '') return '';
		return `"${this.#without(nameColumn, name, /["<>]/g)}" <${this.#without(numberColumn, number, /[<>]/g)}>`;
	}

	/** For the name field of a mailbox, where a comma is left out as a matter of course. */
	mailboxName(column: string): string {
		return this.#escaped(column, this.text(column).replaceAll(',', ''));
	}

	/** For a field of a mailbox; `undefined` if it holds the comma that ends the field. */
	mailboxField(column: string): string | undefined {
		const text = this.text(column);
		if (!text.includes(',')) return this.#escaped(column, text);
		this.warn(column, "holds ',', which cannot be written there; mailbox left out");
		return undefined;
	}

	/** For the name of a section or an extension; `undefined` with the warning "…; `consequence`" if it cannot be one. */
	name(column: string, allowed: RegExp, consequence: string): string | undefined {
		const text = this.text(column);
		if (allowed.test(text)) return text;
		this.warn(column, `${text === '' ? 'is empty' : 'holds characters that cannot be written there'}; ${consequence}`);
		return undefined;
	}

	#escaped(column: string, text: string): string {
		let result = text;
		if (CONTROL.test(result)) {
			this.warn(column, 'holds control characters; removed');
			result = result.replace(ALL_CONTROL, '');
		}
		if (result.includes(';')) {
			this.warn(column, "holds ';'; written as '\\;'");
			result = result.replaceAll(';', '\\;');
		}
		return result;
	}

	#without(column: string, text: string, characters: RegExp): string {
		if (text.search(characters) < 0) return this.#escaped(column, text);
		this.warn(column, 'holds quotes or angle brackets; removed');
		return this.#escaped(column, text.replace(characters, ''));
	}
}

/** Text for a comment line: control characters become blanks, and nothing in it can open a block comment. */
export function commentText(text: string): string {
	return text.replace(ALL_CONTROL, ' ');
}
