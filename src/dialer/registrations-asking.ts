import { type AmiSession, AmiTrouble } from '../adapters/ami.ts';
import type { AmiMessage } from '../adapters/ami-wire.ts';
import type { World } from '../world.ts';
import {
	contactOf,
	iaxRegistration,
	type Peer,
	peerOf,
	pjsipRegistration,
	type Registration,
	secondsLeft,
	sipRegistration,
} from './registrations-lists.ts';
import type { RegistrationsMemory } from './registrations-memory.ts';
import { AmiQuestions, LONG_EVERY, LONG_LIST } from './registrations-questions.ts';
import { askSingly } from './registrations-singly.ts';
import { carrierOfPeer } from './registrations-trunks.ts';
import type { Driver, Trunk } from './trunks.ts';

/** What Asterisk told in one look. */
export interface Asked {
	registrations: Registration[];
	peers: Peer[];
	/** no list of peers was left out */
	complete: boolean;
	/** an action that Asterisk does not answer */
	silent: string | undefined;
	/** actions that the account may not send */
	denied: string[];
	counts: Partial<Record<Driver, number>>;
	absent: Partial<Record<Driver, number>>;
	qualify: RegistrationsMemory['qualify'];
	sipAttempts?: RegistrationsMemory['sipAttempts'];
}

/** What is known where there is no session. */
export const nothing: Asked = {
	registrations: [],
	peers: [],
	complete: false,
	silent: undefined,
	denied: [],
	counts: {},
	absent: {},
	qualify: {},
};

/** Asks for the lists of every channel driver, and for what is told of single trunks only. */
export async function askAll(
	world: Pick<World, 'deadline' | 'uptime' | 'asteriskTimes' | 'endAmi'>,
	session: AmiSession,
	before: RegistrationsMemory | undefined,
	trunks: readonly Trunk[],
): Promise<Asked> {
	const questions = new AmiQuestions(world, session, before?.absent ?? {});
	const asked: Asked = {
		...nothing,
		registrations: [],
		peers: [],
		complete: true,
		denied: questions.denied,
		absent: questions.absent,
		counts: { ...before?.counts },
		qualify: { ...before?.qualify },
		...(before?.sipAttempts && { sipAttempts: before.sipAttempts }),
	};
	try {
		await registrationsOf('SIP', 'SIPshowregistry', 'RegistrationsComplete', sipRegistration);
		await peersOf('SIP', 'SIPpeers', 'PeerlistComplete', (entry) => peerOf('SIP', entry));
		await registrationsOf('IAX2', 'IAXregistry', 'RegistrationsComplete', iaxRegistration);
		// the items of IAXpeers come without an ActionID in some versions
		await peersOf('IAX2', 'IAXpeerlist', 'PeerlistComplete', (entry) => peerOf('IAX2', entry));
		const outbound = 'PJSIPShowRegistrationsOutbound';
		await registrationsOf('PJSIP', outbound, 'OutboundRegistrationDetailComplete', pjsipRegistration);
		await secondsOf(asked.registrations.filter(({ driver }) => driver === 'PJSIP'));
		await peersOf('PJSIP', 'PJSIPShowContacts', 'ContactListComplete', contactOf);
		await askSingly(questions, asked, before, trunks);
	} catch (error) {
		if (!(error instanceof AmiTrouble)) throw error;
		world.endAmi();
		return { ...asked, complete: false, silent: error.message };
	}
	return asked;

	async function registrationsOf(
		driver: Driver,
		action: string,
		end: string,
		read: (entry: AmiMessage) => Registration | undefined,
	): Promise<void> {
		for (const registration of (await questions.list(driver, action, end, { read })) ?? [])
			if (registration) asked.registrations.push(registration);
	}

	/** A long list comes in every fifth look; between, its trunks are as they were. */
	async function peersOf(
		driver: Driver,
		action: string,
		end: string,
		read: (entry: AmiMessage) => Peer,
	): Promise<void> {
		const turn = (before?.turn ?? 0) + 1;
		// what is told of PJSIP's trunks singly has a memory of its own
		const singly = ({ name }: Pick<Peer, 'name'>): boolean =>
			driver === 'PJSIP' && carrierOfPeer({ driver, name }, trunks) !== undefined;
		if ((asked.counts[driver] ?? 0) > LONG_LIST && turn % LONG_EVERY !== 0) {
			asked.complete = false;
			asked.peers.push(...(before?.peers ?? []).filter((peer) => peer.driver === driver && !singly(peer)));
			return;
		}
		const peers = await questions.list(driver, action, end, { read });
		if (!peers) return;
		asked.counts[driver] = peers.length;
		for (const peer of peers) if (!singly(peer)) asked.peers.push(peer);
	}

	/** When the registrations of PJSIP run out is told on the console only. */
	async function secondsOf(ours: readonly Registration[]): Promise<void> {
		if (ours.length === 0) return;
		const left = secondsLeft(await questions.command('pjsip show registrations'));
		for (const registration of ours) {
			const seconds = left.get(registration.name);
			if (seconds !== undefined) registration.left = seconds;
		}
	}
}
