import { firstOfEachBox, keptHeader, REWRITTEN } from './mailboxes.ts';
import { readConf } from './reader.ts';
import { fold, type Row, type Source, textOf } from './source.ts';
import { type ConfWarning, Warnings } from './warnings.ts';

/** What a user can change of a mailbox, by column. */
const COLUMNS = ['pass', 'email', 'delete_vm_after_email', 'voicemail_timezone', 'voicemail_options'] as const;
type Column = (typeof COLUMNS)[number];
type Settings = Readonly<Record<Column, string>>;

/** One statement that takes a change over into the database; it does nothing if the row has changed since it was read. */
export interface ReadBackUpdate {
	readonly table: 'phones' | 'vicidial_voicemail' | 'system_settings';
	/** Key of the row, printable. */
	readonly key: string;
	readonly columns: readonly string[];
	readonly sql: string;
	readonly parameters: readonly (string | null)[];
}

/** What reading the mailboxes back came to. */
export interface ReadBack {
	readonly updates: readonly ReadBackUpdate[];
	/** The source as it is once the updates are made: what the files are to be rendered from. */
	readonly source: Source;
	/** Changes that met another change in the database, which was kept. */
	readonly warnings: readonly ConfWarning[];
}

/** Texts of voicemail.conf, bytes as latin1. */
export interface VoicemailTexts {
	/** The file in place, which Asterisk rewrites when a user changes the password by phone. */
	readonly live: string;
	/**
	 * The file as it was last generated (stock leaves its own as `BUILDvoicemail-vicidial.conf`); `null` if unknown.
	 * Then only passwords are read back, and only if Asterisk rewrote the file: that adds a `;!` block and drops the last
	 * comment.
	 */
	readonly previous: string | null;
}

/**
 * Finds mailbox settings that were changed by phone since the file was last generated. Plain comparison, box by box:
 * a box whose line did not change is left alone, whatever the database says by now.
 *
 * Only the voicemail server has something to read back.
 */
export function readBackMailboxes(source: Source, { live, previous }: VoicemailTexts): ReadBack {
	const warnings = new Warnings();
	const updates: ReadBackUpdate[] = [];
	const patched = new Map<Row, Row>();
	if (source.mailboxPhones.length === 0 && source.mailboxes.length === 0) return { updates, source, warnings: [] };
	const rewritten = live.startsWith(REWRITTEN) || !live.includes('; END OF FILE');
	if (previous === null && !rewritten) return { updates, source, warnings: [] };
	const owners = ownersOf(source);
	const before = previous === null ? undefined : boxesOf(previous);
	// the last line of a file that is cut off may be half a mailbox
	for (const { box, standAlone, settings } of boxesOf(live.slice(0, live.lastIndexOf('\n') + 1)).values()) {
		// The separator between the groups is a comment and may be gone.
		const [first, second] = standAlone ? [owners.boxes, owners.phones] : [owners.phones, owners.boxes];
		const target = first.get(box) ?? second.get(box);
		if (target === undefined) continue;
		const stored = settingsOf(target.row);
		const known =
			before === undefined
				? stored
				: (before.get(idOf(box, standAlone)) ?? before.get(idOf(box, !standAlone)))?.settings;
		if (known === undefined) continue;
		const columns = (before === undefined ? (['pass'] as const) : COLUMNS).filter(
			(column) => settings[column] !== known[column] && settings[column] !== stored[column],
		);
		const changedMeanwhile = columns.filter((column) => stored[column] !== known[column]);
		for (const column of changedMeanwhile) {
			warnings.add(target.table, target.key, column, 'was changed by phone and in the database; the database wins');
		}
		const taken = columns.filter((column) => !changedMeanwhile.includes(column));
		if (taken.length === 0) continue;
		updates.push(update(target, taken, settings));
		patched.set(target.row, {
			...target.row,
			...Object.fromEntries(taken.map((column) => [column, settings[column]])),
		});
	}
	const zones = zonesUpdate(source.settings, live);
	if (zones !== undefined) updates.push(zones);
	return {
		updates,
		source: {
			...source,
			mailboxPhones: source.mailboxPhones.map((row) => patched.get(row) ?? row),
			mailboxes: source.mailboxes.map((row) => patched.get(row) ?? row),
		},
		warnings: warnings.list,
	};
}

interface Owner {
	readonly table: 'phones' | 'vicidial_voicemail';
	readonly key: string;
	readonly keyColumns: readonly string[];
	readonly row: Row;
}

