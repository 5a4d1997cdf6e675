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
	/** false where its client came by the database's local socket or a proxy: then it may be another one's */
	certain: boolean;
}

/** What the database shows us of its clients. */
export interface Statements {
	/** addresses and ports of the clients that are shown, working or not */
	clients: readonly string[];
	/** statements that are worked on and wait for no lock */
	underWay: readonly Thread[];
	/** the account of the daemons, where we come by another one that is not shown what they ask */
	hidden?: string;
}

/** Asks only where somebody wants to know, and once in a look. */
export function askedOnce(world: World): () => Promise<Statements> {
	let statements: Promise<Statements> | undefined;
	return () => {
		statements ??= statementsNow(world);
		return statements;
	};
}

/** What is shown to our account; nothing where the database cannot be asked. */
export async function statementsNow(world: World): Promise<Statements> {
	const { database, daemonsUser } = world.settings;
	try {
		const rows = await world.query('SHOW PROCESSLIST', []);
		const threads = threadsOf(rows);
		// with the right to see others there is one at least: a daemon's
		const hidden = daemonsUser !== database.user && rows.every(({ User }) => User === database.user);
		return {
			clients: threads.map(({ host }) => host),
			underWay: threads.filter((thread) => thread.statement !== '' && thread.command !== 'Sleep' && !waits(thread)),
			...(hidden && { hidden: daemonsUser }),
		};
	} catch (error) {
		if (error instanceof DatabaseTrouble) return { clients: [], underWay: [] };
		throw error;
	}
}

/** Only those of them that have taken so long that workers who wait for them have not served anybody for as many seconds. */
export const longerThan = (seconds: number, statements: Statements): Statements => ({
	...statements,
	underWay: statements.underWay.filter((thread) => thread.seconds >= seconds - ROUNDING),
});

/**
 * The statement whose answer these processes of one daemon wait for: the one of a connection of their own, else one that
 * has taken as long as they have been silent and of which nobody shows whose it is, because it came by the local socket, or
 * by a proxy as their own connections do. To start the daemon anew would only have the database work on it twice.
 * @param silence seconds for which they have not run, or have served nobody
 */
export function statementOf(
	processes: readonly Pick<ProcessId, 'pid'>[],
	silence: number,
	{ underWay, clients }: Statements,
	world: World,
): OwnStatement | undefined {
	const told = ({ id, seconds, statement }: Thread, certain: boolean): OwnStatement => ({
		thread: id,
		seconds,
		text: withoutValues(statement),
		certain,
	});
	const pids = processes.map(({ pid }) => pid);
	const own = underWay.find(({ host }) => host.includes(':') && pids.includes(clientOf(host, world)?.pid ?? 0));
	if (own) return told(own, true);
	// whole seconds, and a look between the last step of the process and its statement
	const long = underWay.filter(({ seconds }) => seconds >= silence - ROUNDING);
	const local = long.find(({ host }) => host === 'localhost');
	const perhaps = local ?? (cameByProxy(pids, clients, world) ? long[0] : undefined);
	return perhaps && told(perhaps, false);
}

/** Whether connections of theirs lead to the database's port, and the database shows none of them by its own port. */
function cameByProxy(pids: readonly number[], clients: readonly string[], { proc, settings }: World): boolean {
	const { port } = settings.database;
	const inodes = new Set(pids.flatMap((pid) => [...(proc.sockets(pid) ?? [])]));
	const own = proc
		.socketsOn([port], 'tcp')
		.filter(({ remotePort, state, inode }) => remotePort === port && state === 'established' && inodes.has(inode));
	return own.length > 0 && !own.some((socket) => clients.some((host) => host.endsWith(`:${socket.port}`)));
}
