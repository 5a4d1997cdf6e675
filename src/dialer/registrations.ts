import { AmiRefusal, type AmiSession, AmiTrouble } from '../adapters/ami.ts';
import { type AmiMessage, header } from '../adapters/ami-wire.ts';
import type { World } from '../world.ts';
import { withAmi } from './asterisk.ts';
import {
	contactOf,
	iaxRegistration,
	type Peer,
	peerOf,
	pjsipRegistration,
	type Registration,
	sipRegistration,
	statusOf,
} from './registrations-lists.ts';
import { nextMemory, type RegistrationsMemory } from './registrations-memory.ts';
import { type Driver, readTrunks, type Trunk } from './trunks.ts';

const ANSWER_TIMEOUT = 5000;
/** Seconds for which carriers are taken from memory. */
const TRUNKS_EVERY = 600;
/** Seconds for which a channel driver that was not loaded is not asked for. */
const ABSENT_FOR = 600;
/** A list with more entries than this is asked for only in every fifth look. */
const LONG_LIST = 500;
const LONG_EVERY = 5;
/** SIP trunks that are asked for singly in one look, and how long their answer is good for, seconds. */
const SINGLE_TRUNKS = 2;
const SINGLE_EVERY = 3600;

/** Everything that could be seen; `notSeen` says why nothing was. */
export interface RegistrationsSeen {
	notHere: boolean;
	notSeen: boolean;
	/** actions that Asterisk does not answer, or that the account may not send */
	silent: string | undefined;
	denied: string[];
	user: string;
	registrations: Registration[];
	/** everything but phones; of long lists as the last look saw it */
	trunkPeers: Peer[];
	/** undefined where their lists were not asked for in this look */
	phones: Phones | undefined;
	trunks: Trunk[];
	/** own name, under which sister dialers know this one */
	serverId: string;
	/** Asterisk's clock, seconds */
	now: number;
	/** seconds since Asterisk was started or reloaded */
	settled: number;
	/** seconds since boot */
	uptime: number;
	before: RegistrationsMemory | undefined;
	/** what the next look is to know */
	memory: RegistrationsMemory;
}

export interface Phones {
	known: number;
	/** registered here and not unreachable */
	present: number;
	unreachable: number;
	/** registered past the end of their registration */
	expired: number;
}

/** Asks for the trunks and phones of every channel driver in the AMI session of this look. */
export async function readRegistrations(world: World): Promise<RegistrationsSeen> {
	const row = await world.server().catch(() => undefined);
	const before = world.memory.registrations;
	const { uptime } = world;
	const known = await knownTrunks(world, before);
	const asked = await withAmi(world, (session) => new Asking(world, session, before, known.trunks).all());
	const now = Date.now() / 1000 + (world.asteriskTimes?.clockSkew ?? 0);
	const seen = asked ?? nothing;
	world.registrations = seen.registrations;
	const trunkPeers = seen.peers.filter((peer) => isTrunk(peer, known.trunks));
	const parts = { ...known, ...seen, trunkPeers, now, uptime, turn: (before?.turn ?? 0) + 1 };
	const phones = seen.complete ? phonesAmong(seen.peers, known.trunks, now) : undefined;
	return {
		notHere: (row ?? world.memory.server)?.runsAsterisk === false,
		notSeen: asked === undefined,
		silent: seen.silent,
		denied: seen.denied,
		user: world.settings.ami.user ?? row?.ami.user ?? world.amiMemory.good?.user ?? '',
		registrations: seen.registrations,
		trunkPeers,
		phones,
		trunks: known.trunks,
		serverId: row?.serverId ?? before?.serverId ?? '',
		now,
		settled: world.asteriskTimes?.settled ?? Number.POSITIVE_INFINITY,
		uptime,
		before,
		memory: nextMemory(before, {
			...parts,
			phones,
			serverId: row?.serverId ?? before?.serverId ?? '',
			gap: world.settings.lookGap,
			attempts: world.memory.attempts,
		}),
	};
}

async function knownTrunks(
	world: World,
	before: RegistrationsMemory | undefined,
): Promise<{ trunks: Trunk[]; trunksAt: number | undefined }> {
	const last = { trunks: before?.trunks ?? [], trunksAt: before?.trunksAt };
	if (last.trunksAt !== undefined && world.uptime - last.trunksAt < TRUNKS_EVERY) return last;
	return readTrunks((sql, values) => world.query(sql, values), world.settings.serverIp).then(
		(trunks) => ({ trunks, trunksAt: world.uptime }),
		() => last,
	);
}

/** A carrier of the database, or one that does not register here: every phone of VICIdial does. */
export function isTrunk({ driver, name, dynamic, address }: Peer, trunks: readonly Trunk[]): boolean {
	if (LOOP.test(name)) return false;
	const listed = trunks.some((trunk) => trunk.driver === driver && trunk.sections.includes(name.toLowerCase()));
	return listed || (!dynamic && address !== '');
}

/** The peers behind which `ip_relay` brings Asterisk back to itself. */
const LOOP = /^AST(loop|blind|play)$/;

function phonesAmong(peers: readonly Peer[], trunks: readonly Trunk[], now: number): Phones {
	const phones = { known: 0, present: 0, unreachable: 0, expired: 0 };
	for (const peer of peers) {
		if (LOOP.test(peer.name) || isTrunk(peer, trunks)) continue;
		phones.known++;
		if (peer.status === 'unreachable') phones.unreachable++;
		else if (peer.expires !== undefined && peer.expires < now) phones.expired++;
		else if (peer.address !== '') phones.present++;
	}
	return phones;
}

