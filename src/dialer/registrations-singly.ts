import { header } from '../adapters/ami-wire.ts';
import type { Asked } from './registrations-asking.ts';
import { attemptsIn, endpointOf, leastExpiryIn, type Peer, statusOf } from './registrations-lists.ts';
import type { RegistrationsMemory } from './registrations-memory.ts';
import { type AmiQuestions, LONG_EVERY, LONG_LIST } from './registrations-questions.ts';
import { carrierOfPeer, isTrunk, subjectOf } from './registrations-trunks.ts';
import type { Trunk } from './trunks.ts';

/** Single questions in one look, and for how long chan_sip's answer is good, seconds. */
const AT_ONCE = 3;
const GOOD_FOR = 3600;

/** A question about one trunk, and how many seconds its answer is good for. */
interface Single {
	subject: string;
	every: number;
	ask: () => Promise<void>;
}

/**
 * Some things are told of one trunk at a time only: by chan_sip how often it asks a peer, by PJSIP everything about static
 * contacts. The longest unasked come first.
 */
export async function askSingly(
	questions: AmiQuestions,
	asked: Asked,
	before: RegistrationsMemory | undefined,
	trunks: readonly Trunk[],
): Promise<void> {
	const slots = (await askAttempts(questions, asked)) ? AT_ONCE - 1 : AT_ONCE;
	const age = (subject: string): number => questions.uptime - (asked.qualify[subject]?.at ?? Number.NEGATIVE_INFINITY);
	const due = [...sipTrunks(questions, asked, trunks), ...pjsipTrunks(questions, asked, before, trunks)]
		.filter(({ subject, every }) => age(subject) >= every)
		.sort((one, other) => (age(one.subject) === age(other.subject) ? 0 : age(other.subject) - age(one.subject)));
	for (const { ask } of due.slice(0, slots)) await ask();
}

/** Looks from one word on this trunk to the next: one where it is listed in each look, more where many are asked in turn. */
export function looksApart(
	peer: Peer,
	trunkPeers: readonly Peer[],
	trunks: readonly Trunk[],
	counts: RegistrationsMemory['counts'],
): number {
	const isLong = ({ driver }: Peer): boolean => (counts[driver] ?? 0) > LONG_LIST;
	const inTurn = (one: Peer): boolean =>
		one.driver === 'PJSIP' ? carrierOfPeer(one, trunks) !== undefined : one.driver === 'SIP' && isLong(one);
	if (inTurn(peer)) return Math.ceil(trunkPeers.filter(inTurn).length / AT_ONCE);
	return isLong(peer) ? LONG_EVERY : 1;
}

/** How long chan_sip tries and grants registrations are settings for all of them, told on the console only; false where that was not due. */
async function askAttempts(questions: AmiQuestions, asked: Asked): Promise<boolean> {
	const age = questions.uptime - (asked.sipAttempts?.at ?? Number.NEGATIVE_INFINITY);
	if (age < GOOD_FOR || ![...asked.registrations, ...asked.peers].some(({ driver }) => driver === 'SIP')) return false;
	const lines = await questions.command('sip show settings');
	const leastExpiry = leastExpiryIn(lines);
	asked.sipAttempts = {
		at: questions.uptime,
		attempts: attemptsIn(lines),
		...(leastExpiry !== undefined && { leastExpiry }),
	};
	return true;
}

function sipTrunks(questions: AmiQuestions, { peers, qualify, counts }: Asked, trunks: readonly Trunk[]): Single[] {
	const isLong = (counts.SIP ?? 0) > LONG_LIST;
	return peers
		.filter((peer) => peer.driver === 'SIP' && isTrunk(peer, trunks))
		.map((peer) => {
			const subject = subjectOf(peer);
			// its list does not tell when one that registers here is due
			const every = isLong || peer.dynamic ? 0 : GOOD_FOR;
			const ask = async (): Promise<void> => {
				const told = await questions.action('SIPshowpeer', { Peer: peer.name });
				if (header(told, 'Response') !== 'Success') return;
				qualify[subject] = {
					at: questions.uptime,
					every: (Number.parseInt(header(told, 'QualifyFreq'), 10) || 60_000) / 1000,
				};
				Object.assign(peer, statusOf(header(told, 'Status')));
				const left = Number.parseInt(header(told, 'RegExpire'), 10);
				if (left >= 0) peer.expires = questions.now + left;
				else delete peer.expires;
			};
			return { subject, every, ask };
		});
}

/** The endpoints of the carriers; those that are not asked in this look are as they were. */
function pjsipTrunks(
	questions: AmiQuestions,
	{ peers, qualify, absent }: Asked,
	before: RegistrationsMemory | undefined,
	trunks: readonly Trunk[],
): Single[] {
	if (absent.PJSIP !== undefined) return [];
	const names = trunks.flatMap(({ driver, sections, endpoints = sections.slice(0, 1) }) =>
		driver === 'PJSIP' ? endpoints : [],
	);
	return [...new Set(names)].map((name) => {
		const subject = subjectOf({ driver: 'PJSIP', name });
		const last = before?.peers.find((peer) => subjectOf(peer) === subject);
		if (last) peers.push(last);
		const ask = async (): Promise<void> => {
			const events = await questions.list('PJSIP', 'PJSIPShowEndpoint', 'EndpointDetailComplete', {
				headers: { Endpoint: name },
			});
			const peer = endpointOf(name, events ?? []);
			qualify[subject] = { at: questions.uptime, every: peer?.qualify?.every ?? 0 };
			if (last) peers.splice(peers.indexOf(last), 1);
			if (peer) peers.push(peer);
		};
		return { subject, every: 0, ask };
	});
}
