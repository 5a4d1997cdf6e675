import type { RegistrationsSeen } from '../dialer/registrations.ts';
import type { Peer } from '../dialer/registrations-lists.ts';
import { subjectOf } from '../dialer/registrations-trunks.ts';
import { exceeded } from '../thresholds.ts';
import type { Finding } from '../types.ts';
import type { Context } from './check.ts';

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
	const { driver, status, address, milliseconds, expires } = peer;
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
	const before = seen.before?.expiring[subject];
	if (expires !== undefined && before === expires && expires + EXPIRY_CHECK < seen.now) {
		const late = Math.round(seen.now - expires);
		return finding(
			'not_renewed',
			'warning',
			`trunk ${subject}${where} has not renewed its registration here, which ended ${late} s ago`,
			show(driver, peer.name),
		);
	}
	if (address !== '' || seen.settled < settings.graceStart) return undefined;
	const looks = note(`registrations ${subject} no address`).looks;
	const gravity = exceeded(settings.limits, 'unregistered_looks', looks);
	const why = peer.dynamic ? 'it has not registered here' : 'its host name is not resolved';
	return gravity && finding('no_address', gravity, `trunk ${subject} has no address: ${why}`, show(driver, peer.name));
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
