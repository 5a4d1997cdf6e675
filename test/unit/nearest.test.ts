import { expect, it } from 'vitest';
import { nearest } from '../../src/nearest.ts';

it.each([
	['mysq', ['mysql', 'conf'], 'mysql'],
	['jsn', ['json', 'human'], 'json'],
	['chekc', ['check'], 'check'],
	['proc', ['processes', 'config'], 'processes'],
	['nope', ['home', 'etc'], undefined],
	['xyz', ['json'], undefined],
])('for %s the nearest of %j is %s', (word, known, expected) => {
	expect(nearest(word, known)).toBe(expected === undefined ? '' : `, did you mean "${expected}"?`);
});
