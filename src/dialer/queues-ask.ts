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

/** What a statement answered, and how long it took, whenever somebody comes for it. */
export interface Timed<R> {
	rows: R;
	seconds: number;
}

/** Takes the time of a statement that was just sent. */
export async function timed<R>(statement: Promise<R>): Promise<Timed<R>> {
	const began = performance.now();
	const rows = await statement;
	return { rows, seconds: (performance.now() - began) / 1000 };
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
		return this.judge(table, timed(this.#world.query<R>(sql, values)));
	}

	/** The same of rows that others of this look need too, and may have asked for before. @throws as `ask` */
	async judge<R>(table: string, answer: Promise<Timed<R>>): Promise<R> {
		let found: Timed<R>;
		try {
			found = await answer;
		} catch (error) {
			if (!(error instanceof DatabaseTrouble)) throw error;
			throw new DatabaseTrouble(error.fault, `${table}: ${error.message}`, error.errno);
		}
		if (found.seconds >= this.#patience) throw new SlowTable(table, found.seconds);
		return found.rows;
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
