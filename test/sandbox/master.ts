import { copyDatabase, Database } from './database.ts';
import type { Dialer } from './dialer.ts';
import { createFolder, freeAddress, removeInstance } from './instance.ts';
import { until } from './processes.ts';
import { providePrograms } from './programs.ts';

/** A second MariaDB, of which the dialer's is a replica. */
export interface Master {
	/** Runs SQL on it as administrator. */
	query: Database['query'];
	/** Shuts it down: the replica tries to come back to it every second. */
	stop(): Promise<void>;
	/** Makes the dialer's database one of its own again, and ends the master. */
	release(): Promise<void>;
}

/** Makes the dialer's database a replica of a new one with the same tables; resolves when it has caught up (20 s). */
export async function replicate({ database }: Pick<Dialer, 'database'>): Promise<Master> {
	const programs = await providePrograms(() => {});
	const address = await freeAddress();
	const folder = createFolder();
	const master = new Database(programs, folder, address, [
		'--log-bin=binlog',
		'--server-id=1',
		'--binlog-format=STATEMENT',
	]);
	const release = async () => {
		await database.query('STOP SLAVE; RESET SLAVE ALL');
		await master.disconnect();
		removeInstance(folder);
	};
	try {
		await copyDatabase(programs, folder);
		await master.start();
		await master.query("GRANT REPLICATION SLAVE ON *.* TO replica@'%' IDENTIFIED BY 'replica1234'");
		const [position] = await master.query('SHOW MASTER STATUS');
		await database.query(
			`SET GLOBAL server_id=2; GRANT SLAVE MONITOR ON *.* TO cron@'%';
			CHANGE MASTER TO MASTER_HOST='${address}', MASTER_PORT=3306, MASTER_USER='replica', MASTER_PASSWORD='replica1234',
				MASTER_LOG_FILE='${position?.File}', MASTER_LOG_POS=${position?.Position}, MASTER_CONNECT_RETRY=1;
			START SLAVE`,
		);
		await until('the replica', 20_000, async () => (await lagOf(database)) === 0);
	} catch (error) {
		await release();
		throw error;
	}
	return { query: (sql, values) => master.query(sql, values), stop: () => master.stop(), release };
}

/** Seconds by which a replica is behind; null while it does not run. */
export async function lagOf(database: Database): Promise<number | null> {
	const [row] = await database.query('SHOW SLAVE STATUS');
	return row?.Seconds_Behind_Master ?? null;
}
