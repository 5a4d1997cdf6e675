import { describe, expect, it } from 'vitest';
import { parseAstguiclient } from '../../src/dialer/astguiclient.ts';

describe('astguiclient.conf, read as the stock programs read it', () => {
	const value = (line: string, key = 'VARDB_pass'): string | undefined =>
		parseAstguiclient(line).get(key as never)?.value;

	it.each([
		['VARDB_pass => secret', 'secret'],
		['  VARDB_pass=>secret', 'secret'],
		['VARDB_pass = se cret', 'secret'],
		['VARDB_pass => a=b', 'b'],
		['VARDB_pass => a>b', 'ab'],
		['VARDB_pass => secret # note', 'secret'],
		['VARDB_pass => sec;ret', 'sec'],
		['VARDB_pass => secret\r', 'secret'],
		['VARDB_pass =>', ''],
		['VARDB_password => other', 'other'],
	])('%j gives %j', (line, expected) => {
		expect(value(line)).toBe(expected);
	});

	it('ignores comments and unknown keys, and takes the last line for a key', () => {
		const conf = parseAstguiclient('#VARDB_pass => no\nVARDB_pass => first\nsomething => else\nVARDB_pass => last\n');
		expect([...conf]).toEqual([['VARDB_pass', { value: 'last', line: 4 }]]);
	});
});
