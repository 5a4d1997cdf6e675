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
for a lock (SHOW PROCESSLIST of our own account)`,
	settings: ['DB_HOST', 'DB_PORT', 'DB_SOCKET', 'DB_NAME', 'DB_USER', 'DB_PASS'],
	limits: ['database_answer', 'database_clock_skew', 'database_lock_wait'],
	finds: {
		...FAULTS,
		slow: 'a trivial statement takes long',
		clock_skew: "its clock is not this machine's",
		read_only: 'it may not be written',
	},
	does: 'nothing: a database is never restarted. What rests on it is skipped or left alone until it is back.',
};
