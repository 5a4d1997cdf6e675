import type { RegistrationsSeen } from '../dialer/registrations.ts';
import type { Peer, Registration } from '../dialer/registrations-lists.ts';
import type { RegistrationsMemory } from '../dialer/registrations-memory.ts';
import { looksApart } from '../dialer/registrations-singly.ts';
import { carrierOf, subjectIn, subjectOf } from '../dialer/registrations-trunks.ts';
import { exceeded } from '../thresholds.ts';
import type { Finding } from '../types.ts';
import type { Context } from './check.ts';

/** Seconds that chan_sip and IAX2 wait for an answer to qualify: twice the usual 2 s. */
const ANSWER = 4;
/** Seconds between two questions of qualify where nothing else is known. */
const QUALIFY = 60;
/** chan_sip's and res_pjsip's guards: what a renewal comes earlier than the end, seconds. */
const GUARD = 15;

/** One warning for each trunk whose timers do not fit together, with all that is to be said of it. */
export function lintIntervals(seen: RegistrationsSeen, { settings }: Context): Finding[] {
	const lints = new Map<string, string[]>();
	const add = (subject: string, text: string): void => void lints.set(subject, [...(lints.get(subject) ?? []), text]);
	const interval = seen.memory.interval;
	const notice = new Map<string, number | undefined>();
	for (const peer of seen.trunkPeers) {
		const subject = subjectOf(peer);
		const every = qualifyEvery(peer, seen);
		const apart = looksApart(peer, seen.trunkPeers, seen.trunks, seen.memory.counts);
		notice.set(subject, every === undefined ? undefined : every + answerTime(peer) + apart * interval);
		if (every === undefined) add(subject, 'qualify is off, so that nothing ever says it is unreachable');
		else if (behindNat(peer, settings.serverIp) && exceeded(settings.limits, 'nat_refresh', every))
			add(subject, `it is asked every ${every} s only, and this dialer is behind a NAT that may forget it after 30 s`);
		const least = peer.dynamic ? leastExpiry(peer, seen) : undefined;
		if (least !== undefined && least <= interval)
			add(
				subject,
				`it may register here for ${least} s only and be lost and come back between two looks (${interval} s)`,
			);
	}
	for (const one of seen.registrations) {
		if (carrierOf(one, seen.trunks) === undefined && one.driver === 'IAX2') continue;
		const subject = subjectIn(seen.trunks, one);
		for (const text of ofRegistration(one, seen.memory)) add(subject, text);
	}
	return [...lints].map(([subject, texts]) => {
		const seconds = notice.get(subject);
		const worst =
			seconds === undefined
				? 'its death is seen by its registration at the earliest, if it has one'
				: `its death is seen after ${seconds} s at worst`;
		return {
			id: 'registrations.intervals',
			subject,
			status: 'warning',
			summary: `trunk ${subject}: ${texts.join('; ')}; ${worst}`,
			evidence: { interval, lints: texts, ...(seconds !== undefined && { seen_after: seconds }) },
			advice:
				'qualify=yes with qualifyfreq=25 (PJSIP: qualify_frequency=25), max_retries=0, forbidden_retry_interval=600; registerattempts=0; minexpiry=120 (PJSIP: minimum_expiration=120)',
		};
	});
}

/** Seconds between two questions; undefined where nobody asks. */
function qualifyEvery({ driver, name, status, qualify }: Peer, { memory }: RegistrationsSeen): number | undefined {
	if (status === 'unmonitored') return undefined;
	return qualify?.every ?? (driver === 'SIP' ? memory.qualify[`SIP/${name}`]?.every : undefined) ?? QUALIFY;
}

/** The shortest registration that is granted to it here, seconds; undefined where that is not known. */
const leastExpiry = ({ driver, leastExpiry }: Peer, { memory }: RegistrationsSeen): number | undefined =>
	driver === 'SIP' ? memory.sipAttempts?.leastExpiry : leastExpiry;

/** Phones fall off and come back as they like: what allows that unseen is worth a word to who asks for more. */
export function hintsOnPhones({ memory: { sipAttempts, counts, interval } }: RegistrationsSeen): string[] {
	const least = sipAttempts?.leastExpiry;
	if ((counts.SIP ?? 0) === 0 || least === undefined || least > interval) return [];
	return [
		`phones of chan_sip may register for ${least} s only (minexpiry in sip.conf): one may fall off and come back between two looks (${interval} s)`,
	];
}

const answerTime = ({ qualify }: Peer): number => qualify?.timeout ?? ANSWER;

function ofRegistration(
	{ driver, granted, timers }: Registration,
	{ interval, sipAttempts }: RegistrationsMemory,
): string[] {
	const texts: string[] = [];
	const expiry = timers?.expiration ?? (granted ? granted.refresh + GUARD : undefined);
	// every IAX2 registration is for 60 s
	if (driver !== 'IAX2' && expiry !== undefined && expiry <= interval)
		texts.push(`its registration lasts ${expiry} s and may be lost and come back between two looks (${interval} s)`);
	if (timers && timers.retries > 0)
		texts.push(`it is given up for ever after ${timers.retries} tries (${timers.retries * timers.retry} s)`);
	if (driver === 'SIP' && sipAttempts && sipAttempts.attempts > 0)
		texts.push(`it is given up for ever after ${sipAttempts.attempts} tries (registerattempts)`);
	if (timers && timers.forbiddenRetry === 0) texts.push('one refusal (403) ends it for ever');
	return texts;
}

/** This dialer has a private address and the carrier a public one. */
const behindNat = ({ address }: Peer, serverIp: string): boolean =>
	isPrivate(serverIp) && /^\d+(\.\d+){3}$/.test(address) && !isPrivate(address) && !address.startsWith('127.');

/** RFC 1918, and the shared space of RFC 6598. */
const isPrivate = (address: string): boolean =>
	/^(10\.|192\.168\.|172\.(1[6-9]|2\d|3[01])\.|100\.(6[4-9]|[7-9]\d|1[01]\d|12[0-7])\.)/.test(address);
