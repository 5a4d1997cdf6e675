import type { TableReader } from './queues-ask.ts';
import type { ServerRow } from './server.ts';

/** Something that the stock keepalive does in its next minute. */
export interface Due {
	what: string;
	count: number;
	/** the one that has waited longest */
	first: string | null;
}

/** What the keepalive of the voicemail server does for all servers, as far as it is switched on. */
export async function readSharedDuties(tables: TableReader, { system: { duties } }: ServerRow): Promise<Due[]> {
	const due: Due[] = [];
	const ask = async (what: string, table: string, sql: string): Promise<void> => {
		const rows = await tables.askIfThere<{ count: number; first: string | null }>(table, sql, []);
		if (rows?.[0]) due.push({ what, ...rows[0] });
	};
	if (duties.notifications)
		await ask(
			'agent notifications',
			'vicidial_agent_notifications_queue',
			`SELECT COUNT(*) AS count, MIN(queue_date) AS first
			FROM (SELECT queue_date FROM vicidial_agent_notifications_queue LIMIT 1000) AS waiting`,
		);
	if (duties.reports)
		await ask(
			'automated reports',
			'vicidial_automated_reports',
			"SELECT COUNT(*) AS count, MIN(report_last_run) AS first FROM vicidial_automated_reports WHERE run_now_trigger='Y' AND active='Y' LIMIT 1",
		);
	if (duties.dropLists)
		await ask(
			'drop lists',
			'vicidial_drop_lists',
			"SELECT COUNT(*) AS count, MIN(last_run) AS first FROM vicidial_drop_lists WHERE run_now_trigger='Y' LIMIT 1",
		);
	return due;
}

/** Seconds since the output of Asterisk was gathered, by the database's clock; null when it never was. */
export async function readAsteriskOutput(tables: TableReader, serverIp: string): Promise<number | null> {
	const rows = await tables.askIfThere<{ age: number | null }>(
		'vicidial_asterisk_output',
		'SELECT TIMESTAMPDIFF(SECOND, update_date, NOW()) AS age FROM vicidial_asterisk_output WHERE server_ip=? LIMIT 1',
		[serverIp],
	);
	return rows?.[0]?.age ?? null;
}
