import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { StateFolder } from '../../src/adapters/state.ts';
import { emptyMemory } from '../../src/memory.ts';

let folder: string;
beforeEach(() => {
	folder = mkdtempSync(join(tmpdir(), 'vicikeep-unit-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const whole = {
	...emptyMemory('boot'),
	commands: { AST_update: ['/x/AST_update.pl'] },
	processes: { starts: { AST_update: [5] }, cpu: { '7 5': 0.1 }, at: 100 },
};

it.each<[string, object, boolean]>([
	['whole', whole, true],
	['from before anything was learnt of processes', { ...whole, processes: undefined }, true],
	['of another version', { ...whole, version: 2 }, false],
	['with processes of another shape', { ...whole, processes: { starts: {}, at: 100 } }, false],
	['with conditions of another shape', { ...whole, conditions: { x: 1 } }, false],
	['a list', [], false],
])('a state file that is %s', (_, content, sound) => {
	writeFileSync(join(folder, 'state.json'), JSON.stringify(content));
	const state = new StateFolder(folder);
	const memory = state.load('boot');
	expect(state.problems).toHaveLength(sound ? 0 : 1);
	// what cannot be relied on is not relied on in part
	expect(memory.commands).toEqual(sound ? whole.commands : {});
});
