import { keyOf } from '../diagnose.ts';
import type { Memory } from '../memory.ts';
import type { Json, Report } from '../types.ts';
import { isGone, isSeen } from './seen.ts';

/** Log lines for what changed since the last run: findings that came, changed or went, and actions. None when nothing did. */
export function logLines(
	report: Report,
	logged: Memory['logged'],
): { lines: Record<string, Json>[]; logged: Memory['logged'] } {
	const time = report.started_at;
	const findings = report.checks.flatMap((check) => check.findings);
	const lines: Record<string, Json>[] = [];
	for (const finding of findings) {
		if (logged[keyOf(finding)] === finding.status) continue;
		const { id, subject, status, summary, cause } = finding;
		lines.push({ time, event: 'finding', id, subject, status, summary, ...(cause !== undefined && { cause }) });
	}
	for (const key of Object.keys(logged)) {
		if (isGone(report, key)) lines.push({ time, event: 'gone', finding: key });
	}
	for (const { id, kind, outcome, reason, verified, duration_ms } of report.actions) {
		// calls outside were logged when they were made, with what they said
		if ((outcome !== 'done' && outcome !== 'failed') || kind === 'hook') continue;
		lines.push({ time, event: 'action', id, outcome, reason: reason ?? '', verified: verified ?? false, duration_ms });
	}
	const repaired = new Set(
		report.actions.filter(({ outcome, verified }) => outcome === 'done' && verified === true).map(({ id }) => id),
	);
	const standing = findings.filter(({ remedy }) => remedy === undefined || !repaired.has(remedy));
	const unseen = Object.entries(logged).filter(([key]) => !isSeen(report, key));
	return {
		lines,
		logged: Object.fromEntries([...unseen, ...standing.map((finding) => [keyOf(finding), finding.status] as const)]),
	};
}
