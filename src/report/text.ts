import { keyOf } from '../diagnose.ts';
import type { ActionReport, CheckReport, CheckStatus, Finding, Report } from '../types.ts';
import { DIFF, fitTo, INDENT, NEXT, plain } from './lines.ts';
import { isRepaired, rootsOf } from './standing.ts';

/** Colours a word as its status deserves; the identity where there are no colours. */
export type Paint = (status: CheckStatus, text: string) => string;

/** Lines of a diff that a report shows unless it is asked for more. */
const DIFF_LINES = 20;

/**
 * The report for a person: the worst first, of equals the one that can explain the others; each cause with its
 * consequences under it, what was done or why not, and what to type next; what is repaired comes after what still stands.
 * @param width columns of the terminal
 * @param verbosity 0 the essentials; 1 evidence, metrics and timings
 */
export function renderText(
	report: Report,
	{ width, verbosity, paint }: { width: number; verbosity: number; paint: Paint },
): string {
	const findings = report.checks.flatMap((check) => check.findings);
	const roots = rootsOf(findings).sort((a, b) => Number(isRepaired(a, report)) - Number(isRepaired(b, report)));
	const told = tellEachOnce(roots, findings, report.actions, verbosity, paint);
	const loose = report.actions.filter(({ id }) => !findings.some(({ remedy }) => remedy === id));
	const parts = [
		[headline(report, paint)],
		...told,
		loose.map((action) => tellAction(action, verbosity)),
		[...summary(report, verbosity, paint), ...(report.notes ?? []).map(plain)],
	];
	return `${parts
		.filter((lines) => lines.length > 0)
		.map((lines) => fitTo(lines, width).join('\n'))
		.join('\n\n')}\n`;
}

function headline({ status, server_ip, started_at, duration_ms, dry_run, actions }: Report, paint: Paint): string {
	const repaired = actions.some(({ outcome, verified }) => outcome === 'done' && verified === true);
	const state = status === 'ok' ? (repaired ? 'OK after repair' : 'OK') : status.toUpperCase();
	const took = (duration_ms / 1000).toFixed(1);
	return `${paint(status, state)}  dialer ${server_ip}, ${localTime(started_at)}, ${took} s${dry_run ? ', dry run' : ''}`;
}

/** Findings one after the other; what repairs several of them is told with the first. */
export function tellEachOnce(
	roots: readonly Finding[],
	all: readonly Finding[],
	actions: readonly ActionReport[],
	verbosity: number,
	paint: Paint,
): string[][] {
	let left = actions;
	return roots.map((root) => {
		const lines = tellFinding(root, all, left, verbosity, paint);
		const its = [root, ...followersOf(root, all)].map(({ remedy }) => remedy);
		// what was done is said wherever it helped
		left = left.filter(({ id, outcome }) => outcome === 'done' || !its.includes(id));
		return lines;
	});
}

const followersOf = (finding: Finding, all: readonly Finding[]): Finding[] =>
	all.filter(({ cause }) => cause === keyOf(finding)).flatMap((one) => [one, ...followersOf(one, all)]);

/** One finding with its consequences and the actions that belong to it. */
function tellFinding(
	finding: Finding,
	all: readonly Finding[],
	actions: readonly ActionReport[],
	verbosity: number,
	paint: Paint,
): string[] {
	const { status, summary, since, remedy } = finding;
	const helped = actions.some(({ id, outcome }) => id === remedy && outcome === 'done');
	return [
		`${paint(status, status.toUpperCase().padEnd(INDENT.length))}${plain(summary)}`,
		...(since === undefined ? [] : [`${INDENT}since ${localTime(since)}`]),
		...(verbosity > 0 ? evidenceLines(finding) : []),
		...diffLines(finding, verbosity),
		...tellActions(finding, actions, verbosity, INDENT),
		...tellConsequences(
			finding,
			all,
			actions.map((action) => withoutCause(action, finding)),
			verbosity,
			INDENT,
		),
		...(helped ? [] : [next(finding, actions, verbosity)].filter((line) => line !== NEXT)),
	];
}

/** What to type next: what the check advises, else what does the repair, else what shows more. */
function next({ id, advice, remedy }: Finding, actions: readonly ActionReport[], verbosity: number): string {
	if (advice !== undefined) return NEXT + plain(advice);
	if (actions.some((action) => action.id === remedy && action.outcome === 'planned')) return `${NEXT}vicikeep check`;
	return NEXT + (verbosity > 0 ? '' : `vicikeep check -v --only ${id.split('.')[0]}`);
}

