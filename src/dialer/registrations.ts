import type { World } from '../world.ts';
import { withAmi } from './asterisk.ts';
import { findAsterisk } from './process-table.ts';
import { askAll, nothing } from './registrations-asking.ts';
import type { Peer, Registration } from './registrations-lists.ts';
import type { Phones, RegistrationsMemory } from './registrations-memory.ts';
import { afterStep, nextMemory } from './registrations-memory.ts';
import { readPhones } from './registrations-phones.ts';
import { asteriskNow } from './registrations-questions.ts';
import { carrierOf, isTrunk, subjectOf } from './registrations-trunks.ts';
import { readTrunks, type Trunk } from './trunks.ts';

/** Seconds for which carriers are taken from memory. */
const TRUNKS_EVERY = 600;

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
	/** as their last list told; undefined where none is known */
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

/** Asks for the trunks and phones of every channel driver in the AMI session of this look. */
export async function readRegistrations(world: World): Promise<RegistrationsSeen> {
	const row = await world.server().catch(() => undefined);
	const { uptime } = world;
	let before = world.memory.registrations;
	let known = await knownTrunks(world, before);
	const asked = await withAmi(world, (session) => askAll(world, session, before, known.trunks));
	const strangers = strangersAmong(asked?.registrations ?? [], known.trunks);
	// a carrier that was entered just now
	if (known.trunksAt !== world.uptime && strangers.some((one) => !before?.strangers.includes(one)))
		known = await trunksNow(world, known);
	const now = asteriskNow(world);
	const clock = asked && { now, uptime: world.proc.uptime() };
	if (clock) before = afterStep(before, clock);
	const seen = asked ?? nothing;
	// a list that broke off or may not be asked for says nothing of what is missing in it
	world.registrations = asked?.silent === undefined && asked?.denied.length === 0 ? asked.registrations : undefined;
	const trunkPeers = seen.peers.filter((peer) => isTrunk(peer, known.trunks));
	const parts = { ...known, ...seen, strangers, trunkPeers, now, uptime, clock, turn: (before?.turn ?? 0) + 1 };
	const phones = seen.complete ? await readPhones(world, seen.peers, known.trunks, { now, before }) : undefined;
	const memory = nextMemory(before, {
		...parts,
		phones,
		serverId: row?.serverId ?? before?.serverId ?? '',
		asteriskStart: findAsterisk(world.processes(), world.settings.asteriskEtc)[0]?.startTicks ?? 0,
		gap: world.settings.lookGap,
		attempts: world.memory.attempts,
	});
	return {
		notHere: (row ?? world.memory.server)?.runsAsterisk === false,
		notSeen: asked === undefined,
		silent: seen.silent,
		denied: seen.denied,
		user: world.settings.ami.user ?? row?.ami.user ?? world.amiMemory.good?.user ?? '',
		registrations: seen.registrations,
		trunkPeers,
		phones: memory.listed,
		trunks: known.trunks,
		serverId: row?.serverId ?? before?.serverId ?? '',
		now,
		settled: world.asteriskTimes?.settled ?? Number.POSITIVE_INFINITY,
		uptime,
		before,
		memory,
	};
}

type KnownTrunks = { trunks: Trunk[]; trunksAt: number | undefined };

async function knownTrunks(world: World, before: RegistrationsMemory | undefined): Promise<KnownTrunks> {
	const last = { trunks: before?.trunks ?? [], trunksAt: before?.trunksAt };
	const fresh = last.trunksAt !== undefined && world.uptime - last.trunksAt < TRUNKS_EVERY;
	return fresh ? last : trunksNow(world, last);
}

/** The carriers of the database, or those of the last time while it cannot be asked. */
const trunksNow = (world: World, last: KnownTrunks): Promise<KnownTrunks> =>
	readTrunks((sql, values) => world.query(sql, values), world.settings.serverIp).then(
		(trunks) => ({ trunks, trunksAt: world.uptime }),
		() => last,
	);

/** Registrations of no carrier: from files that are kept by hand. */
const strangersAmong = (registrations: readonly Registration[], trunks: readonly Trunk[]): string[] =>
	registrations.filter((one) => carrierOf(one, trunks) === undefined).map(subjectOf);
