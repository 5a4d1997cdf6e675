import { expect, it } from 'vitest';
import { config } from '../../src/checks/config.ts';
import { notebookOf, remembering, settingsOf } from './given.ts';

type Observation = Parameters<typeof config.judge>[0];

const sound: Observation = {
	openFiles: [],
	homeExists: true,
	addressIsLocal: true,
	untrusted: [],
	ownTrouble: [],
	serverKnown: true,
	confBridge: false,
	noRestart: undefined,
};
const veto = (hours: number): Partial<Observation> => ({
	noRestart: { since: '2026-01-01T00:00:00.000Z', seconds: hours * 3600 },
});

it.each<[string, Partial<Observation>, string[]]>([
	['all in order', {}, []],
	['the database cannot be asked', { serverKnown: undefined }, []],
	['an address that the database does not know', { serverKnown: false }, ['config.server_unknown critical']],
	['a veto against starting Asterisk, set today', veto(23.9), []],
	['the same, forgotten', veto(24.1), ['config.temp_no_restart warning']],
	[
		'a program that others can write',
		{ untrusted: [{ setting: 'VICIKEEP_ON_CHANGE', path: '/x', why: '/x can be written by others' }] },
		['config.program warning'],
	],
	['ConfBridge without code C', { confBridge: true }, ['config.code_missing warning']],
	['trouble with files of its own', { ownTrouble: ['/run/vicikeep/pause has expired'] }, ['config.own_files warning']],
])('%s', (_, changes, expected) => {
	const context = { settings: settingsOf(), note: notebookOf(remembering({})).note };
	const { findings } = config.judge({ ...sound, ...changes }, context);
	expect(findings.map(({ id, status }) => `${id} ${status}`)).toEqual(expected);
});

it.each([
	['1236C', []],
	['X', []],
	['1236', ['config.code_missing C']],
])('ConfBridge with the codes %s', (codes, expected) => {
	const context = { settings: settingsOf({ VICIKEEP_KEEPALIVES: codes }), note: notebookOf(remembering({})).note };
	const { findings } = config.judge({ ...sound, confBridge: true }, context);
	expect(findings.map(({ id, subject }) => `${id} ${subject}`)).toEqual(expected);
});
