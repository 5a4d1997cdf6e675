import type { World } from '../world.ts';

/** What the database says of itself, and how fast. */
export interface DatabaseFacts {
	version: string;
	/** time the answer took, seconds */
	answer: number;
	/** its clock minus the local one, seconds, half the round trip taken off */
	clockSkew: number;
	readOnly: boolean;
	/** folder of its files, on its own machine */
	dataFolder: string;
	/** connections that it grants */
	mostConnections: number;
}

/**
 * What `@@global.read_only` says: a number, or a word where there is more than one way (MariaDB's NO_LOCK and
 * NO_LOCK_NO_ADMIN, which differ only in who waits); whatever is not off keeps the daemons from writing.
 */
export const isReadOnly = (value: unknown): boolean => !/^(0|off|)$/i.test(String(value ?? ''));

/** One statement. @throws DatabaseTrouble */
export async function readDatabaseFacts(world: World): Promise<DatabaseFacts> {
	await world.database();
	const began = performance.now();
	const [row] = await world.query(
		`SELECT UNIX_TIMESTAMP(NOW(6)) AS now, VERSION() AS version, @@global.read_only AS readOnly,
		@@global.datadir AS dataFolder, @@global.max_connections AS mostConnections`,
		[],
	);
	const answer = (performance.now() - began) / 1000;
	const local = Date.now() / 1000 - answer / 2;
	return {
		version: String(row?.version ?? ''),
		answer,
		clockSkew: Number(row?.now ?? local) - local,
		readOnly: isReadOnly(row?.readOnly),
		dataFolder: String(row?.dataFolder ?? ''),
		mostConnections: Number(row?.mostConnections ?? 0),
	};
}
