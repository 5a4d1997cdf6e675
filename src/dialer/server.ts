import type { AmiAccount } from '../adapters/ami.ts';
import { DatabaseTrouble } from '../adapters/database.ts';

/** The dialer's row in `servers` with what it decides, and the end of day from `system_settings`. */
export interface ServerRow {
	/** name of this dialer, and its account on sister dialers */
	serverId: string;
	active: boolean;
	runsAsterisk: boolean;
	asteriskVersion: string;
	ami: AmiAccount;
	/** name of the account by which the sender's actions are sent */
	amiSender: string;
	/** HHMM, local time */
	endOfDay: string;
	/** the daemons write their optional logs */
	logs: boolean;
	/** seconds between two loops of AST_conf_update_screen */
	confUpdateInterval: number;
	confEngine: string;
	/** text that the stock keepalive writes every minute */
	systemUptime: string;
	autoRestartAsterisk: boolean;
	/** an administrator's veto against starting Asterisk */
	asteriskTempNoRestart: boolean;
	generatesConf: boolean;
	rebuildConfFiles: boolean;
	/** minutes */
	recordingLimit: number;
	channels: number;
	/** the keepalive writes vicidial_asterisk_output every five minutes */
	gathersOutput: boolean;
	system: SystemSettings;
}

/** What `system_settings` decides for every server of the cluster. */
export interface SystemSettings {
	/** `YYYY-MM-DD` on which ADMIN_timeclock_auto_logout did its work last */
	timeclockReset: string;
	activeVoicemailServer: string;
	/** number of the schema; 0 where it is not known */
	schemaVersion: number;
	sipEventLogging: number;
	emails: boolean;
	/** calls of a server whose updater stands still are deleted */
	clearsFrozenCalls: boolean;
	/** stamp of the last rebuild that was forced for all servers, as text; empty where there was none */
	reloadTimestamp: string;
	/** what keepalive and auto dialer of the voicemail server are told to do for all servers */
	duties: { notifications: boolean; reports: boolean; dropLists: boolean; noanswerLog: boolean };
}

/** Asks one statement of the database. */
type Query = (sql: string, values: readonly (string | number)[]) => Promise<Record<string, string | null>[]>;

const SERVER_COLUMNS =
	'server_id, active, active_asterisk_server, asterisk_version, telnet_host, telnet_port, ASTmgrUSERNAME, ASTmgrSECRET, ASTmgrUSERNAMEsend, vd_server_logs, conf_update_interval, conf_engine, system_uptime, auto_restart_asterisk, asterisk_temp_no_restart, generate_vicidial_conf, rebuild_conf_files, vicidial_recording_limit, channels_total, gather_asterisk_output';
const SYSTEM_COLUMNS =
	'timeclock_end_of_day, timeclock_last_reset_date, db_schema_version, active_voicemail_server, sip_event_logging, allow_emails, frozen_server_call_clear, reload_timestamp, agent_notifications, enable_auto_reports, enable_drop_lists, noanswer_log';
const UNKNOWN_COLUMN = 1054;

/** The first row of a table with more columns than are worth reading; older versions of it lack some that we name. */
async function readRow(query: Query, columns: string, from: string, values: readonly string[]) {
	try {
		return (await query(`SELECT ${columns} ${from}`, values))[0];
	} catch (error) {
		if (!(error instanceof DatabaseTrouble && error.errno === UNKNOWN_COLUMN)) throw error;
		return (await query(`SELECT * ${from}`, values))[0];
	}
}

/** Reads the dialer's row and the cluster's settings; undefined when `servers` has none for this address. @throws DatabaseTrouble */
export async function readServer(query: Query, serverIp: string): Promise<ServerRow | undefined> {
	const row = await readRow(query, SERVER_COLUMNS, 'FROM servers WHERE server_ip=? LIMIT 1', [serverIp]);
	if (!row) return undefined;
	const system = await readRow(query, SYSTEM_COLUMNS, 'FROM system_settings LIMIT 1', []);
	return {
		serverId: row.server_id ?? '',
		active: row.active === 'Y',
		runsAsterisk: row.active_asterisk_server === 'Y',
		asteriskVersion: row.asterisk_version ?? '',
		ami: {
			host: row.telnet_host || 'localhost',
			port: Number(row.telnet_port) || 5038,
			user: row.ASTmgrUSERNAME ?? '',
			secret: row.ASTmgrSECRET ?? '',
		},
		amiSender: row.ASTmgrUSERNAMEsend || 'sendcron',
		endOfDay: String(system?.timeclock_end_of_day ?? '0000'),
		logs: row.vd_server_logs === 'Y',
		confUpdateInterval: Number(row.conf_update_interval) || 60,
		confEngine: row.conf_engine ?? '',
		systemUptime: row.system_uptime ?? '',
		autoRestartAsterisk: row.auto_restart_asterisk === 'Y',
		asteriskTempNoRestart: row.asterisk_temp_no_restart === 'Y',
		generatesConf: row.generate_vicidial_conf === 'Y',
		rebuildConfFiles: row.rebuild_conf_files === 'Y',
		recordingLimit: Number(row.vicidial_recording_limit) || 60,
		channels: Number(row.channels_total) || 0,
		gathersOutput: row.gather_asterisk_output === 'Y',
		system: {
			timeclockReset: String(system?.timeclock_last_reset_date ?? ''),
			schemaVersion: Number(system?.db_schema_version) || 0,
			activeVoicemailServer: system?.active_voicemail_server ?? '',
			sipEventLogging: Number(system?.sip_event_logging) || 0,
			emails: system?.allow_emails === '1',
			clearsFrozenCalls: system?.frozen_server_call_clear === '1',
			reloadTimestamp: String(system?.reload_timestamp ?? ''),
			duties: {
				notifications: isOn(system?.agent_notifications),
				reports: isOn(system?.enable_auto_reports),
				dropLists: isOn(system?.enable_drop_lists),
				noanswerLog: system?.noanswer_log === 'Y',
			},
		},
	};
}

/** Switches of `system_settings` are numbers as text; one that a version does not know is off. */
const isOn = (value: string | number | null | undefined): boolean => Number(value ?? 0) > 0;
