import type { Finding } from './types.ts';

/** Whom a trouble concerns, and with that who speaks of it. */
export type Scope = 'dialer' | 'cluster' | 'database';

/**
 * Failures that a backup can take over: the whole of a machine, of Asterisk, of the database or of a dialer, for good.
 * What vicikeep or the stock keepalive starts again, what a person has misconfigured, and what is merely slow is none: a
 * twin would not do better. Whoever takes over must make sure that the failed one stays out of the way (fencing): a dialer that is only
 * cut off looks the same from here.
 */
const TAKEN_OVER: readonly string[] = [
	'system.disk_full',
	'system.read_only',
	'asterisk.absent',
	'asterisk.frozen',
	'asterisk.hung',
	'asterisk.deadlocked',
	'mysql.refused',
	'mysql.silent',
	'mysql.read_only',
	'cluster.dead',
];

/** Whether a backup can take over what this finding says has failed. */
export const isTakenOver = ({ id, status }: Pick<Finding, 'id' | 'status'>): boolean =>
	status === 'critical' && TAKEN_OVER.includes(id);

/** What has failed, whatever it is called from one look to the next: a database that refuses may be silent a minute later. */
export const failureOf = ({ id, subject }: Pick<Finding, 'id' | 'subject'>): string => `${checkOf(id)} ${subject}`;

const checkOf = (id: string): string => id.split('.')[0] ?? '';

/** Whether the same thing still stands critical, under whatever name. */
export const stillFails = (failure: string, standing: readonly Finding[]): boolean =>
	standing.some((finding) => finding.status === 'critical' && failureOf(finding) === failure);

/** Troubles of a database that cannot be worked with at all. */
const DATABASE_LOST: readonly string[] = [
	'mysql.refused',
	'mysql.unknown_host',
	'mysql.no_schema',
	'mysql.silent',
	'mysql.denied',
	'mysql.full',
	'mysql.failed',
	'mysql.read_only',
];
/** What another dialer may see otherwise of the same database: the way to it, and a clock of its own. */
const SEEN_FROM_HERE: readonly string[] = ['mysql.slow', 'mysql.clock_skew'];

/**
 * Every dialer sees the same of its sisters and of the database, and one speaks. A database that is lost, or takes no
 * heartbeat any more, leaves nobody to agree with.
 */
export function scopeOf({ id }: Pick<Finding, 'id'>): Scope {
	if (DATABASE_LOST.includes(id)) return 'database';
	if (id === 'cluster.refused' || SEEN_FROM_HERE.includes(id)) return 'dialer';
	return ['cluster', 'mysql'].includes(checkOf(id)) ? 'cluster' : 'dialer';
}