/** Below its cause an action need not say again what that is. */
const withoutCause = (action: ActionReport, { summary }: Finding): ActionReport =>
	action.reason === undefined ? action : { ...action, reason: action.reason.replace(`: ${summary}`, '') };

function tellConsequences(
	finding: Finding,
	all: readonly Finding[],
	actions: readonly ActionReport[],
	verbosity: number,
	indent: string,
): string[] {
	return all
		.filter(({ cause }) => cause === keyOf(finding))
		.flatMap((consequence) => [
			`${indent}therefore: ${plain(consequence.summary)}`,
			...tellActions(consequence, actions, verbosity, `${indent}  `),
			...tellConsequences(consequence, all, actions, verbosity, `${indent}  `),
		]);
}

/** What a finding was found by, without its diff. */
export const evidenceLines = ({ id, evidence }: Finding, indent = INDENT): string[] => [
	`${indent}${id}`,
	...Object.entries(evidence)
		.filter(([name]) => name !== 'diff')
		.map(([name, value]) => `${indent}${name}: ${plain(typeof value === 'string' ? value : JSON.stringify(value))}`),
];

function diffLines({ evidence: { diff } }: Finding, verbosity: number): string[] {
	if (typeof diff !== 'string') return [];
	const lines = diff.trimEnd().split('\n');
	const shown = verbosity > 0 ? lines : lines.slice(0, DIFF_LINES);
	const more = lines.length - shown.length;
	return [...shown, ...(more > 0 ? [`… ${more} more lines, -v shows them`] : [])].map((line) => DIFF + plain(line));
}

const tellActions = (
	{ remedy }: Finding,
	actions: readonly ActionReport[],
	verbosity: number,
	indent: string,
): string[] => actions.filter(({ id }) => id === remedy).map((action) => indent + tellAction(action, verbosity, ''));

/**
 * What became of one action, in a line; with what it took when more is asked for.
 * @param of whose it is, empty below the finding that says so
 */
export function tellAction(
	{ kind, subject, outcome, reason = '', verified, duration_ms }: ActionReport,
	verbosity = 0,
	of = ` ${plain(subject)}`,
): string {
	const what = plain(`${kind} ${subject}`);
	const why = plain(reason);
	const took = verbosity > 0 ? ` (${(duration_ms / 1000).toFixed(1)} s)` : '';
	switch (outcome) {
		case 'done':
			if (kind === 'hook') return `${what}: ${why}${took}`;
			return `repaired${of}: ${why || what}${verified === 'pending' ? ' (the next run proves it)' : ''}${took}`;
		case 'failed':
			return `${what} failed: ${why}${took}`;
		case 'planned':
			return `would ${what}`;
		case 'withheld':
			return `${what} withheld: ${why}`;
	}
}

function summary(report: Report, verbosity: number, paint: Paint): string[] {
	const with_ = (status: CheckStatus): CheckReport[] => report.checks.filter((check) => check.status === status);
	const label = (status: CheckStatus): string => paint(status, status.padEnd(INDENT.length));
	const ok = with_('ok');
	return [
		...(ok.length > 0 ? [`${label('ok')}${ok.map(({ id }) => id).join(', ')}`] : []),
		...with_('skipped').map(({ id, skipped_because }) => `${label('skipped')}${id}: ${plain(skipped_because ?? '')}`),
		...(verbosity > 0 ? report.checks.flatMap(measurements) : []),
		...(verbosity > 0 ? (report.hints ?? []).map((hint) => `${'hint'.padEnd(INDENT.length)}${plain(hint)}`) : []),
	];
}

const measurements = ({ id, duration_ms, metrics }: CheckReport): string[] => [
	`${id} (${duration_ms} ms)`,
	...metrics.map(({ name, labels, value, unit }) => {
		const label = Object.values(labels).join(' ');
		return `${INDENT}${name}${label && ` ${plain(label)}`}: ${value}${unit === 'count' ? '' : ` ${unit}`}`;
	}),
];

const localTime = (iso: string): string => {
	const moment = new Date(iso);
	const today = new Date().toDateString() === moment.toDateString();
	return today
		? moment.toTimeString().slice(0, 8)
		: `${moment.toDateString().slice(4, 10)} ${moment.toTimeString().slice(0, 8)}`;
};
