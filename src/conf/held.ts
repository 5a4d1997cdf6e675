// What a generated file makes Asterisk hold, as far as a running Asterisk can be asked about it.

import { assignment, sectionStart } from './assignment.ts';
import { ExtensionReader } from './extensions.ts';
import { readConf } from './reader.ts';

export type ThingKind = 'extension' | 'include' | 'sip' | 'iax' | 'endpoint' | 'mailbox' | 'music' | 'room';

/** One thing that Asterisk holds once it has read the file. */
export interface Thing {
	readonly kind: ThingKind;
	readonly name: string;
	/** Of an extension, an include or a mailbox; else empty. */
	readonly context: string;
	/**
	 * What the file says of it and Asterisk would tell: priorities with their application, or settings by the names of
	 * `answers.ts`, of these only what Asterisk repeats as it is written.
	 */
	readonly said: Readonly<Record<string, string>>;
	/**
	 * Nothing in it can make Asterisk refuse it, and no other file is likely to define it: when it is missing, the file
	 * was not read.
	 */
	readonly plain: boolean;
	/** What is said of it stands in one place, which is seen here. */
	readonly askable: boolean;
	/** Folder of a music class, which Asterisk refuses while no sound file is in it. */
	readonly folder?: string;
}

/** A section of a peer file with its settings, names in lower case, last one wins. */
interface Section {
	readonly name: string;
	/** Neither does its name stand there twice, nor does it add to another section or inherit from one. */
	single: boolean;
	readonly settings: Map<string, string>;
	readonly repeated: Set<string>;
}

/**
 * Everything in a generated file that a running Asterisk can be asked about, in the order of the file.
 *
 * @param file name of the file; one that is not known holds nothing
 */
export function thingsOf(file: string, text: string): Thing[] {
	switch (file) {
		case 'extensions-vicidial.conf':
			return dialplan(text);
		case 'sip-vicidial.conf':
			return sections(text).flatMap((section) => peer('sip', section));
		case 'iax-vicidial.conf':
			return sections(text).flatMap((section) => peer('iax', section));
		case 'pjsip-vicidial.conf':
			return sections(text, 'type').flatMap((section) => endpoint(section, ''));
		case 'pjsip_wizard-vicidial.conf':
			return sections(text).flatMap((section) => endpoint(section, 'endpoint/'));
		case 'voicemail.conf':
			return mailboxes(text);
		case 'musiconhold-vicidial.conf':
			return sections(text).flatMap(musicClass);
		case 'meetme-vicidial.conf':
			return rooms(text);
		default:
			return [];
	}
}

function dialplan(text: string): Thing[] {
	const reader = new ExtensionReader();
	readConf(text, (directive) => reader.take(directive));
	return reader.things();
}

/** @param also setting that is part of a section's name: PJSIP has several objects with one name */
function sections(text: string, also?: string): Section[] {
	const found: Section[] = [];
	readConf(text, (directive) => {
		const start = sectionStart(directive);
		if (start) {
			found.push({ name: start.name, single: !start.composed, settings: new Map(), repeated: new Set() });
			return;
		}
		const section = found.at(-1);
		const setting = directive.startsWith('#') ? undefined : assignment(directive);
		if (!section || !setting) return;
		const name = setting.name.toLowerCase();
		if (section.settings.has(name)) section.repeated.add(name);
		section.settings.set(name, setting.value);
	});
	const first = new Map<string, Section>();
	for (const section of found) {
		const key = `${section.name}\n${also ? section.settings.get(also) : ''}`.toLowerCase();
		const same = first.get(key);
		if (same) {
			same.single = false;
			section.single = false;
		} else first.set(key, section);
	}
	return found;
}

/** Settings of a section under the names that the answer has for them, where they are sure to come back unchanged. */
function saidOf(section: Section, names: Readonly<Record<string, string>>): Record<string, string> {
	const said: Record<string, string> = {};
	for (const [name, setting] of Object.entries(names)) {
		const value = section.settings.get(setting);
		if (value === undefined || section.repeated.has(setting)) continue;
		if (name === 'callerid' ? /^"[\w .'-]*\w" <\d+>$/.test(value) : /^[\w.-]+$/.test(value)) said[name] = value;
	}
	return said;
}

const ADDRESS = /^(dynamic|\d{1,3}(\.\d{1,3}){3})$/i;
/** Settings that can make Asterisk refuse a peer. */
const ACCESS = /^(permit|deny|acl|contact(permit|deny|acl)|directmedia(permit|deny|acl))$/;

