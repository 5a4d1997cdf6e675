/** One AMI message: headers in order, names as sent, repeated names kept. */
export type AmiMessage = [name: string, value: string][];

/** First value of a header, its name compared without case; empty when absent. */
export function header(message: AmiMessage, name: string): string {
	return message.find(([key]) => isNamed(key, name))?.[1] ?? '';
}

/** All values of a header in order, its name compared without case. */
export function headers(message: AmiMessage, name: string): string[] {
	return message.filter(([key]) => isNamed(key, name)).map(([, value]) => value);
}

/** Lists of thousands of phones are searched by it. */
const isNamed = (key: string, name: string): boolean =>
	key.length === name.length && (key === name || key.toLowerCase() === name.toLowerCase());

const LONGEST_MESSAGE = 4 * 1024 * 1024;
const LONGEST_LIST = 20_000;
const END_OF_COMMAND = '--END COMMAND--';

/**
 * Cuts the byte stream of the Asterisk Manager Interface into a banner and messages. TCP splits anywhere, several
 * messages come in one read, and an empty line ends a message whether it ends in CRLF or LF (main/manager.c).
 * Bytes are taken as latin1, so that caller names in any encoding survive.
 *
 * Up to Asterisk 13 a command's output follows its reply as raw text, with empty lines and anything else in it; it is
 * given as `Output` headers, which is how Asterisk 14 and later send it.
 */
export class AmiSplitter {
	#pending = '';
	#lines: string[] = [];
	#size = 0;
	#banner: string | undefined;
	/** in the reply to a command of Asterisk 13 or older: among its headers, or in the raw text behind them */
	#command: 'headers' | 'text' | undefined;

	/** What follows the greeting line; undefined until it has come in whole. */
	get banner(): string | undefined {
		return this.#banner;
	}

	/**
	 * Takes what has come in and returns the messages that are complete with it.
	 * @throws Error when one message grows beyond 4 MiB
	 */
	push(chunk: Buffer): AmiMessage[] {
		this.#pending += chunk.toString('latin1');
		const lines = this.#pending.split('\n');
		this.#pending = lines.pop() ?? '';
		const messages: AmiMessage[] = [];
		for (const raw of lines) {
			const line = raw.endsWith('\r') ? raw.slice(0, -1) : raw;
			if (this.#banner === undefined) this.#banner = line;
			else if (this.#command !== undefined) {
				if (this.#endsCommand(line)) messages.push(this.#complete());
			} else if (line !== '') this.#append(line);
			else if (this.#lines.length > 0) messages.push(this.#complete());
		}
		if (this.#size + this.#pending.length > LONGEST_MESSAGE) throw new Error('an AMI message is longer than 4 MiB');
		return messages;
	}

	/** Takes a line of a command's reply; true when it was the last. */
	#endsCommand(line: string): boolean {
		// the ActionID, which we always send, is the last header
		if (this.#command === 'headers' && /^(Privilege|ActionID):/i.test(line)) {
			if (/^A/i.test(line)) this.#command = 'text';
			this.#append(line);
			return false;
		}
		this.#command = 'text';
		if (!line.endsWith(END_OF_COMMAND)) {
			this.#append(`Output: ${line}`);
			return false;
		}
		// glued to the last line when that has no end of its own
		const rest = line.slice(0, -END_OF_COMMAND.length);
		if (rest !== '') this.#append(`Output: ${rest}`);
		this.#command = undefined;
		return true;
	}

	#append(line: string): void {
		if (this.#lines.length === 0 && /^Response: *Follows$/i.test(line)) this.#command = 'headers';
		this.#lines.push(line);
		this.#size += line.length;
	}

	#complete(): AmiMessage {
		const message = this.#lines.map((line): [string, string] => {
			const colon = line.indexOf(':');
			if (colon < 0) return ['', line];
			return [line.slice(0, colon), line.slice(line[colon + 1] === ' ' ? colon + 2 : colon + 1)];
		});
		this.#lines = [];
		this.#size = 0;
		return message;
	}
}

/** What a list action gives: the reply, then one event per item, until an event says that the list is complete. */
export class AmiList<Item> {
	readonly #completeEvent: string | undefined;
	readonly #read: (item: AmiMessage) => Item;
	readonly items: Item[] = [];
	/** what Asterisk says against the action, once it has */
	refusal: string | undefined;

	/**
	 * @param completeEvent name of the last event, for versions that do not mark it with `EventList: Complete`
	 * @param read what is kept of an item, at once: thousands of whole ones would take tens of megabytes
	 */
	constructor(completeEvent: string | undefined, read: (item: AmiMessage) => Item) {
		this.#read = read;
		this.#completeEvent = completeEvent?.toLowerCase();
	}

	/**
	 * Takes a message with the ActionID of the list; true when nothing follows it.
	 * @throws Error beyond 20,000 items
	 */
	take(message: AmiMessage): boolean {
		const response = header(message, 'Response');
		const mark = header(message, 'EventList').toLowerCase();
		if (response !== '') {
			if (response === 'Error') this.refusal = header(message, 'Message');
			// an empty list may come as a Success that announces none
			return response === 'Error' || !(mark === 'start' || /\bfollow/i.test(header(message, 'Message')));
		}
		if (mark === 'cancelled') this.refusal = 'the list was cancelled';
		if (mark === 'complete' || mark === 'cancelled') return true;
		if (header(message, 'Event').toLowerCase() === this.#completeEvent) return true;
		if (this.items.length >= LONGEST_LIST) throw new Error(`an AMI list has more than ${LONGEST_LIST} items`);
		this.items.push(this.#read(message));
		return false;
	}
}
