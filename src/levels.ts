import { DAEMONS, type Daemon } from './dialer/daemons.ts';
import type { Finding } from './types.ts';

/** What a daemon, or a job of cron's, rests on. */
export type Needs = Pick<Daemon, 'needs'>;

/** One thing that a dialer rests on. */
export interface Level {
	/** whether this finding says that it is down */
	isDown: (finding: Finding) => boolean;
	/** who cannot do without it */
	carries: (of: Needs) => boolean;
	/** troubles of theirs that it brings about; a stopped or doubled process has its own cause */
	brings: readonly string[];
	/** what is of no use to those daemons as long as it is down */
	forbids: 'repairs' | 'stops' | 'nothing';
}

const ofProcesses = (...kinds: string[]): string[] => kinds.map((kind) => `processes.${kind}`);
const ofQueues = (...kinds: string[]): string[] => kinds.map((kind) => `queues.${kind}`);
/** Rows that lie about, whatever the finding about them is called. */
export const QUEUES = 'queues';
/** Troubles of a process whose foundation answers too late. */
const LATE = [
	QUEUES,
	...ofProcesses('silent', 'awaits_database', 'heartbeat_old', 'heartbeat_missing', 'hung', 'slow', 'saturated'),
	...ofProcesses('keepalive_silent', 'trigger_overdue', 'piling', 'overrunning', 'not_done'),
];
/** Troubles of a process whose foundation does not answer at all. */
export const DOWN = [...LATE, ...ofProcesses('absent', 'flapping', 'not_listening')];
/** The same, of a process that talks to Asterisk's manager. */
const UNHEARD = [...DOWN, ...ofProcesses('disconnected', 'deaf', 'manager_slow')];
/** Troubles of a daemon that harm nobody who rests on it. */
const HARMLESS = ofProcesses('duplicated', 'unseen_by_stock');
/** What agents see as a time synchronization problem, told once. */
const APART = ofProcesses('clocks_differ', 'time_zones_differ');
/** Nothing can be written where daemons and database write. */
const NO_DISK = ['system.disk_full', 'system.read_only'];
/** Critical findings about a database that answers all the same. */
const MYSQL_ALIVE = ['connections', 'locked', 'slow', 'clock_skew', 'crashed', 'replica'].map(
	(kind) => `mysql.${kind}`,
);
/** Findings after which Asterisk's manager cannot be worked with. */
const ASTERISK_DOWN = [
	'absent',
	'starting',
	'frozen',
	'hung',
	'ami_refused',
	'ami_closed',
	'unreachable',
	'authentication',
	'deadlocked',
	'other_service',
].map((kind) => `asterisk.${kind}`);

const isSilentDiskOfLogs = ({ id, evidence: { uses } }: Finding): boolean =>
	id === 'system.disk_silent' && Array.isArray(uses) && uses.includes('logs');

const every = (): boolean => true;
const none = (): boolean => false;
const needs =
	(what: Daemon['needs'][number]) =>
	(of: Needs): boolean =>
		of.needs.includes(what);
const isDaemon =
	(...names: string[]) =>
	(of: Needs): boolean =>
		DAEMONS.some((one) => one === of && names.includes(one.name));
/** Whether the database no longer writes this column by itself. */
const lostUpdate =
	(column: string) =>
	({ id, subject }: Finding): boolean =>
		id === 'mysql.column_without_update' && subject === column;
/** Whether the finding is about one of these daemons' processes, and harms who rests on it. */
export const daemon =
	(...names: string[]) =>
	({ id, subject }: Finding): boolean =>
		id.startsWith('processes.') && !HARMLESS.includes(id) && names.includes(subject);

/**
 * The order of diagnosis: what is down on an upper level explains what is wrong on a lower one, never the other way
 * round. The lowest levels bring nobody down with them and only say which trouble is to be looked at first.
 */
