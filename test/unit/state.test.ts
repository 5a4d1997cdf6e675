import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { StateFolder } from '../../src/adapters/state.ts';
import type { RegistrationsMemory } from '../../src/dialer/registrations-memory.ts';
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
const registrations: RegistrationsMemory = {
	turn: 3,
	at: 100,
	interval: 60,
	trunks: [{ carrier: 'ONE', driver: 'SIP', sections: ['one'], registers: [{ user: 'u', host: 'h' }] }],
	strangers: [],
	serverId: 'dialer',
	absent: { IAX2: 400 },
	counts: { SIP: 12 },
	peers: [{ driver: 'SIP', name: 'one', address: '', dynamic: false, status: 'reachable' }],
	qualify: { 'SIP/one': { at: 90, every: 60 } },
	phones: [10, 11],
	expiring: { 'PJSIP/two': 1_700_000_000 },
	tries: { 'PJSIP/two': { since: 40, answered: false, over: false } },
};
const registered = (part: object) => ({ ...whole, registrations: { ...registrations, ...part } });

it.each<[string, object, boolean]>([
	['whole', whole, true],
	['from before anything was learnt of processes', { ...whole, processes: undefined }, true],
	['of another version', { ...whole, version: 2 }, false],
	['with processes of another shape', { ...whole, processes: { starts: {}, at: 100 } }, false],
	['with conditions of another shape', { ...whole, conditions: { x: 1 } }, false],
	['with registrations', registered({}), true],
	['with registrations that are a list', { ...whole, registrations: [] }, false],
	['with registrations of an earlier shape', { ...whole, registrations: { turn: 3, at: 100 } }, false],
	['with trunks of another shape', registered({ trunks: ['one'] }), false],
	['with peers of another shape', registered({ peers: { one: 'reachable' } }), false],
	['with tries of another shape', registered({ tries: { 'PJSIP/two': 40 } }), false],
	['with damaged tables of another shape', { ...whole, crashedTables: 'phones' }, false],
	['a list', [], false],
])('a state file that is %s', (_, content, sound) => {
	writeFileSync(join(folder, 'state.json'), JSON.stringify(content));
	const state = new StateFolder(folder);
	const memory = state.load('boot');
	expect(state.problems).toHaveLength(sound ? 0 : 1);
	// what cannot be relied on is not relied on in part
	expect(memory.commands).toEqual(sound ? whole.commands : {});
});
