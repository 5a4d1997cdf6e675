import type { AmiAccount, AmiSession, AmiTrace } from './adapters/ami.ts';
import type { Deadline } from './adapters/clock.ts';
import { readCrontab } from './adapters/cron.ts';
import { Database, type Row, type SqlTrace } from './adapters/database.ts';
import { type Mount, readMounts } from './adapters/disks.ts';
import type { Proc } from './adapters/proc.ts';
import { crashedTable } from './dialer/crashed-table.ts';
import { type Crontab, jobsFor } from './dialer/crontab.ts';
import { type DatabaseFacts, readDatabaseFacts } from './dialer/database-facts.ts';
import { whyNotAnswering } from './dialer/disks.ts';
import type { UpdaterOf } from './dialer/heartbeats.ts';
import type { AgentRow } from './dialer/queues-agents.ts';
import type { Timed } from './dialer/queues-ask.ts';
import type { HopperRow } from './dialer/queues-hopper.ts';
import type { Registration } from './dialer/registrations-lists.ts';
import { readServer, type ServerRow } from './dialer/server.ts';
import type { Memory } from './memory.ts';
import type { Settings } from './settings.ts';
import type { Process } from './types.ts';

/** What is known of AMI accounts from earlier runs; holds secrets, so it has a file of its own. */
export interface AmiMemory {
	good?: AmiAccount;
	/** an account that Asterisk refused, with the state of manager.conf then and seconds since boot */
	refused?: AmiAccount & { managerConf: string; at: number; bootId: string };
}

/** What Asterisk told of its times, seconds. */
export interface AsteriskTimes {
	/** its clock minus the local one; undefined before Asterisk 1.8 */
	clockSkew: number | undefined;
	/** since it was started or wholly reloaded; undefined when it does not say */
	settled: number | undefined;
}

export type Traces = { sql: SqlTrace; ami: AmiTrace | undefined };

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
	/**
	 * whether what earlier runs learnt can be read: without it an account may have been refused, and each further try could
	 * get this machine banned; and what is costly would be looked at anew every time
	 */
	readonly seesEarlier: boolean;
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
	/** tables that a statement of this run found damaged */
	readonly crashedTables: string[] = [];
	/** Asterisk's clock and age by its own word; undefined until it was asked in this look */
	asteriskTimes: AsteriskTimes | undefined;
	/** the heartbeats of all dialers; undefined until they were read in this look */
	updaters: readonly UpdaterOf[] | undefined;
	/** the agents of this dialer; undefined until somebody asked for them in this look */
	agents: Promise<Timed<readonly AgentRow[]>> | undefined;
	/** the leads in the hopper; undefined until somebody asked for them in this look */
	hopper: Promise<Timed<readonly HopperRow[]>> | undefined;
	/** what this dialer has registered elsewhere; undefined until all of it was seen in this run */
	registrations: readonly Registration[] | undefined;
	/** the manager session of this look: whoever needs one first opens it; `failed` when there can be none */
	ami: AmiSession | 'failed' | undefined;
	#table: Process[] | undefined;
	#mounts: Mount[] | undefined;
	#database: Promise<{ connection: Database; milliseconds: number }> | undefined;
	#facts: Promise<DatabaseFacts> | undefined;
	#logsSilent: Promise<string | undefined> | undefined;
	#server: Promise<ServerRow | undefined> | undefined;
	#crontab: { read: Crontab | undefined } | undefined;

	constructor(parts: {
		settings: Settings;
		proc: Proc;
		deadline: Deadline;
		memory: Memory;
		amiMemory: AmiMemory;
		seesEarlier: boolean;
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
		this.seesEarlier = parts.seesEarlier;
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

	/** The file systems of this look. */
	mounts(): Mount[] {
		this.#mounts ??= readMounts(this.settings.proc);
		return this.#mounts;
	}

	/** Root's crontab; undefined where it cannot be read or others may write it. */
	crontab(): Crontab | undefined {
		this.#crontab ??= { read: readCrontab(this.settings.crontab) };
		return this.#crontab.read;
	}

	/** Why the daemons' logs cannot even be looked at in this run; undefined when they can. */
	logsSilent(): Promise<string | undefined> {
		this.#logsSilent ??= whyNotAnswering(this.settings.logs, this);
		return this.#logsSilent;
	}

	/** Whether root's crontab runs this script; undefined where the crontab cannot be read. */
	scheduledHere(script: string): boolean | undefined {
		const crontab = this.crontab();
		return crontab && jobsFor(crontab, script).length > 0;
	}

	/**
	 * The same world for another look in this run: process table and rows are read anew, connections are kept. So is what
	 * Asterisk said, because a second look may be without it.
	 */
	lookAgain(): void {
		this.#table = undefined;
		this.#mounts = undefined;
		this.#facts = undefined;
		this.#server = undefined;
		this.updaters = undefined;
		this.agents = undefined;
		this.hopper = undefined;
		this.endAmi();
	}

	/** Ends the manager session of this look; the next one who needs one opens another. */
	endAmi(): void {
		if (this.ami !== 'failed') this.ami?.close();
		this.ami = undefined;
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
		try {
			return await connection.query<R>(sql, values, this.deadline.remaining());
		} catch (error) {
			const table = crashedTable(error);
			if (table !== undefined && !this.crashedTables.includes(table)) this.crashedTables.push(table);
			throw error;
		}
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
		this.#server ??= readServer(
			(sql, values) => this.query<Record<string, string | null>>(sql, values),
			this.settings.serverIp,
		);
		return this.#server;
	}

	/** What the database says of itself. @throws DatabaseTrouble */
	databaseFacts(): Promise<DatabaseFacts> {
		this.#facts ??= readDatabaseFacts(this);
		return this.#facts;
	}

	/** What `server()` says, or what it said before the database went away. */
	async serverOrRemembered(): Promise<Pick<ServerRow, 'runsAsterisk' | 'asteriskVersion' | 'endOfDay'> | undefined> {
		return this.server().catch(() => this.memory.server);
	}

	async close(): Promise<void> {
		this.endAmi();
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
}
