import { type DatabaseFault, DatabaseTrouble, type Row } from '../adapters/database.ts';
import { candidates, type Holder, threadsOf, type Waiting, waitingFor, withProcesses } from '../dialer/lock-holder.ts';
import type { Settings } from '../settings.ts';
import { exceeded, measured } from '../thresholds.ts';
import type { Finding, Metric } from '../types.ts';
import type { World } from '../world.ts';
import type { Check } from './check.ts';
import { about } from './mysql-about.ts';
import { lockFinding } from './mysql-lock.ts';

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
			waiting: Waiting[];
			/** who may hold that lock, the likeliest first; asked only when it is worth a word */
			holders: Holder[];
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
				...lockOf(await world.query('SHOW PROCESSLIST', []), world),
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
			findings.push(lockFinding(seen.waiting, seen.holders, blocked, settings));
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

/** The waits of this moment, and where they are long, who may be at fault. */
function lockOf(rows: readonly Row[], world: World): { waiting: Waiting[]; holders: Holder[] } {
	const threads = threadsOf(rows);
	const waiting = waitingFor(threads);
	const worthAWord = (waiting[0]?.seconds ?? 0) >= world.settings.limits.database_lock_wait.warn;
	return { waiting, holders: worthAWord ? withProcesses(candidates(threads), world) : [] };
}
