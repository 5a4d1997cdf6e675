import { describe, expect, it } from 'vitest';
import { CHECK_IDS } from '../../../src/checks/index.ts';
import { reportOf, STOPPED } from './given.ts';
import { faultsOf } from './schema.ts';

describe('the published schema', () => {
	it('takes a report with everything in it', () => {
		const metric = { name: 'ami_answer', labels: { a: 'b' }, value: 1, unit: 'seconds', warn: 2, crit: 10 } as const;
		const finding = { ...STOPPED, cause: 'mysql.refused 10.0.0.1:3306', advice: 'look' };
		const checks = CHECK_IDS.map((id) => ({ id, findings: [finding], metrics: [metric] }));
		const skipped = { id: 'queues', status: 'skipped', skipped_because: 'mysql is down' } as const;
		const actions = [{ verified: 'pending' as const }, { outcome: 'withheld' as const, reason: 'seen once' }];
		expect(faultsOf({ ...reportOf({ checks: [...checks, skipped], actions }), notes: ['a'] })).toEqual([]);
	});

	it.each([
		['a field that is not published', { extra: 1 }],
		['a status of its own', { status: 'fine' }],
		['an unknown check', reportOf({ checks: [{ id: 'weather' as never }] })],
		['a skipped check without its reason', reportOf({ checks: [{ status: 'skipped' }] })],
		['a withheld action without its reason', reportOf({ actions: [{ outcome: 'withheld' }] })],
		[
			'a field of a finding that is not published',
			reportOf({ checks: [{ findings: [{ ...STOPPED, x: 1 } as never] }] }),
		],
	])('refuses %s', (_, part) => {
		expect(faultsOf({ ...reportOf({}), ...part })).not.toEqual([]);
	});
});
