/** The vocabulary that every part shares; no code. */

import type { AsteriskRan } from './memory.ts';

export type Status = 'ok' | 'warning' | 'critical' | 'unknown';
export type CheckStatus = Status | 'skipped';
export type CheckId =
	| 'config'
	| 'system'
	| 'mysql'
	| 'asterisk'
	| 'processes'
	| 'queues'
	| 'conf'
	| 'registrations'
	| 'cluster';
export type Json = string | number | boolean | null | Json[] | { [key: string]: Json };

/** One thing that is not as it should be, in words that an administrator can act on. */
export interface Finding {
	/** check id and kind of trouble, e.g. `processes.absent` */
	id: string;
	/** what it is about, e.g. `AST_manager_send` */
	subject: string;
	status: Exclude<Status, 'ok'>;
	summary: string;
	evidence: Record<string, Json>;
	/** local wall clock of the first look that saw it, ISO 8601 */
	since?: string;
	/** id and subject of the finding that brought this one about */
	cause?: string;
	/** id of the action that would help, e.g. `restart:AST_update` */
	remedy?: string;
	/** what a person should type or look at next */
	advice?: string;
}

export interface Metric {
	name: string;
	labels: Record<string, string>;
	value: number;
	unit: 'seconds' | 'count' | 'percent' | 'bytes' | 'mebibytes';
	warn?: number;
	crit?: number;
}

/** Another clock than the one of the process that looks. */
export interface ClockReading {
	/** seconds by which it is ahead of the local one, half the round trip taken off */
	ahead: number;
	/** whose clock it is, as its address is known */
	host: string;
	/** that address is one of this machine's */
	here: boolean;
}

/** What a check makes of an observation. */
export interface Judgement {
	findings: Finding[];
	metrics: Metric[];
	/** set when the check does not apply here, e.g. "this server runs no Asterisk" */
	skippedBecause?: string;
	/** what could be better and is no trouble, a sentence each */
	hints?: string[];
	/** the clock that was read on the way, to be compared with the others */
	clock?: ClockReading;
}

export interface CheckReport {
	id: CheckId;
	/** state at the end of the run, after repairs were verified */
	status: CheckStatus;
	skipped_because?: string;
	duration_ms: number;
	/** what was found before any repair */
	findings: Finding[];
	metrics: Metric[];
}

export type ActionKind = 'start' | 'restart' | 'stop' | 'rebuild' | 'reload' | 'start-asterisk' | 'hook';
export type Outcome = 'done' | 'failed' | 'planned' | 'withheld';

export interface ActionReport {
	id: string;
	kind: ActionKind;
	subject: string;
	outcome: Outcome;
	/** why it failed or was withheld, or what exactly was done */
	reason?: string;
	verified?: boolean | 'pending';
	duration_ms: number;
}

/** The result of one run; every output format is made from it alone. */
export interface Report {
	schema: 1;
	version: string;
	server_ip: string;
	started_at: string;
	duration_ms: number;
	dry_run: boolean;
	status: Status;
	exit_code: number;
	checks: CheckReport[];
	actions: ActionReport[];
	/** what a reader of this report should know about the run itself */
	notes?: string[];
	/** what could be better and is no trouble: told to who asks for more, never a reason for another status */
	hints?: string[];
}

/** A process that is told apart from a later one under the same pid. */
export interface ProcessId {
	pid: number;
	/** field 22 of /proc/<pid>/stat: clock ticks between boot and the start of the process */
	startTicks: number;
}

/** One row of the process table. */
export interface Process extends ProcessId {
	ppid: number;
	/** R, S, D, T (stopped), t (traced), Z (zombie) … as in /proc/<pid>/stat */
	state: string;
	/** name of the executed file, cut to 15 bytes by the kernel */
	comm: string;
	/** empty for zombies and kernel threads */
	argv: string[];
	/** seconds between boot and its start */
	started: number;
	/** of another pid namespace, or of a user who has no business with the dialer: never ours to count or to stop */
	foreign: boolean;
	/** its folder, where its script was called without one */
	cwd?: string;
}

/** A repair as data; only `act.ts` performs it. */
export type Step =
	/** keep what the following stop would destroy; `why` is what was found */
	| { do: 'evidence'; why: string; processes: ProcessId[]; screens: ProcessId[] }
	| { do: 'stop'; processes: ProcessId[]; screens: ProcessId[] }
	/**
	 * the actions that waited in status NEW up to this man_id, which was entered then, when they were looked at before:
	 * told, or set DEAD
	 */
	| { do: 'age-queue'; upTo: number; entered: string; since: string; kill: boolean }
	/** in a screen of this name; null for a program that goes into the background by itself */
	| { do: 'start'; screen: string | null; argv: string[] }
	| { do: 'prove'; daemon: string }
	/** as it was last seen running; the stock way where it never was */
	| { do: 'start-asterisk'; ran?: AsteriskRan }
	/** generate and install these conf files, or all that differ */
	| { do: 'rebuild'; files: string[] | 'all' }
	/** have Asterisk read these conf files again */
	| { do: 'reload'; files: string[] }
	/** have res_pjsip_outbound_registration register this object again */
	| { do: 're-register'; registration: string };

/** Why something is not done in this run, and until when or as long as what: the two read on as one sentence. */
export interface Withheld {
	why: string;
	until: `until ${string}` | `as long as ${string}`;
}

export interface Action {
	id: string;
	kind: ActionKind;
	subject: string;
	steps: Step[];
	/** absent when it is to be done */
	withheld?: Withheld;
}
