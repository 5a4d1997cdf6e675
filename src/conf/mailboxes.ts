import { Cells, commentText, NAMES } from './cells.ts';
import type { Mailbox } from './model.ts';
import { phoneCells } from './phones.ts';
import { readConf } from './reader.ts';
import { fold, type Row, textOf } from './source.ts';
import type { Warnings } from './warnings.ts';

/** How lines begin by which Asterisk marks a file it has rewritten itself. */
export const REWRITTEN = ';!';

/** Boxes of phones that share no box: one per row (servers other than the voicemail server). */
export function localMailboxes(rows: readonly Row[], warnings: Warnings): Mailbox[] {
	return rows.flatMap((row) => {
		const cells = phoneCells(row, warnings);
		return mailbox(cells, extensionName(cells)) ?? [];
	});
}

/** Boxes of all phones, each with the data of its first phone; the rows come sorted by box, extension and server. */
export function sharedMailboxes(rows: readonly Row[], warnings: Warnings): Mailbox[] {
	return firstOfEachBox(rows).flatMap((row) => {
		const cells = phoneCells(row, warnings);
		return mailbox(cells, cells.mailboxName('fullname') || extensionName(cells)) ?? [];
	});
}

/** The first row of each box. */
export function firstOfEachBox(rows: readonly Row[]): Row[] {
	return rows.filter(
		(row, index) => index === 0 || fold(textOf(row, 'voicemail_id')) !== fold(textOf(rows[index - 1], 'voicemail_id')),
	);
}

/** Boxes that belong to no phone. */
export function standAloneMailboxes(rows: readonly Row[], warnings: Warnings): Mailbox[] {
	return rows.flatMap((row) => {
		const cells = new Cells('vicidial_voicemail', textOf(row, 'voicemail_id'), row, warnings);
		return mailbox(cells, cells.mailboxName('fullname') || `Mailbox ${cells.mailboxName('voicemail_id')}`) ?? [];
	});
}

function extensionName(cells: Cells): string {
	return `${cells.mailboxName('extension')} Mailbox`;
}

function mailbox(cells: Cells, name: string): Mailbox | undefined {
	const box = cells.name('voicemail_id', NAMES.mailbox, 'mailbox left out');
	const password = cells.mailboxField('pass');
	const email = cells.mailboxField('email');
	if (box === undefined || password === undefined || email === undefined) return undefined;
	return {
		box,
		password,
		name,
		email,
		deleteAfterEmail: cells.isYes('delete_vm_after_email') ? 'yes' : 'no',
		zone: cells.argument('voicemail_timezone'),
		options: cells.argument('voicemail_options'),
	};
}

/**
 * The lines of a voicemail.conf that are kept: all up to its `[default]` line, without the `;!` lines that Asterisk puts
 * on top when it rewrites the file (they are a sign of it, see read-back.ts).
 *
 * @returns `undefined` if no line is that section's header: then nobody can tell settings from old boxes
 */
export function keptHeader(text: string): string | undefined {
	const lines = text.replaceAll('\r', '').split('\n');
	let header: number | undefined;
	readConf(lines.join('\n'), (directive, line) => {
		if (/^\[default\]($|[ \t(])/i.test(directive)) header ??= line;
	});
	if (header === undefined) return undefined;
	return lines
		.slice(0, header)
		.filter((line) => !line.startsWith(REWRITTEN))
		.join('\n');
}

/** A header for a server that has lost its voicemail.conf: the zones come from the database, the rest is Asterisk's. */
export function newHeader(settings: Row): string {
	const zones = textOf(settings, 'voicemail_timezones')
		.split('\n')
		.map((zone) => commentText(zone.replace(/\r$/, '')))
		.filter((zone) => /^[-_0-9A-Za-z]+ *= *[-+_/0-9A-Za-z]+$/.test(zone))
		.map((zone) => `${zone}|'vm-received' Q 'digits/at' IMp`);
	return ['[general]', 'format=wav49|gsm|wav', 'attach=yes', '', '[zonemessages]', ...zones, '', '[default]'].join(
		'\n',
	);
}
