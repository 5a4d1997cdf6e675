// Everything the generator reads: plain SELECTs of one table each, so that tables of different collations can never
// meet in one comparison ("Illegal mix of collations"). Rows are matched afterwards by `fold` in source.ts.

const PHONE_COLUMNS = `extension, server_ip, protocol, dialplan_number, voicemail_id, login, pass, fullname,
	outbound_cid, email, template_id, conf_override, phone_context, phone_ring_timeout, conf_secret,
	delete_vm_after_email, codecs_list, codecs_with_template, voicemail_timezone, voicemail_options,
	voicemail_instructions, unavail_dialplan_fwd_exten, unavail_dialplan_fwd_context, conf_qualify, mohsuggest`;

/** The statements of one read, with `?` for their parameters. */
export const STATEMENTS = {
	settings: `SELECT active_voicemail_server, custom_dialplan_entry, default_codecs, generate_cross_server_exten,
		call_menu_qualify_enabled, inbound_answer_config, meetme_enter_login_filename, meetme_enter_leave3way_filename,
		CAST(reload_timestamp AS CHAR) AS reload_timestamp, voicemail_timezones, default_voicemail_timezone
		FROM system_settings LIMIT 1`,
	servers: `SELECT server_ip, server_id, asterisk_version, active_asterisk_server, generate_vicidial_conf,
		rebuild_conf_files, conf_secret, conf_qualify, conf_engine, vicidial_recording_limit, custom_dialplan_entry
		FROM servers ORDER BY server_ip, server_id`,
	/** Parameter: own address. */
	carriers: `SELECT carrier_id, carrier_name, carrier_description, registration_string, template_id, account_entry,
		globals_string, dialplan_entry, protocol
		FROM vicidial_server_carriers
		WHERE server_ip IN (?, '0.0.0.0') AND active = 'Y' AND protocol IN ('IAX2', 'SIP', 'PJSIP_WIZ', 'PJSIP')
		ORDER BY carrier_id`,
	templates: 'SELECT template_id, template_contents FROM vicidial_conf_templates ORDER BY template_id',
	/** Parameter: own address. */
	phones: `SELECT ${PHONE_COLUMNS} FROM phones
		WHERE server_ip = ? AND active = 'Y' AND protocol IN ('IAX2', 'SIP', 'PJSIP')
		ORDER BY extension, server_ip`,
	/** Parameter: own address. */
	remotePhones: `SELECT extension, server_ip, dialplan_number, fullname FROM phones
		WHERE server_ip <> ? AND active = 'Y' AND protocol IN ('SIP', 'IAX2') AND dialplan_number <> ''
		ORDER BY dialplan_number, server_ip, extension`,
	menus: `SELECT menu_id, menu_name, menu_prompt, menu_timeout, menu_timeout_prompt, menu_invalid_prompt, menu_repeat,
		menu_time_check, call_time_id, track_in_vdac, custom_dialplan_entry, tracking_group, dtmf_log, dtmf_field,
		qualify_sql, alt_dtmf_log, question, answer_signal
		FROM vicidial_call_menu ORDER BY menu_id`,
	menuOptions: `SELECT menu_id, option_value, option_description, option_route, option_route_value,
		option_route_value_context
		FROM vicidial_call_menu_options ORDER BY menu_id, option_value`,
	/** All active phones of all servers, in the order in which their mailboxes are written. */
	mailboxPhones: `SELECT extension, server_ip, voicemail_id, pass, fullname, email, delete_vm_after_email,
		voicemail_timezone, voicemail_options
		FROM phones WHERE active = 'Y' ORDER BY voicemail_id, extension, server_ip`,
	mailboxes: `SELECT voicemail_id, pass, fullname, email, delete_vm_after_email, voicemail_timezone, voicemail_options
		FROM vicidial_voicemail WHERE active = 'Y' ORDER BY voicemail_id`,
	music: `SELECT moh_id, moh_name, random FROM vicidial_music_on_hold
		WHERE \`remove\` = 'N' AND active = 'Y' AND moh_id NOT IN ('astdb', 'sounds', 'agi-bin', 'keys')
		ORDER BY moh_id`,
	/** Parameter: own address. */
	agentConferences: 'SELECT conf_exten FROM vicidial_conferences WHERE server_ip = ? ORDER BY conf_exten',
	/** Parameter: own address. */
	conferences: 'SELECT conf_exten FROM conferences WHERE server_ip = ? ORDER BY conf_exten',
} as const;

/** Phones by login, for call-menu options that ring one. Parameters: `count` logins. */
export function phonesByLogin(count: number): string {
	const marks = Array(count).fill('?').join(', ');
	return `SELECT login, extension, server_ip, dialplan_number FROM phones
		WHERE login IN (${marks}) ORDER BY extension, server_ip`;
}

/** Takes the rebuild request of a server away; send it before `readSource`, so that a change in between asks again. */
export const CLEAR_REBUILD_FLAG =
	"UPDATE servers SET rebuild_conf_files = 'N' WHERE server_ip = ? AND rebuild_conf_files = 'Y'";

/** Puts the rebuild request back; for a rebuild that failed. */
export const RAISE_REBUILD_FLAG = "UPDATE servers SET rebuild_conf_files = 'Y' WHERE server_ip = ?";
