import { THRESHOLDS } from '../thresholds.ts';
import type { CheckReport, Metric, Report, Status } from '../types.ts';

/** One metric of the text format with all its samples. */
interface Family {
	name: string;
	help: string;
	samples: { labels: Record<string, string>; value: number }[];
}

/** As exit statuses are. */
const NUMBER: Record<Status, number> = { ok: 0, warning: 1, critical: 2, unknown: 3 };
const STATUSES = '0 ok, 1 warning, 2 critical, 3 unknown';

/** The report in the text format of Prometheus: base units, every quantity a gauge, no timestamps. */
export function renderPrometheus(report: Report): string {
	return [...ofTheRun(report), ...ofTheChecks(report.checks), ...measured(report.checks)]
		.filter(({ samples }) => samples.length > 0)
		.map(family)
		.join('');
}

function ofTheRun({ version, server_ip, started_at, duration_ms, status, actions }: Report): Family[] {
	const one = (name: string, help: string, value: number, labels = {}): Family => ({
		name: `vicikeep_${name}`,
		help,
		samples: [{ labels, value }],
	});
	const outcomes = ['done', 'failed', 'planned', 'withheld'] as const;
	return [
		one('build_info', 'version of vicikeep and the dialer it looks at', 1, { version, server_ip }),
		one('last_run_timestamp_seconds', 'when the last run ended', (Date.parse(started_at) + duration_ms) / 1000),
		one('run_duration_seconds', 'how long the last run took', duration_ms / 1000),
		one('status', `state of the dialer at the end of the last run: ${STATUSES}`, NUMBER[status]),
		{
			name: 'vicikeep_actions',
			help: 'repairs of the last run by what became of them',
			samples: outcomes.map((outcome) => ({
				labels: { outcome },
				value: actions.filter((action) => action.outcome === outcome).length,
			})),
		},
	];
}

function ofTheChecks(checks: readonly CheckReport[]): Family[] {
	const each = (name: string, help: string, value: (check: CheckReport) => number | undefined): Family => ({
		name: `vicikeep_${name}`,
		help,
		samples: checks.flatMap((check) => {
			const found = value(check);
			return found === undefined ? [] : [{ labels: { check: check.id }, value: found }];
		}),
	});
	return [
		each(
			'check_status',
			`state of a check at the end of the last run: ${STATUSES}; absent when skipped`,
			({ status }) => (status === 'skipped' ? undefined : NUMBER[status]),
		),
		each('check_skipped', 'whether a check was skipped', ({ status }) => (status === 'skipped' ? 1 : 0)),
		each('check_duration_seconds', 'how long a check looked', ({ duration_ms }) => duration_ms / 1000),
		{
			name: 'vicikeep_finding_status',
			help: `what the last run found before any repair: ${STATUSES}`,
			samples: checks.flatMap(({ findings }) =>
				findings.map(({ id, subject, status }) => ({ labels: { finding: id, subject }, value: NUMBER[status] })),
			),
		},
	];
}

/** Suffix of the base unit, and how many of ours make one of it. */
const UNITS: Record<Metric['unit'], { suffix: string; per: number }> = {
	seconds: { suffix: '_seconds', per: 1 },
	percent: { suffix: '_ratio', per: 100 },
	count: { suffix: '', per: 1 },
	bytes: { suffix: '_bytes', per: 1 },
	mebibytes: { suffix: '_bytes', per: 1 / (1024 * 1024) },
};

function measured(checks: readonly CheckReport[]): Family[] {
	const families = new Map<string, Family>();
	const limits: Family = {
		name: 'vicikeep_limit',
		help: 'value from which on a metric is in the given state',
		samples: [],
	};
	for (const { name, labels, value, unit, warn, crit } of checks.flatMap(({ metrics }) => metrics)) {
		const { suffix, per } = UNITS[unit];
		const full = `vicikeep_${name}${suffix}`;
		const known = families.get(full);
		const found = known ?? { name: full, help: meaningOf(name), samples: [] };
		found.samples.push({ labels, value: value / per });
		if (known) continue;
		families.set(full, found);
		for (const [state, limit] of Object.entries({ warning: warn, critical: crit }))
			if (limit !== undefined) limits.samples.push({ labels: { metric: full, state }, value: limit / per });
	}
	return [...families.values(), limits];
}

const meaningOf = (name: string): string =>
	name in THRESHOLDS ? THRESHOLDS[name as keyof typeof THRESHOLDS].meaning : name.replaceAll('_', ' ');

function family({ name, help, samples }: Family): string {
	// one sample for each set of labels, or the whole text is refused
	const unique = new Map(samples.map(({ labels, value }) => [labelled(labels), value]));
	return [
		`# HELP ${name} ${help.replaceAll('\\', '\\\\').replaceAll('\n', '\\n')}`,
		`# TYPE ${name} gauge`,
		...[...unique].map(([labels, value]) => `${name}${labels} ${value}`),
		'',
	].join('\n');
}

function labelled(labels: Record<string, string>): string {
	const escaped = (text: string): string =>
		text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
	const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escaped(value)}"`);
	return pairs.length === 0 ? '' : `{${pairs.join(',')}}`;
}
