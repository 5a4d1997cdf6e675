import type { Replica, TableQuestions } from '../dialer/database-tables.ts';
import type { ServerRow } from '../dialer/server.ts';
import type { Samples } from '../rotation.ts';
import type { Settings } from '../settings.ts';
import { exceeded, measured } from '../thresholds.ts';
import type { Finding, Metric } from '../types.ts';

/** What is wrong with tables, columns, schema and replication. None of it is repaired unasked. */
export function judgeTables(
	{ touched, stale, replica }: Samples<TableQuestions>,
	server: ServerRow | undefined,
	readOnly: boolean,
	{ database: { name, host, port }, limits, expectedSchema, astguiclientConf }: Settings,
): { findings: Finding[]; metrics: Metric[] } {
	const findings: Finding[] = [];
	const metrics: Metric[] = [];
	for (const { table, says } of touched?.answer.broken ?? []) {
		findings.push({
			id: 'mysql.crashed',
			subject: table,
			status: 'critical',
			summary: `table ${table} cannot be read: ${says}`,
			evidence: { table, says },
			advice: `mysqlcheck --check ${name} ${table}; then --repair, which locks a large table for minutes`,
		});
	}
	for (const column of stale?.answer ?? []) {
		findings.push({
			id: 'mysql.column_without_update',
			subject: column,
			status: 'warning',
			summary: `${column} has lost its automatic update: what it tells stands still, whatever the daemons do`,
			evidence: { column },
			advice: alterFor(column),
		});
	}
	const found = server?.system.schemaVersion ?? 0;
	if (expectedSchema !== undefined && found > 0 && found !== expectedSchema) {
		const behind = found < expectedSchema;
		findings.push({
			id: 'mysql.schema',
			subject: name,
			status: 'warning',
			summary: `the schema is version ${found}, the programs of this machine expect ${expectedSchema}: ${behind ? 'the database was not upgraded with them' : 'they were not upgraded with the database'}`,
			evidence: { found, expected: expectedSchema },
			advice: behind
				? 'run the upgrade script of the release on the database'
				: `compare ${astguiclientConf}; upgrade this machine`,
		});
	}
	if (replica?.answer) {
		const { running, lag, error } = replica.answer;
		if (lag !== null) metrics.push(measured(limits, 'replica_lag', lag));
		const status = running && lag !== null ? exceeded(limits, 'replica_lag', lag) : 'critical';
		if (status && replica.doubts > 1) {
			findings.push({
				id: 'mysql.replica',
				subject: `${host}:${port}`,
				// what the dialers write arrives here all the same
				status: readOnly ? status : 'warning',
				...wordsFor(replica.answer, readOnly),
				evidence: { running, lag_seconds: lag, read_only: readOnly, ...(error !== '' && { error }) },
			});
		}
	}
	return { findings, metrics };
}

function wordsFor({ running, lag, atRest, error }: Replica, readOnly: boolean): Pick<Finding, 'summary' | 'advice'> {
	if (atRest && !readOnly)
		return {
			summary: 'this database may be written, and its replication was stopped: a replica that was made the master',
			advice: 'once it stays the master: RESET SLAVE ALL as its administrator',
		};
	const stopped = `its replication has stopped${error === '' ? '' : `: ${error}`}`;
	return {
		summary: `this database is a replica${running ? ` and ${lag} s behind its master` : `, and ${stopped}`}`,
		advice: 'SHOW SLAVE STATUS\\G as its administrator',
	};
}

function alterFor(column: string): string {
	const [table = '', name = ''] = column.split('.');
	return `ALTER TABLE ${table} MODIFY ${name} TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP`;
}
