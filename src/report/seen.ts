import { keyOf } from '../diagnose.ts';
import type { Report } from '../types.ts';

/** Whether the check that a finding's key belongs to was looked at: what was not seen is neither there nor gone. */
export function isSeen(report: Report, key: string): boolean {
	const check = report.checks.find(({ id }) => id === key.split('.')[0]);
	if (!check || check.status === 'skipped') return false;
	return !check.findings.some(({ id }) => /\.(deadline|internal|database)$/.test(id));
}

/** Whether a finding that was told before is not there any more. */
export const isGone = (report: Report, key: string): boolean =>
	isSeen(report, key) && !report.checks.some(({ findings }) => findings.some((finding) => keyOf(finding) === key));
