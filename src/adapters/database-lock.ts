import { Database, type DatabaseAccount } from './database.ts';

export type LockedWork<T> = () => Promise<T>;

/** Milliseconds for connecting and for each statement. */
const TIMEOUT = 3000;

/**
 * Does some work while this session alone holds a lock of the database server; the server frees it when the session ends,
 * however that happens (GET_LOCK).
 * @returns 'taken' when another session holds it
 * @throws DatabaseTrouble
 */
export async function withDatabaseLock<T>(
	account: DatabaseAccount,
	name: string,
	work: LockedWork<T>,
): Promise<T | 'taken'> {
	const database = await Database.open(account, TIMEOUT);
	try {
		const [row] = await database.query(
			'SELECT GET_LOCK(?, 0) AS got',
			[`${name} ${account.name}`.slice(0, 64)],
			TIMEOUT,
		);
		return Number(row?.got) === 1 ? await work() : 'taken';
	} finally {
		await database.close();
	}
}
