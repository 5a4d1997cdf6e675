import { DAEMONS, type Daemon } from './dialer/daemons.ts';
import type { Use } from './dialer/disks.ts';
import { DOWN, daemon, LEVELS, type Level, type Needs, QUEUES } from './levels.ts';
import type { Finding } from './types.ts';

/** Troubles of Asterisk and of its conf files that a disk brings about on which nothing can be written, by what lies there. */
const BY_DISK: Readonly<Record<string, Use[]>> = {
	// "ASTdb initialization failed" (main/db.c): it ends when it is started
	'asterisk.absent': ["Asterisk's database"],
	'asterisk.starting': ["Asterisk's database"],
	...Object.fromEntries(
		['missing', 'empty', 'truncated', 'unloadable', 'flag', 'owed', 'lost_rebuild'].map((kind) => [
			`conf.${kind}`,
			['conf files'],
		]),
	),
};

/** How a finding is referred to by others. */
export const keyOf = ({ id, subject }: Pick<Finding, 'id' | 'subject'>): string => `${id} ${subject}`;

/** What is to be looked at first: the lower the number, the more it can explain. */
export function rankOf(finding: Finding): number {
	const level = LEVELS.findIndex(({ isDown }) => isDown(finding));
	return level < 0 ? LEVELS.length : level;
}

const firstOf = (level: Level | undefined, findings: readonly Finding[]): Finding | undefined =>
	level && findings.find(level.isDown);

/** The finding because of which nothing that is known of this dialer can be relied on. */
export const misconfigured = (findings: readonly Finding[]): Finding | undefined => firstOf(LEVELS[0], findings);

/** The finding because of which the database cannot be worked with. */
export const databaseDown = (findings: readonly Finding[]): Finding | undefined => firstOf(LEVELS[1], findings);

/** Critical findings about an Asterisk that can be asked all the same. */
const ASTERISK_ALIVE = ['slow', 'clock_skew', 'timing', 'rights', 'version'].map((kind) => `asterisk.${kind}`);

/** The finding because of which Asterisk cannot be asked. */
export const asteriskDown = (findings: readonly Finding[]): Finding | undefined =>
	findings.find(
		({ id, status }) => status === 'critical' && id.startsWith('asterisk.') && !ASTERISK_ALIVE.includes(id),
	);

/** The finding that makes repairs, or only stopping what lives, useless for this daemon; the uppermost one. */
export function futile(
	of: Daemon,
	stops: boolean,
	findings: readonly Finding[],
): { finding: Finding; forbids: 'repairs' | 'stops' } | undefined {
	for (const level of LEVELS) {
		if (level.forbids === 'nothing' || (level.forbids === 'stops' && !stops) || !level.carries(of)) continue;
		const finding = firstOf(level, findings);
		if (finding) return { finding, forbids: level.forbids };
	}
	return undefined;
}

/** Whether a daemon exits, or cannot begin, without this subject of a repair. */
export const restsOn = (of: Daemon, subject: string): boolean =>
	of.needs.some((need) => need === subject || (need === 'asterisk' && subject === 'Asterisk'));

/** Whether any daemon exits, or cannot begin, without it. */
export const carriesOthers = (subject: string): boolean => DAEMONS.some((of) => restsOn(of, subject));

/**
 * Troubles that came with a foundation which was repaired in this run: they are its consequences, though nothing is wrong
 * with it any more.
 * @param repaired what was found at the foundations before
 */
export function aftermath(findings: readonly Finding[], repaired: readonly Finding[]): Finding[] {
	return findings.flatMap((finding) => {
		const of = DAEMONS.find(({ name }) => name === finding.subject);
		const root = of && DOWN.includes(finding.id) ? repaired.find(({ subject }) => restsOn(of, subject)) : undefined;
		return root && finding.cause === undefined ? [{ ...finding, cause: root.cause ?? keyOf(root) }] : [];
	});
}

/**
 * Names the root: each finding that is the consequence of another one gets that one as its cause, and never one that is a
 * consequence itself. What a check has named as a cause stands where nothing beneath explains it.
 */
export function diagnose(findings: readonly Finding[]): Finding[] {
	const causes = new Map<string, string>();
	for (const finding of findings) {
		const found = causeOf(finding, findings);
		const cause = found ? keyOf(found) : finding.cause;
		if (cause !== undefined) causes.set(keyOf(finding), cause);
	}
	return findings.map((finding) => {
		const cause = rootIn(causes, keyOf(finding));
		return cause === undefined ? finding : { ...finding, cause, status: statusUnder(cause, finding) };
	});
}

/** The scripts that fit are no trouble of their own beside a version that is only written down wrong. */
const statusUnder = (cause: string, { id, status }: Finding): Finding['status'] =>
	id === 'processes.wrong_variant' && cause.startsWith('asterisk.version ') ? 'warning' : status;

function rootIn(causes: ReadonlyMap<string, string>, key: string): string | undefined {
	let root: string | undefined;
	const met = new Set([key]);
	for (let next = causes.get(key); next !== undefined && !met.has(next); next = causes.get(next)) {
		met.add(next);
		root = next;
	}
	return root;
}

function causeOf(finding: Finding, all: readonly Finding[]): Finding | undefined {
	// several checks that fail to read the database tell one story
	if (finding.id.endsWith('.database'))
		return all.find((other) => other !== finding && rankOf(other) < rankOf(finding));
	if (finding.id === 'registrations.loops') return all.find(daemon(finding.subject));
	const uses = BY_DISK[finding.id];
	if (uses) return all.find((other) => uses.some((use) => hasNoRoomFor(use, other)));
	const queue = finding.id.startsWith('queues.');
	if (!queue && !finding.id.startsWith('processes.')) return undefined;
	const of = restsOf(finding.subject);
	const beneath = LEVELS.filter(
		({ carries, brings }) => carries(of) && (brings.includes(finding.id) || (queue && brings.includes(QUEUES))),
	)
		.map((level) => firstOf(level, all))
		.find((cause) => cause !== undefined);
	return beneath ?? (queue ? all.find(daemon(finding.subject)) : undefined);
}

/** Whether the finding is about a disk on which this can no longer be written. */
const hasNoRoomFor = (use: Use, { id, evidence: { holds, writable } }: Finding): boolean =>
	id.startsWith('system.') && writable === false && Array.isArray(holds) && holds.includes(use);

/** Whatever cron starts, and whoever else leaves rows lying about, works on the database. */
function restsOf(subject: string): Needs {
	if (subject === 'Asterisk') return { needs: ['mysql', 'asterisk'] };
	return DAEMONS.find(({ name }) => name === subject) ?? { needs: ['mysql'] };
}
