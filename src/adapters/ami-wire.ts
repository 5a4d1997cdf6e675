/** One AMI message: headers in order, names as sent, repeated names kept. */
export type AmiMessage = [name: string, value: string][];

/** First value of a header, its name compared without case; empty when absent. */
export function header(message: AmiMessage, name: string): string {
	const wanted = name.toLowerCase();
	return message.find(([key]) => key.toLowerCase() === wanted)?.[1] ?? '';
}

const LONGEST_MESSAGE = 4 * 1024 * 1024;

/**
 * Cuts the byte stream of the Asterisk Manager Interface into a banner and messages. TCP splits anywhere, several
 * messages come in one read, and an empty line ends a message whether it ends in CRLF or LF (main/manager.c).
 * Bytes are taken as latin1, so that caller names in any encoding survive.
 */
export class AmiSplitter {
	#pending = '';
	#lines: string[] = [];
	#size = 0;
	#banner: string | undefined;

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
			else if (line !== '') this.#append(line);
			else if (this.#lines.length > 0) messages.push(this.#complete());
		}
		if (this.#size + this.#pending.length > LONGEST_MESSAGE) throw new Error('an AMI message is longer than 4 MiB');
		return messages;
	}

	#append(line: string): void {
		this.#lines.push(line);
		this.#size += line.length;
	}

	#complete(): AmiMessage {
		const message = this.#lines.map((line): [string, string] => {
			const colon = line.indexOf(':');
			if (colon < 0) return ['', line];
			return [line.slice(0, colon), line.slice(colon + 1).replace(/^ /, '')];
		});
		this.#lines = [];
		this.#size = 0;
		return message;
	}
}
