import type { OutsideMemory } from './announce.ts';
import type { Samples } from './dialer/pulses.ts';
import type { Refusals } from './dialer/refusals.ts';
import type { RegistrationsMemory } from './dialer/registrations-memory.ts';
import type { UpdaterHistory } from './dialer/updater.ts';
import type { FirstMet } from './pause.ts';
import type { Turns } from './rotation.ts';
import type { ActionKind, Status } from './types.ts';

/** Something that is the case now and was noted in earlier looks. */
export interface Condition {
	/** wall clock of the first look that saw it, ISO 8601; for people only */
	since: string;
	/** seconds since boot at that look; what durations are made of */
	sinceUptime: number;
	/** looks in a row that saw it, this one included when it counts */
	looks: number;
}

/** What the text of one generated file says; kept while the file is not written anew. */
export interface ConfFacts {
	fingerprint: string;
	hash: string;
	empty: boolean;
	/** it has its last line */
	whole: boolean;
	/** stamp of that line: system_settings.reload_timestamp when it was made */
	reloaded: string;
	/** what would make Asterisk lose the rest of the file */
	fatal: string[];
	/** hash of the version that stock or vicikeep installed last; another than `hash` after an edit by hand */
	installed?: string;
	/** the version that Asterisk was last seen to hold, or could not tell about, and the start of that Asterisk */
	proven?: { hash: string; asteriskStart: number };
}

/** What the database would make of the files. */
export interface Comparison {
	/** unified diff by file, secrets masked; of files whose meaning differs */
	diffs: Record<string, string>;
	/** rows that could not be written as they are: table, key, column, what was done */
	warnings: string[];
	/** templates that cannot be used, with file and line */
	problems: string[];
}

/** The rows of one statement that the files are made of. */
export interface SourceRows {
	/** what the statement was asked with */
	values: string[];
	/** how many rows there were, and their sum */
	sum: string;
	/** seconds since boot when that was last seen */
	at: number;
}

export interface ConfMemory {
	files: Record<string, ConfFacts>;
	/** what the last comparison with the database found */
	comparison?: Comparison;
	/** the rows that it read, by statement */
	sources?: Record<string, SourceRows>;
	/** when the tables behind the files were last written, as of that comparison */
	sourceFingerprint?: string;
	/** the program and the templates that made them */
	madeWith?: string;
	/** hand-made files and folders that decided about them, with their fingerprints */
	surroundings?: Record<string, string>;
	/** hash of BUILDvoicemail-vicidial.conf as we wrote it, to tell it from one of stock's */
	ownCopy?: string;
	/** a rebuild that was begun: struck out only after install, reload and proof */
	owed?: { since: string };
}

/** How Asterisk was seen running: what it is started with again. */
export interface AsteriskRan {
	/** its systemd unit, when it has one */
	unit?: string;
	argv: string[];
}

/** What the daemons showed at earlier looks. */
export interface ProcessMemory {
	/** starts of each daemon's processes as far as they were seen, clock ticks since boot, the newest last */
	starts: Record<string, number[]>;
	/** processor time of each process, seconds, by pid and start */
	cpu: Record<string, number>;
	/** bytes that each listener has read, by pid and start */
	bytesRead?: Record<string, number>;
	/** how often each process has gone to sleep, by pid and start */
	sleeps?: Samples;
	/** seconds since boot of the look that saw it, and how many there have been */
	at: number;
	looks?: number;
	updater?: UpdaterHistory;
	/** when FastAGI_log was last asked to serve, seconds since boot, and whether it did */
	probe?: { at: number; served: boolean };
}

/** What one run tells the next. Only runs that hold the lock write it. */
export interface Memory {
	version: 1;
	/** uptimes of another boot mean nothing */
	bootId: string;
	/** seconds since boot at the last look that counted, by check */
	counted: Record<string, number>;
	conditions: Record<string, Condition>;
	/** command line of each daemon as last seen running, without the interpreter */
	commands: Record<string, string[]>;
	/** seconds since boot of every start or restart attempt, by daemon; and of every run that made one */
	attempts: Record<string, number[]>;
	/** repairs that were done and whose sign of life the next run has to see, by action; `at` is a local time of day */
	pending?: Record<string, { kind: ActionKind; subject: string; at: string }>;
	/** a repair that was begun and whose end was not seen */
	journal?: { kind: ActionKind; daemon: string; at: string };
	/** facts of the dialer's database rows, for the time when the database is down */
	server?: {
		asteriskVersion: string;
		runsAsterisk: boolean;
		endOfDay: string;
		/** wall clock, ISO 8601, of the look that first saw servers.asterisk_temp_no_restart at Y; it outlasts reboots */
		noRestartSince?: string;
	};
	/** how Asterisk was last seen running */
	asterisk?: AsteriskRan;
	/**
	 * man_id and entry_date of the newest action that was NEW at the last look that counts, and when that was: uptime in
	 * seconds, ISO 8601
	 */
	actionsSeen?: { newest: number; entered: string; at: number; since: string };
	/**
	 * when Asterisk's channel lock was probed last (seconds since boot, and minutes of the clock since 1970), and how many
	 * probes in a row it left without an answer
	 */
	deepProbe?: { at: number; minute?: number; asteriskStart: number; silent: number };
	/** what the last quiet report told, by finding; and when, wall clock in milliseconds */
	told?: { at: number; findings: Record<string, Status> };
	conf?: ConfMemory;
	processes?: ProcessMemory;
	registrations?: RegistrationsMemory;
	/** sisters that refuse this dialer, as the last look that saw its registrations told */
	refusals?: Refusals;
	/** what was told to the programs and the address outside */
	outside?: OutsideMemory;
	/** the kernel's count of processes killed for want of memory, and when it last grew by how many, uptime in seconds */
	oom?: { kills: number; grown?: { by: number; at: number } };
	/** tables that the last run found damaged */
	crashedTables?: string[];
	/** folder of the database's files where they are this machine's: a full disk may be why it is down */
	dataFolder?: string;
	/** answers to questions that are not asked in every look, by check */
	turns?: Record<string, Turns>;
	/** a pause file that bears a time of the future, and since when it counts */
	pauseMet?: FirstMet;
	/** findings that the log has an open line for */
	logged: Record<string, Status>;
}

export const emptyMemory = (bootId: string): Memory => ({
	version: 1,
	bootId,
	counted: {},
	conditions: {},
	commands: {},
	attempts: {},
	logged: {},
});

/** Forgets what was measured in uptimes of an earlier boot; what was told to people stays. */
export function forBoot(memory: Memory, bootId: string): Memory {
	if (memory.bootId === bootId) return memory;
	const { commands, server, asterisk, told, logged, conf, dataFolder, outside, pauseMet } = memory;
	return {
		...emptyMemory(bootId),
		commands,
		logged,
		...(server && { server }),
		...(asterisk && { asterisk }),
		...(dataFolder !== undefined && { dataFolder }),
		...(told && { told }),
		...(pauseMet && { pauseMet }),
		...(conf && { conf: afterBoot(conf) }),
		...(outside && { outside }),
	};
}

/** Nothing is proven to a new Asterisk, and uptimes begin anew; debts stay. */
function afterBoot({ files, owed, ownCopy }: ConfMemory): ConfMemory {
	const unproven = Object.entries(files).map(([name, { proven: _, ...facts }]) => [name, facts] as const);
	return {
		files: Object.fromEntries(unproven),
		...(ownCopy !== undefined && { ownCopy }),
		...(owed && { owed }),
	};
}
