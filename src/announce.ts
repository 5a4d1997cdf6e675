import { keyOf } from './diagnose.ts';
import { failureOf, isTakenOver, type Scope, scopeOf, stillFails } from './failover.ts';
import { isSeen } from './report/seen.ts';
import { rootsOf, standingOf } from './report/standing.ts';
import type { Settings } from './settings.ts';
import type { ActionReport, Finding, Report, Status } from './types.ts';

/** What is said of a finding outside. */
export type Spoken = Pick<Finding, 'id' | 'subject' | 'status' | 'summary'>;

/** Something that is followed until it is over, from look to look. */
export interface Topic {
	finding: Spoken;
	/** looks in a row, of those that count */
	looks: number;
	/** by this dialer, or left to the one that spoke for the cluster then */
	said?: 'here' | 'elsewhere';
	/** it was said after another dialer may have said it */
	repeat?: true;
}

export type Topics = Record<string, Topic>;

/** What was told to the programs and the address outside, and what became of it. */
export interface OutsideMemory {
	changes: Topics;
	failures: Topics;
	/** for the next report: programs are called after that of their own run */
	results?: ActionReport[];
	/** what last went wrong, by action: told when it begins, not every minute */
	troubles?: Record<string, string>;
}

/** One thing to be said now. */
export interface Word {
	to: 'ON_CHANGE' | 'ON_FAILOVER';
	event: 'change' | 'failover' | 'recovery';
	scope: Scope;
	key: string;
	finding: Spoken;
	/** `ok` for what is over */
	now: Status;
	repeat: boolean;
	/** the topic as it was before; it stays that way where the word could not be said */
	before: Topic | undefined;
}

export interface Moment {
	/** whether this look of a check counts */
	counts: (check: string) => boolean;
	/** this dialer speaks for the cluster, or nobody can tell who does */
	speaks: boolean;
	/** this machine or the database was started just now: whatever else is missing may still be starting, too */
	starting: boolean;
	/** looks before a failure is told */
	failoverAfter: number;
	/** failures of this dialer are not told: somebody is at work here on purpose; that of another is no part of that */
	paused: boolean;
}

/**
 * Whether this dialer speaks for the cluster. A run that did not look for the speaker leaves it to those that do; where it
 * could not be seen, each dialer speaks for itself.
 * @param speaker as the cluster check saw it
 */
export const isSpeaker = ({ checks, server_ip }: Report, speaker: string | undefined): boolean =>
	speaker === undefined
		? checks.some(({ id, status }) => id === 'cluster' && status !== 'skipped')
		: speaker === server_ip;

/**
 * Whether machines that were started along with this one, or daemons after the database, may not be back yet.
 * @param uptime seconds since boot
 * @param databaseUptime seconds since the start of the database; undefined where it does not tell
 */
export const isStarting = (
	uptime: number,
	databaseUptime: number | undefined,
	{ graceBoot, graceDatabase }: Settings,
): boolean => uptime < graceBoot || (databaseUptime !== undefined && databaseUptime < graceDatabase);

/** Looks after which a trouble counts as a change: what is not critical may be gone in the next one. */
const patienceWith = ({ status }: Spoken): number => (status === 'critical' ? 1 : 2);

/** What is due to be said after this run, and what to remember once that is done. Pure. */
export function wordsOf(
	report: Report,
	before: OutsideMemory | undefined,
	moment: Moment,
): { words: Word[]; changes: Topics; failures: Topics } {
	const standing = standingOf(report).filter(({ id }) => isSeen(report, id));
	const roots = rootsOf(standing);
	const changes = follow(before?.changes ?? {}, new Map(roots.map((finding) => [keyOf(finding), finding])), {
		report,
		moment,
		patience: patienceWith,
		stands: (key) => standing.some((finding) => keyOf(finding) === key),
	});
	const failed = roots.filter((finding) => isTakenOver(finding) && !(moment.starting && scopeOf(finding) !== 'dialer'));
	const failures = follow(before?.failures ?? {}, new Map(failed.map((finding) => [failureOf(finding), finding])), {
		report,
		moment: { ...moment, counts: (check) => moment.counts(check) && (!moment.paused || check === 'cluster') },
		patience: () => moment.failoverAfter,
		stands: (failure) => stillFails(failure, standing),
	});
	return {
		words: [
			...failures.words.map((word) => ({
				...word,
				to: 'ON_FAILOVER' as const,
				event: word.now === 'ok' ? ('recovery' as const) : ('failover' as const),
			})),
			...changes.words.map((word) => ({ ...word, to: 'ON_CHANGE' as const, event: 'change' as const })),
		],
		changes: changes.topics,
		failures: failures.topics,
	};
}

type Followed = Omit<Word, 'to' | 'event'>;

interface Following {
	report: Report;
	moment: Moment;
	/** looks before it is said */
	patience: (finding: Spoken) => number;
	/** whether what is not among the present ones is there all the same, under another name or cause */
	stands: (key: string) => boolean;
}

function follow(
	before: Topics,
	present: ReadonlyMap<string, Finding>,
	{ report, moment, patience, stands }: Following,
): { topics: Topics; words: Followed[] } {
	const topics: Topics = {};
	const words: Followed[] = [];
	const ours = (scope: Scope): boolean => scope !== 'cluster' || moment.speaks;
	const counts = ({ id }: Spoken): boolean => moment.counts(id.split('.')[0] ?? '') && isSeen(report, id);

	for (const [key, { id, subject, status, summary }] of present) {
		const old = before[key];
		const finding: Spoken = { id, subject, status, summary };
		if (!counts(finding)) {
			if (old) topics[key] = old;
			continue;
		}
		const scope = scopeOf(finding);
		const topic: Topic = { ...old, finding, looks: (old?.looks ?? 0) + 1 };
		const due = old?.said === undefined ? topic.looks >= patience(finding) : old.finding.status !== status;
		const inherited = old?.said === 'elsewhere' && ours(scope);
		topics[key] = topic;
		if (!due && !inherited) continue;
		if (!ours(scope)) {
			topics[key] = { ...topic, said: old?.said ?? 'elsewhere' };
			continue;
		}
		topics[key] = { ...topic, said: 'here', ...(inherited && { repeat: true }) };
		words.push({ scope, key, finding, now: status, repeat: inherited, before: old });
	}

	for (const [key, old] of Object.entries(before)) {
		if (present.has(key)) continue;
		if (!counts(old.finding) || stands(key)) {
			topics[key] = old;
			continue;
		}
		const scope = scopeOf(old.finding);
		// whoever said that it began says that it is over, also when a dialer that came back speaks for the cluster now
		const inherited = old.said === 'elsewhere' && ours(scope);
		if (old.said !== 'here' && !inherited) continue;
		const repeat = inherited || old.repeat === true;
		words.push({ scope, key, finding: old.finding, now: 'ok', repeat, before: old });
	}
	return { topics, words };
}
