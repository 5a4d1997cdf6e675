import { existsSync, readFileSync } from 'node:fs';
import type { Connection, QueryError } from 'mysql2';
import { Overdue, withDeadline } from './clock.ts';

export interface DatabaseAccount {
	host: string;
	port: number;
	socket?: string;
	name: string;
	user: string;
	password: string;
}

export type DatabaseFault =
	/** nobody listens there */
	| 'refused'
	/** accepts, or routes nowhere, and never answers */
	| 'silent'
	/** the host's name leads nowhere */
	| 'unknown_host'
	/** answers, but not to this account */
	| 'denied'
	/** has no schema of this name, or shows it not to this account */
	| 'no_schema'
	/** error 1040: no connection left */
	| 'full'
	/** a statement waited too long for a table */
	| 'locked'
	/** the statement failed: table missing, crashed, … */
	| 'failed';

export class DatabaseTrouble extends Error {
	readonly fault: DatabaseFault;
	/** MySQL error number, 0 when the error is not the server's */
	readonly errno: number;
	constructor(fault: DatabaseFault, message: string, errno = 0) {
		super(message);
		this.fault = fault;
		this.errno = errno;
	}
}

export type Row = Record<string, string | number | null>;
export type SqlTrace = (statement: string, milliseconds: number) => void;

/** Longest time that a statement may run on the server, seconds; the client waits two seconds more. */
const STATEMENT_SECONDS = 3;

/** Session variables for reading only and for short statements: of MariaDB, of newer ones, of MySQL 8, 5.7 and 5.6. */
const HARMLESS = [
	`tx_read_only=1, max_statement_time=${STATEMENT_SECONDS}`,
	`transaction_read_only=1, max_statement_time=${STATEMENT_SECONDS}`,
	`transaction_read_only=1, max_execution_time=${STATEMENT_SECONDS * 1000}`,
	`tx_read_only=1, max_execution_time=${STATEMENT_SECONDS * 1000}`,
	'tx_read_only=1',
];

const FAULT_BY_ERRNO: Record<number, DatabaseFault> = {
	1040: 'full',
	1044: 'no_schema',
	1045: 'denied',
	1049: 'no_schema',
	1129: 'denied',
	1130: 'denied',
	1698: 'denied',
	1203: 'full',
	1205: 'locked',
	1317: 'locked',
	1969: 'locked',
	3024: 'locked',
};

/** One read-only connection with a deadline for each statement. */
export class Database {
	readonly #connection: Connection;
	readonly #trace: SqlTrace;
	#lost: DatabaseTrouble | undefined;

	private constructor(connection: Connection, trace: SqlTrace) {
		this.#connection = connection;
		this.#trace = trace;
		connection.on('error', (error) => {
			this.#lost ??= asTrouble(error);
		});
	}

	/**
	 * Connects as the Perl daemons do (localhost means the server's socket first) and makes the session harmless: read
	 * only, short statement and lock waits.
	 * @throws DatabaseTrouble refused, silent, denied, full
	 */
	static async open(account: DatabaseAccount, milliseconds: number, trace: SqlTrace = () => {}): Promise<Database> {
		const { createConnection } = await import('mysql2');
		const socketPath = account.socket ?? (account.host === 'localhost' ? localSocket() : undefined);
		const connection = createConnection({
			...(socketPath === undefined
				? { host: account.host === 'localhost' ? '127.0.0.1' : account.host, port: account.port }
				: { socketPath }),
			user: account.user,
			password: account.password,
			database: account.name,
			// bytes go straight through, one character each, as the Perl programs see them
			charset: 'LATIN1_SWEDISH_CI',
			dateStrings: true,
			decimalNumbers: true,
			connectTimeout: 0,
			// each statement is asked once: writing a parser for it costs more than it saves
			disableEval: true,
		});
		// without a listener an error that arrives after the deadline would end the program
		connection.on('error', () => {});
		try {
			await withDeadline(
				new Promise<void>((resolve, reject) => connection.connect((error) => (error ? reject(error) : resolve()))),
				milliseconds,
			);
			const database = new Database(connection, trace);
			await database.#makeHarmless(milliseconds);
			return database;
		} catch (error) {
			connection.destroy();
			throw asTrouble(error as Error);
		}
	}

