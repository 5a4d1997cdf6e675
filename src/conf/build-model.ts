import { carriersOf } from './carriers.ts';
import { Cells, NAMES } from './cells.ts';
import { codecLinesWith } from './codecs.ts';
import { ConfTemplates } from './conf-templates.ts';
import { ConfRefusal, dialectOf, dialString } from './dialect.ts';
import { CONF_FILES } from './files.ts';
import type { Surroundings } from './lint.ts';
import { keptHeader, localMailboxes, newHeader, sharedMailboxes, standAloneMailboxes } from './mailboxes.ts';
import { buildMenus } from './menus.ts';
import type { Model, MusicClass, Phone } from './model.ts';
import { phoneCells, phoneExtension, phoneSection, remoteExtensions, TECHNOLOGIES, type Technology } from './phones.ts';
import { RawBlocks } from './raw.ts';
import { agentEntries, buildNetwork, serverCells } from './servers.ts';
import { fold, type Row, type Source, textOf } from './source.ts';
import { type ConfWarning, Warnings } from './warnings.ts';

/** What the generator has to know of the dialer's configuration folder. */
export interface Environment {
	/** The voicemail.conf in place, bytes as latin1; `null` if there is none. Its head is kept. */
	readonly voicemailConf: string | null;
	/**
	 * What stands around a generated file: sections of the hand-made file that includes it, and whether a file that a
	 * raw block includes exists. Without it such includes, and sections that inherit from hand-made ones, are left out.
	 */
	readonly surroundings?: (file: string) => Surroundings;
}

/** A model, the files that can be written from it, and what was left out. */
export interface Built {
	readonly model: Model;
	/** Names of the files to render. */
	readonly files: readonly string[];
	readonly warnings: readonly ConfWarning[];
	/** Files that must stay as they are, and why. */
	readonly refused: readonly { readonly file: string; readonly reason: string }[];
}

/**
 * Turns rows into what the templates print.
 *
 * @throws ConfRefusal if this server has no row, no usable address or no readable Asterisk version
 */
export function buildModel(source: Source, environment: Environment): Built {
	const warnings = new Warnings();
	const { serverIp } = source;
	const dial = dialString(serverIp);
	if (dial === undefined) throw new ConfRefusal(`own address ${JSON.stringify(serverIp)} is no dotted quad`);
	const row = source.servers.find((server) => fold(textOf(server, 'server_ip')) === fold(serverIp));
	if (row === undefined) throw new ConfRefusal(`servers has no row with server_ip ${serverIp}`);
	const me = serverCells(row, warnings);
	const dialect = dialectOf(me.text('asterisk_version'));
	const settings = new Cells('system_settings', 'the only row', source.settings, warnings);
	const engine = me.text('conf_engine');
	const others = source.servers.filter(
		(server) =>
			fold(textOf(server, 'server_ip')) !== fold(serverIp) && textOf(server, 'active_asterisk_server') === 'Y',
	);

	// Blocks of a file are checked in the order in which they stand in it.
	const blocks = (file: string) => new RawBlocks(environment.surroundings?.(file) ?? {});
	const dialplan = blocks('extensions-vicidial.conf');
	const accounts = {
		IAX2: blocks('iax-vicidial.conf'),
		SIP: blocks('sip-vicidial.conf'),
		PJSIP: blocks('pjsip-vicidial.conf'),
		PJSIP_WIZ: blocks('pjsip_wizard-vicidial.conf'),
	};
	const menus = buildMenus(
		source.menus,
		source.menuOptions,
		{ qualify: settings.isOn('call_menu_qualify_enabled'), answerLater: settings.isOn('inbound_answer_config') },
		phonesByLogin(source.routePhones),
		dialplan,
		warnings,
	);
	const systemDialplan = customDialplan(settings, dialplan);
	const serverDialplan = customDialplan(me, dialplan);
	const templates = new ConfTemplates(source.templates, warnings);
	const carriers = (protocol: keyof typeof accounts) =>
		carriersOf(source.carriers, protocol, { account: accounts[protocol], dialplan }, templates, warnings);
	const [iax, sip, wizard, pjsip] = [carriers('IAX2'), carriers('SIP'), carriers('PJSIP_WIZ'), carriers('PJSIP')];

	const byTechnology = TECHNOLOGIES.map((technology) => ({
		technology,
		rows: source.phones.filter((phone) => textOf(phone, 'protocol') === technology),
	}));
	const codecLines = codecLinesWith(settings.text('default_codecs'));
	const phones = (technology: Technology): Phone[] => {
		const file = technology === 'PJSIP' ? accounts.PJSIP_WIZ : accounts[technology];
		return (byTechnology.find((group) => group.technology === technology)?.rows ?? []).flatMap(
			(phone) => phoneSection(phoneCells(phone, warnings), technology, templates, file, codecLines) ?? [],
		);
	};
	const localRows = byTechnology.flatMap(({ rows }) => rows);
	const { voicemail, refusal } = voicemailOf(source, settings, environment.voicemailConf, warnings);
	const isVoicemailServer = fold(settings.text('active_voicemail_server')) === fold(serverIp);

	const model: Model = {
		reloaded: settings.comment('reload_timestamp'),
		dialect,
		me: {
			id: me.comment('server_id'),
			address: serverIp,
			dialString: dial,
			recordingSeconds: String(60 * me.number('vicidial_recording_limit')),
		},
		...buildNetwork(me, others, warnings),
		agentEntries: agentEntries(settings, engine),
		menus,
		systemDialplan,
		serverDialplan,
		carriers: { all: [...iax, ...sip, ...wizard, ...pjsip], iax, sip, pjsip, wizard },
		phones: { iax: phones('IAX2'), sip: phones('SIP'), pjsip: phones('PJSIP') },
		extensions: byTechnology.flatMap(({ technology, rows }) =>
			rows.flatMap((phone) => phoneExtension(phoneCells(phone, warnings), technology) ?? []),
		),
		remoteExtensions: settings.isOn('generate_cross_server_exten')
			? remoteExtensions(
					source.remotePhones,
					new Set(others.map((server) => fold(textOf(server, 'server_ip')))),
					localRows,
					warnings,
				)
			: [],
		voicemail,
		mailboxes: isVoicemailServer
			? sharedMailboxes(source.mailboxPhones, warnings)
			: localMailboxes(localRows, warnings),
		otherMailboxes: isVoicemailServer ? [{ boxes: standAloneMailboxes(source.mailboxes, warnings) }] : [],
		music: source.music.flatMap((music) => musicClass(music, warnings) ?? []),
		conferences: engine === 'MEETME' ? conferenceNumbers(source) : [],
	};
	const refused = refusal === undefined ? [] : [{ file: 'voicemail.conf', reason: refusal }];
	const files = CONF_FILES.filter(({ name, reload12 }) => {
		return !(dialect.v12 && reload12 === undefined) && !refused.some(({ file }) => file === name);
	}).map(({ name }) => name);
	return { model, files, warnings: warnings.list, refused };
}

