import { DatabaseTrouble } from '../adapters/database.ts';
import type { ProcessId } from '../types.ts';
import type { World } from '../world.ts';
import { clientOf, type Thread, threadsOf, waits, withoutValues } from './lock-holder.ts';

/** Seconds by which a statement can seem shorter than the silence for it. */
const ROUNDING = 2;

/** What the database works on, so that a daemon gets no answer. */
export interface OwnStatement {
	/** number of its thread */
	thread: number;
	/** seconds it has taken so far */
	seconds: number;
	/** its beginning without values */
	text: string;
	/** false where its client came by the database's local socket: then it may be another one's of this machine */
	certain: boolean;
}

/** Statements of our account that are worked on and wait for no lock; none where the database cannot be asked. */
export async function statementsUnderWay(world: World): Promise<Thread[]> {
	try {
		const threads = threadsOf(await world.query('SHOW PROCESSLIST', []));
		return threads.filter((thread) => thread.statement !== '' && thread.command !== 'Sleep' && !waits(thread));
	} catch (error) {
		if (error instanceof DatabaseTrouble) return [];
		throw error;
	}
}

/** Those of them that have taken so long that workers who wait for them have not served anybody for as many seconds. */
export const longerThan = (seconds: number, threads: readonly Thread[]): Thread[] =>
	threads.filter((thread) => thread.seconds >= seconds - ROUNDING);

/**
 * The statement whose answer these processes of one daemon wait for: the one of a connection of their own, else one that
 * has taken as long as they have been silent and came by the local socket, which does not show whose it is. To start the
 * daemon anew would only have the database work on it twice.
 * @param silence seconds for which they have not run, or have served nobody
 */
export function statementOf(
	processes: readonly Pick<ProcessId, 'pid'>[],
	silence: number,
	threads: readonly Thread[],
	world: World,
): OwnStatement | undefined {
	const told = ({ id, seconds, statement }: Thread, certain: boolean): OwnStatement => ({
		thread: id,
		seconds,
		text: withoutValues(statement),
		certain,
	});
	const pids = processes.map(({ pid }) => pid);
	const own = threads.find(({ host }) => host.includes(':') && pids.includes(clientOf(host, world)?.pid ?? 0));
	if (own) return told(own, true);
	// whole seconds, and a look between the last step of the process and its statement
	const local = threads.find(({ host, seconds }) => host === 'localhost' && seconds >= silence - ROUNDING);
	return local && told(local, false);
}
