import { describe, expect, it } from 'vitest';
import { pulsesOf, samplesOf, silenceOf } from '../../src/dialer/pulses.ts';
import { copyOf, daemonOf } from './processes.given.ts';

describe('how long a process has been silent', () => {
	const process = { pid: 100, startTicks: 1 };
	const earlier = { '100 1': { count: 7, since: 9000 } };

	it.each<[string, typeof process, number | undefined, typeof earlier | undefined, number | undefined]>([
		['as many sleeps as an earlier sample met', process, 7, earlier, 60],
		['it has gone to sleep since', process, 8, earlier, undefined],
		['another process has its pid now', { pid: 100, startTicks: 2 }, 7, earlier, undefined],
		['a first sample', process, 7, undefined, undefined],
		['nobody shows its sleeps', process, undefined, earlier, undefined],
	])('%s', (_, one, sleeps, before, silence) => {
		expect(silenceOf(one, sleeps, before, 9060)).toBe(silence);
	});

	it('is kept from sample to sample', () => {
		const samples = samplesOf([daemonOf('AST_update', { copies: [copyOf({ silence: 60 })] })], 9060);
		expect(samples).toEqual(earlier);
		expect(silenceOf(process, 7, samples, 9065)).toBe(65);
		expect(samplesOf([daemonOf('AST_update')], 9060)).toEqual({ '100 1': { count: 7, since: 9060 } });
	});
});

describe('what has to move soon', () => {
	const signs = (...daemons: Parameters<typeof pulsesOf>[0]) =>
		pulsesOf(daemons, 9000).map(({ sign, value }) => `${sign}: ${value}`);
	const row = { age: { what: 'its row', seconds: 2, limit: 'updater_heartbeat' as const } };

	it('is the sleeps and the row of a daemon that loops every few seconds', () => {
		expect(signs(daemonOf('AST_update', row))).toEqual(['sleeps of 100 1: 7', 'its row: 8998']);
		expect(signs(daemonOf('AST_manager_send'))).toEqual(['sleeps of 100 1: 7']);
		expect(signs(daemonOf('AST_VDauto_dial', { copies: [copyOf({ sleeps: undefined })], ...row }))).toEqual([
			'its row: 8998',
		]);
	});

	it('is nothing of one that sleeps long, waits for events, is not there, or is there twice', () => {
		expect(signs(daemonOf('AST_VDadapt', row), daemonOf('FastAGI_log'), daemonOf('AST_conf_update_screen'))).toEqual(
			[],
		);
		expect(signs(daemonOf('AST_VDauto_dial', { wakesEvery: 30 }))).toEqual([]);
		expect(signs(daemonOf('AST_update', { copies: [] }))).toEqual([]);
		expect(signs(daemonOf('AST_update', { copies: [copyOf(), copyOf({ pid: 101 })] }))).toEqual([]);
	});
});
