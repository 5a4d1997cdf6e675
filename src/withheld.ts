import type { Action, ActionReport, Finding, Withheld } from './types.ts';

/** Both halves as they are told: they are written so as to read on. */
export const inWords = ({ why, until }: Withheld): string => `${why} ${until}`;

/** What is reported of an action that is not done in this run. The only place that makes such a report. */
export const reportWithheld = (
	{ id, kind, subject }: Pick<Action, 'id' | 'kind' | 'subject'>,
	withheld: Withheld,
	duration_ms = 0,
): ActionReport => ({ id, kind, subject, outcome: 'withheld', reason: inWords(withheld), duration_ms });

/** Of no use while something else is found. */
export const whileFound = (why: string, { summary }: Pick<Finding, 'summary'>): Withheld => ({
	why,
	until: `until this is over: ${summary}`,
});

/** This run has not the time for it any more. @param remaining seconds, as `needed` */
export const noTimeLeft = (remaining: number, needed: number): Withheld => ({
	why: `only ${Math.floor(remaining)} s are left of this run, it needs ${needed}; it waits`,
	until: 'until the next run; see --timeout',
});
