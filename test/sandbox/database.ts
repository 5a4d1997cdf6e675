import { createHash } from 'node:crypto';
import { cpSync, existsSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import mysql from 'mysql2/promise';
import { Background } from './background.ts';
import { createFolder, removeInstance } from './instance.ts';
import { withLock } from './lock.ts';
import { type Programs, SANDBOX } from './programs.ts';
import { run } from './run.ts';

const read = (name: string) => readFileSync(join(import.meta.dirname, name), 'utf8');

const SCHEMA = read('schema.sql') + read('conf-schema.sql');

/** MariaDB refuses to run as root by accident. */
const AS_ROOT = process.getuid?.() === 0 ? ['--user=root'] : [];

/** Small, and as VICIdial wants it: no strict mode, TIMESTAMP columns that keep themselves. */
const SETTINGS = [
	'--explicit-defaults-for-timestamp=OFF',
	'--sql-mode=',
	'--skip-name-resolve',
	'--character-set-server=latin1',
	'--event-scheduler=ON',
	'--performance-schema=OFF',
	'--max-connections=200',
	'--key-buffer-size=8M',
	'--aria-pagecache-buffer-size=8M',
	'--innodb-buffer-pool-size=16M',
	'--innodb-log-file-size=4M',
	'--innodb-flush-log-at-trx-commit=0',
	'--skip-log-bin',
	...AS_ROOT,
];

const ACCOUNTS = `
DELETE FROM mysql.global_priv WHERE User = '';
FLUSH PRIVILEGES;
CREATE USER cron@'%' IDENTIFIED BY '1234';
GRANT RELOAD ON *.* TO cron@'%';
GRANT SELECT, INSERT, UPDATE, DELETE, LOCK TABLES ON asterisk.* TO cron@'%';
CREATE USER custom@'%' IDENTIFIED BY 'custom1234';
GRANT RELOAD ON *.* TO custom@'%';
GRANT SELECT, INSERT, UPDATE, DELETE, LOCK TABLES, CREATE, ALTER, DROP ON asterisk.* TO custom@'%';
CREATE DATABASE asterisk CHARACTER SET latin1;
USE asterisk;
`;

/** The MariaDB server of an instance. The administrator's way in is the socket; the dialer's is its address. */
export class Database {
	readonly socket: string;
	private readonly server: Background;
	private pool: mysql.Pool | undefined;

	constructor(
		private readonly programs: Programs,
		private readonly folder: string,
		private readonly address: string | undefined,
		/** beside the usual ones, which they override */
		private readonly settings: readonly string[] = [],
	) {
		this.socket = join(folder, 'run/mysqld.sock');
		this.server = new Background('MariaDB', join(folder, 'log/mariadb.log'));
	}

	get pid(): number | undefined {
		return this.server.pid;
	}

	/** Starts the server, in this environment besides its own, and waits until it answers (30 s). */
	async start(extra: Record<string, string> = {}): Promise<void> {
		const { mariadbd } = this.programs;
		const args = [
			'--no-defaults',
			...SETTINGS,
			...this.settings,
			`--lc-messages-dir=${mariadbd.base}/share/mysql`,
			`--character-sets-dir=${mariadbd.base}/share/mysql/charsets`,
			`--datadir=${this.folder}/mysql`,
			`--tmpdir=${this.folder}/mysql`,
			`--pid-file=${this.folder}/run/mysqld.pid`,
			`--socket=${this.socket}`,
			...(this.address === undefined ? ['--skip-networking'] : [`--bind-address=${this.address}`, '--port=3306']),
		];
		const env = { ...libraryPath(mariadbd.libraries), ...extra };
		await this.server.spawn(mariadbd.path, args, env, this.folder);
		await this.server.ready(30_000, async () => {
			try {
				const connection = await mysql.createConnection({
					socketPath: this.socket,
					user: 'root',
					connectTimeout: 2_000,
				});
				await connection.end();
				return true;
			} catch {
				return false;
			}
		});
	}

	/** Runs SQL as administrator, several statements if need be, and gives the rows (of the last statement). Rejects after 20 s. */
	// biome-ignore lint/suspicious/noExplicitAny: rows of any query
	async query(sql: string, params: unknown[] = []): Promise<any[]> {
		this.pool ??= mysql.createPool({
			socketPath: this.socket,
			user: 'root',
			database: 'asterisk',
			multipleStatements: true,
			dateStrings: true,
			connectionLimit: 3,
			connectTimeout: 5_000,
		});
		const [rows] = await this.pool.query({ sql, timeout: 20_000 }, params);
		// biome-ignore lint/suspicious/noExplicitAny: rows of any query
		return rows as any[];
	}

	/** Shuts the server down cleanly (20 s). */
	async stop(): Promise<void> {
		await this.disconnect();
		await this.server.end('SIGTERM', 20_000);
	}

	/** Kills the server as a crash would. */
	async kill(): Promise<void> {
		await this.disconnect();
		await this.server.end('SIGKILL', 5_000);
	}

	/** Shuts it down and starts it again: MEMORY tables are empty then, and the daemons have lost their connections. */
	async restart(): Promise<void> {
		await this.stop();
		await this.start();
	}

	/** Holds a table lock from a connection of its own, with the account of the daemons, until it is released. */
	async lock(table: string, mode: 'READ' | 'WRITE' = 'WRITE'): Promise<{ connectionId: number; release(): void }> {
		const connection = await mysql.createConnection({
			host: this.address ?? 'localhost',
			user: 'cron',
			password: '1234',
			database: 'asterisk',
		});
		connection.on('error', () => {}); // the server may end before the lock does
		await connection.query(`LOCK TABLES ${table} ${mode}`);
		return { connectionId: connection.threadId, release: () => connection.destroy() };
	}

	/** Stops the server in its tracks: connections are taken by the kernel and never answered. */
	freeze(): void {
		this.server.signal('SIGSTOP');
	}

	thaw(): void {
		this.server.signal('SIGCONT');
	}

	/** Ends the administrator's connections without waiting for a server that may be frozen. */
	async disconnect(): Promise<void> {
		const pool = this.pool;
		this.pool = undefined;
		if (pool) await Promise.race([pool.end().catch(() => {}), new Promise((resolve) => setTimeout(resolve, 500))]);
	}
}

/** Copies the prepared database, made once per schema and settings, into an instance folder. */
export async function copyDatabase(programs: Programs, folder: string): Promise<void> {
	const recipe = [SCHEMA, ACCOUNTS, SETTINGS.join(), programs.mariadbd.path].join('\n');
	const template = join(SANDBOX, `database-${createHash('sha256').update(recipe).digest('hex').slice(0, 12)}`);
	if (!existsSync(template)) {
		await withLock(join(SANDBOX, 'database.lock'), 300_000, async () => {
			if (!existsSync(template)) await makeTemplate(programs, template);
		});
	}
	cpSync(template, join(folder, 'mysql'), { recursive: true });
}

/** Tells a new database which dialer it serves. */
export async function seed(database: Database, address: string): Promise<void> {
	await database.query(`SET @server_ip = '${address}';\n${read('seed.sql')}${read('conf-seed.sql')}`);
}

/** Adds another dialer to a database that serves one already, with the heartbeat of one that has just started. */
export async function addServer(database: Database, address: string): Promise<void> {
	await database.query(
		`SET @server_ip = ?;
		INSERT INTO servers SET server_id = CONCAT('D', RIGHT(REPLACE(@server_ip, '.', ''), 8)), server_ip = @server_ip,
			server_description = 'Another dialer in a box', active = 'Y', asterisk_version = '16.28.0',
			max_vicidial_trunks = 96, telnet_host = @server_ip, local_gmt = '0.00', rebuild_conf_files = 'N',
			rebuild_music_on_hold = 'N';
		REPLACE INTO server_updater (server_ip, last_update) VALUES (@server_ip, NOW())`,
		[address],
	);
}

async function makeTemplate(programs: Programs, template: string): Promise<void> {
	for (const name of readdirSync(SANDBOX)) {
		if (name.startsWith('database-')) rmSync(join(SANDBOX, name), { recursive: true, force: true });
	}
	const { mariadbd } = programs;
	// In an instance folder, so that nothing of it outlives us.
	const folder = createFolder();
	try {
		const args = [
			'--no-defaults',
			`--basedir=${mariadbd.base}`,
			`--datadir=${folder}/mysql`,
			`--tmpdir=${folder}`,
			'--auth-root-authentication-method=normal',
			'--skip-test-db',
			'--skip-name-resolve',
			'--innodb-log-file-size=4M',
			...AS_ROOT,
		];
		const env = { ...process.env, ...libraryPath(mariadbd.libraries) };
		await run(mariadbd.installDb, args, { env, timeoutMs: 120_000 });
		const database = new Database(programs, folder, undefined);
		await database.start();
		const root = { socketPath: database.socket, user: 'root', multipleStatements: true };
		const connection = await mysql.createConnection(root);
		await connection.query(ACCOUNTS + SCHEMA);
		await connection.end();
		await database.stop();
		const copy = `${template}.new`;
		cpSync(join(folder, 'mysql'), copy, { recursive: true });
		renameSync(copy, template);
	} finally {
		removeInstance(folder);
	}
}

/** LD_LIBRARY_PATH where a program needs one. */
export function libraryPath(libraries: string): Record<string, string> {
	return libraries === '' ? {} : { LD_LIBRARY_PATH: libraries };
}
