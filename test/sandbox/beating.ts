import { existsSync } from 'node:fs';
import { createConnection } from 'node:net';
import { join } from 'node:path';
import type { Dialer } from './dialer.ts';

/** The first sign of life that each daemon leaves: a row, a session, a log. Those of codes 4 and E have none while idle. */
interface Sign {
	/** The keepalive code or the keepalive's option. */
	of: string;
	seen(dialer: Dialer): Promise<boolean> | boolean;
}

const row = (sql: string) => async (dialer: Dialer) => (await dialer.database.query(sql, [dialer.serverIp])).length > 0;
const debugRow = (condition: string) =>
	row(`SELECT 1 FROM vicidial_campaign_stats_debug WHERE ${condition} AND entry_time IS NOT NULL`);
const session =
	(user: string) =>
	async (dialer: Dialer): Promise<boolean> =>
		new RegExp(`^ *${user} `, 'm').test(await dialer.asterisk.cli('manager show connected'));
const log = (name: string) => (dialer: Dialer) =>
	existsSync(join(dialer.logs, name.replace('<date>', localDate(new Date()))));

const SIGNS: Sign[] = [
	{ of: '1', seen: row('SELECT 1 FROM server_updater WHERE server_ip = ? AND last_update IS NOT NULL') },
	{ of: '2', seen: session('listencron') },
	{ of: '3', seen: debugRow("campaign_id = '-SHARE-' AND server_ip = ?") },
	{ of: '5', seen: debugRow("campaign_id = '--CALLBACK-QUEUE--' AND server_ip = 'ADAPT'") },
	{ of: '6', seen: ({ serverIp }) => connects(serverIp, 4577) },
	{ of: '7', seen: log('vdautodial_FILL.<date>') },
	{ of: '8', seen: ({ daemons }) => daemons.relays().length === 3 },
	{ of: 'S', seen: session('sipcron') },
	{ of: 'C', seen: log('conf_telnet_log.txt') },
	{ of: '-cu3way', seen: log('3way_conf.<date>') },
	{ of: '-recmon', seen: log('rec_log.<date>') },
];

/** Whether every daemon of these keepalive codes and options has left its sign of life. */
export async function beating(dialer: Dialer, keepalives: string, options: string[]): Promise<boolean> {
	const expected = SIGNS.filter(({ of }) => (of.length === 1 ? keepalives.includes(of) : options.includes(of)));
	const seen = await Promise.all(expected.map((sign) => sign.seen(dialer)));
	return seen.every(Boolean);
}

/** `YYYY-MM-DD` of a moment in local time, as the names of the logs have it. */
export function localDate(moment: Date): string {
	const two = (value: number) => String(value).padStart(2, '0');
	return `${moment.getFullYear()}-${two(moment.getMonth() + 1)}-${two(moment.getDate())}`;
}

function connects(host: string, port: number): Promise<boolean> {
	return new Promise((resolve) => {
		const socket = createConnection({ host, port, timeout: 1_000 });
		const done = (answer: boolean) => {
			resolve(answer);
			socket.destroy();
		};
		socket
			.once('connect', () => done(true))
			.once('error', () => done(false))
			.once('timeout', () => done(false));
	});
}