function peer(kind: 'sip' | 'iax', section: Section): Thing[] {
	const { settings } = section;
	if (!/^(friend|peer)$/i.test(settings.get('type') ?? '') || section.name.toLowerCase() === 'general') return [];
	const plain =
		// which one of two counts depends on the version
		!section.repeated.has('type') &&
		!section.repeated.has('host') &&
		// a host name that does not resolve makes the peer vanish
		ADDRESS.test(settings.get('host') ?? '') &&
		[...settings].every(([name, value]) => !ACCESS.test(name) || value === '0.0.0.0/0.0.0.0');
	const said = saidOf(section, {
		context: 'context',
		mailbox: 'mailbox',
		// chan_iax2 does not tell the account
		...(kind === 'sip' && { account: 'accountcode', music: 'mohsuggest' }),
		...(!settings.has('cid_number') && !settings.has('fullname') && { callerid: 'callerid' }),
	});
	return [{ kind, name: section.name, context: '', said, plain, askable: section.single }];
}

/** Settings of an endpoint that Asterisk takes with any value that the generator writes. */
const ENDPOINT_SETTINGS = new Set(
	`context callerid mailboxes disallow allow dtmf_mode trust_id_inbound send_rpid inband_progress tos_audio language
	rtp_symmetric rewrite_contact rtp_timeout use_ptime moh_suggest direct_media`.split(/\s+/),
);
const WIZARD_SETTINGS = /^(accepts_(auth|registrations)|sends_(auth|registrations)|remote_hosts|inbound_auth\/\w+)$/;
/** Numbers of contacts and seconds. */
const AOR_SETTINGS = /^aor\/(max_contacts|(maximum|minimum|default)_expiration|qualify_frequency)$/;
const COMMON_CODECS = /^(all|gsm|ulaw|alaw|g722|g729)(,(gsm|ulaw|alaw|g722|g729))*$/i;

/** @param prefix what the settings of the endpoint begin with */
function endpoint(section: Section, prefix: string): Thing[] {
	const { settings } = section;
	if (settings.get('type')?.toLowerCase() !== (prefix === '' ? 'endpoint' : 'wizard')) return [];
	// one setting that Asterisk does not know, and the whole endpoint is refused
	const isPlain = ([name, value]: [string, string]): boolean => {
		if (name === 'type') return true;
		if (!name.startsWith(prefix)) return WIZARD_SETTINGS.test(name) || (AOR_SETTINGS.test(name) && /^\d+$/.test(value));
		const setting = name.slice(prefix.length);
		if (setting === 'allow' || setting === 'disallow') return COMMON_CODECS.test(value);
		return ENDPOINT_SETTINGS.has(setting) || (prefix === '' && /^(aors|auth)$/.test(setting));
	};
	const said = saidOf(section, {
		context: `${prefix}context`,
		mailbox: `${prefix}mailboxes`,
		callerid: `${prefix}callerid`,
		music: `${prefix}moh_suggest`,
	});
	const plain = [...settings].every(isPlain);
	return [{ kind: 'endpoint', name: section.name, context: '', said, plain, askable: section.single }];
}

function musicClass(section: Section): Thing[] {
	const folder = section.settings.get('directory');
	if (folder === undefined || section.settings.get('mode')?.toLowerCase() !== 'files') return [];
	// the hand-made file has a class `default` of its own
	const plain = section.name !== 'default';
	return [{ kind: 'music', name: section.name, context: '', said: {}, plain, askable: section.single, folder }];
}

function mailboxes(text: string): Thing[] {
	const found = new Map<string, Thing>();
	let context = 'general';
	readConf(text, (directive) => {
		const start = sectionStart(directive);
		if (start) context = start.name;
		const setting = start || directive.startsWith('#') ? undefined : assignment(directive);
		if (!setting || /^(general|zonemessages)$/i.test(context)) return;
		const key = `${setting.name}@${context}`;
		// of two boxes with the same number it depends on the version which one holds
		found.set(key, { ...mailbox(setting.name, context, setting.value), askable: !found.has(key) });
	});
	return [...found.values()];
}

function mailbox(name: string, context: string, value: string): Omit<Thing, 'askable'> {
	const [, fullname = '', email = '', , options = ''] = value.split(',').map((part) => part.trim());
	const said: Record<string, string> = {};
	// longer ones are cut
	if (/^[\w .'-]{1,70}$/.test(fullname)) said.name = fullname;
	if (/^[\w.+@-]{1,70}$/.test(email)) said.email = email;
	for (const option of options.split('|')) {
		const [, zone, deletes] = /^(?:tz=([\w-]{1,70})|delete=(yes|no))$/.exec(option) ?? [];
		if (zone !== undefined) said.zone = zone;
		if (deletes !== undefined) said.delete = deletes;
	}
	return { kind: 'mailbox', name, context, said, plain: /^\d+$/.test(name) };
}

function rooms(text: string): Thing[] {
	const things: Thing[] = [];
	readConf(text, (directive) => {
		const setting = assignment(directive);
		if (setting?.name.toLowerCase() !== 'conf') return;
		const [name = ''] = setting.value.split(',');
		things.push({ kind: 'room', name: name.trim(), context: '', said: {}, plain: true, askable: true });
	});
	return things;
}
