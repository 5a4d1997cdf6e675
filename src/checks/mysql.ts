import { type DatabaseFault, DatabaseTrouble, type Row } from '../adapters/database.ts';
import { apart } from '../clocks.ts';
import type { DatabaseFacts } from '../dialer/database-facts.ts';
import { askOfTables, type TableQuestions } from '../dialer/database-tables.ts';
import { isLocalDatabase } from '../dialer/disks.ts';
import { candidates, type Holder, threadsOf, type Waiting, waitingFor, withProcesses } from '../dialer/lock-holder.ts';
import type { ServerRow } from '../dialer/server.ts';
import type { Samples, Turns } from '../rotation.ts';
import { exceeded, measured } from '../thresholds.ts';
import type { Finding, Metric } from '../types.ts';
import type { World } from '../world.ts';
import type { Check } from './check.ts';
import { about } from './mysql-about.ts';
import { lockFinding } from './mysql-lock.ts';
import { judgeTables } from './mysql-tables.ts';
import { adviceFor, down } from './mysql-trouble.ts';

type Observation =
	| { trouble: { fault: DatabaseFault; message: string } }
	| (DatabaseFacts & {
			trouble?: undefined;
			uptime: number;
			/** connections in use; undefined when the server does not tell */
			connections: number | undefined;
			/** threads of our account that wait for a lock, longest first; those of daemons are among them */
			waiting: Waiting[];
			/** who may hold that lock, the likeliest first; asked only when it is worth a word */
			holders: Holder[];
			server: ServerRow | undefined;
			samples: Samples<TableQuestions>;
			/** to remember */
			turns: Turns | undefined;
	  });

export const mysql: Check<Observation> = {
	id: 'mysql',
	needs: [],
	about,

	async observe(world) {
		try {
			const facts = await world.databaseFacts();
			const status = await readStatus(world);
			return {
				...facts,
				...status,
				...lockOf(await world.query('SHOW PROCESSLIST', []), world),
				server: await world.server().catch(() => undefined),
				...(await askOfTables(world)),
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
			return { findings: [down(seen.trouble, settings)], metrics: [] };
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
				advice: adviceFor('silent', settings),
			});
		}
		if (seen.connections !== undefined && seen.mostConnections > 0) {
			const share = (100 * seen.connections) / seen.mostConnections;
			metrics.push(measured(limits, 'database_connections', share));
			const crowded = exceeded(limits, 'database_connections', share);
			if (crowded)
				findings.push({
					id: 'mysql.connections',
					subject: where,
					status: crowded,
					summary: `${seen.connections} of ${seen.mostConnections} connections are in use; at the last one every program is refused`,
					evidence: { connections: seen.connections, most: seen.mostConnections },
					advice: 'mysqladmin processlist; raise max_connections in my.cnf',
				});
		}
		const skewed = exceeded(limits, 'database_clock_skew', Math.abs(seen.clockSkew));
		if (skewed) {
			findings.push({
				id: 'mysql.clock_skew',
				subject: where,
				status: skewed,
				summary: `the database's clock is ${apart(seen.clockSkew)} this machine's`,
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
		const tables = judgeTables(seen.samples, seen.server, seen.readOnly, settings);
		return {
			findings: [...findings, ...tables.findings],
			metrics: [...metrics, ...tables.metrics],
			clock: { ahead: seen.clockSkew, host: database.host, here: isLocalDatabase(settings) },
		};
	},

	remember: (seen) => (seen.trouble || !seen.turns ? {} : { turns: { mysql: seen.turns } }),
};

/** What needs no right to be asked. */
async function readStatus(world: World): Promise<{ uptime: number; connections: number | undefined }> {
	const rows = await world.query("SHOW GLOBAL STATUS WHERE Variable_name IN ('Uptime', 'Threads_connected')", []);
	const value = (name: string): number | undefined => {
		const row = rows.find(({ Variable_name }) => Variable_name === name);
		return row && Number(row.Value);
	};
	return { uptime: value('Uptime') ?? 0, connections: value('Threads_connected') };
}

/** The waits of this moment, and where they are long, who may be at fault. */
function lockOf(rows: readonly Row[], world: World): { waiting: Waiting[]; holders: Holder[] } {
	const threads = threadsOf(rows);
	const waiting = waitingFor(threads);
	const worthAWord = (waiting[0]?.seconds ?? 0) >= world.settings.limits.database_lock_wait.warn;
	return { waiting, holders: worthAWord ? withProcesses(candidates(threads), world) : [] };
}
