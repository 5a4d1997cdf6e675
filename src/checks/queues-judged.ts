import type { QueueObservation } from '../dialer/queues.ts';
import type { Sample } from '../rotation.ts';
import { exceeded, measured, type ThresholdName } from '../thresholds.ts';
import type { Finding, Metric } from '../types.ts';
import type { Context } from './check.ts';

/** What one row of the judgement says. */
export interface Judged {
	finding?: Finding;
	metrics: Metric[];
}

/** One thing that is judged about the queues; it knows whose fault it is. */
export type Judge = (seen: QueueObservation, context: Context) => Judged[];

export const plural = (count: number, one: string, many: string): string => `${count} ${count === 1 ? one : many}`;

export const minutes = (seconds: number): string =>
	seconds < 120 ? `${Math.round(seconds)} s` : `${Math.round(seconds / 60)} min`;

export const worst = (...statuses: (Finding['status'] | undefined)[]): Finding['status'] | undefined =>
	statuses.includes('critical') ? 'critical' : statuses.find((status) => status !== undefined);

/**
 * Measures a quantity and holds it against its limits.
 * @param tell the finding, asked for only when there is one
 * @param confirmed false while a second look has to agree: the quantity is measured, and nothing said of it
 */
export function against(
	{ settings: { limits } }: Context,
	name: ThresholdName,
	value: number,
	tell: () => Omit<Finding, 'status'>,
	{ confirmed = true, labels = {}, gravest = 'critical' as Finding['status'] } = {},
): Judged[] {
	const metrics = [measured(limits, name, value, labels)];
	const status = exceeded(limits, name, value);
	if (!status || !confirmed) return [{ metrics }];
	return [{ metrics, finding: { ...tell(), status: gravest === 'warning' ? 'warning' : status } }];
}

/**
 * How long something is known to have been the case, seconds: from the look that first saw it until the sample that saw it
 * last, and 0 until a second sample agrees. What a sample says is noted in each look that judges it, old or new.
 */
export function provenFor({ note }: Context, key: string, { age }: Pick<Sample<unknown>, 'age'> = { age: 0 }): number {
	const { looks, seconds } = note(`queues ${key}`);
	// what was first noted with this very sample is as old as the sample, but for the time that looking takes
	return looks >= 2 && seconds - age >= 1 ? seconds - age : 0;
}

/** Whether the keepalive codes of this dialer ask for the daemons of a code. */
export const runsHere = ({ settings: { keepalives } }: Context, code: string): boolean =>
	keepalives.includes(code) && !keepalives.includes('X');

/** Whether an earlier look saw the same. */
export const seenBefore = ({ note }: Context, key: string): boolean => note(`queues ${key}`).looks >= 2;

/** Two samples in a row looked like trouble. */
export const isConfirmed = ({ doubts }: Pick<Sample<unknown>, 'doubts'>): boolean => doubts >= 2;