type Asked = Pick<RegistrationsSeen, 'registrations' | 'silent' | 'denied'> & {
	peers: Peer[];
	/** no list of peers was left out */
	complete: boolean;
	counts: Partial<Record<Driver, number>>;
	absent: Partial<Record<Driver, number>>;
	qualify: RegistrationsMemory['qualify'];
};

const nothing: Asked = {
	registrations: [],
	peers: [],
	complete: false,
	silent: undefined,
	denied: [],
	counts: {},
	absent: {},
	qualify: {},
};

/** One look's questions. */
class Asking {
	readonly #world: World;
	readonly #session: AmiSession;
	readonly #before: RegistrationsMemory | undefined;
	readonly #trunks: readonly Trunk[];
	readonly #asked: Asked;

	constructor(world: World, session: AmiSession, before: RegistrationsMemory | undefined, trunks: readonly Trunk[]) {
		this.#world = world;
		this.#session = session;
		this.#before = before;
		this.#trunks = trunks;
		const absent = Object.entries(before?.absent ?? {}).filter(([, until]) => until > world.uptime);
		this.#asked = {
			...nothing,
			registrations: [],
			peers: [],
			denied: [],
			complete: true,
			counts: { ...before?.counts },
			absent: Object.fromEntries(absent),
			qualify: { ...before?.qualify },
		};
	}

	async all(): Promise<Asked> {
		try {
			await this.#registrations('SIP', 'SIPshowregistry', 'RegistrationsComplete', sipRegistration);
			await this.#peers('SIP', 'SIPpeers', 'PeerlistComplete', (entry) => peerOf('SIP', entry));
			await this.#singleTrunks();
			await this.#registrations('IAX2', 'IAXregistry', 'RegistrationsComplete', iaxRegistration);
			await this.#peers('IAX2', 'IAXpeers', 'PeerlistComplete', (entry) => peerOf('IAX2', entry));
			const outbound = 'PJSIPShowRegistrationsOutbound';
			await this.#registrations('PJSIP', outbound, 'OutboundRegistrationDetailComplete', pjsipRegistration);
			await this.#peers('PJSIP', 'PJSIPShowContacts', 'ContactListComplete', contactOf);
		} catch (error) {
			if (!(error instanceof AmiTrouble)) throw error;
			this.#world.endAmi();
			return { ...this.#asked, complete: false, silent: error.message };
		}
		return this.#asked;
	}

	async #registrations(
		driver: Driver,
		action: string,
		end: string,
		read: (entry: AmiMessage) => Registration | undefined,
	): Promise<void> {
		for (const entry of (await this.#list(driver, action, end)) ?? []) {
			const registration = read(entry);
			if (registration) this.#asked.registrations.push(registration);
		}
	}

	/** A long list comes in every fifth look; between, its trunks are as they were. */
	async #peers(driver: Driver, action: string, end: string, read: (entry: AmiMessage) => Peer): Promise<void> {
		const { counts, peers } = this.#asked;
		const turn = (this.#before?.turn ?? 0) + 1;
		if ((counts[driver] ?? 0) > LONG_LIST && turn % LONG_EVERY !== 0) {
			this.#asked.complete = false;
			peers.push(...(this.#before?.peers ?? []).filter((peer) => peer.driver === driver));
			return;
		}
		const entries = await this.#list(driver, action, end);
		if (!entries) return;
		counts[driver] = entries.length;
		for (const entry of entries) peers.push(read(entry));
	}

	/** chan_sip tells how often it asks a peer only of one at a time; between long lists that is how trunks are seen. */
	async #singleTrunks(): Promise<void> {
		const { peers, qualify } = this.#asked;
		const trunks = peers.filter((peer) => peer.driver === 'SIP' && isTrunk(peer, this.#trunks));
		const long = (this.#asked.counts.SIP ?? 0) > LONG_LIST;
		const age = ({ name }: Peer): number => this.#world.uptime - (qualify[name]?.at ?? Number.NEGATIVE_INFINITY);
		const due = trunks
			.filter((peer) => age(peer) >= (long ? this.#world.settings.lookGap : SINGLE_EVERY))
			.sort((one, other) => age(other) - age(one));
		for (const peer of due.slice(0, SINGLE_TRUNKS)) {
			const milliseconds = this.#world.deadline.share(ANSWER_TIMEOUT);
			const told = await this.#session.action('SIPshowpeer', { Peer: peer.name }, milliseconds);
			if (header(told, 'Response') !== 'Success') continue;
			const every = Number.parseInt(header(told, 'QualifyFreq'), 10) / 1000;
			qualify[peer.name] = { at: this.#world.uptime, every: every > 0 ? every : 60 };
			Object.assign(peer, statusOf(header(told, 'Status')));
		}
	}

	/** Undefined where the driver is not there, or the account may not ask. */
	async #list(driver: Driver, action: string, end: string): Promise<AmiMessage[] | undefined> {
		const { absent, denied } = this.#asked;
		if (absent[driver] !== undefined) return undefined;
		try {
			return await this.#session.list(action, {}, this.#world.deadline.share(ANSWER_TIMEOUT), end);
		} catch (error) {
			if (!(error instanceof AmiRefusal)) throw error;
			if (/^permission denied/i.test(error.message)) denied.push(action);
			else if (/^invalid\/unknown command/i.test(error.message)) absent[driver] = this.#world.uptime + ABSENT_FOR;
			// "No Contacts found" and its like: an empty list is an error in res_pjsip
			else return [];
			return undefined;
		}
	}
}
