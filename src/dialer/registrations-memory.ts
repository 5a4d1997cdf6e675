import type { Peer, Registration } from './registrations-lists.ts';
import type { Driver, Trunk } from './trunks.ts';

/** What was seen of trunks and phones. Times are seconds since boot unless told. */
export interface RegistrationsMemory {
	/** looks so far */
	turn: number;
	/** the last look that counted, and how long after the one before it came */
	at: number;
	interval: number;
	trunks: Trunk[];
	trunksAt?: number;
	serverId: string;
	/** channel drivers that Asterisk does not have, and until when they are not asked for */
	absent: Partial<Record<Driver, number>>;
	/** length of the last list of peers */
	counts: Partial<Record<Driver, number>>;
	/** trunks as they were seen last */
	peers: Peer[];
	/** seconds between two questions of chan_sip to a trunk, and when that was asked */
	qualify: Record<string, { at: number; every: number }>;
	/** phones that were there in the last looks that counted, the newest last */
	phones: number[];
	/** registrations of trunks here that were about to end, with their end by Asterisk's clock */
	expiring: Record<string, number>;
	/** registrations that PJSIP was seen to try again and again, since when */
	retrying: Record<string, number>;
	/** those that it gave up because its tries were used up, and when that was seen: nobody has refused them */
	exhausted: Record<string, number>;
}

/** Seconds between two looks while it is not known better, and beyond which a gap is no interval. */
const USUAL_INTERVAL = 60;
const LONGEST_INTERVAL = 3600;
/** Looks for which the number of phones is kept. */
const PHONE_LOOKS = 5;
/** Seconds that a registration may still have at the next look without being taken for one that is about to end. */
const EXPIRY_SLACK = 10;
/** Seconds that one try of PJSIP may take beyond the pause before it: timer B of RFC 3261. */
const TRY_SECONDS = 32;

/** What a look saw, as far as the next one is to know it. */
export type Learnt = Pick<RegistrationsMemory, 'turn' | 'trunks' | 'serverId' | 'absent' | 'counts' | 'qualify'> & {
	trunksAt: number | undefined;
	trunkPeers: readonly Peer[];
	registrations: readonly Registration[];
	phones: { present: number } | undefined;
	/** Asterisk's clock, seconds */
	now: number;
	uptime: number;
	/** least seconds between two looks that count */
	gap: number;
	/** tries of repairs, by subject */
	attempts: Record<string, number[]>;
};

/** How a registration is called in findings and repairs. */
export const subjectOf = ({ driver, name }: { driver: string; name: string }): string => `${driver}/${name}`;

/** Nobody will try again. */
export const isOver = ({ driver, state, next }: Registration): boolean =>
	driver === 'PJSIP' && /^(Rejected|Stopped)$/.test(state) && (next ?? 0) <= 0;

/** Pure. */
export function nextMemory(before: RegistrationsMemory | undefined, seen: Learnt): RegistrationsMemory {
	const { uptime, now, gap } = seen;
	const passed = before === undefined ? undefined : uptime - before.at;
	const counts = passed === undefined || passed >= gap;
	const interval = passed !== undefined && counts && passed <= LONGEST_INTERVAL ? rounded(passed) : before?.interval;
	const phones = before?.phones ?? [];
	const { turn, trunks, trunksAt, serverId, absent, counts: lengths, qualify } = seen;
	return {
		turn,
		at: counts ? uptime : (before?.at ?? uptime),
		interval: interval ?? USUAL_INTERVAL,
		trunks,
		...(trunksAt !== undefined && { trunksAt }),
		serverId,
		absent,
		counts: lengths,
		qualify,
		peers: [...seen.trunkPeers],
		phones: counts && seen.phones ? [...phones, seen.phones.present].slice(-PHONE_LOOKS) : phones,
		expiring: Object.fromEntries(
			seen.trunkPeers.flatMap((peer) =>
				peer.expires !== undefined && peer.expires - now < (interval ?? USUAL_INTERVAL) + EXPIRY_SLACK
					? [[subjectOf(peer), peer.expires]]
					: [],
			),
		),
		...tries(before, seen, interval ?? USUAL_INTERVAL),
	};
}

/** Looks come a second early or late: the interval that they were scheduled with is told. */
const rounded = (seconds: number): number => (seconds < 30 ? Math.ceil(seconds) : Math.round(seconds / 10) * 10);

/**
 * A registration that ended after it was tried for as long as all of its tries take was refused by nobody; one that ended
 * sooner, or again after it was registered anew, was.
 */
function tries(
	before: RegistrationsMemory | undefined,
	{ registrations, uptime, attempts }: Learnt,
	interval: number,
): Pick<RegistrationsMemory, 'retrying' | 'exhausted'> {
	const retrying: Record<string, number> = {};
	const exhausted: Record<string, number> = {};
	for (const registration of registrations) {
		const { timers, next = 0 } = registration;
		if (!timers || registration.state === 'Registered') continue;
		const key = subjectOf(registration);
		const since = before?.retrying[key];
		if (!isOver(registration)) {
			if (next > 0 || since !== undefined) retrying[key] = since ?? uptime;
			continue;
		}
		const known = before?.exhausted[key];
		const anew = Math.max(...(attempts[key] ?? []), Number.NEGATIVE_INFINITY);
		if (known !== undefined) {
			if (anew < known) exhausted[key] = known;
			continue;
		}
		if (since === undefined || anew >= since) continue;
		// a pause for refusals looks like any other try
		const silent = timers.forbiddenRetry === 0 && timers.fatalRetry === 0;
		const least = (timers.retries - 1) * timers.retry - interval;
		const most = timers.retries * (timers.retry + TRY_SECONDS) + 2 * interval;
		if (silent && uptime - since >= least && uptime - since <= most) exhausted[key] = uptime;
	}
	return { retrying, exhausted };
}
