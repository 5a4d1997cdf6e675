import type { AmiAccount, AmiTrace } from './adapters/ami.ts';
import type { Deadline } from './adapters/clock.ts';
import { readCrontab } from './adapters/cron.ts';
import { Database, type Row, type SqlTrace } from './adapters/database.ts';
import type { Proc } from './adapters/proc.ts';
import { type Crontab, jobsFor } from './dialer/crontab.ts';
import type { Memory } from './memory.ts';
import type { Settings } from './settings.ts';
import type { Process } from './types.ts';

/** The dialer's row in `servers` with what it decides, and the end of day from `system_settings`. */
export interface ServerRow {
	active: boolean;
	runsAsterisk: boolean;
	asteriskVersion: string;
	ami: AmiAccount;
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
	sipEventLogging: number;
	emails: boolean;
	/** calls of a server whose updater stands still are deleted */
	clearsFrozenCalls: boolean;
	/** what keepalive and auto dialer of the voicemail server are told to do for all servers */
	duties: { notifications: boolean; reports: boolean; dropLists: boolean; noanswerLog: boolean };
}

/** What is known of AMI accounts from earlier runs; holds secrets, so it has a file of its own. */
export interface AmiMemory {
	good?: AmiAccount;
	/** an account that Asterisk refused, with the state of manager.conf then and seconds since boot */
	refused?: AmiAccount & { managerConf: string; at: number; bootId: string };
}

export type Traces = { sql: SqlTrace; ami: AmiTrace };

/** How long connecting to the database may take, milliseconds. */
const CONNECT_TIMEOUT = 5000;

/**
 * Everything that checks may look through. Each thing is asked for once per look, whoever needs it first; nothing here
 * changes the dialer.
 */
export class World {
	readonly settings: Settings;
	readonly proc: Proc;
	readonly deadline: Deadline;
	/** what earlier runs told; repairs of this run are written into it as they begin */
	memory: Memory;
	readonly amiMemory: AmiMemory;
	/** false when it cannot be known whether the account was refused: each further try could get this machine banned */
	readonly mayLogIn: boolean;
	/** a person at a terminal asks for this very check: one attempt is due even after a refusal */
	readonly insists: boolean;
	/** whether the next run will know what this one did */
	readonly remembers: boolean;
	/** what was last learnt of Asterisk's channel lock, in this run or an earlier one */
	deepProbe: Memory['deepProbe'];
	readonly traces: Traces;
	/** folder that holds templates/ */
	readonly installRoot: string;
	/** conf files that are to be made anew although nothing is wrong with them */
	readonly rebuild: string[] | 'all' | undefined;
	/** what is wrong with our own files, in words for the report */
	readonly ownTrouble: readonly string[];
	/** seconds since boot when this run began: the moment of all that it sees */
	readonly uptime: number;
	/** channels that Asterisk has by its own count; undefined until it was asked in this look */
	asteriskChannels: number | undefined;
	#table: Process[] | undefined;
	#database: Promise<{ connection: Database; milliseconds: number }> | undefined;
	#server: Promise<ServerRow | undefined> | undefined;
	#crontab: { read: Crontab | undefined } | undefined;

	constructor(parts: {
		settings: Settings;
		proc: Proc;
		deadline: Deadline;
		memory: Memory;
		amiMemory: AmiMemory;
		mayLogIn: boolean;
		insists: boolean;
		remembers: boolean;
		traces: Traces;
		installRoot: string;
		rebuild: string[] | 'all' | undefined;
		ownTrouble: readonly string[];
	}) {
		this.settings = parts.settings;
		this.proc = parts.proc;
		this.uptime = parts.proc.uptime();
		this.deadline = parts.deadline;
		this.memory = parts.memory;
		this.amiMemory = parts.amiMemory;
		this.mayLogIn = parts.mayLogIn;
		this.insists = parts.insists;
		this.remembers = parts.remembers;
		this.deepProbe = parts.memory.deepProbe;
		this.traces = parts.traces;
		this.installRoot = parts.installRoot;
		this.rebuild = parts.rebuild;
		this.ownTrouble = parts.ownTrouble;
	}