export const LEVELS: readonly Level[] = [
	{
		isDown: ({ id, status }) => id.startsWith('config.') && status === 'critical',
		carries: every,
		brings: DOWN,
		forbids: 'repairs',
	},
	{
		isDown: ({ id, status }) => id.startsWith('mysql.') && status === 'critical' && !MYSQL_ALIVE.includes(id),
		carries: needs('mysql'),
		brings: DOWN,
		forbids: 'repairs',
	},
	// whatever reads or writes a broken table fails, and fails again after a restart
	{ isDown: ({ id }) => id === 'mysql.crashed', carries: needs('mysql'), brings: DOWN, forbids: 'stops' },
	// the same in the first look, when only a statement that failed on it has told of the table
	{
		isDown: ({ id, evidence }) => id.endsWith('.database') && evidence.crashed_table !== undefined,
		carries: needs('mysql'),
		brings: DOWN,
		forbids: 'stops',
	},
	// a heartbeat that the database no longer writes is as old after a restart
	{
		isDown: lostUpdate('vicidial_campaign_stats_debug.update_time'),
		carries: needs('mysql'),
		brings: [...ofProcesses('heartbeat_old'), ...ofQueues('hopper_job', 'hopper_behind', 'in_group_statistics')],
		forbids: 'stops',
	},
	{
		isDown: lostUpdate('vicidial_live_agents.last_update_time'),
		carries: isDaemon('AST_VDremote_agents'),
		brings: [...ofProcesses('heartbeat_old'), ...ofQueues('remote_agents')],
		forbids: 'stops',
	},
	{
		isDown: lostUpdate('vicidial_live_agents.last_update_time'),
		carries: needs('mysql'),
		brings: ofQueues('live_agents', 'agents_lagging'),
		forbids: 'nothing',
	},
	{
		isDown: lostUpdate('vicidial_auto_calls.last_update_time'),
		carries: needs('mysql'),
		brings: ofQueues('auto_calls_live'),
		forbids: 'nothing',
	},
	// a statement that waits for a lock waits as long after a restart
	{ isDown: ({ id }) => id === 'mysql.locked', carries: needs('mysql'), brings: LATE, forbids: 'stops' },
	{
		isDown: ({ id }) => id.endsWith('.database') || id === 'queues.slow_table',
		carries: needs('mysql'),
		brings: LATE,
		forbids: 'stops',
	},
	{
		isDown: ({ id, status }) => id === 'mysql.slow' && status === 'critical',
		carries: needs('mysql'),
		brings: LATE,
		forbids: 'stops',
	},
	// what cannot write its log, or its row, ends again as soon as it is started
	{
		isDown: (finding) => NO_DISK.includes(finding.id) || isSilentDiskOfLogs(finding),
		carries: every,
		brings: DOWN,
		forbids: 'repairs',
	},
	{ isDown: ({ id }) => id === 'mysql.clock_skew', carries: needs('mysql'), brings: APART, forbids: 'nothing' },
	{ isDown: ({ id }) => ASTERISK_DOWN.includes(id), carries: needs('asterisk'), brings: UNHEARD, forbids: 'repairs' },
	// the column that chooses the scripts is wrong: what would be started cannot talk to this Asterisk, and what runs can
	{
		isDown: ({ id }) => id === 'asterisk.version',
		carries: isDaemon(...DAEMONS.filter(({ script }) => script.ami1 !== script.ami2).map(({ name }) => name)),
		brings: ofProcesses('wrong_variant'),
		forbids: 'stops',
	},
	{ isDown: daemon('AST_manager_listen'), carries: needs('AST_manager_listen'), brings: DOWN, forbids: 'nothing' },
	{ isDown: daemon('AST_manager_send'), carries: none, brings: [], forbids: 'nothing' },
	{ isDown: daemon('AST_update'), carries: none, brings: [], forbids: 'nothing' },
	{ isDown: daemon('AST_VDauto_dial', 'AST_VDauto_dial_FILL'), carries: none, brings: [], forbids: 'nothing' },
];
