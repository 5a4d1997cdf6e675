import { keyOf, rankOf } from '../diagnose.ts';
import type { CheckStatus, Finding, Report } from '../types.ts';

/** The worst first. */
export const GRAVITY: Record<CheckStatus, number> = { critical: 0, warning: 1, unknown: 2, skipped: 3, ok: 4 };

/** Whether a repair of this run put it right and saw that it did. */
export const isRepaired = ({ remedy }: Finding, report: Report): boolean =>
	report.actions.some(({ id, outcome, verified }) => id === remedy && outcome === 'done' && verified === true);

/** Findings that nothing else in this list brought about, the worst first. */
export const rootsOf = (findings: readonly Finding[]): Finding[] =>
	findings
		.filter(({ cause }) => cause === undefined || !findings.some((other) => keyOf(other) === cause))
		.sort((a, b) => GRAVITY[a.status] - GRAVITY[b.status] || rankOf(a) - rankOf(b));

/** What is still wrong at the end of the run. */
export const standingOf = (report: Report): Finding[] =>
	report.checks
		.filter(({ status }) => status !== 'ok')
		.flatMap(({ findings }) => findings)
		.filter((finding) => !isRepaired(finding, report));
