import mysql from 'mysql2/promise';
import type { Stage } from './fault.ts';
import { here, sleep } from './injections.ts';

/** The other dialer of the sandbox's database: what stands there is no matter of this one. */
export const OTHER_DIALER = '192.0.2.12';

/** Does something at once, and over and over while the looks go on. @param pause milliseconds from its end to the next */
export function overAndOver({ later }: Stage, pause: number, deed: () => Promise<unknown>): void {
	let over = false;
	const rounds = (async () => {
		while (!over) {
			await deed();
			await sleep(pause);
		}
	})();
	later(async () => {
		over = true;
		await rounds;
	});
}

/** Browsers or AGIs go on refreshing rows of this dialer, once a second. @param condition SQL */
export const keepRefreshed = (stage: Stage, table: string, condition: string): void =>
	overAndOver(stage, 1000, () =>
		here(stage, `UPDATE ${table} SET last_update_time=NOW() WHERE server_ip=? AND ${condition}`),
	);

/** Locks what an SQL statement says for less than half a second, and again after a while: a backup in small steps. */
export async function lockForMoments(stage: Stage, statement: string): Promise<void> {
	const connection = await mysql.createConnection({
		socketPath: stage.dialer.database.socket,
		user: 'root',
		database: 'asterisk',
	});
	stage.later(() => connection.destroy());
	overAndOver(stage, 600, async () => {
		await connection.query(statement);
		await sleep(400);
		await connection.query('UNLOCK TABLES');
	});
}
