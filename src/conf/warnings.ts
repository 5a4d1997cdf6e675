/** A database value that was not written as it stands, or not at all. */
export interface ConfWarning {
	readonly table: string;
	/** Key of the row, printable. */
	readonly key: string;
	readonly column: string;
	/** What is wrong with it and what was done. */
	readonly problem: string;
}

/** Collects warnings, each once. */
export class Warnings {
	readonly #list = new Map<string, ConfWarning>();

	add(table: string, key: string, column: string, problem: string): void {
		const warning = { table, key: printable(key), column, problem };
		this.#list.set(Object.values(warning).join('\0'), warning);
	}

	get list(): ConfWarning[] {
		return [...this.#list.values()];
	}
}

/** Text on one line: control characters become `?`. */
export function printable(text: string): string {
	// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
	return text.replace(/[\0-\x1f\x7f]/g, '?');
}
