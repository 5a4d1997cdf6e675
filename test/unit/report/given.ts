import type { ActionReport, CheckReport, Finding, Report } from '../../../src/types.ts';

/** A report with these parts; a healthy one without any. */
export function reportOf(parts: {
	checks?: Partial<CheckReport>[];
	actions?: Partial<ActionReport>[];
	status?: Report['status'];
}): Report {
	const { checks = [{}], actions = [], status = 'ok' } = parts;
	return {
		schema: 1,
		version: '1.2.3',
		server_ip: '10.0.0.1',
		started_at: '2026-03-01T12:00:00.000Z',
		duration_ms: 234,
		dry_run: false,
		status,
		exit_code: { ok: 0, warning: 1, critical: 2, unknown: 3 }[status],
		checks: checks.map((check) => ({
			id: 'processes',
			status,
			duration_ms: 5,
			findings: [],
			metrics: [],
			...check,
		})),
		actions: actions.map((action) => ({
			id: 'restart:AST_update',
			kind: 'restart',
			subject: 'AST_update',
			outcome: 'done',
			duration_ms: 2000,
			...action,
		})),
	};
}

/** The updater, stopped. */
export const STOPPED: Finding = {
	id: 'processes.frozen',
	subject: 'AST_update',
	status: 'critical',
	summary: 'AST_update is stopped (process 1425, state T); ps still shows it',
	evidence: { pid: 1425 },
	since: '2026-03-01T11:59:00.000Z',
	remedy: 'restart:AST_update',
};
