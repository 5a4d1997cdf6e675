import { type DatabaseFault, DatabaseTrouble } from '../adapters/database.ts';
import { exceeded, measured } from '../thresholds.ts';
import type { Finding, Metric } from '../types.ts';
import type { Check } from './check.ts';

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
	  };

const SUMMARY: Record<DatabaseFault, string> = {
	refused: 'refuses connections',
	silent: 'accepts connections but does not answer',
	denied: 'refuses the account',
	full: 'has no connection left',
	locked: 'is blocked by a lock',
	failed: 'fails on a trivial statement',
};

const ADVICE: Record<DatabaseFault, string> = {
	refused: 'systemctl status mariadb',
	silent: 'look at load and disk of the database host, then: mysqladmin processlist',
	denied: 'compare VARDB_user and VARDB_pass in /etc/astguiclient.conf with the grants',
	full: 'mysqladmin processlist; compare max_connections',
	locked: 'mysqladmin processlist; the holder of the lock is the one to look at',
	failed: "look at the database's error log",
};

export const mysql: Check<Observation> = {
	id: 'mysql',
	needs: [],

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
			};
		} catch (error) {
			if (!(error instanceof DatabaseTrouble)) throw error;
			return { trouble: { fault: error.fault, message: error.message } };
		}
	},

	judge(seen, { settings: { database, limits } }) {
		const where = `${database.host}:${database.port}`;
		if (seen.trouble) {
			const { fault, message } = seen.trouble;
			const down: Finding = {
				id: `mysql.${fault}`,
				subject: where,
				status: 'critical',
				summary: `the database on ${where} ${SUMMARY[fault]}`,
				evidence: { error: message },
				advice: ADVICE[fault],
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
				advice: ADVICE.silent,
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
