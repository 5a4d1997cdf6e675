import type { DatabaseFault } from '../adapters/database.ts';
import type { About } from './check.ts';

const FAULTS: Record<DatabaseFault, string> = {
	refused: 'nobody takes connections there',
	unknown_host: 'the name of its host leads nowhere',
	no_schema: 'it has no schema of that name for this account',
	silent: 'it accepts a connection and does not answer',
	denied: 'it refuses the account',
	full: 'it has no connection left',
	locked: 'statements, perhaps our own, wait for a lock',
	failed: 'a trivial statement fails',
};

export const about: About = {
	looksAt: `does the database take a connection and answer a trivial query; its clock, whether it may be written, and who waits
for a lock (SHOW PROCESSLIST of our own account); how many connections are left. One after the other: a row of each table that calls and agents need. Every few minutes:
TIMESTAMP columns that no longer update themselves, the schema version, replication where it is a replica. That one is
not seen with the rights of stock's accounts: GRANT SLAVE MONITOR (MariaDB 10.5 and later) or REPLICATION CLIENT shows it`,
	settings: ['DB_HOST', 'DB_PORT', 'DB_SOCKET', 'DB_NAME', 'DB_USER', 'DB_PASS'],
	limits: ['database_answer', 'database_clock_skew', 'database_lock_wait', 'database_connections', 'replica_lag'],
	finds: {
		...FAULTS,
		connections: 'hardly a connection is left',
		slow: 'a trivial statement takes long',
		clock_skew: "its clock is not this machine's",
		crashed: 'a table cannot be read: it has crashed, or its files are damaged',
		column_without_update: 'a TIMESTAMP column has lost its automatic update, so what it tells stands still',
		schema: 'the schema is of another version than the programs expect',
		replica:
			'it is a replica that is late or has stopped: a warning while it may be written, as a replica that was made the master; seen with more rights than stock grants only',
		read_only: 'it may not be written',
	},
	does: 'nothing: a database is never restarted and a table never repaired. What rests on it is skipped or left alone until it is back.',
};
