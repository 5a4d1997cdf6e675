import { exceeded } from '../thresholds.ts';
import type { World } from '../world.ts';
import type { Peer } from './registrations-lists.ts';
import type { Phones, RegistrationsMemory } from './registrations-memory.ts';
import { isLoopPeer, isTrunk } from './registrations-trunks.ts';
import type { Trunk } from './trunks.ts';

/** Fewer phones than this go away for reasons of their own. */
const FEWEST = 3;
/** More agents than work on one dialer. */
const MOST_AGENTS = 1000;

/** How many phones went away within the last looks, of how many; the share in percent. */
export function lossOf({ present }: Phones, before: RegistrationsMemory | undefined) {
	const most = Math.max(present, ...(before?.phones ?? []));
	const lost = most - present;
	return { lost, most, share: most === 0 ? 0 : (lost / most) * 100, isWorthAWord: lost >= FEWEST };
}

/** Counts the phones of a list. Where many have gone it is asked whether their agents have: at the end of a shift they do. */
export async function readPhones(
	world: World,
	peers: readonly Peer[],
	trunks: readonly Trunk[],
	{ now, before }: { now: number; before: RegistrationsMemory | undefined },
): Promise<Phones> {
	const phones: Phones = { known: 0, present: 0, unreachable: 0, expired: 0 };
	const there = new Set<string>();
	for (const peer of peers) {
		if (isLoopPeer(peer.name) || isTrunk(peer, trunks)) continue;
		phones.known++;
		if (peer.status === 'unreachable') phones.unreachable++;
		else if (peer.expires !== undefined && peer.expires < now) phones.expired++;
		else if (peer.address !== '') {
			phones.present++;
			there.add(peer.name.toLowerCase());
		}
	}
	const { isWorthAWord, share } = lossOf(phones, before);
	if (!isWorthAWord || !exceeded(world.settings.limits, 'phones_lost', share)) return phones;
	const without = await agentsWithout(world, there).catch(() => undefined);
	return without === undefined ? phones : { ...phones, agentsWithout: without };
}

/** Agents who are logged in here by a phone that is not there. @throws DatabaseTrouble */
async function agentsWithout(world: World, phones: ReadonlySet<string>): Promise<number> {
	const rows = await world.query<{ extension: string | null }>(
		`SELECT extension FROM vicidial_live_agents WHERE server_ip=? LIMIT ${MOST_AGENTS}`,
		[world.settings.serverIp],
	);
	const names = rows.map(({ extension }) => /^(?:SIP|PJSIP|IAX2)\/(.+)$/.exec(extension ?? '')?.[1]?.toLowerCase());
	return names.filter((name) => name !== undefined && !phones.has(name)).length;
}
