import type { Step } from '../types.ts';
import type { World } from '../world.ts';

/** Rows set DEAD by one statement, and how many statements at most. */
const BATCH = 500;
const MOST_BATCHES = 40;
/** Rows counted at most. */
const MOST_COUNTED = 10_000;

/**
 * Tells how many actions that waited before are about to be replayed by the sender, or sets them DEAD; younger ones are
 * left to it. By man_id, because entry_date comes from many clocks (AST_manager_send.pl knows no age limit); where the
 * numbers have begun anew since, in a table that was emptied, they tell nothing.
 * Never throws: a sender that is down is worse than one that replays.
 */
export async function ageQueue(
	{ upTo, entered, since, kill }: Extract<Step, { do: 'age-queue' }>,
	world: World,
): Promise<string> {
	const { serverIp } = world.settings;
	const then = new Date(since).toTimeString().slice(0, 8);
	const waited = `NEW since ${then} or longer`;
	try {
		const [last] = await world.query<{ entered: string | null }>(
			'SELECT entry_date AS entered FROM vicidial_manager WHERE man_id=? AND server_ip=? LIMIT 1',
			[upTo, serverIp],
		);
		if (last?.entered !== entered)
			return `vicidial_manager was emptied after ${then}: which of its actions are stale is not known, all are left to the sender`;
		if (!kill) {
			const [row] = await world.query<{ count: number }>(
				`SELECT COUNT(*) AS count FROM (SELECT man_id FROM vicidial_manager WHERE server_ip=? AND status='NEW' AND man_id<=? LIMIT ${MOST_COUNTED}) AS stale`,
				[serverIp, upTo],
			);
			const count = row?.count ?? 0;
			if (count === 0) return 'no stale actions are replayed';
			return `${actions(count)} ${waited} will be replayed (VICIKEEP_AGE_QUEUE=on sets them DEAD)`;
		}
		let dead = 0;
		for (let batch = 0; batch < MOST_BATCHES; batch++) {
			const changed = await world.write(
				`UPDATE vicidial_manager SET status='DEAD' WHERE server_ip=? AND status='NEW' AND man_id<=? LIMIT ${BATCH}`,
				[serverIp, upTo],
			);
			dead += changed;
			if (changed < BATCH) return dead === 0 ? 'no stale actions' : `${actions(dead)} ${waited} set DEAD`;
		}
		return `${actions(dead)} ${waited} set DEAD, more are left`;
	} catch (error) {
		return `stale actions could not be ${kill ? 'set DEAD' : 'counted'}: ${(error as Error).message}`;
	}
}

const actions = (count: number): string => (count === 1 ? '1 action' : `${count} actions`);
