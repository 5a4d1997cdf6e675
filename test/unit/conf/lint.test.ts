import { describe, expect, test } from 'vitest';
import { lintConf } from '../../../src/conf/lint.ts';
import { readConf } from '../../../src/conf/reader.ts';

function read(text: string): string[] {
	const directives: string[] = [];
	readConf(text, (directive) => directives.push(directive));
	return directives;
}

describe('reading as Asterisk reads', () => {
	test.each([
		['a line comment is cut', 'a=b ; c', ['a=b']],
		['an escaped semicolon stays', 'a=b\\;c;d', ['a=b;c']],
		['two escaped semicolons stay', 'a=\\;\\;b', ['a=;;b']],
		['a backslash before an escape stays', 'a=\\\\;b', ['a=\\;b']],
		['blanks and control characters are trimmed', '\x01 \ta=b \r\n\n', ['a=b']],
		['a non-breaking space is a byte like others', '\xa0a=b\xa0', ['\xa0a=b\xa0']],
		['a block comment spans lines', 'a=1\n;-- b=2\nc=3\n--; d=4', ['a=1', 'd=4']],
		['a block comment inside a line', 'a=;-- b --;c', ['a=c']],
		['three hyphens open nothing', 'a=1 ;--- b\nc=2', ['a=1', 'c=2']],
		['a line comment opens no block comment', '; ;-- b\nc=2', ['c=2']],
		['block comments nest', ';-- ;-- --;\na=1\n--;\nb=2', ['b=2']],
	])('%s', (_, text, directives) => {
		expect(read(text)).toEqual(directives);
	});
});

describe('what costs the rest of a file', () => {
	test.each([
		['unclosed-section', '[x\na=b'],
		['unclosed-section', '[x](y\na=b'],
		['unclosed-section', ';-- c --; [x'],
		['unknown-section', '[x](y)\na=b'],
		['unknown-section', '[x](+)\na=b'],
		['unknown-section', '[x](!,y)\na=b'],
		['missing-include', '#include gone.conf'],
		['missing-include', '\t#INCLUDE "gone.conf"'],
		['exec', '#exec /bin/true'],
		['exec', ';-- c --; #Exec /bin/true'],
		['open-comment', 'a=b ;-- c'],
		['open-comment', Array(200).fill(';--').join('')],
		['stray-comment-end', 'exten => 1,1,NoOp(a --;b)'],
		['bad-escape', '\\\nb=c'],
	])('%s: %j', (code, text) => {
		expect(lintConf(text)).toMatchObject([{ code, fatal: true }]);
	});

	test('a line before the first section, where nothing includes the file', () => {
		expect(lintConf('; comment\na=b\n[x]', { topLevel: true })).toMatchObject([{ code: 'no-section', line: 2 }]);
		expect(lintConf('a=b')).toEqual([]);
	});
});

test('what costs one line', () => {
	const text = `no equals\n#unknown x\n#include\n[x]\n${'a'.repeat(8190)}=`;
	expect(lintConf(text)).toMatchObject([
		{ line: 1, code: 'no-equals', fatal: false },
		{ line: 2, code: 'unknown-directive', fatal: false },
		{ line: 3, code: 'unknown-directive', fatal: false },
		{ line: 5, code: 'long-line', fatal: false },
	]);
});

test('what is all right', () => {
	const text =
		'[x](!)\na=b\n[y](X)\n[z](x,y)\n[x](+)\n[q](base)\n#include "there.conf"\n#include <there.conf>\n#tryinclude gone.conf\n;-- c --;';
	const includeExists = (file: string) => file === 'there.conf';
	expect(lintConf(text, { includeExists, sections: new Set(['base']) })).toEqual([]);
});
