import { AmiRefusal, type AmiSession } from '../adapters/ami.ts';
import { type AmiMessage, header, headers } from '../adapters/ami-wire.ts';
import type { Deadline } from '../adapters/clock.ts';
import { holdsSound } from '../adapters/folders.ts';
import {
	NoAnswer,
	normalSetting,
	readExtension,
	readInclude,
	readMailbox,
	readModule,
	readMusicClass,
	readPeer,
} from '../conf/answers.ts';
import type { Thing } from '../conf/held.ts';
import type { Held, Question } from '../conf/proof.ts';

/** Asterisk does not tell whether it holds a thing; the message says why. */
export class NotTold extends Error {}

/**
 * What Asterisk holds of one thing. Structured actions where the stock account may, CLI commands for the rest and where
 * an account may not; never a list that grows with the number of phones, except for a mailbox where VoicemailUserStatus
 * is not to be had.
 *
 * @param module that holds such things
 * @throws NotTold, AmiTrouble
 */
export async function whatIsHeld(
	session: AmiSession,
	{ thing, expect }: Question,
	module: string,
	deadline: Deadline,
): Promise<Held> {
	const cli = (command: string) => runCommand(session, command, module, deadline);
	try {
		const held = await askFor(session, thing, module, deadline, cli);
		if (thing.kind === 'music' && held === 'absent' && expect === 'held' && !holdsSound(thing.folder ?? '')) {
			throw new NotTold(`Asterisk takes no music class without sound files: see ${thing.folder}`);
		}
		return held;
	} catch (error) {
		if (error instanceof NoAnswer) throw new NotTold(`Asterisk answers: ${error.message}`);
		throw error;
	}
}

type Cli = (command: string) => Promise<string[]>;

async function askFor(session: AmiSession, thing: Thing, module: string, deadline: Deadline, cli: Cli): Promise<Held> {
	const { kind, name, context } = thing;
	switch (kind) {
		case 'extension':
			return readExtension(await cli(`dialplan show ${name}@${context}`), thing);
		case 'include':
			return readInclude(await cli(`dialplan show ${context}`), thing);
		case 'sip':
			return (await sipPeer(session, name, module, deadline)) ?? readPeer(await cli(`sip show peer ${name}`));
		case 'iax':
			return readPeer(await cli(`iax2 show peer ${name}`));
		case 'endpoint':
			// PJSIPShowEndpoint would send the password along
			return readPeer(await cli(`pjsip show endpoint ${name}`));
		case 'mailbox':
			return (
				(await mailbox(session, thing, deadline)) ??
				readMailbox(await cli(`voicemail show users for ${context}`), thing)
			);
		case 'music':
			return readMusicClass(await cli('moh show classes'), thing);
		case 'room': {
			// app_meetme keeps no rooms: it looks them up in its file whenever one is opened
			if (readModule(await cli(`module show like ${module}`), module) === 'absent') throw notLoaded(module);
			return {};
		}
	}
}

async function runCommand(session: AmiSession, command: string, module: string, deadline: Deadline): Promise<string[]> {
	const { lines } = await session.command(command, deadline.remaining());
	const [first = ''] = lines;
	if (first.startsWith('No such command')) throw notLoaded(module);
	if (first.startsWith('Permission denied'))
		throw new NotTold("the AMI user may run no commands: add 'command' to its write line");
	return lines;
}

const notLoaded = (module: string): NotTold => new NotTold(`${module} is not loaded in Asterisk`);

/** `undefined` where the account may not ask. */
async function sipPeer(
	session: AmiSession,
	name: string,
	module: string,
	deadline: Deadline,
): Promise<Held | undefined> {
	const reply = await session.action('SIPshowpeer', { Peer: name }, deadline.remaining());
	if (header(reply, 'Response') === 'Success') {
		return told(reply, {
			context: 'Context',
			mailbox: 'VoiceMailbox',
			account: 'Accountcode',
			callerid: 'Callerid',
			music: 'MOHSuggest',
		});
	}
	const message = header(reply, 'Message');
	if (/ not found/.test(message)) return 'absent';
	if (/^Invalid\/unknown command/i.test(message)) throw notLoaded(module);
	if (/^Permission denied/.test(message)) return undefined;
	throw new NotTold(`Asterisk answers: ${message.slice(0, 100)}`);
}

/** `undefined` where the account may not ask, or Asterisk is too old to tell about a single box. */
async function mailbox(session: AmiSession, { name, context }: Thing, deadline: Deadline): Promise<Held | undefined> {
	try {
		const [user] = await session.list(
			'VoicemailUserStatus',
			{ Context: context, Mailbox: name },
			deadline.remaining(),
			'VoicemailUserDetailComplete',
		);
		if (!user) return 'absent';
		return told(user, { name: 'Fullname', email: 'Email', zone: 'TimeZone', delete: 'DeleteMessage' });
	} catch (error) {
		if (error instanceof AmiRefusal) return undefined;
		throw error;
	}
}

/** Settings by the names of their headers, those that this version does not show left out. */
function told(message: AmiMessage, names: Readonly<Record<string, string>>): Record<string, string> {
	const settings: Record<string, string> = {};
	for (const [name, wanted] of Object.entries(names)) {
		const value = headers(message, wanted)[0];
		if (value !== undefined) settings[name] = normalSetting(name, value);
	}
	return settings;
}
