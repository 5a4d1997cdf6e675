import { expect, it } from 'vitest';
import { leftPending, settlePending } from '../../src/pending.ts';
import type { ActionReport, Finding } from '../../src/types.ts';
import { finding } from './given.ts';

const pending = { 'restart:AST_update': { kind: 'restart', subject: 'AST_update', at: '12:00:20' } } as const;

const NOTHING: Finding[] = [];
it.each<[string, Finding[], boolean, string | undefined]>([
	['nothing is found any more', NOTHING, true, 'done true'],
	['another daemon is in trouble', [finding('processes.absent', 'AST_manager_send')], true, 'done true'],
	['a queue of it is full, which has its own cause', [finding('queues.manager_new', 'AST_update')], true, 'done true'],
	['it is found again', [finding('processes.absent', 'AST_update')], true, 'failed false'],
	['the same repair is asked for', [finding('queues.x', 'y', { remedy: 'restart:AST_update' })], true, 'failed false'],
	[
		'something beneath it is down',
		[finding('processes.absent', 'AST_update', { cause: 'mysql.refused db' })],
		true,
		undefined,
	],
	['the look does not count', NOTHING, false, undefined],
])('a repair whose proof was left to the next run, when %s', (_, findings, counts, expected) => {
	const { settled, open } = settlePending(pending, findings, () => counts);
	expect(settled[0] && `${settled[0].outcome} ${settled[0].verified}`).toBe(expected);
	expect(open).toEqual(expected === undefined ? pending : {});
});

it('is judged by the check of its subject', () => {
	const asterisk = { 'start:Asterisk': { kind: 'start', subject: 'Asterisk', at: '12:00:20' } } as const;
	const open = settlePending({ ...pending, ...asterisk }, [], (check) => check === 'asterisk').open;
	expect(Object.keys(open)).toEqual(['restart:AST_update']);
});

it('is left for the next run where its proof is pending, conf files apart', () => {
	const done = (id: string, verified: ActionReport['verified']): ActionReport => {
		const [kind, subject = ''] = id.split(':');
		return {
			id,
			kind: kind as ActionReport['kind'],
			subject,
			outcome: 'done',
			verified: verified ?? false,
			duration_ms: 0,
		};
	};
	const outcomes = [
		done('restart:AST_update', 'pending'),
		done('start:FastAGI_log', true),
		done('rebuild:conf', 'pending'),
	];
	expect(leftPending({}, outcomes, '12:00:20')).toEqual(pending);
	expect(leftPending({}, [], '12:00:20')).toBeUndefined();
});
