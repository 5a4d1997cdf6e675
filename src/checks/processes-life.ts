import type { Copy, DaemonObservation } from '../dialer/observe-daemons.ts';
import type { OwnStatement } from '../dialer/own-statement.ts';
import { exceeded } from '../thresholds.ts';
import type { Finding } from '../types.ts';
import type { Context } from './check.ts';
import type { ProcessObservation } from './processes.ts';
import { finding, graveWhenConfirmed } from './processes-presence.ts';
import { judgeUpdater } from './processes-updater.ts';

/** While stock works on whole tables, what waits for them is given so many times its usual limit. */
const MAINTENANCE_FACTOR = 5;
/** Loops that a daemon may miss before it is too quiet, and before it is gravely so. */
const LOOPS = { warn: 3, crit: 10 };
/** Part of one processor from which on a process that never sleeps is busy: one that waits uses none, however loaded. */
const BUSY = 0.05;
/** The age of conf_telnet_log.txt is limited for this conf_update_interval, seconds. */
const USUAL_INTERVAL = 60;
/** Looks in a row after which a queue at a port is grave. */
const GRAVE_QUEUE_LOOKS = 4;

/** The gravest trouble of a daemon that is there, or none: what shows that it works does not move. */
export function judgeLife(seen: DaemonObservation, all: ProcessObservation, context: Context): Finding | undefined {
	const copy = youngestOf(seen.copies);
	const flaps = flapping(seen, context);
	if (!copy || copy.age < context.settings.graceStart) return flaps;
	const factor = all.maintenance ? MAINTENANCE_FACTOR : 1;
	return (
		blocked(copy, seen, context) ??
		silent(copy, seen, factor, context) ??
		(seen.updater !== undefined
			? judgeUpdater(copy, seen, all.updater, factor, context)
			: old(copy, seen, factor, context)) ??
		deaf(copy, seen, context) ??
		unserved(copy, seen, context) ??
		flaps ??
		unseen(copy, seen)
	);
}

const youngestOf = (copies: readonly Copy[]): Copy | undefined => [...copies].sort((a, b) => a.age - b.age)[0];

/** A wait in the kernel that does not end: no signal reaches the process, and a new one would wait there too. */
function blocked(copy: Copy, seen: DaemonObservation, context: Context): Finding | undefined {
	if (copy.state !== 'D') return undefined;
	const held = context.note(`processes blocked ${copy.pid} ${copy.startTicks} ${copy.sleeps ?? ''}`);
	const status = held.looks >= 2 ? exceeded(context.settings.limits, 'daemon_blocked', held.seconds) : undefined;
	if (!status) return undefined;
	return finding('blocked', seen, {
		status,
		summary: `${seen.daemon.name} (process ${copy.pid}) has waited in the kernel (state D) for ${Math.round(held.seconds)} s: a disk or network file system does not answer, and no restart helps`,
		evidence: { pid: copy.pid, state: copy.state, seconds: Math.round(held.seconds) },
		advice: `cat /proc/${copy.pid}/wchan; dmesg | tail`,
	});
}

/** A loop that never goes to sleep, or never wakes, leaves its count of sleeps where an earlier sample met it. */
function silent(copy: Copy, seen: DaemonObservation, factor: number, context: Context): Finding | undefined {
	const { wakesEvery } = seen;
	const { silence } = copy;
	if (wakesEvery === null || !silence) return undefined;
	const { warn, crit } = context.settings.limits.daemon_silence;
	const limits = { warn: Math.max(warn, LOOPS.warn * wakesEvery), crit: Math.max(crit, LOOPS.crit * wakesEvery) };
	if (silence < limits.warn * factor) return undefined;
	const { name } = seen.daemon;
	const seconds = Math.round(silence);
	const spins = (copy.busy ?? 0) >= BUSY;
	const status = silence >= limits.crit * factor ? 'critical' : 'warning';
	if (copy.asks && !spins) return awaiting(copy.asks, seen, { status, what: `${name} has not run for ${seconds} s` });
	return finding(spins ? 'spinning' : 'silent', seen, {
		status,
		summary: spins
			? `${name} (process ${copy.pid}) has kept a processor busy for ${seconds} s without finishing one loop`
			: `${name} (process ${copy.pid}) has not run for ${seconds} s, though it loops every ${wakesEvery} s`,
		evidence: {
			pid: copy.pid,
			state: copy.state,
			sleeps: copy.sleeps ?? null,
			seconds,
			...(copy.busy !== undefined && { processor: Math.round(copy.busy * 100) / 100 }),
			...(copy.hidden !== undefined && !spins && { hidden_statements_of: copy.hidden }),
		},
		remedy: `restart:${name}`,
	});
}

/** It waits for the database's answer: once more started, it would only ask once more. */
function awaiting(
	{ thread, seconds, text, certain }: OwnStatement,
	seen: DaemonObservation,
	{ status, what }: { status: Finding['status']; what: string },
): Finding {
	const whose = certain ? 'its statement' : 'a statement that is perhaps its own';
	return finding('awaits_database', seen, {
		status,
		summary: `${what}: the database has worked on ${whose} for ${seconds} s (${text}); no restart helps`,
		evidence: { thread, seconds, statement: text, certain },
		advice: `mysqladmin processlist; mysqladmin kill ${thread} if it never ends`,
	});
}

