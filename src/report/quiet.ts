import { keyOf } from '../diagnose.ts';
import type { Memory } from '../memory.ts';
import type { Finding, Report } from '../types.ts';
import { fitTo } from './lines.ts';
import { isGone, isSeen } from './seen.ts';
import { isRepaired } from './standing.ts';
import { tellAction, tellEachOnce } from './text.ts';

/** Milliseconds after which a trouble that stays is told again. */
const REMINDER = 6 * 3600 * 1000;

/** Columns of a mail. */
const MAIL_WIDTH = 80;

/**
 * What cron should mail: only what changed since the last quiet report, and a reminder of what stays. Empty when there
 * is nothing to tell.
 * @param told what the last quiet report told
 * @param moment of this run
 * @param remembered whether the next run will know what this one told; without that a warning is told once an hour
 */
export function renderQuiet(
	report: Report,
	told: Memory['told'],
	moment: Date,
	remembered: boolean,
): { text: string; told: NonNullable<Memory['told']> } {
	const now = moment.getTime();
	const before = told ?? { at: now, findings: {} };
	const findings = report.checks.flatMap((check) => check.findings);
	const hourly = remembered || moment.getMinutes() === 0;
	const worthTelling = findings.filter((finding) =>
		remembered ? isConfirmed(finding, report) : finding.status === 'critical' || hourly,
	);
	const gaveUp = report.actions.filter(
		({ outcome, reason }) => outcome === 'withheld' && reason?.startsWith('gave up'),
	);
	const fresh = worthTelling.filter((finding) => before.findings[keyOf(finding)] !== finding.status);
	const standing = worthTelling.filter((finding) => !isRepaired(finding, report));
	const recovered = Object.keys(before.findings).filter((key) => !key.startsWith('gave up ') && isGone(report, key));
	const reminder = standing.length > 0 && now - before.at >= REMINDER;
	// what comes and goes meanwhile does not put off the reminder of what stays
	const begins = reminder || Object.keys(before.findings).length === 0;

	const shown = (reminder ? worthTelling : fresh).filter(
		({ cause }) => cause === undefined || !worthTelling.some((other) => keyOf(other) === cause),
	);
	const lines = [
		...tellEachOnce(shown, worthTelling, report.actions, 0, (_, text) => text).flat(),
		...report.actions
			.filter(
				({ id, outcome }) =>
					outcome !== 'withheld' && outcome !== 'planned' && !shown.some(({ remedy }) => remedy === id),
			)
			.map((action) => tellAction(action)),
		...gaveUp
			.filter(({ id }) => before.findings[`gave up ${id}`] === undefined && !shown.some(({ remedy }) => remedy === id))
			.map((action) => tellAction(action)),
		...recovered.map((key) => `recovered: ${key.replace(/^(\S+) (.*)$/, '$2 ($1)')}`),
	];
	const text =
		lines.length === 0
			? ''
			: `vicikeep on dialer ${report.server_ip}: ${report.status}\n${fitTo(lines, MAIL_WIDTH).join('\n')}\n`;
	return {
		text,
		told: {
			at: text !== '' && begins ? now : before.at,
			findings: Object.fromEntries([
				...Object.entries(before.findings).filter(([key]) => !key.startsWith('gave up ') && !isSeen(report, key)),
				...standing.map((finding) => [keyOf(finding), finding.status] as const),
				...gaveUp.map(({ id }) => [`gave up ${id}`, 'critical'] as const),
			]),
		},
	};
}

/** A warning of this very look may be gone in the next one: stock restarts an absent daemon within a minute. */
const isConfirmed = (finding: Finding, report: Report): boolean =>
	finding.status === 'critical' || (finding.since !== undefined && finding.since !== report.started_at);
