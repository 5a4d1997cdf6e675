import { type DatabaseFault, DatabaseTrouble, type Row } from '../adapters/database.ts';
import type { Settings } from '../settings.ts';
import { exceeded, measured } from '../thresholds.ts';
import type { Finding, Metric } from '../types.ts';
import type { Check } from './check.ts';
import { about } from './mysql-about.ts';

type Observation =
	| { trouble: { fault: DatabaseFault; message: string } }
	| {
			trouble?: undefined;
			version: string;
			/** seconds */
			answer: number;
			uptime: number;
			/** database clock minus local clock, seconds, half the round trip taken off */
			clockSkew: number;
			readOnly: boolean;
			/** threads of our account that wait for a lock, longest first; those of daemons are among them */
			waiting: { seconds: number; state: string; statement: string }[];
	  };

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

const advice = (fault: DatabaseFault, { database, astguiclientConf }: Settings): string => {
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

export const mysql: Check<Observation> = {
	id: 'mysql',
	needs: [],
	about,

	async observe(world) {
		try {
			await world.database();
			const began = performance.now();
			const [clock] = await world.query(
				'SELECT UNIX_TIMESTAMP(NOW(6)) AS now, VERSION() AS version, @@global.read_only AS readOnly',
				[],
			);
			const took = (performance.now() - began) / 1000;
			const local = Date.now() / 1000 - took / 2;
			const [uptime] = await world.query("SHOW GLOBAL STATUS LIKE 'Uptime'", []);
			return {
				version: String(clock?.version ?? ''),
				answer: took,
				uptime: Number(uptime?.Value ?? 0),
				clockSkew: Number(clock?.now ?? local) - local,
				readOnly: Number(clock?.readOnly) === 1,
				waiting: lockWaits(await world.query('SHOW PROCESSLIST', [])),
			};
		} catch (error) {
			if (!(error instanceof DatabaseTrouble)) throw error;
			return { trouble: { fault: error.fault, message: error.message } };
		}
	},

	judge(seen, { settings }) {
		const { database, limits } = settings;
		const where = `${database.host}:${database.port}`;
		if (seen.trouble) {
			const { fault, message } = seen.trouble;
			const down: Finding = {
				id: `mysql.${fault}`,
				subject: where,
				status: 'critical',
				summary: `the database on ${where} ${SUMMARY[fault]}`,
				evidence: { error: message },
				advice: advice(fault, settings),
			};
			return { findings: [down], metrics: [] };
		}
		const findings: Finding[] = [];
		const metrics: Metric[] = [
			measured(limits, 'database_answer', seen.answer),
			measured(limits, 'database_clock_skew', Math.abs(seen.clockSkew)),
			{ name: 'database_uptime', labels: {}, value: seen.uptime, unit: 'seconds' },
		];
		const slow = exceeded(limits, 'database_answer', seen.answer);
		if (slow) {
			findings.push({
				id: 'mysql.slow',
				subject: where,
				status: slow,
				summary: `the database takes ${seen.answer.toFixed(1)} s to answer a trivial query`,
				evidence: { seconds: seen.answer },
				advice: advice('silent', settings),
			});
		}
		const skewed = exceeded(limits, 'database_clock_skew', Math.abs(seen.clockSkew));
		if (skewed) {
			findings.push({
				id: 'mysql.clock_skew',
				subject: where,
				status: skewed,
				summary: `the database's clock is ${Math.abs(seen.clockSkew).toFixed(0)} s ${seen.clockSkew > 0 ? 'ahead of' : 'behind'} this machine's`,
				evidence: { seconds: Math.round(seen.clockSkew) },
				advice: 'chronyc tracking (on both machines)',
			});
		}
		const [longest] = seen.waiting;
		metrics.push(measured(limits, 'database_lock_wait', longest?.seconds ?? 0));
		const blocked = longest && exceeded(limits, 'database_lock_wait', longest.seconds);
		if (longest && blocked) {
			findings.push({
				id: 'mysql.locked',
				subject: where,
				status: blocked,
				summary: `${seen.waiting.length} statements wait for a lock, the longest for ${longest.seconds} s (${longest.state}); nothing is restarted for it`,
				evidence: {
					waiting: seen.waiting
						.slice(0, 10)
						.map(({ seconds, state, statement }) => `${seconds} s, ${state}: ${statement}`),
				},
				advice: advice('locked', settings),
			});
		}
		if (seen.readOnly) {
			findings.push({
				id: 'mysql.read_only',
				subject: where,
				status: 'critical',
				summary: 'the database is read-only: no daemon can write its queue',
				evidence: {},
				advice: 'is this a replica? compare VARDB_server in /etc/astguiclient.conf',
			});
		}
		return { findings, metrics };
	},
};

/** Without the PROCESS right this shows the threads of our own account, which is that of all daemons. */
function lockWaits(threads: readonly Row[]): { seconds: number; state: string; statement: string }[] {
	return threads
		.filter(({ State }) => /^Waiting for .*lock|^Locked$/i.test(String(State ?? '')))
		.map(({ Time, State, Info }) => ({
			seconds: Number(Time),
			state: String(State),
			// the beginning without its values
			statement: String(Info ?? '')
				.replace(/'[^']*'?/g, "'…'")
				.replace(/\s+/g, ' ')
				.slice(0, 60),
		}))
		.sort((a, b) => b.seconds - a.seconds);
}
