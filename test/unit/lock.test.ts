import { expect, it } from 'vitest';
import { limitOf } from '../../src/adapters/lock.ts';

it.each([
	['check --quiet', 45],
	['check -t 9 -n', 9],
	['check -t9', 9],
	['check --timeout=20 --only mysql', 20],
	['check --timeout 20', 20],
	['check --wait 180', 225],
	['check --wait=180 -t 10', 190],
	['check -t', 45],
])('a run of vicikeep %s may last %d s', (words, seconds) => {
	expect(limitOf(['node', '/usr/local/bin/vicikeep', ...words.split(' ')], 45)).toBe(seconds);
});
