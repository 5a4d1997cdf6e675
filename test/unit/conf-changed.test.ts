import { describe, expect, test } from 'vitest';
import { installedVersion, type Rewritten } from '../../src/dialer/conf-changed.ts';
import type { ConfFacts } from '../../src/memory.ts';

const STAMP = '2024-01-02 03:04:05';
const known: ConfFacts = {
	fingerprint: 'f',
	hash: 'old',
	empty: false,
	whole: true,
	reloaded: STAMP,
	fatal: [],
	installed: 'old',
};
const fresh: Rewritten = { hash: 'new', writtenAt: 1000, reloaded: STAMP, byAsterisk: false };

describe('the version that counts as installed', () => {
	test.each<[string, ConfFacts | undefined, Partial<Rewritten>, number | undefined, string]>([
		['nothing known before', undefined, {}, undefined, 'new'],
		['a hand at work', known, {}, undefined, 'old'],
		['a hand at work long after a rebuild of stock', known, {}, 900, 'old'],
		['a hand at work before a rebuild of stock', known, {}, 1010, 'old'],
		['stock, right after its copy of the mailboxes', known, {}, 991, 'new'],
		['stock, in the same moment', known, {}, 1000.2, 'new'],
		['a rebuild for a later forced reload', known, { reloaded: '2024-01-02 03:04:06' }, undefined, 'new'],
		['an older version, put back by hand', known, { reloaded: '2023-01-01 00:00:00' }, undefined, 'old'],
		['a file that lost its last line', known, { reloaded: '' }, undefined, 'old'],
		['Asterisk itself, after a password was changed by phone', known, { byAsterisk: true }, undefined, 'new'],
		['an edit that was undone', { ...known, hash: 'edited', installed: 'new' }, {}, undefined, 'new'],
		['a second edit', { ...known, hash: 'edited' }, {}, undefined, 'old'],
	])('%s', (_, before, changes, stockRebuilt, installed) => {
		expect(installedVersion(before, { ...fresh, ...changes }, () => stockRebuilt)).toBe(installed);
	});
});