	/** The process table of this look. */
	processes(): Process[] {
		this.#table ??= this.proc.processes();
		return this.#table;
	}

	/** Root's crontab; undefined where it cannot be read or others may write it. */
	crontab(): Crontab | undefined {
		this.#crontab ??= { read: readCrontab(this.settings.crontab) };
		return this.#crontab.read;
	}

	/** Whether root's crontab runs this script; undefined where the crontab cannot be read. */
	scheduledHere(script: string): boolean | undefined {
		const crontab = this.crontab();
		return crontab && jobsFor(crontab, script).length > 0;
	}

	/** The same world for another look in this run: process table and rows are read anew, connections are kept. */
	lookAgain(): void {
		this.#table = undefined;
		this.asteriskChannels = undefined;
	}

	/**
	 * The one database connection, and how long it took to open.
	 * @throws DatabaseTrouble
	 */
	database(): Promise<{ connection: Database; milliseconds: number }> {
		this.#database ??= this.#connect();
		return this.#database;
	}

	/** A statement on that connection. @throws DatabaseTrouble */
	async query<R extends Row = Row>(sql: string, values: readonly (string | number)[]): Promise<R[]> {
		const { connection } = await this.database();
		return connection.query<R>(sql, values, this.deadline.remaining());
	}

	/**
	 * A statement that changes rows, on the same connection, which is read-only before and after.
	 * @returns how many rows it changed
	 * @throws DatabaseTrouble
	 */
	async write(sql: string, values: readonly (string | number | null)[]): Promise<number> {
		const { connection } = await this.database();
		return connection.write(sql, values, this.deadline.remaining());
	}

	/**
	 * The dialer's own row; undefined when `servers` has none for this address.
	 * @throws DatabaseTrouble
	 */
	server(): Promise<ServerRow | undefined> {
		this.#server ??= this.#readServer();
		return this.#server;
	}

	/** What `server()` says, or what it said before the database went away. */
	async serverOrRemembered(): Promise<Pick<ServerRow, 'runsAsterisk' | 'asteriskVersion' | 'endOfDay'> | undefined> {
		return this.server().catch(() => this.memory.server);
	}

	async close(): Promise<void> {
		const opened = await this.#database?.catch(() => undefined);
		await opened?.connection.close();
	}

	async #connect(): Promise<{ connection: Database; milliseconds: number }> {
		const began = performance.now();
		const connection = await Database.open(
			this.settings.database,
			this.deadline.share(CONNECT_TIMEOUT),
			this.traces.sql,
		);
		return { connection, milliseconds: performance.now() - began };
	}

	async #readServer(): Promise<ServerRow | undefined> {
		// every column: older versions lack some of them, and naming one that is not there would fail
		const [row] = await this.query<Record<string, string | null>>('SELECT * FROM servers WHERE server_ip=? LIMIT 1', [
			this.settings.serverIp,
		]);
		if (!row) return undefined;
		const [system] = await this.query<Record<string, string | null>>('SELECT * FROM system_settings LIMIT 1', []);
		return {
			active: row.active === 'Y',
			runsAsterisk: row.active_asterisk_server === 'Y',
			asteriskVersion: row.asterisk_version ?? '',
			ami: {
				host: row.telnet_host || 'localhost',
				port: Number(row.telnet_port) || 5038,
				user: row.ASTmgrUSERNAME ?? '',
				secret: row.ASTmgrSECRET ?? '',
			},
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
				activeVoicemailServer: system?.active_voicemail_server ?? '',
				sipEventLogging: Number(system?.sip_event_logging) || 0,
				emails: system?.allow_emails === '1',
				clearsFrozenCalls: system?.frozen_server_call_clear === '1',
				duties: {
					notifications: isOn(system?.agent_notifications),
					reports: isOn(system?.enable_auto_reports),
					dropLists: isOn(system?.enable_drop_lists),
					noanswerLog: system?.noanswer_log === 'Y',
				},
			},
		};
	}
}

/** Switches of `system_settings` are numbers as text; one that a version does not know is off. */
const isOn = (value: string | number | null | undefined): boolean => Number(value ?? 0) > 0;
