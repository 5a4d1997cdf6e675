import { keyOf } from '../diagnose.ts';
import type { ActionReport, CheckReport, CheckStatus, Finding, Report } from '../types.ts';
import { rootsOf } from './standing.ts';

/** Colours a word as its status deserves; the identity where there are no colours. */
export type Paint = (status: CheckStatus, text: string) => string;

const INDENT = ' '.repeat(10);
const NEXT = `${INDENT}next: `;
/** Before each line of a diff, which is shown as it is. */
const DIFF = '  | ';
/** Lines of a diff that a report shows unless it is asked for more. */
const DIFF_LINES = 20;

/**
 * The report for a person: the worst first, of equals the one that can explain the others; each cause with its
 * consequences under it, what was done or why not, and what to type next.
 * @param width columns of the terminal
 * @param verbosity 0 the essentials; 1 evidence and timings
 */
export function renderText(
	report: Report,
	{ width, verbosity, paint }: { width: number; verbosity: number; paint: Paint },
): string {
	// a command must be copied whole, a diff read as it is
	const wrap = (text: string): string =>
		text.startsWith(DIFF) || text.startsWith(NEXT) ? text : wrapText(text, width);
	const findings = report.checks.flatMap((check) => check.findings);
	const actions = [...report.actions];

	const lines = [`${paint(report.status, headline(report))}`];
	for (const root of rootsOf(findings)) {
		lines.push('', ...tellFinding(root, findings, actions, verbosity, paint).map(wrap));
	}
	const loose = actions.filter(({ id }) => !findings.some(({ remedy }) => remedy === id));
	if (loose.length > 0) lines.push('', ...loose.map(tellAction).map(wrap));
	lines.push('', ...summary(report, verbosity, paint).map(wrap), ...(report.notes ?? []).map(wrap));
	return `${lines.join('\n')}\n`;
}

function headline(report: Report): string {
	const repaired = report.actions.filter(({ outcome, verified }) => outcome === 'done' && verified === true).length;
	const state = report.status === 'ok' ? (repaired > 0 ? 'OK after repair' : 'OK') : report.status.toUpperCase();
	const took = (report.duration_ms / 1000).toFixed(1);
	return `${state}  dialer ${report.server_ip}, ${localTime(report.started_at)}, ${took} s${report.dry_run ? ', dry run' : ''}`;
}

/** One finding with its consequences and the actions that belong to it. */
export function tellFinding(
	finding: Finding,
	all: readonly Finding[],
	actions: readonly ActionReport[],
	verbosity: number,
	paint: Paint,
): string[] {
	const label = paint(finding.status, finding.status.toUpperCase().padEnd(10));
	const lines = [`${label}${finding.summary}`];
	if (finding.since) lines.push(`${INDENT}since ${localTime(finding.since)}`);
	if (verbosity > 0) lines.push(...evidenceLines(finding));
	lines.push(...diffLines(finding, verbosity));
	lines.push(...tellActions(finding, actions));
	for (const consequence of all.filter(({ cause }) => cause === keyOf(finding))) {
		lines.push(`${INDENT}therefore: ${consequence.summary}`, ...tellActions(consequence, actions));
	}
	if (finding.advice && !actions.some(({ id, outcome }) => id === finding.remedy && outcome === 'done')) {
		lines.push(NEXT + finding.advice);
	}
	return lines;
}

const evidenceLines = ({ id, evidence }: Finding): string[] => [
	`${INDENT}${id}`,
	...Object.entries(evidence)
		.filter(([name]) => name !== 'diff')
		.map(([name, value]) => `${INDENT}${name}: ${typeof value === 'string' ? value : JSON.stringify(value)}`),
];

function diffLines({ evidence: { diff } }: Finding, verbosity: number): string[] {
	if (typeof diff !== 'string') return [];
	const lines = diff.trimEnd().split('\n');
	const shown = verbosity > 0 ? lines : lines.slice(0, DIFF_LINES);
	const more = lines.length - shown.length;
	return [...shown, ...(more > 0 ? [`… ${more} more lines, -v shows them`] : [])].map((line) => DIFF + line);
}

function tellActions({ remedy }: Finding, actions: readonly ActionReport[]): string[] {
	return actions.filter(({ id }) => id === remedy).map((action) => `${INDENT}${tellAction(action)}`);
}

/** What became of one action, in a line. */
export function tellAction({ kind, subject, outcome, reason, verified }: ActionReport): string {
	const what = `${kind} ${subject}`;
	switch (outcome) {
		case 'done':
			return `repaired: ${reason ?? what}${verified === 'pending' ? ' (the next run proves it)' : ''}`;
		case 'failed':
			return `${what} failed: ${reason ?? ''}`;
		case 'planned':
			return `would ${what}`;
		case 'withheld':
			return `${what} withheld: ${reason ?? ''}`;
	}
}

function summary(report: Report, verbosity: number, paint: Paint): string[] {
	const with_ = (status: CheckStatus): CheckReport[] => report.checks.filter((check) => check.status === status);
	const lines: string[] = [];
	const ok = with_('ok');
	if (ok.length > 0) lines.push(`${paint('ok', 'ok'.padEnd(10))}${ok.map(({ id }) => id).join(', ')}`);
	for (const { id, skipped_because } of with_('skipped'))
		lines.push(`${'skipped'.padEnd(10)}${id}: ${skipped_because}`);
	if (verbosity > 0) {
		for (const { id, duration_ms, metrics } of report.checks) {
			lines.push(`${id} (${duration_ms} ms)`);
			for (const { name, labels, value, unit } of metrics) {
				const label = Object.values(labels).join(' ');
				lines.push(`${INDENT}${name}${label && ` ${label}`}: ${value}${unit === 'count' ? '' : ` ${unit}`}`);
			}
		}
	}
	return lines;
}

const localTime = (iso: string): string => {
	const moment = new Date(iso);
	const today = new Date().toDateString() === moment.toDateString();
	return today
		? moment.toTimeString().slice(0, 8)
		: `${moment.toDateString().slice(4, 10)} ${moment.toTimeString().slice(0, 8)}`;
};

/** Breaks a line at spaces so that it fits; what follows is indented like the text of its first line. */
function wrapText(text: string, width: number): string {
	// colour codes take no room
	const length = (line: string): number =>
		line.replace(new RegExp(`${String.fromCharCode(27)}\\[\\d+m`, 'g'), '').length;
	if (length(text) <= width) return text;
	const words = text.split(/(?<=\S) /);
	const lines = [words.shift() ?? ''];
	for (const word of words) {
		const last = lines.at(-1) ?? '';
		if (length(last) + 1 + word.length <= width) lines[lines.length - 1] = `${last} ${word}`;
		else lines.push(`${INDENT}  ${word}`);
	}
	return lines.join('\n');
}
