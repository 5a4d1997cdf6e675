import { DAEMONS } from './dialer/daemons.ts';
import type { Finding } from './types.ts';

/** Troubles of a daemon that something beneath it can bring about; a stopped or doubled process has its own cause. */
const CONSEQUENCES = ['absent', 'silent', 'heartbeat_old', 'heartbeat_missing'].map((kind) => `processes.${kind}`);
/** Findings after which Asterisk's manager cannot be worked with. */
const ASTERISK_DOWN = [
	'absent',
	'frozen',
	'hung',
	'ami_refused',
	'ami_closed',
	'unreachable',
	'authentication',
	'deadlocked',
	'other_service',
].map((kind) => `asterisk.${kind}`);
const MYSQL_ALIVE = ['mysql.slow', 'mysql.clock_skew'];

/** How a finding is referred to by others. */
export const keyOf = ({ id, subject }: Pick<Finding, 'id' | 'subject'>): string => `${id} ${subject}`;

/** The finding because of which nothing that is known of this dialer can be relied on. */
export const misconfigured = (findings: readonly Finding[]): Finding | undefined =>
	findings.find(({ id, status }) => id.startsWith('config.') && status === 'critical');

/** The finding because of which the database cannot be worked with. */
export const databaseDown = (findings: readonly Finding[]): Finding | undefined =>
	findings.find(({ id, status }) => id.startsWith('mysql.') && status === 'critical' && !MYSQL_ALIVE.includes(id));

/** The finding that says that statements wait for locks, or that our own could not get through. */
export const databaseLocked = (findings: readonly Finding[]): Finding | undefined =>
	findings.find(({ id }) => id === 'mysql.locked' || id.endsWith('.database'));

/** The finding because of which Asterisk cannot be worked with. */
export const asteriskDown = (findings: readonly Finding[]): Finding | undefined =>
	findings.find(({ id }) => ASTERISK_DOWN.includes(id));

/**
 * Names the root: each finding that is the consequence of another one gets that one as its cause. The order is that of a
 * dialer's dependencies: database, Asterisk, listener, then the daemon whose work piles up in a queue.
 */
export function diagnose(findings: readonly Finding[]): Finding[] {
	return findings.map((finding) => {
		const cause = causeOf(finding, findings);
		return cause ? { ...finding, cause: keyOf(cause) } : finding;
	});
}

function causeOf(finding: Finding, all: readonly Finding[]): Finding | undefined {
	const daemon = DAEMONS.find(({ name }) => name === finding.subject);
	if (!daemon) return undefined;
	const trouble = (name: string): Finding | undefined =>
		all.find(({ id, subject }) => id.startsWith('processes.') && subject === name);
	const beneath =
		misconfigured(all) ??
		(daemon.needs.includes('mysql') ? (databaseDown(all) ?? databaseLocked(all)) : undefined) ??
		(daemon.needs.includes('asterisk') ? asteriskDown(all) : undefined) ??
		(daemon.needs.includes('AST_manager_listen') ? trouble('AST_manager_listen') : undefined);
	if (CONSEQUENCES.includes(finding.id)) return beneath;
	if (finding.id.startsWith('queues.')) return beneath ?? trouble(daemon.name);
	return undefined;
}
