import { tick } from '../integration/support.ts';
import type { Area, Stage } from './fault.ts';
import { IN_TURN, sql } from './injections.ts';

const HOPPER = 'vicidial_hopper';
/** The least that makes a table of some thousand rows. */
const MEBIBYTE = 1024 * 1024;
/** What MariaDB refuses a row with when its table may not grow any more (ER_RECORD_FILE_FULL). */
const FULL = 1114;

/** A megabyte is all that the hopper's table may take; a table keeps the limit that it was made with. */
async function narrow(stage: Stage): Promise<void> {
	const remake = `ALTER TABLE ${HOPPER} ENGINE=MEMORY`;
	await sql(stage, `SET STATEMENT max_heap_table_size=${MEBIBYTE} FOR ${remake}`);
	stage.later(() => sql(stage, `DELETE FROM ${HOPPER}; ${remake}`));
}

/** Adds leads to the hopper until that many are in it, or no more find room. @returns whether there was room */
async function fill(stage: Stage, leads: number): Promise<boolean> {
	try {
		await sql(
			stage,
			`INSERT INTO ${HOPPER} (lead_id, campaign_id, status, user, list_id)
			SELECT 100000 + seq, 'OUTBOUND', 'READY', '', 101 FROM seq_1_to_${leads}`,
		);
		return true;
	} catch (error) {
		if ((error as { errno?: number }).errno !== FULL) throw error;
		return false;
	}
}

/** Whether the table is not taken for a crashed one when its turn comes to be read: one of twenty is in each look. */
async function neverCrashed({ dialer }: Stage): Promise<boolean> {
	for (let look = 0; look < 20; look++) {
		const { findings } = await tick(dialer, ['--only', 'mysql']);
		if (findings.length > 0) return false;
	}
	return true;
}

export const MEMORY_TABLES: Area = {
	name: 'tables in memory',
	keepalives: '1236',
	faults: [
		{
			pains: [29],
			says: 'the table of the hopper is full: it takes no lead any more, and is whole',
			inject: async (stage) => {
				await narrow(stage);
				if (await fill(stage, 50_000)) throw new Error('the table was to be full');
			},
			find: [`queues.memory_table ${HOPPER}`],
			tells: /% full.*ALTER TABLE vicidial_hopper ENGINE=MEMORY/,
			after: { stays: 2 },
			within: IN_TURN,
			proof: async (stage) => (await neverCrashed(stage)) && !(await fill(stage, 1000)),
			twin: {
				but: 'half of it is in use',
				inject: async (stage) => {
					await narrow(stage);
					if (!(await fill(stage, 4000))) throw new Error('there was to be room');
				},
			},
		},
	],
};
