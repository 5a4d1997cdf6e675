import { marks, type TableReader } from './queues-ask.ts';

/** Channels that AST_update last wrote into its tables, beside those that Asterisk has. */
export interface ChannelCounts {
	written: number;
	asterisk: number;
}

export async function countChannels(tables: TableReader, serverIp: string, asterisk: number): Promise<ChannelCounts> {
	let written = 0;
	for (const table of ['live_channels', 'live_sip_channels']) {
		const [row] = await tables.ask<{ count: number }>(
			table,
			`SELECT COUNT(*) AS count FROM ${table} WHERE server_ip=? LIMIT 1`,
			[serverIp],
		);
		written += row?.count ?? 0;
	}
	return { written, asterisk };
}

/** Parked customers whose channel is gone, each as channel and time of parking. AST_update removes them after 10 s. */
export async function readOrphansOfParking(tables: TableReader, serverIp: string): Promise<string[]> {
	const parked = await tables.ask<{ channel: string; time: string | null }>(
		'parked_channels',
		'SELECT channel, parked_time AS time FROM parked_channels WHERE server_ip=? LIMIT 200',
		[serverIp],
	);
	let left = parked;
	for (const table of ['live_channels', 'live_sip_channels']) {
		const names = left.map(({ channel }) => channel);
		if (names.length === 0) break;
		const rows = await tables.ask<{ channel: string }>(
			table,
			`SELECT channel FROM ${table} WHERE server_ip=? AND channel IN (${marks(names)}) LIMIT 200`,
			[serverIp, ...names],
		);
		const alive = new Set(rows.map(({ channel }) => channel));
		left = left.filter(({ channel }) => !alive.has(channel));
	}
	return left.map(({ channel, time }) => `${channel} ${time ?? ''}`);
}
