// Everything the generator reads: plain SELECTs of one table each, so that tables of different collations can never
// meet in one comparison ("Illegal mix of collations"). Rows are matched afterwards by `fold` in source.ts.

/** Rows of one table: which of them the generator reads, what of each, in which order. */
export interface Statement {
	readonly columns: readonly string[];
	/** table and condition; `?` stand for the values */
	readonly from: string;
	readonly end: string;
}

const PHONE = ['extension', 'server_ip', 'dialplan_number', 'fullname'];
const MAILBOX = [
	...['voicemail_id', 'pass', 'fullname', 'email', 'delete_vm_after_email'],
	...['voicemail_timezone', 'voicemail_options'],
];

/** The statements of one read. */
export const STATEMENTS = {
	settings: {
		columns: [
			...['active_voicemail_server', 'custom_dialplan_entry', 'default_codecs', 'generate_cross_server_exten'],
			...['call_menu_qualify_enabled', 'inbound_answer_config', 'meetme_enter_login_filename'],
			...['meetme_enter_leave3way_filename', 'reload_timestamp', 'voicemail_timezones', 'default_voicemail_timezone'],
		],
		from: 'system_settings',
		end: 'LIMIT 1',
	},
	servers: {
		columns: [
			...['server_ip', 'server_id', 'asterisk_version', 'active_asterisk_server', 'conf_secret'],
			...['conf_qualify', 'conf_engine', 'vicidial_recording_limit', 'custom_dialplan_entry'],
		],
		from: 'servers',
		end: 'ORDER BY server_ip, server_id',
	},
	/** Value: own address. */
	carriers: {
		columns: [
			...['carrier_id', 'carrier_name', 'carrier_description', 'registration_string', 'template_id'],
			...['account_entry', 'globals_string', 'dialplan_entry', 'protocol'],
		],
		from: `vicidial_server_carriers
			WHERE server_ip IN (?, '0.0.0.0') AND active = 'Y' AND protocol IN ('IAX2', 'SIP', 'PJSIP_WIZ', 'PJSIP')`,
		end: 'ORDER BY carrier_id',
	},
	templates: {
		columns: ['template_id', 'template_contents'],
		from: 'vicidial_conf_templates',
		end: 'ORDER BY template_id',
	},
	/** Value: own address. */
	phones: {
		columns: [
			...[...PHONE, 'protocol', 'voicemail_id', 'login', 'pass', 'outbound_cid', 'email', 'template_id'],
			...['conf_override', 'phone_context', 'phone_ring_timeout', 'conf_secret', 'delete_vm_after_email'],
			...['codecs_list', 'codecs_with_template', 'voicemail_timezone', 'voicemail_options', 'voicemail_instructions'],
			...['unavail_dialplan_fwd_exten', 'unavail_dialplan_fwd_context', 'conf_qualify', 'mohsuggest'],
		],
		from: "phones WHERE server_ip = ? AND active = 'Y' AND protocol IN ('IAX2', 'SIP', 'PJSIP')",
		end: 'ORDER BY extension, server_ip',
	},
	/** Value: own address. */
	remotePhones: {
		columns: PHONE,
		from: "phones WHERE server_ip <> ? AND active = 'Y' AND protocol IN ('SIP', 'IAX2') AND dialplan_number <> ''",
		end: 'ORDER BY dialplan_number, server_ip, extension',
	},
	menus: {
		columns: [
			...['menu_id', 'menu_name', 'menu_prompt', 'menu_timeout', 'menu_timeout_prompt', 'menu_invalid_prompt'],
			...['menu_repeat', 'menu_time_check', 'call_time_id', 'track_in_vdac', 'custom_dialplan_entry'],
			...['tracking_group', 'dtmf_log', 'dtmf_field', 'qualify_sql', 'alt_dtmf_log', 'question', 'answer_signal'],
		],
		from: 'vicidial_call_menu',
		end: 'ORDER BY menu_id',
	},
	menuOptions: {
		columns: [
			...['menu_id', 'option_value', 'option_description', 'option_route', 'option_route_value'],
			'option_route_value_context',
		],
		from: 'vicidial_call_menu_options',
		end: 'ORDER BY menu_id, option_value',
	},
	/** All active phones of all servers, in the order in which their mailboxes are written. */
	mailboxPhones: {
		columns: ['extension', 'server_ip', ...MAILBOX],
		from: "phones WHERE active = 'Y'",
		end: 'ORDER BY voicemail_id, extension, server_ip',
	},
	mailboxes: { columns: MAILBOX, from: "vicidial_voicemail WHERE active = 'Y'", end: 'ORDER BY voicemail_id' },
	music: {
		columns: ['moh_id', 'moh_name', 'random'],
		from: `vicidial_music_on_hold
			WHERE \`remove\` = 'N' AND active = 'Y' AND moh_id NOT IN ('astdb', 'sounds', 'agi-bin', 'keys')`,
		end: 'ORDER BY moh_id',
	},
	/** Value: own address. */
	agentConferences: {
		columns: ['conf_exten'],
		from: 'vicidial_conferences WHERE server_ip = ?',
		end: 'ORDER BY conf_exten',
	},
	/** Value: own address. */
	conferences: { columns: ['conf_exten'], from: 'conferences WHERE server_ip = ?', end: 'ORDER BY conf_exten' },
} as const satisfies Record<string, Statement>;

/** Phones by login, for call-menu options that ring one. Values: `count` logins. */
const phonesByLogin = (count: number): Statement => ({
	columns: ['login', 'extension', 'server_ip', 'dialplan_number'],
	from: `phones WHERE login IN (${Array(count).fill('?').join(', ')})`,
	end: 'ORDER BY extension, server_ip',
});

/** One of them, or the phones behind call-menu options. */
export type SourceName = keyof typeof STATEMENTS | 'routePhones';

/** False for what another version has written down. */
export const isSourceName = (name: string): name is SourceName =>
	name === 'routePhones' || Object.hasOwn(STATEMENTS, name);

/** The statement of that name for these values. */
export const statementOf = (name: SourceName, values: readonly string[]): Statement =>
	name === 'routePhones' ? phonesByLogin(values.length) : STATEMENTS[name];

/** Selects the rows themselves. */
export const selectRows = ({ columns, from, end }: Statement): string =>
	`SELECT ${columns.join(', ')} FROM ${from} ${end}`;

/** Takes the rebuild request of a server away; send it before `readSource`, so that a change in between asks again. */
export const CLEAR_REBUILD_FLAG =
	"UPDATE servers SET rebuild_conf_files = 'N' WHERE server_ip = ? AND rebuild_conf_files = 'Y'";

/** Puts the rebuild request back; for a rebuild that failed. */
export const RAISE_REBUILD_FLAG = "UPDATE servers SET rebuild_conf_files = 'Y' WHERE server_ip = ?";