function customDialplan(cells: Cells, blocks: RawBlocks): string {
	return cells.text('custom_dialplan_entry').length > 5 ? blocks.column(cells, 'custom_dialplan_entry') : '';
}

function phonesByLogin(rows: readonly Row[]): Map<string, Row> {
	const phones = new Map<string, Row>();
	for (const row of rows) {
		const login = fold(textOf(row, 'login'));
		if (!phones.has(login)) phones.set(login, row);
	}
	return phones;
}

function voicemailOf(
	source: Source,
	settings: Cells,
	inPlace: string | null,
	warnings: Warnings,
): { voicemail: Model['voicemail']; refusal?: string } {
	const address = settings.text('active_voicemail_server');
	const row = source.servers.find((server) => fold(textOf(server, 'server_ip')) === fold(address));
	const local = row === undefined || fold(address) === fold(source.serverIp);
	let server = '';
	if (row !== undefined && !local) {
		const cells = serverCells(row, warnings);
		server = cells.name('server_id', NAMES.id, 'voicemail extensions left out') ?? '';
		if (!cells.isYes('active_asterisk_server')) {
			cells.warn('active_asterisk_server', 'is not Y, but this is the voicemail server; there is no trunk to it');
		}
	}
	if (inPlace === null) {
		warnings.add('file', 'voicemail.conf', '', 'is missing; written anew with default settings');
		return { voicemail: { local, server, header: newHeader(source.settings) } };
	}
	const header = keptHeader(inPlace);
	if (header !== undefined) return { voicemail: { local, server, header } };
	const refusal = 'has no [default] line; its settings cannot be told from its mailboxes';
	return { voicemail: { local, server, header: '' }, refusal };
}

function musicClass(row: Row, warnings: Warnings): MusicClass | undefined {
	const cells = new Cells('vicidial_music_on_hold', textOf(row, 'moh_id'), row, warnings);
	const id = cells.name('moh_id', NAMES.id, 'class left out');
	return id === undefined ? undefined : { id, name: cells.comment('moh_name'), random: cells.isYes('random') };
}

function conferenceNumbers(source: Source): string[] {
	return [...source.agentConferences, ...source.conferences]
		.map((row) => textOf(row, 'conf_exten'))
		.filter((number) => NAMES.number.test(number));
}
