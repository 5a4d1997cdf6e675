import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CONF_FILES } from '../../src/conf/files.ts';
import { lintConf } from '../../src/conf/lint.ts';
import { Given, NAME } from './conf-folder.given.ts';

let given: Given;
beforeEach(() => {
	given = new Given();
});
afterEach(() => given.remove());

describe('what lies around', () => {
	const sip = CONF_FILES.find(({ name }) => name === NAME);
	if (!sip) throw new Error('no sip file');

	it.each([
		[`#include ${NAME}`, true],
		[`  #include "${NAME}" ; generated`, true],
		[`#tryinclude <${NAME}>`, true],
		['#include "*-vicidial.conf"', true],
		['#INCLUDE ./sip-vicidial.conf', true],
		['#include own.conf', true],
		[`;#include ${NAME}`, false],
		[`;--\n#include ${NAME}\n--;`, false],
		['#include iax-vicidial.conf', false],
		[`x=#include ${NAME}`, false],
	])('finds the include line in %j: %s', (line, expected) => {
		given.put(NAME, '');
		given.put('own.conf', `#include sip.conf\n#include ${NAME}\n`);
		given.put('sip.conf', `[general]\nport=5060\n${line}\n`);
		expect(given.folder.includeLine(sip)).toBe(expected);
	});

	it('knows the sections before it, and no later ones', () => {
		expect(given.folder.includeLine(sip)).toBeUndefined();
		given.put('basics.conf', '[Basic](!)\n');
		given.put('sip.conf', `[general]\n#include basics.conf\n#include ${NAME}\n[later](!)\n`);
		const around = given.folder.surroundings(sip);
		expect(around.sections).toEqual(new Set(['general', 'basic']));
		expect(lintConf('register => x\n[a](basic)\n[b](later)\n', around)).toMatchObject([{ line: 3 }]);
		expect(lintConf('x\n', given.folder.surroundings({ ...sip, includedBy: 'none.conf' }))).toMatchObject([
			{ fatal: false },
		]);
	});

	it('looks for includes where Asterisk does', () => {
		given.put('basics.conf', '');
		mkdirSync(join(given.etc, 'more'));
		given.put('more/one.conf', '');
		const { includeExists } = given.folder.surroundings(sip);
		for (const file of ['basics.conf', 'more/one.conf', 'more/*.conf', join(given.etc, 'basics.conf')]) {
			expect(includeExists?.(file), file).toBe(true);
		}
		for (const file of ['none.conf', 'more', 'more/*.txt', 'basics.conf/x', '/none', 'a\0b']) {
			expect(includeExists?.(file), file).toBe(false);
		}
	});
});
