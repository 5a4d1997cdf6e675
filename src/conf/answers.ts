// What Asterisk's CLI answers about single things. The formats are those of Asterisk 16; older ones show less.

import { normalStep } from './extensions.ts';
import type { Thing } from './held.ts';
import { type Held, SHOWN_IN_PART } from './proof.ts';

/** An answer that does not say whether the thing is there; the message is Asterisk's. */
export class NoAnswer extends Error {}

/** Older versions cut a dialplan line at 255 bytes. */
const SHOWN_IN_FULL = 240;

/**
 * `dialplan show name@context`: the application of each priority.
 * @throws NoAnswer
 */
export function readExtension(lines: readonly string[], { name, context }: Thing): Held {
	const steps: Record<string, string> = {};
	let current = '';
	for (const line of contextOf(lines, context)) {
		const [, extension, step] =
			/^ {2}(?:'(.+?)'(?: \(CID match '.*'\))? =>)? *(.*?)(?: +\[[^[\]]*\])?$/.exec(line) ?? [];
		if (extension !== undefined) current = extension;
		const [, priority, call] = /^(?:\[[^\]]*\] +)?(\d+)\. (.*)$/.exec(step ?? '') ?? [];
		if (current !== name || priority === undefined || call === undefined) continue;
		steps[priority] = call.length > SHOWN_IN_FULL && !call.endsWith(')') ? SHOWN_IN_PART : normalStep(call);
	}
	return Object.keys(steps).length > 0 ? steps : 'absent';
}

/**
 * `dialplan show context`: whether it includes the other one.
 * @throws NoAnswer
 */
export function readInclude(lines: readonly string[], { name, context }: Thing): Held {
	const included = contextOf(lines, context).some((line) => /^ {2}Include => +'(.*?)'/.exec(line)?.[1] === name);
	return included ? {} : 'absent';
}

/** Lines of one context, without those that it includes. */
function contextOf(lines: readonly string[], context: string): string[] {
	const start = lines.findIndex((line) => line.startsWith(`[ Context '${context}' `));
	if (start < 0) {
		if (lines.some((line) => line.startsWith('There is no existence of '))) return [];
		throw unexpected(lines);
	}
	const rest = lines.slice(start + 1);
	const end = rest.findIndex((line) => line.startsWith('[ ') || line.startsWith('-= '));
	return end < 0 ? rest : rest.slice(0, end);
}

/** A setting as `Thing.said` has it. */
export function normalSetting(name: string, value: string): string {
	// some versions add the context that goes without saying
	if (name === 'mailbox') return value.trim().replace(/@default$/, '');
	return name === 'delete' ? value.trim().toLowerCase() : value.trim();
}

/** Names of `Thing.said` by the captions of `sip show peer`, `iax2 show peer` and `pjsip show endpoint`. */
const CAPTIONS: Readonly<Record<string, string>> = {
	context: 'context',
	mailbox: 'mailbox',
	mailboxes: 'mailbox',
	callerid: 'callerid',
	accountcode: 'account',
	'moh suggest': 'music',
	moh_suggest: 'music',
};

/**
 * `sip show peer`, `iax2 show peer`, `pjsip show endpoint`: settings under their captions.
 * @throws NoAnswer
 */
export function readPeer(lines: readonly string[]): Held {
	if (lines.some((line) => /^(Peer \S+ not found|Unable to find object )/.test(line))) return 'absent';
	const settings: Record<string, string> = {};
	let known = false;
	for (const line of lines) {
		const [, caption = '', value = ''] = /^ {1,2}(?:\* )?(.*?) *: (.*)$/.exec(line) ?? [];
		known ||= caption === 'Name' || caption === 'ParameterName';
		const name = CAPTIONS[caption.toLowerCase()];
		if (name !== undefined) settings[name] = normalSetting(name, value);
	}
	if (!known) throw unexpected(lines);
	return settings;
}

/**
 * `voicemail show users for context`: the zone of a box. (The name is cut there.)
 * @throws NoAnswer
 */
export function readMailbox(lines: readonly string[], { name, context }: Thing): Held {
	const head = lines.findIndex((line) => /^Context +Mbox +User +Zone +NewMsg/.test(line));
	if (head < 0) {
		if (lines.some((line) => /^(There are no voicemail users|No such voicemail context)/.test(line))) return 'absent';
		throw unexpected(lines);
	}
	const zoneAt = lines[head]?.indexOf('Zone') ?? 0;
	const inColumns = context.length <= 10 && name.length <= 5;
	for (const line of lines.slice(head + 1)) {
		const [shownContext, box] = line.split(/ +/, 2);
		if (shownContext !== context || box !== name) continue;
		const zone = /^(\S*) +\d+$/.exec(line.slice(zoneAt))?.[1];
		return zone === undefined || !inColumns ? {} : { zone };
	}
	return 'absent';
}

/**
 * `moh show classes`: whether the class is there.
 * @throws NoAnswer
 */
export function readMusicClass(lines: readonly string[], { name }: Thing): Held {
	if (lines.some((line) => /^No such command|Permission denied/.test(line))) throw unexpected(lines);
	return lines.includes(`Class: ${name}`) ? {} : 'absent';
}

/** `module show like name`: whether the module runs. */
export function readModule(lines: readonly string[], name: string): Held {
	return lines.some((line) => line.startsWith(`${name} `)) ? {} : 'absent';
}

function unexpected(lines: readonly string[]): NoAnswer {
	const said = lines.find((line) => line.trim() !== '') ?? 'nothing';
	return new NoAnswer(
		said
			.trim()
			.replace(/\p{Cc}/gu, '?')
			.slice(0, 100),
	);
}
