/** Where progress is told. */
export interface Terminal {
	/** whether a line can be written over */
	readonly rewrites: boolean;
	readonly columns: number;
	write: (text: string) => void;
}

const ERASE_LINE = '\r\u001b[K';

/** What a long run does now: one line that is written over on a terminal, a line for each change elsewhere. */
export class Progress {
	readonly #terminal: Terminal;
	#last = '';

	constructor(terminal: Terminal) {
		this.#terminal = terminal;
	}

	/**
	 * @param line what is awaited
	 * @param time how much has passed; new time alone is no news outside a terminal
	 */
	tell(line: string, time: string): void {
		const { rewrites, columns, write } = this.#terminal;
		if (rewrites) write(ERASE_LINE + `${time}: ${line}`.replace(/\p{Cc}+/gu, ' ').slice(0, columns - 1));
		else if (line !== this.#last) write(`vicikeep: ${time}: ${line}\n`);
		this.#last = line;
	}

	/** Leaves the terminal as if nothing had been there. */
	done(): void {
		if (this.#last !== '' && this.#terminal.rewrites) this.#terminal.write(ERASE_LINE);
		this.#last = '';
	}
}
