import type { CheckStatus, Finding, Metric, Report } from '../types.ts';
import { plain as withoutControls } from './lines.ts';
import { GRAVITY, isRepaired, rootsOf, standingOf } from './standing.ts';
import { evidenceLines, tellAction } from './text.ts';

/** Columns that the first line may fill: it is what a pager shows. */
const FIRST_LINE = 79;

/**
 * The report by the guidelines for monitoring plugins: a short line that says it all, then the details, performance data
 * after a bar on the first line and on the last ones.
 * @param verbosity from 1 on with the evidence
 */
export function renderNagios(report: Report, verbosity = 0): string {
	const took: Metric = { name: 'run_duration', labels: {}, value: report.duration_ms / 1000, unit: 'seconds' };
	const data = report.checks.flatMap(({ metrics }) => metrics).filter(({ value }) => Number.isFinite(value));
	const lines = [`${firstLine(report)} | ${performance([took])}`, ...details(report, verbosity).map(plain)];
	if (data.length > 0) lines[lines.length - 1] += ` | ${performance(data)}`;
	return `${lines.join('\n')}\n`;
}

/** What a plugin says that could not do its work: wrong usage, unreadable settings, a fault of its own. */
export function renderNagiosTrouble(problems: readonly string[]): string {
	const [first = '', ...rest] = problems.flatMap((problem) => problem.trim().split('\n')).map(plain);
	const line = cut(`VICIKEEP UNKNOWN: ${first}`);
	return `${[line, ...(line.endsWith('...') ? [first] : []), ...rest].join('\n')}\n`;
}

function firstLine(report: Report): string {
	const [worst, ...others] = rootsOf(standingOf(report));
	const head = `VICIKEEP ${report.status.toUpperCase()}: `;
	if (!worst) return cut(head + plain(allWell(report)));
	const more = others.length === 0 ? '' : ` (+${others.length} more)`;
	return cut(head + plain(worst.summary), more);
}

function allWell({ checks, actions, status }: Report): string {
	const count = (wanted: CheckStatus): number => checks.filter((check) => check.status === wanted).length;
	if (status !== 'ok')
		return checks
			.filter((check) => check.status === status)
			.map(({ id }) => id)
			.join(', ');
	const repaired = actions.filter(({ outcome }) => outcome === 'done').map(({ id }) => id);
	const skipped = count('skipped') > 0 ? `, ${count('skipped')} skipped` : '';
	const after = repaired.length > 0 ? ` after ${repaired.join(', ')}` : '';
	return `${count('ok')} check${count('ok') === 1 ? '' : 's'} passed${skipped}${after}`;
}

function details(report: Report, verbosity: number): string[] {
	const { checks, actions } = report;
	const late = (finding: Finding): number => Number(isRepaired(finding, report));
	const findings = checks
		.flatMap((check) => check.findings)
		// agents of monitors cut long texts: what still stands comes first
		.sort((a, b) => late(a) - late(b) || GRAVITY[a.status] - GRAVITY[b.status]);
	return [
		...findings.flatMap((finding) => [
			`${isRepaired(finding, report) ? 'REPAIRED' : finding.status.toUpperCase()}: ${finding.summary}`,
			...about(finding),
			...(verbosity > 0 ? evidenceLines(finding, '  ') : []),
		]),
		...actions.map((action) => tellAction(action)),
		...checks.flatMap(({ id, skipped_because }) =>
			skipped_because === undefined ? [] : [`SKIPPED: ${id}: ${skipped_because}`],
		),
		...(report.notes ?? []),
		`dialer ${report.server_ip}, vicikeep ${report.version}`,
	];
}

const about = ({ since, cause, advice }: Finding): string[] => [
	...(since === undefined ? [] : [`  since ${since}`]),
	...(cause === undefined ? [] : [`  because of ${cause}`]),
	...(advice === undefined ? [] : [`  next: ${typeable(advice)}`]),
];

/** A command with a pipe would be another one without its bar, which nothing here may hold: the dialer tells it. */
const typeable = (advice: string): string => (advice.includes('|') ? 'vicikeep check -n' : advice);

const UNITS: Record<Metric['unit'], { symbol: string; range: string }> = {
	seconds: { symbol: 's', range: '0' },
	percent: { symbol: '%', range: '0;100' },
	count: { symbol: '', range: '0' },
	bytes: { symbol: 'B', range: '0' },
	mebibytes: { symbol: 'MB', range: '0' },
};

const performance = (metrics: readonly Metric[]): string =>
	metrics
		.map(({ name, labels, value, unit, warn, crit }) => {
			const { symbol, range } = UNITS[unit];
			const limit = (at: number | undefined): string => (at === undefined ? '' : decimal(at));
			return `${labelOf(name, Object.values(labels))}=${decimal(value)}${symbol};${limit(warn)};${limit(crit)};${range}`;
		})
		.join(' ');

/**
 * The first 19 characters of a label must tell it from all others (round-robin databases keep no more), so the name of a
 * quantity that exists once per daemon, campaign or folder is shortened before what it is about: daemon_silence of
 * AST_update is dsil_update.
 */
function labelOf(name: string, subjects: readonly string[]): string {
	if (subjects.length === 0) return name;
	const words = name.split('_');
	const short = words.map((word, index) => word.slice(0, index < words.length - 1 ? 1 : 3)).join('');
	const label = plain(`${short}_${subjects.join('_').replace(/^(AST|vicidial)_/, '')}`).replace(/['=]/g, '_');
	return label.includes(' ') ? `'${label}'` : label;
}

/** Digits and a point, never an exponent. */
const decimal = (value: number): string => String(Number(value.toFixed(3)));

/** One line without bars, which would begin performance data, and without control characters. */
const plain = (text: string): string => withoutControls(text).replaceAll('|', '/');

const cut = (text: string, end = ''): string =>
	text.length + end.length <= FIRST_LINE ? text + end : `${text.slice(0, FIRST_LINE - end.length - 3)}...${end}`;
