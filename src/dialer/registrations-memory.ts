import type { Peer, Registration } from './registrations-lists.ts';
import { peerFor, subjectOf } from './registrations-trunks.ts';
import type { Driver, Trunk } from './trunks.ts';

export interface Phones {
	known: number;
	/** registered here and not unreachable */
	present: number;
	unreachable: number;
	/** registered past the end of their registration */
	expired: number;
	/** agents who are logged in here by a phone that is not there; known only where many phones have gone */
	agentsWithout?: number;
}

/** What was seen of trunks and phones. Times are seconds since boot unless told. */
export interface RegistrationsMemory {
	/** looks so far */
	turn: number;
	/** the last look that counted, and how long after the one before it came */
	at: number;
	interval: number;
	trunks: Trunk[];
	trunksAt?: number;
	/** registrations of no carrier */
	strangers: string[];
	serverId: string;
	/** channel drivers that Asterisk does not have, and until when they are not asked for */
	absent: Partial<Record<Driver, number>>;
	/** length of the last list of peers */
	counts: Partial<Record<Driver, number>>;
	/** trunks as they were seen last */
	peers: Peer[];
	/** trunks that were asked for singly: when, and the seconds between two questions of qualify */
	qualify: Record<string, { at: number; every: number }>;
	/** tries after which chan_sip gives a registration up, the shortest one it grants here, and when it was asked for them */
	sipAttempts?: { at: number; attempts: number; leastExpiry?: number } | undefined;
	/** phones that were there in the last looks that counted, the newest last */
	phones: number[];
	/** what their last list told, and when: long lists are not asked for in every look */
	listed?: Phones & { at: number };
	/** registrations of trunks here that were about to end, with their end by Asterisk's clock */
	expiring: Record<string, number>;
	/**
	 * registrations that PJSIP tries in vain: since when, whether the other side may have refused one of the tries, and
	 * whether nobody tries any more
	 */
	tries: Record<string, { since: number; answered: boolean; over: boolean }>;
	/** start of the Asterisk that tries them, clock ticks since boot; 0 where it is no process of this machine */
	asteriskStart?: number;
	/** Asterisk's clock at the last look, and seconds since boot in that moment */
	clock?: Clock;
	/** when Asterisk's clock was last seen to have been set, seconds since boot */
	steppedAt?: number;
}

export interface Clock {
	/** Asterisk's, seconds */
	now: number;
	/** seconds since boot */
	uptime: number;
}

/** Seconds by which a clock that nobody sets may seem to move: it is slewed, and read to half a round trip. */
const SAME_CLOCK = 5;
/** Seconds after a step of the clock in which phones, which chan_sip then forgets all at once, come back. */
const PHONES_COME_BACK = 120;

/** Seconds between two looks while it is not known better, and beyond which a gap is no interval. */
const USUAL_INTERVAL = 60;
const LONGEST_INTERVAL = 3600;
/** Looks for which the number of phones is kept. */
const PHONE_LOOKS = 5;
/** Seconds that a registration may still have at the next look without being taken for one that is about to end. */
const EXPIRY_SLACK = 10;
/** Seconds after which SIP gives one try up that is not answered (RFC 3261, timer F). */
export const TRY_SECONDS = 32;
const TRY_SLACK = 8;

/**
 * What earlier looks told, as far as it holds after the clock was set: Asterisk counts the time of registrations by it, so
 * all seem to have run out at once. Pure.
 */
export function afterStep(before: RegistrationsMemory | undefined, clock: Clock): RegistrationsMemory | undefined {
	if (before?.clock === undefined) return before;
	const passed = { byClock: clock.now - before.clock.now, truly: clock.uptime - before.clock.uptime };
	if (Math.abs(passed.byClock - passed.truly) <= SAME_CLOCK) return before;
	return { ...before, steppedAt: clock.uptime, phones: [], expiring: {} };
}

/** Seconds since the clock was set: what has run for longer was begun by the present time. */
export const sinceStep = (memory: Pick<RegistrationsMemory, 'steppedAt'> | undefined, uptime: number): number =>
	uptime - (memory?.steppedAt ?? Number.NEGATIVE_INFINITY);

/** What a look saw, as far as the next one is to know it. */
export type Learnt = Pick<
	RegistrationsMemory,
	'turn' | 'trunks' | 'strangers' | 'serverId' | 'absent' | 'counts' | 'qualify' | 'sipAttempts'
