import { QUEUE_THRESHOLDS } from './thresholds-queues.ts';
import { SYSTEM_THRESHOLDS } from './thresholds-system.ts';
import type { Finding, Metric } from './types.ts';

/** One measured quantity with the limits in force when nothing else is set. */
export interface Threshold {
	unit: Metric['unit'];
	warn: number;
	crit: number;
	meaning: string;
}

/**
 * Every quantity that has limits, by metric name. `VICIKEEP_WARN_<NAME>` and `VICIKEEP_CRIT_<NAME>` override them.
 * Reasons: the limits lie above what stock VICIdial cleans up by itself plus one loop and one minute.
 */
export const THRESHOLDS = {
	database_answer: { unit: 'seconds', warn: 2, crit: 10, meaning: 'time the database takes to answer a trivial query' },
	database_lock_wait: {
		unit: 'seconds',
		warn: 5,
		crit: 60,
		meaning: 'longest wait of a statement of our account for a table or lock',
	},
	database_connections: {
		unit: 'percent',
		warn: 80,
		crit: 95,
		meaning: 'connections in use of those that the database grants (max_connections)',
	},
	replica_lag: {
		unit: 'seconds',
		warn: 60,
		crit: 600,
		meaning: 'time by which the database is behind its master, where it is a replica and tells our account',
	},
	database_clock_skew: {
		unit: 'seconds',
		warn: 5,
		crit: 8,
		meaning: 'difference between the local and the database clock',
	},
	asterisk_clock_skew: {
		unit: 'seconds',
		warn: 5,
		crit: 8,
		meaning: "difference between the local and Asterisk's clock",
	},
	ami_answer: { unit: 'seconds', warn: 2, crit: 10, meaning: 'round trip of an AMI Ping' },
	...SYSTEM_THRESHOLDS,
	daemon_starts: { unit: 'count', warn: 4, crit: 5, meaning: 'starts of one daemon within five minutes' },
	daemon_blocked: {
		unit: 'seconds',
		warn: 30,
		crit: 120,
		meaning: 'time in which a daemon waited for the kernel (state D) without ever coming back',
	},
	keepalive_lag: {
		unit: 'seconds',
		warn: 180,
		crit: 300,
		meaning: 'time for which the stock keepalive has not written servers.system_uptime',
	},
	keepalive_age: { unit: 'seconds', warn: 180, crit: 600, meaning: 'age of the oldest stock keepalive that runs' },
	worker_age: { unit: 'seconds', warn: 300, crit: 900, meaning: 'age of the oldest copy of a script that cron starts' },
	worker_copies: { unit: 'count', warn: 4, crit: 10, meaning: 'copies of one script that cron starts' },
	trigger_overdue: {
		unit: 'seconds',
		warn: 180,
		crit: 600,
		meaning: 'time since the oldest process trigger of this server was due',
	},
	daemon_silence: { unit: 'seconds', warn: 30, crit: 50, meaning: 'time in which a looping daemon never ran' },
	updater_heartbeat: {
		unit: 'seconds',
		warn: 15,
		crit: 60,
		meaning: 'age of server_updater.db_time, written by AST_update',
	},
	auto_dialer_heartbeat: {
		unit: 'seconds',
		warn: 90,
		crit: 180,
		meaning: 'age of the -SHARE- row of vicidial_campaign_stats_debug, written by AST_VDauto_dial',
	},
	adapt_heartbeat: {
		unit: 'seconds',
		warn: 300,
		crit: 900,
		meaning: 'age of the --CALLBACK-QUEUE-- row of vicidial_campaign_stats_debug, written by AST_VDadapt',
	},
	adapt_inbound_heartbeat: {
		unit: 'seconds',
		warn: 900,
		crit: 1800,
		meaning: 'age of the newest INBOUND row of that table, where AST_VDadapt has no other',
	},
	remote_agents_heartbeat: {
		unit: 'seconds',
		warn: 30,
		crit: 60,
		meaning: 'age of the newest row of a remote agent, written by AST_VDremote_agents while one is active here',
	},
	log_heartbeat: {
		unit: 'seconds',
		warn: 120,
		crit: 300,
		meaning: 'age of the log that AST_VDauto_dial_FILL or AST_conf_update_3way writes in every loop',
	},
	conf_updater_heartbeat: {
		unit: 'seconds',
		warn: 180,
		crit: 600,
		meaning: 'age of conf_telnet_log.txt, written by AST_conf_update_screen; for a conf_update_interval of 60 s',
	},
	manager_unread: {
		unit: 'bytes',
		warn: 4096,
		crit: 65_536,
		meaning: "what a listener leaves unread of Asterisk's manager, look after look",
	},
	fastagi_answer: { unit: 'seconds', warn: 3, crit: 10, meaning: 'time FastAGI_log takes to serve a request' },
	fastagi_queue: { unit: 'count', warn: 1, crit: 4, meaning: 'connections that wait for a worker of FastAGI_log' },
	timeclock_reset: {
		unit: 'seconds',
		warn: 900,
		crit: 3600,
		meaning: 'time since the end of day in which ADMIN_timeclock_auto_logout has not set the date',
	},
	remote_agents_absence: {
		unit: 'seconds',
		warn: 90,
		crit: 180,
		meaning: 'time without AST_VDremote_agents, which ends by itself once a day',
	},
	daily_absence: {
		unit: 'seconds',
		warn: 120,
		crit: 240,
		meaning: 'time without AST_VDadapt or AST_conf_update_3way, which end by themselves once a day',
	},
	email_absence: {
		unit: 'seconds',
		warn: 120,
		crit: 300,
		meaning: 'time without VD_email_inbound, which ends by itself every other day',
	},
	...QUEUE_THRESHOLDS,
	unregistered_looks: {
		unit: 'count',
		warn: 2,
		crit: 3,
		meaning: 'looks in a row in which a registration has not come about, or a trunk has no address',
	},
	phones_lost: {
		unit: 'percent',
		warn: 40,
		crit: Number.POSITIVE_INFINITY,
		meaning: 'share of the phones that were there within the last five looks and are not any more',
	},
	nat_refresh: {
		unit: 'seconds',
		warn: 31,
		crit: Number.POSITIVE_INFINITY,
		meaning: 'time between two questions of qualify to a trunk behind a NAT, which may forget it after 30 s',
	},
	sister_heartbeat: {
		unit: 'seconds',
		warn: 60,
		crit: 120,
		meaning: "age of another dialer's row in server_updater; from then on that dialer is asked whether it lives",
	},
	rebuild_flag: {
		unit: 'seconds',
		warn: 120,
		crit: 600,
		meaning: 'time that servers.rebuild_conf_files has been seen at Y; stock serves it each minute',
	},
} as const satisfies Record<string, Threshold>;

export type ThresholdName = keyof typeof THRESHOLDS;
export type Limits = { readonly [name in ThresholdName]: { warn: number; crit: number } };

/** `warning` at or above the lower limit, `critical` at or above the upper one, undefined below both. */
export function exceeded(limits: Limits, name: ThresholdName, value: number): Finding['status'] | undefined {
	const { warn, crit } = limits[name];
	if (value >= crit) return 'critical';
	return value >= warn ? 'warning' : undefined;
}

/** The graver of two, each of which may be nothing. */
export const worse = (one: Finding['status'] | undefined, other: Finding['status'] | undefined) =>
	one === 'critical' || other === 'critical' ? 'critical' : (one ?? other);

/** A metric that carries the limits in force for its name. */
export function measured(
	limits: Limits,
	name: ThresholdName,
	value: number,
	labels: Record<string, string> = {},
): Metric {
	const { warn, crit } = limits[name];
	return {
		name,
		labels,
		value: Math.round(value * 1000) / 1000,
		unit: THRESHOLDS[name].unit,
		...(Number.isFinite(warn) && { warn }),
		...(Number.isFinite(crit) && { crit }),
	};
}
