import { REWRITTEN } from './mailboxes.ts';

/** How a generated file ends, ours or stock's. */
export interface Trailer {
	/** The last comment is there and complete, and nothing follows it: the file is not cut off. */
	readonly whole: boolean;
	/**
	 * Time of the last forced reload as the database had it, `YYYY-MM-DD HH:MM:SS` in the database's zone; empty if there
	 * was none; undefined unless the file is whole.
	 */
	readonly reloaded: string | undefined;
	/**
	 * Asterisk has written the file itself, which drops the last comment: it happens to voicemail.conf when a user changes
	 * the password by phone. Such a file does not show whether it is cut off.
	 */
	readonly rewritten: boolean;
}

/** Reads the end of a generated file, in constant time. */
export function trailerOf(text: string): Trailer {
	// Longer than the comment with all blank lines that may follow; the line before it is what tells a cut-off copy.
	const end = text.slice(-1024).trimEnd();
	const last = end.slice(end.lastIndexOf('\n') + 1);
	const reloaded = /^; END OF FILE {4}Last Forced System Reload: ?(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d|)$/.exec(last)?.[1];
	// without a time it is the line's end that tells it from one that was cut off before the time
	const whole = reloaded !== undefined && (reloaded !== '' || text.endsWith('\n'));
	return { whole, reloaded: whole ? reloaded : undefined, rewritten: !whole && text.startsWith(REWRITTEN) };
}
