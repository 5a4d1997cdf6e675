import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Dialer } from '../sandbox/dialer.ts';

/** What some ticks asked of others, and the most that any of them held. */
export interface Watched {
	/** fewest and most statements of one tick, session settings included, as the server counts them */
	statements: Range;
	/** fewest and most actions of one tick in Asterisk's manager, login included */
	actions: Range;
	/** megabytes */
	memory: number;
	/** the tables of which one statement read most rows, and the most milliseconds that one took */
	widest: { table: string; rows: number; milliseconds: number }[];
}

export type Range = readonly [least: number, most: number];

/**
 * Watches ticks, half of them while they tell of their traffic, with an account of their own, so that the server's log tells their statements from those of the daemons.
 * @throws when a tick ends with another status than 0
 */
export async function watch(
	dialer: Dialer,
	args: string[],
	env: Record<string, string>,
	ticks: number,
): Promise<Watched> {
	const { database } = dialer;
	const peaks = join(dialer.folder, 'peaks');
	rmSync(peaks, { force: true });
	await database.query(`CREATE USER IF NOT EXISTS watch@'%' IDENTIFIED BY 'watch';
		GRANT SELECT ON asterisk.* TO watch@'%';
		SET GLOBAL log_output='TABLE', GLOBAL long_query_time=0, GLOBAL slow_query_log=1;
		TRUNCATE mysql.slow_log`);
	const tick = async (more: string[]): Promise<string> => {
		const { exitCode, stdout, stderr } = await dialer.check([...args, ...more], {
			env: { ...env, VICIKEEP_DB_USER: 'watch', VICIKEEP_DB_PASS: 'watch', ...peakInto(peaks) },
		});
		if (exitCode !== 0) throw new Error(`a tick ended with ${exitCode}:\n${stdout}`);
		return stderr;
	};
	for (let at = 0; at < ticks; at++) await tick([]);
	const memory = highestPeak(peaks);
	const actions: number[] = [];
	// telling of the traffic takes memory that no tick of cron takes
	for (let at = 0; at < ticks; at++) actions.push((await tick(['-vv'])).match(/AMI > Action: /g)?.length ?? 0);
	await database.query('SET GLOBAL slow_query_log=0');
	const runs: { statements: number }[] = await database.query(
		"SELECT COUNT(*) AS statements FROM mysql.slow_log WHERE user_host LIKE 'watch[%' GROUP BY thread_id",
	);
	if (runs.length !== 2 * ticks) throw new Error(`${2 * ticks} ticks had ${runs.length} connections to the database`);
	const widest: { table: string; rows: number; milliseconds: number }[] = await database.query(
		`SELECT REGEXP_SUBSTR(CONVERT(sql_text USING latin1), '(?<=FROM )[A-Za-z_.]+') AS \`table\`, MAX(rows_examined) AS \`rows\`,
		MAX(MICROSECOND(query_time)) / 1000 AS milliseconds
		FROM mysql.slow_log WHERE user_host LIKE 'watch[%' GROUP BY 1 ORDER BY 2 DESC LIMIT 3`,
	);
	return {
		statements: range(runs.map((run) => Number(run.statements))),
		actions: range(actions),
		memory,
		widest,
	};
}

const range = (values: readonly number[]): Range => [Math.min(...values), Math.max(...values)];

/** Environment of a run that appends the most that it ever held to this file. */
export const peakInto = (file: string): Record<string, string> => ({
	NODE_OPTIONS: `--require=${import.meta.dirname}/peak.cjs`,
	BENCH_PEAKS: file,
});

/** The most that any of those runs held, megabytes. */
export const highestPeak = (file: string): number =>
	Math.max(...readFileSync(file, 'utf8').trim().split('\n').map(Number)) / 1024;
