import type { RegistrationsSeen } from '../dialer/registrations.ts';
import type { Peer } from '../dialer/registrations-lists.ts';
import { subjectOf } from '../dialer/registrations-trunks.ts';
import { exceeded } from '../thresholds.ts';
import type { Finding } from '../types.ts';
import type { Context } from './check.ts';

/** Seconds by which the end of one and the same registration may seem to differ between two looks. */
const SAME_END = 3;
/** Seconds for which res_pjsip may leave a registration in its list that has ended (contact_expiration_check_interval). */
const EXPIRY_CHECK = 30;

/** What is wrong with the other ends of trunks; the one finding that explains all others comes first. */
export function judgePeers(seen: RegistrationsSeen, context: Context): Finding[] {
	const findings = seen.trunkPeers.flatMap((peer) => judgePeer(peer, seen, context) ?? []);
	const ourselves = everythingAtOnce(seen);
	if (!ourselves) return findings;
	const cause = `${ourselves.id} ${ourselves.subject}`;
	return [
		ourselves,
		...findings.map((finding) => (finding.id === 'registrations.unreachable' ? { ...finding, cause } : finding)),
	];
}

function judgePeer(peer: Peer, seen: RegistrationsSeen, { settings, note }: Context): Finding | undefined {
	const { driver, status, address, milliseconds } = peer;
	const subject = subjectOf(peer);
	const evidence = { address, status, ...(milliseconds !== undefined && { milliseconds }) };
	const where = address === '' ? '' : ` at ${address}`;
	const finding = (kind: string, status: Finding['status'], summary: string, advice: string): Finding => ({
		id: `registrations.${kind}`,
		subject,
		status,
		summary,
		evidence,
		advice,
	});
	if (status === 'unreachable') {
		return finding('unreachable', 'critical', `trunk ${subject}${where} does not answer`, show(driver, peer.name));
	}
	if (status === 'lagged') {
		const took = milliseconds === undefined ? '' : ` in ${milliseconds} ms`;
		return finding('lagged', 'warning', `trunk ${subject}${where} answers late${took}`, `ping -c 5 ${address}`);
	}
	const notRenewed = endedUnrenewed(peer, subject, seen);
	if (notRenewed !== undefined && address !== '') return notRenewedFor(notRenewed);
	if (address !== '' || seen.settled < settings.graceStart) return undefined;
	const looks = note(`registrations ${subject} no address`).looks;
	if (notRenewed !== undefined) return notRenewedFor(notRenewed);
	const gravity = exceeded(settings.limits, 'unregistered_looks', looks);
	const why = peer.dynamic ? 'it has not registered here' : 'its host name is not resolved';
	return gravity && finding('no_address', gravity, `trunk ${subject} has no address: ${why}`, show(driver, peer.name));

	function notRenewedFor(seconds: number): Finding {
		const summary = `trunk ${subject}${where} has not renewed its registration here, which ended ${seconds} s ago`;
		return finding('not_renewed', 'warning', summary, show(driver, peer.name));
	}
}

/**
 * Seconds since the end of a registration here that the last look saw coming and that was not renewed: chan_sip forgets it
 * at once, PJSIP within half a minute. Undefined where it was renewed, or where this look knows nothing new of it.
 */
function endedUnrenewed({ address, expires }: Peer, subject: string, seen: RegistrationsSeen): number | undefined {
	const before = seen.before?.expiring[subject];
	if (before === undefined) return undefined;
	const late = seen.now - before;
	const isSame = expires !== undefined && Math.abs(expires - before) <= SAME_END;
	// of many trunks a few are asked in a look, the others are as they were
	const isFresh = seen.memory.qualify[subject]?.at === seen.uptime;
	const ended = address === '' ? late > -SAME_END : isSame && isFresh && late > EXPIRY_CHECK;
	return ended ? Math.max(0, Math.round(late)) : undefined;
}

const SHOW: Record<Peer['driver'], string> = {
	SIP: 'sip show peer',
	IAX2: 'iax2 show peer',
	PJSIP: 'pjsip show endpoint',
};
const show = (driver: Peer['driver'], name: string): string => `asterisk -rx "${SHOW[driver]} ${name}"`;

/**
 * Everybody unreachable at once is not the fault of carriers: several trunks at different addresses, or all trunks along
 * with phones that were there a moment ago.
 */
function everythingAtOnce({ trunkPeers, phones, before }: RegistrationsSeen): Finding | undefined {
	const monitored = trunkPeers.filter(({ status }) => status !== 'unmonitored' && status !== 'unknown');
	const addresses = new Set(monitored.map(({ address }) => address));
	if (monitored.length === 0 || monitored.some(({ status }) => status !== 'unreachable')) return undefined;
	const hadPhones = Math.max(0, ...(before?.phones ?? []));
	if (phones === undefined || phones.present > 0) return undefined;
	if (addresses.size < 2 && hadPhones === 0) return undefined;
	const also = hadPhones > 0 ? ` and of ${hadPhones} phones none is left` : '';
	return {
		id: 'registrations.all_unreachable',
		subject: 'network',
		status: 'critical',
		summary: `all ${monitored.length} trunks that are asked are unreachable at once${also}: look at this machine, its network, its NAT or firewall first`,
		evidence: { trunks: monitored.map(subjectOf), addresses: [...addresses] },
		advice: 'ip -br addr; ip route; iptables -L -n; asterisk -rx "core show taskprocessors"',
	};
}