/** What it writes in every loop, idle or not, is old. */
function old(copy: Copy, seen: DaemonObservation, factor: number, { settings }: Context): Finding | undefined {
	const { daemon, age } = seen;
	if (!age) return undefined;
	const interval = daemon.wakesEvery === 'conf_update_interval' ? (seen.wakesEvery ?? USUAL_INTERVAL) : USUAL_INTERVAL;
	// what one before it left behind says nothing of this process
	const silence = Math.min(age.seconds, copy.age);
	const status = exceeded(settings.limits, age.limit, silence / factor / (interval / USUAL_INTERVAL));
	if (!status) return undefined;
	return finding('heartbeat_old', seen, {
		status,
		summary: `${daemon.name} (process ${copy.pid}) runs, but ${age.what} is ${Math.round(age.seconds)} s old`,
		evidence: {
			pid: copy.pid,
			state: copy.state,
			heartbeat_seconds: Math.round(age.seconds),
			heartbeat: age.what,
		},
		// a warning may still be a slow moment; only a critical age is a stall
		...(status === 'critical' && { remedy: `restart:${daemon.name}` }),
	});
}

/** A listener that does not read what Asterisk sends, or is no longer connected to it. */
function deaf(copy: Copy, seen: DaemonObservation, context: Context): Finding | undefined {
	const { daemon } = seen;
	const { manager } = copy;
	if (!manager || !daemon.signs.some(({ by }) => by === 'manager_socket')) return undefined;
	const { name } = daemon;
	if (manager.connections === 0) {
		return finding('disconnected', seen, {
			status: graveWhenConfirmed('disconnected', seen, context),
			summary: `${name} (process ${copy.pid}) runs, but has no connection to Asterisk's manager`,
			evidence: { pid: copy.pid },
			remedy: `restart:${name}`,
			advice: "asterisk -rx 'manager show connected'",
		});
	}
	if (!exceeded(context.settings.limits, 'manager_unread', manager.unread)) return undefined;
	if (manager.reads) {
		// to be looked at again in the next look: it may have read its last a moment ago
		context.note(`processes.behind ${name}`);
		return undefined;
	}
	return finding('deaf', seen, {
		status: graveWhenConfirmed('deaf', seen, context),
		summary: `${name} (process ${copy.pid}) does not read what Asterisk's manager sends: ${manager.unread} bytes wait, and none was read since an earlier sample`,
		evidence: { pid: copy.pid, unread: manager.unread },
		remedy: `restart:${name}`,
	});
}

/** A server that accepts connections and lets them wait holds up each call before it is dialed. */
function unserved(copy: Copy, seen: DaemonObservation, context: Context): Finding | undefined {
	const { port, daemon } = seen;
	if (!port) return undefined;
	const { name } = daemon;
	const evidence = {
		pid: copy.pid,
		port: port.port,
		queue: port.queue,
		answer: port.answer ?? null,
		...(port.hidden !== undefined && { hidden_statements_of: port.hidden }),
	};
	if (port.asks) {
		return awaiting(port.asks, seen, {
			status: graveWhenConfirmed('awaits_database', seen, context),
			what: `${name} accepts connections on port ${port.port} and serves none, so that calls hang before they are dialed`,
		});
	}
	if (!port.listening || port.answer === null) {
		const kind = port.listening ? 'hung' : 'not_listening';
		return finding(kind, seen, {
			status: graveWhenConfirmed(kind, seen, context),
			summary: port.listening
				? `${name} accepts connections on port ${port.port} and serves none: calls hang before they are dialed`
				: `${name} (process ${copy.pid}) runs, but nobody listens on port ${port.port}`,
			evidence,
			remedy: `restart:${name}`,
		});
	}
	const slow = port.answer === undefined ? undefined : exceeded(context.settings.limits, 'fastagi_answer', port.answer);
	if (slow) {
		return finding('slow', seen, {
			status: slow,
			summary: `${name} takes ${port.answer?.toFixed(1)} s to serve a request; every call waits for it`,
			evidence,
			advice: 'mysqladmin processlist: it asks the database for each request',
		});
	}
	if (!exceeded(context.settings.limits, 'fastagi_queue', port.queue)) return undefined;
	const { looks } = context.note(`processes queue ${name}`);
	if (looks < 2) return undefined;
	return finding('saturated', seen, {
		status: looks >= GRAVE_QUEUE_LOOKS ? 'critical' : 'warning',
		summary: `${port.queue} connections wait for a worker of ${name}, in ${looks} looks: all workers are busy`,
		evidence,
		advice: 'mysqladmin processlist; raise VARfastagi_log_max_servers in /etc/astguiclient.conf',
	});
}

/** It starts, and ends, and starts: what ends it is not mended by one more start. */
function flapping(seen: DaemonObservation, { settings }: Context): Finding | undefined {
	const status = exceeded(settings.limits, 'daemon_starts', seen.recentStarts);
	if (!status) return undefined;
	const { name } = seen.daemon;
	return finding('flapping', seen, {
		status,
		summary: `${name} was started ${seen.recentStarts} times within five minutes and does not stay`,
		evidence: { starts: seen.recentStarts, pids: seen.copies.map(({ pid }) => pid) },
		advice: `ls -lt ${settings.logs} | head; run ${settings.home}/${seen.daemon.script.ami2} by hand to see why it ends`,
	});
}

/** It works, but stock does not find it and starts another one every minute. */
function unseen(copy: Copy, seen: DaemonObservation): Finding | undefined {
	if (!copy.unseen) return undefined;
	const { name } = seen.daemon;
	return finding('unseen_by_stock', seen, {
		status: 'warning',
		summary: `${name} (process ${copy.pid}) was not started as /usr/bin/perl and its script: stock does not see it and starts another one every minute`,
		evidence: { pid: copy.pid },
		advice: `kill ${copy.pid}; stock starts it as it should be within a minute`,
	});
}
