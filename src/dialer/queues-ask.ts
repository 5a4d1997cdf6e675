import { DatabaseTrouble, type Row } from '../adapters/database.ts';
import type { World } from '../world.ts';

/** A statement that took so long that more of them would only be in the way. */
export class SlowTable extends Error {
	readonly table: string;
	readonly seconds: number;
	constructor(table: string, seconds: number) {
		super(`a statement on ${table} took ${seconds.toFixed(1)} s`);
		this.table = table;
		this.seconds = seconds;
	}
}

/** MySQL errors: no such table, no such column. */
const NOT_THERE = [1146, 1054];

/** Asks tables of the dialer's database, one a statement, and knows which one it was when that goes wrong. */
export class TableReader {
	readonly #world: World;
	readonly #patience: number;

	constructor(world: World) {
		this.#world = world;
		this.#patience = world.settings.limits.check_query.warn;
	}

	/** @throws SlowTable the answer came late; DatabaseTrouble with the table's name in the message */
	ask<R extends Row = Row>(table: string, sql: string, values: readonly (string | number)[]): Promise<R[]> {
		return this.await(table, () => this.#world.query<R>(sql, values));
	}

	/** Waits for rows that others of this look need too. @throws as `ask` */
	async await<R>(table: string, read: () => Promise<R>): Promise<R> {
		const began = performance.now();
		let rows: R;
		try {
			rows = await read();
		} catch (error) {
			if (!(error instanceof DatabaseTrouble)) throw error;
			throw new DatabaseTrouble(error.fault, `${table}: ${error.message}`, error.errno);
		}
		const seconds = (performance.now() - began) / 1000;
		if (seconds >= this.#patience) throw new SlowTable(table, seconds);
		return rows;
	}

	/** The same for what not every version of VICIdial has; undefined where the table or a column is not there. */
	async askIfThere<R extends Row = Row>(
		table: string,
		sql: string,
		values: readonly (string | number)[],
	): Promise<R[] | undefined> {
		try {
			return await this.ask<R>(table, sql, values);
		} catch (error) {
			if (error instanceof DatabaseTrouble && NOT_THERE.includes(error.errno)) return undefined;
			throw error;
		}
	}
}

/** `?` for each of the values of an IN list; never empty, because `IN ()` is no SQL. */
export const marks = (values: readonly unknown[]): string => values.map(() => '?').join() || 'NULL';

/** Local time as the dialers write it into DATETIME columns, `seconds` from now. */
export function localStamp(seconds: number): string {
	const moment = new Date(Date.now() + seconds * 1000);
	const two = (value: number): string => String(value).padStart(2, '0');
	const day = `${moment.getFullYear()}-${two(moment.getMonth() + 1)}-${two(moment.getDate())}`;
	return `${day} ${two(moment.getHours())}:${two(moment.getMinutes())}:${two(moment.getSeconds())}`;
}
