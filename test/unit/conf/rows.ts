import type { Environment } from '../../../src/conf/build-model.ts';
import type { Generated } from '../../../src/conf/generate.ts';
import { generateConf } from '../../../src/conf/generate.ts';
import type { Query, Row, Source } from '../../../src/conf/source.ts';
import { TEMPLATES } from './templates.ts';

export const ME = '10.0.0.1';
export const HEADER = '[general]\nformat=wav\n\n[default]\n';

/** A SIP phone of this server with the defaults of the database. */
export function phone(extension: string, changes: Row = {}): Row {
	return {
		extension,
		server_ip: ME,
		protocol: 'SIP',
		dialplan_number: '100',
		voicemail_id: '100',
		login: extension,
		pass: 'pw',
		fullname: 'Full Name',
		outbound_cid: '3125550100',
		email: 'a@example.com',
		template_id: '--NONE--',
		conf_override: null,
		phone_context: 'default',
		phone_ring_timeout: 60,
		conf_secret: 'secret',
		delete_vm_after_email: 'N',
		codecs_list: '',
		codecs_with_template: '0',
		voicemail_timezone: 'eastern',
		voicemail_options: '',
		voicemail_instructions: 'Y',
		unavail_dialplan_fwd_exten: '',
		unavail_dialplan_fwd_context: '',
		conf_qualify: 'Y',
		mohsuggest: '',
		...changes,
	};
}

export function server(server_id: string, server_ip: string, changes: Row = {}): Row {
	return {
		server_id,
		server_ip,
		asterisk_version: '16.30.0-vici',
		active_asterisk_server: 'Y',
		generate_vicidial_conf: 'Y',
		rebuild_conf_files: 'Y',
		conf_secret: `secretOf${server_id}`,
		conf_qualify: 'Y',
		conf_engine: 'CONFBRIDGE',
		vicidial_recording_limit: 60,
		custom_dialplan_entry: null,
		...changes,
	};
}

export function carrier(carrier_id: string, changes: Row = {}): Row {
	return {
		carrier_id,
		carrier_name: 'Carrier',
		carrier_description: 'Description',
		registration_string: `register => ${carrier_id}:pw@sip.example`,
		template_id: '--NONE--',
		account_entry: `[${carrier_id}]\ntype=peer\nhost=192.0.2.1`,
		globals_string: `TRUNK_${carrier_id} = SIP/${carrier_id}`,
		dialplan_entry: `exten => _9${carrier_id}X.,1,Dial(SIP/\${EXTEN:1}@${carrier_id},,tTo)`,
		protocol: 'SIP',
		...changes,
	};
}

export function menu(menu_id: string, changes: Row = {}): Row {
	return {
		menu_id,
		menu_name: 'Menu',
		menu_prompt: 'welcome|choose',
		menu_timeout: 10,
		menu_timeout_prompt: 'too-late',
		menu_invalid_prompt: 'not-valid',
		menu_repeat: 1,
		menu_time_check: '0',
		call_time_id: '',
		track_in_vdac: '1',
		custom_dialplan_entry: null,
		tracking_group: 'CALLMENU',
		dtmf_log: '0',
		dtmf_field: 'NONE',
		qualify_sql: '',
		alt_dtmf_log: '0',
		question: null,
		answer_signal: 'Y',
		...changes,
	};
}

export function option(menu_id: string, option_value: string, changes: Row = {}): Row {
	return {
		menu_id,
		option_value,
		option_description: 'Option',
		option_route: 'EXTENSION',
		option_route_value: '100',
		option_route_value_context: 'default',
		...changes,
	};
}

export function mailbox(voicemail_id: string, changes: Row = {}): Row {
	return {
		voicemail_id,
		pass: '1234',
		fullname: 'Box',
		email: 'box@example.com',
		delete_vm_after_email: 'N',
		voicemail_timezone: 'eastern',
		voicemail_options: '',
		...changes,
	};
}

/** Rows of a small dialer: this server, whatever `rows` adds, and the settings in `settings`. */
export function source(rows: Partial<Source> = {}, settings: Row = {}): Source {
	return {
		serverIp: ME,
		settings: { active_voicemail_server: '', reload_timestamp: '2024-01-02 03:04:05', ...settings },
		servers: [server('ONE', ME)],
		carriers: [],
		templates: [],
		phones: [],
		remotePhones: [],
		menus: [],
		menuOptions: [],
		routePhones: [],
		mailboxPhones: [],
		mailboxes: [],
		music: [],
		agentConferences: [],
		conferences: [],
		...rows,
	};
}

/** Files from rows, with the templates of the product. */
export function generate(rows: Source, environment: Partial<Environment> = {}): Generated {
	return generateConf(rows, TEMPLATES, { voicemailConf: HEADER, ...environment });
}

/** Warnings as `table key column`. */
export function warned({ warnings }: Generated): string[] {
	return warnings.map(({ table, key, column }) => `${table} / ${key} / ${column}`);
}

/** A query that answers each table with the rows of a source, and counts. */
export function queryOf(rows: Source): { query: Query; statements: () => number } {
	let statements = 0;
	const answers: readonly (readonly [RegExp, readonly Row[]])[] = [
		[/FROM system_settings/, [rows.settings]],
		[/FROM servers/, rows.servers],
		[/FROM vicidial_server_carriers/, rows.carriers],
		[/FROM vicidial_conf_templates/, rows.templates],
		[/FROM phones\s+WHERE login/, rows.routePhones],
		[/FROM phones\s+WHERE server_ip = /, rows.phones],
		[/FROM phones\s+WHERE server_ip <> /, rows.remotePhones],
		[/FROM phones\s+WHERE active/, rows.mailboxPhones],
		[/FROM vicidial_call_menu_options/, rows.menuOptions],
		[/FROM vicidial_call_menu /, rows.menus],
		[/FROM vicidial_voicemail/, rows.mailboxes],
		[/FROM vicidial_music_on_hold/, rows.music],
		[/FROM vicidial_conferences/, rows.agentConferences],
		[/FROM conferences/, rows.conferences],
	];
	const query: Query = async (sql) => {
		statements++;
		const answer = answers.find(([table]) => table.test(sql));
		if (answer === undefined) throw new Error(`no answer to ${sql}`);
		return answer[1];
	};
	return { query, statements: () => statements };
}
