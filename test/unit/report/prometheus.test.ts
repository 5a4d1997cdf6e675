import { describe, expect, it } from 'vitest';
import { renderPrometheus } from '../../../src/report/prometheus.ts';
import type { Metric } from '../../../src/types.ts';
import { reportOf, STOPPED } from './given.ts';

const samples = (...parts: Parameters<typeof reportOf>): string[] =>
	renderPrometheus(reportOf(...parts))
		.split('\n')
		.filter((line) => line !== '' && !line.startsWith('#'));

describe('the report for Prometheus', () => {
	it('tells when, how long, and the state of the whole and of each check', () => {
		const checks = [{ status: 'warning' as const }, { id: 'queues' as const, status: 'skipped' as const }];
		expect(samples({ status: 'warning', checks, actions: [{}] })).toEqual([
			'vicikeep_build_info{version="1.2.3",server_ip="10.0.0.1"} 1',
			'vicikeep_last_run_timestamp_seconds 1772366400.234',
			'vicikeep_run_duration_seconds 0.234',
			'vicikeep_status 1',
			'vicikeep_actions{outcome="done"} 1',
			'vicikeep_actions{outcome="failed"} 0',
			'vicikeep_actions{outcome="planned"} 0',
			'vicikeep_actions{outcome="withheld"} 0',
			'vicikeep_check_status{check="processes"} 1',
			'vicikeep_check_skipped{check="processes"} 0',
			'vicikeep_check_skipped{check="queues"} 1',
			'vicikeep_check_duration_seconds{check="processes"} 0.005',
			'vicikeep_check_duration_seconds{check="queues"} 0.005',
		]);
	});

	it('gives quantities in base units, with their limits once', () => {
		const hopper = (campaign: string): Metric => ({
			name: 'hopper_empty',
			labels: { campaign },
			value: 3,
			unit: 'seconds',
			warn: 300,
		});
		const share: Metric = {
			name: 'manager_sent_unanswered',
			labels: {},
			value: 50,
			unit: 'percent',
			warn: 90,
			crit: 100,
		};
		const lines = samples({ checks: [{ metrics: [hopper('A'), share, hopper('B')] }] });
		expect(lines.slice(-6)).toEqual([
			'vicikeep_hopper_empty_seconds{campaign="A"} 3',
			'vicikeep_hopper_empty_seconds{campaign="B"} 3',
			'vicikeep_manager_sent_unanswered_ratio 0.5',
			'vicikeep_limit{metric="vicikeep_hopper_empty_seconds",state="warning"} 300',
			'vicikeep_limit{metric="vicikeep_manager_sent_unanswered_ratio",state="warning"} 0.9',
			'vicikeep_limit{metric="vicikeep_manager_sent_unanswered_ratio",state="critical"} 1',
		]);
	});

	it('says HELP and TYPE once for each name, before its samples', () => {
		const text = renderPrometheus(
			reportOf({
				checks: [{ metrics: ['A', 'B'].map((a) => ({ name: 'x', labels: { a }, value: 1, unit: 'count' })) }],
			}),
		);
		const heads = [...text.matchAll(/^# HELP (\S+) .+\n# TYPE (\S+) gauge\n(\S+?)[{ ]/gm)];
		expect(heads.every(([, help, type, sample]) => help === type && type === sample)).toBe(true);
		expect(new Set(heads.map(([, name]) => name)).size).toBe(text.match(/^# HELP/gm)?.length);
	});

	it('takes any text as a label, and of two samples with the same labels one', () => {
		const finding = { ...STOPPED, subject: 'a"b\\c\nd' };
		const lines = samples({ status: 'critical', checks: [{ findings: [finding, finding] }] });
		expect(lines.filter((line) => line.startsWith('vicikeep_finding_status'))).toEqual([
			'vicikeep_finding_status{finding="processes.frozen",subject="a\\"b\\\\c\\nd"} 2',
		]);
	});
});
