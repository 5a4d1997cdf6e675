import { REWRITTEN } from './mailboxes.ts';

/** How a generated file ends, ours or stock's. */
export interface Trailer {
	/** The last comment is there and complete: the file is not cut off. What follows it was added by hand. */
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

const BEGINNING = '; END OF FILE    Last Forced System Reload:';
const COMPLETE = /^; END OF FILE {4}Last Forced System Reload: ?(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d|)$/;

/** Reads the end of a generated file. */
export function trailerOf(text: string): Trailer {
	const start = lastTrailer(text);
	const end = start < 0 ? -1 : text.indexOf('\n', start);
	const line = start < 0 ? '' : text.slice(start, end < 0 ? undefined : end).trimEnd();
	const reloaded = COMPLETE.exec(line)?.[1];
	// without a time it is the line's end that tells it from one that was cut off before the time
	const whole = reloaded !== undefined && (reloaded !== '' || end >= 0);
	return { whole, reloaded: whole ? reloaded : undefined, rewritten: !whole && text.startsWith(REWRITTEN) };
}

/** Where the last comment begins, at the beginning of a line; negative where it does not. */
function lastTrailer(text: string): number {
	const inside = text.lastIndexOf(`\n${BEGINNING}`);
	return inside >= 0 ? inside + 1 : text.startsWith(BEGINNING) ? 0 : -1;
}
