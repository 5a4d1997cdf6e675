import type { TableReader } from './queues-ask.ts';

/** Hosts of the newest requests that nobody has answered. */
export interface UnansweredUrls {
	count: number;
	/** without user, path and query: they hold what is nobody's business */
	hosts: string[];
}

export async function readUnansweredUrls(tables: TableReader): Promise<UnansweredUrls | null> {
	const rows = await tables.askIfThere<{ host: string | null; count: number }>(
		'vicidial_url_log',
		`SELECT LEFT(SUBSTRING_INDEX(SUBSTRING_INDEX(SUBSTRING_INDEX(SUBSTRING_INDEX(url, '/', 3), '/', -1), '?', 1), '@', -1), 60) AS host,
		COUNT(*) AS count FROM (SELECT url, url_response, response_sec FROM vicidial_url_log ORDER BY url_log_id DESC LIMIT 200) AS newest
		WHERE response_sec=0 AND COALESCE(url_response, '')='' GROUP BY host ORDER BY count DESC LIMIT 5`,
		[],
	);
	if (!rows) return null;
	return { count: rows.reduce((sum, { count }) => sum + count, 0), hosts: rows.map(({ host }) => host ?? '') };
}
