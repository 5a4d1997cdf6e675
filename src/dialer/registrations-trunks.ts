import type { Peer, Registration } from './registrations-lists.ts';
import type { Trunk } from './trunks.ts';

/** How a trunk or registration is called in findings and repairs. */
export const subjectOf = ({ driver, name }: { driver: string; name: string }): string => `${driver}/${name}`;

const same = (one: string, other: string): boolean => one.toLowerCase() === other.toLowerCase();

/** The peers behind which `ip_relay` brings Asterisk back to itself. */
export const isLoopPeer = (name: string): boolean => /^AST(loop|blind|play)$/.test(name);

/** The carrier whose section this is. */
export const carrierOfPeer = (
	{ driver, name }: Pick<Peer, 'driver' | 'name'>,
	trunks: readonly Trunk[],
): Trunk | undefined =>
	trunks.find((trunk) => trunk.driver === driver && trunk.sections.some((section) => same(section, name)));

/** A carrier of the database, or one that does not register here: every phone of VICIdial does. */
export const isTrunk = (peer: Peer, trunks: readonly Trunk[]): boolean =>
	!isLoopPeer(peer.name) && ((!peer.dynamic && peer.address !== '') || carrierOfPeer(peer, trunks) !== undefined);

/** The carrier whose trunk this registration keeps; a PJSIP wizard numbers its registrations. */
export const carrierOf = (registration: Registration, trunks: readonly Trunk[]): Trunk | undefined => {
	const { driver, name, user, host } = registration;
	return driver === 'PJSIP'
		? carrierOfPeer({ driver, name: name.replace(/-reg-\d+$/, '') }, trunks)
		: trunks.find(
				(trunk) => trunk.driver === driver && trunk.registers.some((one) => one.user === user && one.host === host),
			);
};

/** The name of the trunk where it has one registration only. */
export function subjectIn(trunks: readonly Trunk[], registration: Registration): string {
	const trunk = carrierOf(registration, trunks);
	const [section] = trunk?.sections ?? [];
	return registration.driver !== 'PJSIP' && section !== undefined && trunk?.registers.length === 1
		? `${registration.driver}/${section}`
		: subjectOf(registration);
}

/** The other end that this registration is for: of the same carrier, there the one of its name or address; or at the same address. */
export function peerFor(
	registration: Registration,
	trunks: readonly Trunk[],
	peers: readonly Peer[],
): Peer | undefined {
	const trunk = carrierOf(registration, trunks);
	const ofTrunk = ({ driver, name }: Peer): boolean =>
		driver === registration.driver && trunk?.sections.some((section) => same(section, name)) === true;
	const isThere = ({ address }: Peer): boolean => address !== '' && address === registration.host;
	const isNamed = ({ name }: Peer): boolean => same(name, registration.name.replace(/-reg-\d+$/, ''));
	const ofCarrier = peers.filter(ofTrunk);
	return ofCarrier.find(isNamed) ?? ofCarrier.find(isThere) ?? ofCarrier[0] ?? peers.find(isThere);
}
