import { keyOf } from './diagnose.ts';
import type { Memory } from './memory.ts';
import type { ActionReport, CheckId, Finding } from './types.ts';

/** The checks by which a repair of this subject is judged. */
const checksOf = (subject: string): CheckId[] => (subject === 'Asterisk' ? ['asterisk'] : ['processes']);

/**
 * What became of repairs whose sign of life needed longer than the run that did them: proven when nothing is found at
 * their subject any more, failed when it is. One whose check was not seen, or whose subject is down because of something
 * beneath it, stays open. Pure.
 * @param counts whether a look of this check was seen and counts
 */
export function settlePending(
	pending: NonNullable<Memory['pending']>,
	findings: readonly Finding[],
	counts: (check: CheckId) => boolean,
): { settled: ActionReport[]; open: NonNullable<Memory['pending']> } {
	const settled: ActionReport[] = [];
	const open: NonNullable<Memory['pending']> = {};
	for (const [id, { kind, subject, at }] of Object.entries(pending)) {
		const checks = checksOf(subject);
		const trouble = findings.find(
			(finding) =>
				finding.remedy === id ||
				(finding.subject === subject && checks.some((one) => finding.id.startsWith(`${one}.`))),
		);
		if (!checks.every(counts) || trouble?.cause !== undefined) {
			open[id] = { kind, subject, at };
			continue;
		}
		const what = `what was done at ${at} (${id})`;
		settled.push({
			id,
			kind,
			subject,
			outcome: trouble ? 'failed' : 'done',
			reason: trouble
				? `${what} did not help (${keyOf(trouble)}): ${trouble.summary}`
				: `${what} is proven now; it is well`,
			verified: trouble === undefined,
			duration_ms: 0,
		});
	}
	return { settled, open };
}

/** The repairs that the next run has to settle. Conf files keep an account of their own. */
export function leftPending(
	open: NonNullable<Memory['pending']>,
	outcomes: readonly ActionReport[],
	at: string,
): Memory['pending'] {
	const fresh = outcomes.filter(
		({ outcome, verified, subject }) => outcome === 'done' && verified === 'pending' && subject !== 'conf',
	);
	const left = { ...open, ...Object.fromEntries(fresh.map(({ id, kind, subject }) => [id, { kind, subject, at }])) };
	return Object.keys(left).length > 0 ? left : undefined;
}
