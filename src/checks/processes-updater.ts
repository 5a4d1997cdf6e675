import type { Copy, DaemonObservation } from '../dialer/observe-daemons.ts';
import { type UpdaterFault, type UpdaterHistory, updaterAge, updaterFault } from '../dialer/updater.ts';
import { exceeded } from '../thresholds.ts';
import type { Finding } from '../types.ts';
import type { Context } from './check.ts';
import { finding, graveWhenConfirmed } from './processes-presence.ts';

/** What agents see of each of these. */
const ALARM = 'agents are told of a time synchronization problem';
/** The screens compare with the web server's clock as well, which no dialer sees: it tells it in its answers (RFC 9110 6.6.1). */
export const WEB_SERVERS_CLOCK = 'curl -sI http://WEBSERVER/ | grep -i ^date: ; date -u';
const WEB_SERVER = `a web server's clock cannot be seen from here: ${WEB_SERVERS_CLOCK}`;

/** The faults of AST_update that show in its row, told apart. */
export function judgeUpdater(
	copy: Copy,
	seen: DaemonObservation,
	before: UpdaterHistory | undefined,
	factor: number,
	context: Context,
): Finding | undefined {
	const row = seen.updater ?? null;
	const { warn, crit } = context.settings.limits.updater_heartbeat;
	const fault = updaterFault(row, before, { warn: warn * factor, crit: crit * factor });
	if (!fault) return undefined;
	const age = row && updaterAge(row);
	const evidence = {
		pid: copy.pid,
		state: copy.state,
		heartbeat_seconds: age === null ? null : Math.round(age),
		last_update: row?.stamp ?? null,
		db_time: row?.dbStamp ?? null,
	};
	return finding(KIND[fault], seen, {
		evidence,
		...TELL[fault]({ copy, seen, age, apart: row?.apart ?? 0, factor, context }),
	});
}

/** The part behind the point in the id of what is found, by fault. */
export const KIND: Record<UpdaterFault, string> = {
	no_row: 'heartbeat_missing',
	stands_still: 'heartbeat_old',
	clocks: 'clocks_differ',
	time_zones: 'time_zones_differ',
	column: 'column_without_update',
	manager: 'manager_slow',
};

interface Told {
	copy: Copy;
	seen: DaemonObservation;
	age: number | null;
	apart: number;
	factor: number;
	context: Context;
}

const TELL: Record<UpdaterFault, (told: Told) => Pick<Finding, 'status' | 'summary' | 'remedy' | 'advice'>> = {
	no_row: ({ seen, context }) => ({
		status: graveWhenConfirmed('heartbeat_missing', seen, context),
		summary: `AST_update runs, but its row in server_updater is gone: it makes it only when it starts; ${ALARM}`,
		remedy: 'restart:AST_update',
	}),
	stands_still: ({ copy, seen, age, factor, context }) => {
		const status =
			age === null
				? graveWhenConfirmed('heartbeat_old', seen, context)
				: (exceeded(context.settings.limits, 'updater_heartbeat', age / factor) ?? 'warning');
		const old = age === null ? 'has never been written' : `is ${Math.round(age)} s old`;
		return {
			status,
			summary: `AST_update (process ${copy.pid}) runs, but its row in server_updater ${old}; ${ALARM}`,
			// a warning may still be a slow moment; only a critical age is a stall
			...(status === 'critical' && { remedy: 'restart:AST_update' }),
		};
	},
	clocks: ({ apart }) => ({
		status: 'critical',
		summary: `the clock of this machine is ${Math.abs(apart)} s ${apart > 0 ? 'ahead of' : 'behind'} the database's, look after look: ${ALARM}; no restart helps`,
		advice: `chronyc tracking; the same on the database's machine; ${WEB_SERVER}`,
	}),
	time_zones: ({ apart }) => ({
		status: 'critical',
		summary: `this machine and the database are ${Math.round(Math.abs(apart) / 60)} minutes apart, as time zones are: ${ALARM}; no restart helps`,
		advice: 'timedatectl; mysql -e "SELECT @@global.time_zone, @@system_time_zone"',
	}),
	column: () => ({
		status: 'critical',
		summary: `AST_update writes its row, but server_updater.db_time does not move with it: the column has lost its automatic update; ${ALARM}; no restart helps`,
		advice:
			'mysql asterisk -e "SHOW CREATE TABLE server_updater"; db_time needs DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP (see explicit_defaults_for_timestamp)',
	}),
	manager: ({ copy }) => ({
		status: 'warning',
		summary: `AST_update (process ${copy.pid}) writes its row only every 10 s or so: Asterisk's manager does not answer it; ${ALARM}`,
		advice: "asterisk -rx 'manager show connected'; asterisk -rx 'core show channels count'",
	}),
};