	/**
	 * Runs one statement; `?` stand for the values.
	 * @throws DatabaseTrouble locked, failed, silent; after `silent` the connection is gone and says so at once
	 */
	async query<R extends Row = Row>(
		sql: string,
		values: readonly (string | number)[],
		milliseconds = 5000,
	): Promise<R[]> {
		const rows = await this.#run<unknown>(sql, values, milliseconds);
		return Array.isArray(rows) ? (rows as R[]) : [];
	}

	/**
	 * Runs one statement that changes rows; the session is made writable for it alone.
	 * @returns number of changed rows
	 * @throws DatabaseTrouble as `query`
	 */
	async write(sql: string, values: readonly (string | number | null)[], milliseconds = 5000): Promise<number> {
		await this.query('SET SESSION TRANSACTION READ WRITE', [], milliseconds);
		try {
			const { affectedRows = 0 } = await this.#run<{ affectedRows?: number }>(sql, values, milliseconds);
			return affectedRows;
		} finally {
			await this.query('SET SESSION TRANSACTION READ ONLY', [], milliseconds);
		}
	}

	/** Leaves properly, so that the server does not log an aborted connection. */
	async close(): Promise<void> {
		if (this.#lost) return;
		await withDeadline(new Promise<void>((resolve) => this.#connection.end(() => resolve())), 500).catch(() =>
			this.#connection.destroy(),
		);
	}

	async #run<T>(sql: string, values: readonly (string | number | null)[], milliseconds: number): Promise<T> {
		if (this.#lost) throw this.#lost;
		const began = performance.now();
		try {
			return await withDeadline(
				new Promise<T>((resolve, reject) => {
					this.#connection.query(sql, [...values], (error: QueryError | null, result) =>
						error ? reject(error) : resolve(result as T),
					);
				}),
				Math.min(milliseconds, (STATEMENT_SECONDS + 2) * 1000),
			);
		} catch (error) {
			const trouble = asTrouble(error as Error);
			if (trouble.fault === 'silent') {
				this.#lost = trouble;
				this.#connection.destroy();
			}
			throw trouble;
		} finally {
			this.#trace(sql, performance.now() - began);
		}
	}

	async #makeHarmless(milliseconds: number): Promise<void> {
		const unknownVariable = 1193;
		const refused: DatabaseTrouble[] = [];
		for (const variables of HARMLESS) {
			try {
				await this.query(`SET SESSION ${variables}, lock_wait_timeout=${STATEMENT_SECONDS}`, [], milliseconds);
				return;
			} catch (error) {
				if (!(error instanceof DatabaseTrouble && error.errno === unknownVariable)) throw error;
				refused.push(error);
			}
		}
		throw refused[0];
	}
}

function asTrouble(error: Error & { code?: string; errno?: number; sqlState?: string }): DatabaseTrouble {
	if (error instanceof DatabaseTrouble) return error;
	if (error instanceof Overdue || error.code === 'ETIMEDOUT' || error.code === 'EHOSTUNREACH')
		return new DatabaseTrouble('silent', error.message);
	if (error.sqlState !== undefined) {
		return new DatabaseTrouble(FAULT_BY_ERRNO[error.errno ?? 0] ?? 'failed', error.message, error.errno);
	}
	if (error.code === 'PROTOCOL_CONNECTION_LOST' || error.code === 'ECONNRESET' || error.code === 'EPIPE') {
		return new DatabaseTrouble('silent', 'the database closed the connection');
	}
	if (error.code === 'ENOTFOUND' || error.code === 'EAI_AGAIN')
		return new DatabaseTrouble('unknown_host', error.message);
	return new DatabaseTrouble('refused', error.message);
}

const OPTION_FILES = ['/etc/my.cnf', '/etc/mysql/my.cnf', '/etc/mysql/mariadb.cnf'];
const USUAL_SOCKETS = [
	'/run/mysqld/mysqld.sock',
	'/var/lib/mysql/mysql.sock',
	'/run/mysql/mysql.sock',
	'/var/run/mysqld/mysqld.sock',
	'/tmp/mysql.sock',
];

/** The server's socket by its option files and the places where distributions put it; undefined when there is none. */
function localSocket(): string | undefined {
	const named = OPTION_FILES.flatMap((path) => {
		try {
			return [...readFileSync(path, 'utf8').matchAll(/^\s*socket\s*=\s*(\S+)/gm)].map(([, socket]) => socket ?? '');
		} catch {
			return [];
		}
	});
	return [...named, ...USUAL_SOCKETS].find((path) => existsSync(path));
}