function ownersOf(source: Source): { phones: Map<string, Owner>; boxes: Map<string, Owner> } {
	const phones = new Map<string, Owner>();
	for (const row of firstOfEachBox(source.mailboxPhones)) {
		const key = `${textOf(row, 'extension')} on ${textOf(row, 'server_ip')}`;
		const owner: Owner = { table: 'phones', key, keyColumns: ['extension', 'server_ip'], row };
		phones.set(fold(textOf(row, 'voicemail_id')), owner);
	}
	const boxes = new Map<string, Owner>();
	for (const row of source.mailboxes) {
		const key = textOf(row, 'voicemail_id');
		boxes.set(fold(key), { table: 'vicidial_voicemail', key, keyColumns: ['voicemail_id'], row });
	}
	return { phones, boxes };
}

function settingsOf(row: Row): Settings {
	return Object.fromEntries(COLUMNS.map((column) => [column, textOf(row, column)])) as Settings;
}

interface Box {
	readonly box: string;
	/** Stands after the separator, among the boxes that belong to no phone. */
	readonly standAlone: boolean;
	readonly settings: Settings;
}

function idOf(box: string, standAlone: boolean): string {
	return `${standAlone} ${box}`;
}

/** Boxes of the default context, by their group and name; of several lines the first, as Asterisk does. */
function boxesOf(text: string): Map<string, Box> {
	const boxes = new Map<string, Box>();
	const separator = text.split('\n').findIndex((line) => line.startsWith('; Other Voicemail Entries')) + 1;
	let inDefault = false;
	readConf(text.replaceAll('\r', ''), (directive, line) => {
		if (directive.startsWith('[')) {
			inDefault = /^\[default\]/i.test(directive);
			return;
		}
		const [, box = '', value = ''] = /^([^=]*?) *=>? *(.*)$/.exec(directive) ?? [];
		const settings = inDefault && box !== '' ? parseBox(value) : undefined;
		if (settings === undefined) return;
		const standAlone = separator > 0 && line > separator;
		const id = idOf(fold(box), standAlone);
		if (!boxes.has(id)) boxes.set(id, { box: fold(box), standAlone, settings });
	});
	return boxes;
}

/** `password,name,email,pager,|delete=…|tz=…|options`; a line cut short is no box. */
function parseBox(value: string): Settings | undefined {
	const [pass, name, email, pager, ...rest] = value.split(',');
	const [, flags, zone, options] = /^\|delete=(yes|no)\|tz=([^|]*)\|(.*)$/s.exec(rest.join(',')) ?? [];
	if (pass === undefined || name === undefined || email === undefined || pager === undefined) return undefined;
	if (flags === undefined || zone === undefined || options === undefined) return undefined;
	return {
		pass,
		email,
		delete_vm_after_email: flags === 'yes' ? 'Y' : 'N',
		voicemail_timezone: zone,
		voicemail_options: options,
	};
}

function update(
	{ table, key, keyColumns, row }: Owner,
	columns: readonly Column[],
	settings: Settings,
): ReadBackUpdate {
	const assignments = columns.map((column) => `${column} = ?`).join(', ');
	const conditions = [...keyColumns.map((column) => `${column} = ?`), ...columns.map((column) => `${column} <=> ?`)];
	const old = (column: string) => (row[column] === null ? null : textOf(row, column));
	return {
		table,
		key,
		columns,
		sql: `UPDATE ${table} SET ${assignments} WHERE ${conditions.join(' AND ')}`,
		parameters: [
			...columns.map((column) => settings[column]),
			...keyColumns.map((column) => textOf(row, column)),
			...columns.map(old),
		],
	};
}

/** The time zones an administrator may choose from follow the file. */
function zonesUpdate(settings: Row, live: string): ReadBackUpdate | undefined {
	const zones: string[] = [];
	let inZones = false;
	// a file that is cut off before its mailboxes may have lost some
	readConf(keptHeader(live) ?? '', (directive) => {
		if (directive.startsWith('[')) inZones = /^\[zonemessages\]/i.test(directive);
		else if (inZones) zones.push(normalZone(directive));
	});
	const stored = textOf(settings, 'voicemail_timezones').split('\n').map(normalZone).filter(Boolean);
	if (zones.length === 0 || zones.join('\n') === stored.join('\n')) return undefined;
	return {
		table: 'system_settings',
		key: 'the only row',
		columns: ['voicemail_timezones'],
		sql: 'UPDATE system_settings SET voicemail_timezones = ?',
		parameters: [`${zones.join('\n')}\n`],
	};
}

function normalZone(line: string): string {
	const [zone = ''] = line.split('|', 1);
	return zone
		.split('=')
		.map((part) => part.replace(/^[ \t\r]+|[ \t\r]+$/g, ''))
		.join('=');
}
