import type { DatabaseFault } from '../adapters/database.ts';
import type { Settings } from '../settings.ts';
import type { Finding } from '../types.ts';

const SUMMARY: Record<DatabaseFault, string> = {
	refused: 'refuses connections',
	unknown_host: 'cannot be found: the name of its host leads nowhere',
	no_schema: 'has no schema of the configured name for this account',
	silent: 'accepts connections but does not answer',
	denied: 'refuses the account',
	full: 'has no connection left',
	locked: 'is blocked by a lock',
	failed: 'fails on a trivial statement',
};

/** What to look at next. */
export const adviceFor = (fault: DatabaseFault, { database, astguiclientConf }: Settings): string => {
	const local = database.socket !== undefined || isLoopback(database.host);
	const on = local ? '' : `on ${database.host}: `;
	switch (fault) {
		case 'refused':
			return `${on}systemctl status mariadb`;
		case 'unknown_host':
			return `compare VARDB_server in ${astguiclientConf}: getent hosts ${database.host}`;
		case 'denied':
			return `compare VARDB_user and VARDB_pass in ${astguiclientConf} with the grants of ${database.user}`;
		case 'no_schema':
			return `compare VARDB_database (${database.name}) in ${astguiclientConf}`;
		case 'full':
			return `${on}mysqladmin processlist; compare max_connections`;
		case 'locked':
			return `${on}mysqladmin processlist; the holder of the lock is the one to look at`;
		case 'failed':
			return `${on}look at the database's error log`;
		case 'silent':
			return `${on}uptime; df -h; mysqladmin processlist`;
	}
};

const isLoopback = (host: string): boolean => host === 'localhost' || host.startsWith('127.');

/** The database cannot be worked with. */
export function down({ fault, message }: { fault: DatabaseFault; message: string }, settings: Settings): Finding {
	const where = `${settings.database.host}:${settings.database.port}`;
	return {
		id: `mysql.${fault}`,
		subject: where,
		status: 'critical',
		summary: `the database on ${where} ${SUMMARY[fault]}`,
		evidence: { error: message },
		advice: adviceFor(fault, settings),
	};
}
