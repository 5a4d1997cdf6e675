import mysql from 'mysql2/promise';
import type { Query, Row } from '../../../src/conf/source.ts';
import { copyDatabase, Database } from '../../sandbox/database.ts';
import { createFolder, removeInstance } from '../../sandbox/instance.ts';
import { providePrograms } from '../../sandbox/programs.ts';
import { fixture } from './templates.ts';

/** A MariaDB server for data sets. */
export interface DatasetServer {
	/** Loads the schema and then these fixture files into a database of their own. */
	loadDataset(sqlFiles: readonly string[]): Promise<Dataset>;
	stop(): Promise<void>;
}

/** A loaded data set. */
export interface Dataset {
	/** Where others find it too; user root, no password. */
	readonly socket: string;
	readonly name: string;
	/** As the product would connect: latin1 on both ends keeps the bytes. */
	readonly query: Query;
	/** Changes the data. */
	readonly change: (sql: string) => Promise<void>;
	/** Number of statements `query` has run. */
	readonly statements: () => number;
}

/** Starts a server in a temporary folder (some seconds). */
export async function startDatasetServer(): Promise<DatasetServer> {
	const programs = await providePrograms();
	const folder = createFolder();
	await copyDatabase(programs, folder);
	const database = new Database(programs, folder, undefined);
	await database.start();
	const connections: mysql.Connection[] = [];
	return {
		async loadDataset(sqlFiles) {
			const connection = await mysql.createConnection({
				socketPath: database.socket,
				user: 'root',
				charset: 'LATIN1_SWEDISH_CI',
				dateStrings: true,
				decimalNumbers: true,
				multipleStatements: true,
			});
			connections.push(connection);
			const name = `dataset${connections.length}`;
			await connection.query(`CREATE DATABASE ${name}; USE ${name};`);
			for (const file of ['schema.sql', '../../sandbox/conf-schema.sql', ...sqlFiles])
				await connection.query(fixture(file));
			let statements = 0;
			return {
				socket: database.socket,
				name,
				query: async (sql, parameters) => {
					statements++;
					const [rows] = await connection.query({ sql, timeout: 20_000 }, [...parameters]);
					return rows as Row[];
				},
				change: async (sql) => {
					await connection.query(sql);
				},
				statements: () => statements,
			};
		},
		async stop() {
			for (const connection of connections) await connection.end();
			await database.stop();
			removeInstance(folder);
		},
	};
}
