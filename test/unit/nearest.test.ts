import { expect, it } from 'vitest';
import { nearest } from '../../src/nearest.ts';
import { nearestSetting } from '../../src/setting-names.ts';

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

it.each([
	['VICIKEEP_RESTRAT', 'VICIKEEP_RESTART'],
	['VICKEEP_RESTART', 'VICIKEEP_RESTART'],
	['RATION', 'VICIKEEP_RATION'],
	['VICIKEEP_WARN_DISK_USD', 'VICIKEEP_WARN_DISK_USED'],
	['VICIKEEP_FOO', undefined],
])('for the setting %s the nearest is %s', (name, expected) => {
	expect(nearestSetting(name)).toBe(expected === undefined ? '' : `, did you mean "${expected}"?`);
});
