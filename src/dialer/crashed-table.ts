import { DatabaseTrouble } from '../adapters/database.ts';

/** Errors of a damaged table: those of the storage engine, and what the server makes of them (MySQL's error reference). */
const CRASHED = [126, 127, 134, 144, 145, 1034, 1035, 1194, 1195];

/** The table that an error calls damaged; undefined for any other error, or where it names none. */
export function crashedTable(error: unknown): string | undefined {
	if (!(error instanceof DatabaseTrouble) || !CRASHED.includes(error.errno)) return undefined;
	return /'(?:[^']*\/)?(\w+)(?:\.MY[ID])?'/.exec(error.message)?.[1];
}
