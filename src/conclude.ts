import { keyOf } from './diagnose.ts';
import { type Judged, statusOf, worstOf } from './observe.ts';
import type { RunParts } from './run.ts';
import type { ActionReport, CheckReport, CheckStatus, Report, Status } from './types.ts';

const EXIT_CODE: Record<Status, number> = { critical: 2, warning: 1, unknown: 3, ok: 0 };

/** A repair that failed leaves its trouble standing, whatever the next glance shows. */
function endStatus(end: Judged, found: Judged, actions: readonly ActionReport[]): CheckStatus {
	const status = statusOf(end);
	if (status === 'skipped') return status;
	const failed = actions
		.filter(({ outcome, verified }) => outcome === 'failed' || verified === false)
		.map(({ id }) => id);
	const standing = found.findings.filter(({ remedy }) => remedy !== undefined && failed.includes(remedy));
	return worstOf([status, ...standing.map((finding) => finding.status)]);
}

/**
 * The report of a run.
 * @param found what was found before repairs
 * @param final what was found after them
 * @param settled what became of repairs of earlier runs; the state at the end does not hang on them
 */
export function conclude(
	parts: RunParts,
	found: readonly Judged[],
	final: readonly Judged[],
	actions: readonly ActionReport[],
	settled: readonly ActionReport[],
): Report {
	// a foundation that nobody asked for is only worth a word when it is in trouble
	const shown = found.filter(({ id, findings }) => parts.checks.includes(id) || findings.length > 0);
	const checks = shown.map((one): CheckReport => {
		const end = final.find(({ id }) => id === one.id) ?? one;
		return {
			id: one.id,
			status: endStatus(end, one, actions),
			...(end.skippedBecause !== undefined && { skipped_because: end.skippedBecause }),
			duration_ms: Math.round(one.milliseconds),
			findings: [
				...one.findings,
				...end.findings.filter((later) => !one.findings.some((earlier) => keyOf(earlier) === keyOf(later))),
			],
			metrics: end.metrics,
		};
	});
	const hints = final.filter(({ id }) => parts.checks.includes(id)).flatMap((one) => one.hints ?? []);
	const status = worstOf(checks.map((check) => (check.status === 'skipped' ? 'ok' : check.status)));
	return {
		schema: 1,
		version: parts.version,
		server_ip: parts.world.settings.serverIp,
		started_at: parts.startedAt.toISOString(),
		duration_ms: Math.round(performance.now() - parts.began),
		dry_run: parts.dryRun,
		status,
		exit_code: EXIT_CODE[status],
		checks,
		actions: [...settled, ...actions],
		...(hints.length > 0 && { hints }),
	};
}
