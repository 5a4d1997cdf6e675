import { secondsSinceLocal } from './heartbeats.ts';
import type { TableReader } from './queues-ask.ts';
import type { ServerRow } from './server.ts';

/** The rooms of this dialer's agents. */
export interface Rooms {
	total: number;
	used: number;
	/** rooms that are counted down to be emptied, as table, number and the state of the countdown */
	countdowns: string[];
	/** seconds by which the oldest room that its agent left has outlived the limit for such rooms; by the local clock */
	overstayed: number;
}

/** Who empties rooms sees to both the agents' rooms and those of plain clients. */
export async function readRooms(tables: TableReader, serverIp: string, server: ServerRow): Promise<Rooms | null> {
	const bridges = server.confEngine === 'CONFBRIDGE';
	const table = bridges ? 'vicidial_confbridges' : 'vicidial_conferences';
	const rooms = await tables.askIfThere<{ room: number; extension: string | null; left: string; since: string | null }>(
		table,
		`SELECT conf_exten AS room, extension, leave_3way AS \`left\`, leave_3way_datetime AS since FROM ${table}
		WHERE server_ip=? LIMIT 2000`,
		[serverIp],
	);
	if (!rooms) return null;
	const clients = await tables.askIfThere<{ room: number; extension: string | null }>(
		'conferences',
		"SELECT conf_exten AS room, extension FROM conferences WHERE server_ip=? AND extension LIKE '%Xtimeout%' LIMIT 200",
		[serverIp],
	);
	const now = new Date();
	// a bridge with people in it may be old; whether there are any is not to be seen here
	const left = bridges ? [] : rooms.filter((room) => room.left === '1');
	const ages = left.flatMap(({ since }) => secondsSinceLocal(since, now) ?? []);
	const countdown = (where: string, { room, extension }: { room: number; extension: string | null }): string[] =>
		/Xtimeout\d+$/.test(extension ?? '') ? [`${where} ${room} ${extension}`] : [];
	return {
		total: rooms.length,
		used: rooms.filter(({ extension }) => (extension ?? '') !== '').length,
		countdowns: [
			...rooms.flatMap((room) => countdown(table, room)),
			...(clients ?? []).flatMap((room) => countdown('conferences', room)),
		],
		overstayed: Math.max(0, ...ages.map((age) => age - server.recordingLimit * 60)),
	};
}