> & {
	trunksAt: number | undefined;
	trunkPeers: readonly Peer[];
	registrations: readonly Registration[];
	/** undefined where their list was not asked for in this look */
	phones: Phones | undefined;
	/** Asterisk's clock, seconds */
	now: number;
	uptime: number;
	asteriskStart: number;
	/** undefined where Asterisk was not seen */
	clock?: Clock | undefined;
	/** least seconds between two looks that count */
	gap: number;
	/** tries of repairs, by subject */
	attempts: Record<string, number[]>;
};

/** Pure. */
export function nextMemory(before: RegistrationsMemory | undefined, seen: Learnt): RegistrationsMemory {
	const { uptime, now, gap } = seen;
	const passed = before === undefined ? undefined : uptime - before.at;
	const counts = passed === undefined || passed >= gap;
	const measured = passed !== undefined && counts && passed <= LONGEST_INTERVAL ? rounded(passed) : before?.interval;
	const interval = measured ?? USUAL_INTERVAL;
	const phones = before?.phones ?? [];
	const counted = counts && sinceStep(before, uptime) >= PHONES_COME_BACK ? seen.phones : undefined;
	const clock = seen.clock ?? before?.clock;
	const { turn, trunks, trunksAt, strangers, serverId, absent, counts: lengths, qualify } = seen;
	return {
		turn,
		at: counts ? uptime : (before?.at ?? uptime),
		interval,
		trunks,
		...(trunksAt !== undefined && { trunksAt }),
		strangers,
		serverId,
		absent,
		counts: lengths,
		qualify,
		...(seen.sipAttempts && { sipAttempts: seen.sipAttempts }),
		peers: [...seen.trunkPeers],
		phones: counted ? [...phones, counted.present].slice(-PHONE_LOOKS) : phones,
		...listedAfter(before, seen),
		expiring: Object.fromEntries(
			seen.trunkPeers.flatMap((peer) =>
				peer.expires !== undefined && peer.expires - now < interval + EXPIRY_SLACK
					? [[subjectOf(peer), peer.expires]]
					: [],
			),
		),
		tries: triesAfter(isAnother(before, seen) ? undefined : before, seen, interval),
		asteriskStart: seen.asteriskStart,
		...(clock && { clock }),
		...(before?.steppedAt !== undefined && { steppedAt: before.steppedAt }),
	};
}

function listedAfter({ listed }: Partial<RegistrationsMemory> = {}, { phones, uptime }: Learnt) {
	if (phones) return { listed: { ...phones, at: uptime } };
	return listed && uptime - listed.at <= LONGEST_INTERVAL ? { listed } : {};
}

/** Whether Asterisk was started again since: a new one tries everything anew, however often the old one did. */
const isAnother = (before: RegistrationsMemory | undefined, { asteriskStart }: Learnt): boolean =>
	before?.asteriskStart !== undefined && before.asteriskStart !== asteriskStart;

/** Looks come a second early or late: the interval that they were scheduled with is told. */
const rounded = (seconds: number): number => (seconds < 30 ? Math.ceil(seconds) : Math.round(seconds / 10) * 10);

/**
 * Since when PJSIP tries in vain. It does not tell whether it was refused or had no answer; but a carrier that answered
 * nothing at all until nobody tried any more has refused nothing.
 */
function triesAfter(
	before: RegistrationsMemory | undefined,
	{ registrations, trunks, trunkPeers, uptime, attempts }: Learnt,
	interval: number,
): RegistrationsMemory['tries'] {
	const tries: RegistrationsMemory['tries'] = {};
	for (const registration of registrations) {
		if (registration.timers === undefined || registration.state !== 'Rejected') continue;
		const key = subjectOf(registration);
		const last = before?.tries[key];
		const since = last?.since ?? uptime;
		const mayRefuse = last?.over !== true && peerFor(registration, trunks, trunkPeers)?.status !== 'unreachable';
		// a try of this very run has not been answered yet
		const triedAgain = (attempts[key] ?? []).some((at) => at > since && at < uptime);
		// when the next try is due is told by the clock
		const isTold = sinceStep(before, uptime) > registration.timers.retry + TRY_SECONDS + TRY_SLACK;
		const over = last?.over === true || (isTold && isOver(registration, uptime - since, interval));
		tries[key] = { since, answered: last?.answered === true || mayRefuse || triedAgain, over };
	}
	return tries;
}

/**
 * Whether nobody tries again: the next try was due so long ago that even its answer is overdue. Versions that do not tell
 * when it was due are given the time that all tries take.
 */
function isOver({ left, timers }: Registration, seconds: number, interval: number): boolean {
	if (left !== undefined) return left < -(TRY_SECONDS + TRY_SLACK);
	if (timers === undefined || timers.retries === 0) return false;
	return seconds > timers.retries * (timers.retry + TRY_SECONDS) + interval;
}
