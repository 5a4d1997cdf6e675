import { RELAY_PORTS } from '../dialer/daemons.ts';
import type { RegistrationsSeen } from '../dialer/registrations.ts';
import type { Registration } from '../dialer/registrations-lists.ts';
import { sinceStep, TRY_SECONDS } from '../dialer/registrations-memory.ts';
import { peerFor, subjectIn, subjectOf } from '../dialer/registrations-trunks.ts';
import { exceeded } from '../thresholds.ts';
import type { Finding } from '../types.ts';
import type { Context } from './check.ts';
import { judgeLoops } from './registrations-loops.ts';

/** Seconds beyond `Refresh` until the other side has forgotten us: chan_sip's guard, one try more, and slack. */
const OVERDUE_AFTER = 15 + 20 + 10;
/** chan_sip has no command for one registration: `sip unregister` is for those that register here (its console). */
const AGAIN_BY_CHAN_SIP =
	'asterisk -rx "sip reload" registers all chan_sip trunks again, one alone it cannot, so VICIKEEP_REREGISTER leaves it to you; registerattempts=0 in sip.conf keeps it from happening';
/** Seconds by which a carrier may grant more than it was asked for. */
const SLACK = 60;

/**
 * What is wrong with the registrations that this dialer keeps elsewhere. Those with sister dialers are left to the
 * cluster: whether a sister lives is seen better there.
 * @param peers findings about the other ends, which explain what is not registered with them
 */
export function judgeStates(seen: RegistrationsSeen, peers: readonly Finding[], context: Context): Finding[] {
	const loops = seen.registrations.filter(isLoop);
	const findings = seen.registrations
		.filter((one) => !isLoop(one) && !isSister(one, seen))
		.flatMap((one) => {
			const found = judgeState(one, seen, context);
			const cause = found && causeOf(one, seen, peers);
			return found ? [{ ...found, ...(cause && { cause: `${cause.id} ${cause.subject}` }) }] : [];
		});
	return [...findings, ...judgeLoops(loops, seen, context)];
}

const isLoop = ({ driver, host, port }: Registration): boolean =>
	driver === 'IAX2' && host === '127.0.0.1' && RELAY_PORTS.some((relay) => relay === port);

const isSister = ({ driver, user }: Registration, { serverId }: RegistrationsSeen): boolean =>
	driver === 'IAX2' && serverId !== '' && user === serverId;

function judgeState(one: Registration, seen: RegistrationsSeen, { settings, note }: Context): Finding | undefined {
	const { driver, state, left } = one;
	const subject = subjectIn(seen.trunks, one);
	const trunk = `registration ${subject}`;
	const finding = (
		kind: string,
		status: Finding['status'],
		summary: string,
		advice: string,
		rest: Partial<Finding> = {},
	): Finding => ({
		id: `registrations.${kind}`,
		subject,
		status,
		summary,
		evidence: { state, host: one.host, ...(left !== undefined && { left }) },
		advice,
		...rest,
	});
	const lasting = (): Finding['status'] | undefined =>
		exceeded(settings.limits, 'unregistered_looks', note(`registrations ${subject} ${driver} not registered`).looks);

	if (state === 'Registered') {
		const { granted, timers } = one;
		const unset = sinceStep(seen.memory, seen.uptime);
		const late = granted ? seen.now - granted.at - granted.refresh : 0;
		if (granted && late > OVERDUE_AFTER && unset > granted.refresh + OVERDUE_AFTER) {
			const summary = `${trunk} is shown as registered, but ran out at ${one.host} ${Math.round(late - OVERDUE_AFTER)} s ago`;
			return finding('overdue', 'critical', summary, LIST[driver], { evidence: { ...granted, now: seen.now } });
		}
		// of one that was renewed before the clock was set it is not known how long it lasts
		if (timers && unset <= timers.expiration + TRY_SECONDS) return undefined;
		// renewed ten seconds before its end, with every try of the carrier's lost after 32 s
		if (left !== undefined && left < 0) {
			const gravity = left < -TRY_SECONDS ? 'critical' : 'warning';
			const summary = `${trunk} is shown as registered, but ran out at ${one.host} ${-left} s ago: its renewal is not answered`;
			return finding('overdue', gravity, summary, LIST[driver]);
		}
		if (timers && left !== undefined && left > timers.expiration + SLACK) {
			const summary = `${trunk} is to be renewed before ${left} s, but was asked for ${timers.expiration} s only`;
			return finding('timer', 'warning', summary, LIST[driver]);
		}
		return undefined;
	}
	if (driver === 'SIP' && state === 'Failed') {
		const summary = `${trunk} was given up after registerattempts tries: nobody tries again`;
		return finding('given_up', 'critical', summary, AGAIN_BY_CHAN_SIP);
	}
	if (seen.memory.tries[subjectOf(one)]?.over) return final(one, seen, settings, finding, trunk);
	const refused = /^(Rejected|No Authentication)$/.test(state);
	if (driver === 'SIP' && refused) {
		const summary = `${trunk} is refused by ${one.host} (${state}): nobody tries again`;
		return finding(
			'refused',
			'critical',
			summary,
			'correct account and secret of the carrier; then: asterisk -rx "sip reload"',
		);
	}
	if (seen.settled < settings.graceStart) return undefined;
	const gravity = lasting();
	if (!gravity) return undefined;
	const answers = driver === 'IAX2' || peerFor(one, seen.trunks, seen.trunkPeers)?.status === 'reachable';
	if (refused && answers)
		return finding('refused', gravity, `${trunk} is refused by ${one.host} (${state})`, LIST[driver]);
	return finding('unregistered', gravity, `${trunk} does not come about: ${state}, look after look`, LIST[driver]);
}

/** A PJSIP registration that nobody tries again: its tries were used up, or it was refused, which Asterisk does not tell. */
function final(
	one: Registration,
	{ memory }: RegistrationsSeen,
	{ reregister }: Context['settings'],
	finding: (kind: string, status: 'critical', summary: string, advice: string, rest?: Partial<Finding>) => Finding,
	trunk: string,
): Finding {
	const again = `asterisk -rx "pjsip send register ${one.name}"`;
	if (memory.tries[subjectOf(one)]?.answered !== false) {
		const summary = `${trunk} is refused by ${one.host}, or was given up: nobody tries again`;
		return finding(
			'refused',
			'critical',
			summary,
			`look for "${one.name}" in Asterisk's log; once that is put right: ${again}`,
		);
	}
	const tries = one.timers?.retries ?? 0;
	return finding(
		'given_up',
		'critical',
		`${trunk} was given up after ${tries} tries without an answer: nobody tries again`,
		`${again}; or VICIKEEP_REREGISTER=on; max_retries=0 keeps it from happening`,
		reregister === 'on' ? { remedy: `re-register:${subjectOf(one)}` } : {},
	);
}

const LIST: Record<Registration['driver'], string> = {
	SIP: 'asterisk -rx "sip show registry"',
	IAX2: 'asterisk -rx "iax2 show registry"',
	PJSIP: 'asterisk -rx "pjsip show registrations"',
};

/** The other end that does not answer, or whatever keeps all of them from it. */
function causeOf(one: Registration, seen: RegistrationsSeen, peers: readonly Finding[]): Finding | undefined {
	const peer = peerFor(one, seen.trunks, seen.trunkPeers);
	return (
		peers.find(({ id }) => id === 'registrations.all_unreachable') ??
		peers.find(({ id, subject }) => id === 'registrations.unreachable' && peer && subject === subjectOf(peer))
	);
}
