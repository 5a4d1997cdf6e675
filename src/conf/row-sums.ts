import { md5 } from '@noble/hashes/legacy.js';
import { type Row, textOf } from './source.ts';
import type { Statement } from './statements.ts';

// How many rows there are and the sum of a number made of each: computed by the database it is one row, however many
// phones there are, and it tells whether any of them has changed since all of them were read.

/** What stands between the columns; no value holds it. */
const SEPARATOR = '\x1f';
/** Digits of a row's hash that are summed: of a million rows the sum is still exact in a double. */
const DIGITS = 8;

/** Has the database sum the rows of a statement; its values are the same. */
export function selectSum({ columns, from }: Statement): string {
	// as the connection would give them: text in its character set, nothing for NULL
	const texts = columns.map((column) => `CONVERT(COALESCE(${column}, '') USING latin1)`);
	const hash = `MD5(CONCAT_WS('${SEPARATOR}', ${texts.join(', ')}))`;
	return `SELECT COUNT(*) AS count, SUM(CONV(LEFT(${hash}, ${DIGITS}), 16, 10)) AS sum FROM ${from}`;
}

/** What `selectSum` answers, as text. */
export const sumAnswered = (row: Row | undefined): string => `${textOf(row, 'count')} ${textOf(row, 'sum') || '0'}`;

/** The same of rows that were read. */
export function sumRows({ columns }: Statement, rows: readonly Row[]): string {
	let sum = 0;
	for (const row of rows) {
		const texts = columns.map((column) => textOf(row, column));
		const hash = Buffer.from(md5(Buffer.from(texts.join(SEPARATOR), 'latin1')));
		sum += hash.readUIntBE(0, DIGITS / 2);
	}
	return `${rows.length} ${sum}`;
}
