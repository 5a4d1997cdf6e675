import { basename } from 'node:path';
import type { Row } from '../adapters/database.ts';
import { kernelAddress } from '../adapters/sockets.ts';
import type { World } from '../world.ts';
import { isStopped } from './process-table.ts';

/** A thread of the database, as SHOW PROCESSLIST shows it. */
export interface Thread {
	id: number;
	/** address and port of its client, or a name without a port where it came by the socket */
	host: string;
	command: string;
	/** seconds in this state; of a sleeping one, since its last statement */
	seconds: number;
	state: string;
	/** the statement, empty while it sleeps */
	statement: string;
}

/** A statement that waits for a lock. */
export interface Waiting {
	seconds: number;
	state: string;
	/** the table that it wants; undefined where the statement does not tell */
	table: string | undefined;
	/** its beginning without values */
	statement: string;
}

/** What may hold the lock that others wait for. */
export interface Holder {
	/** number of its thread: what `mysqladmin kill` takes */
	id: number;
	host: string;
	seconds: number;
	/** what it is doing, without values; undefined where it does nothing and merely holds on */
	statement: string | undefined;
	/** the process at the other end, where that is on this machine */
	process?: { pid: number; program: string; stopped: boolean };
}

/** Threads change state between two waits of a daemon, and the list counts whole seconds. */
const ROUNDING = 2;

/** Without the PROCESS right these are the threads of our own account, which is that of all daemons and of the web. */
export const threadsOf = (rows: readonly Row[]): Thread[] =>
	rows.map(({ Id, Host, Command, Time, State, Info }) => ({
		id: Number(Id),
		host: String(Host ?? ''),
		command: String(Command ?? ''),
		seconds: Number(Time ?? 0),
		state: String(State ?? ''),
		statement: String(Info ?? ''),
	}));

/** Whether it waits for a lock that another one holds. */
export const waits = ({ state }: Thread): boolean => /^Waiting for .*lock|^Locked$/i.test(state);

/** The statements that wait for a lock, longest first. */
export function waitingFor(threads: readonly Thread[]): Waiting[] {
	return threads
		.filter(waits)
		.map(({ seconds, state, statement }) => ({
			seconds,
			state,
			table: tableOf(statement),
			statement: withoutValues(statement),
		}))
		.sort((a, b) => b.seconds - a.seconds);
}

/** The first table that a statement names. */
function tableOf(statement: string): string | undefined {
	const found = /\b(?:FROM|INTO|UPDATE|TABLES?|JOIN)\s+(?:LOW_PRIORITY\s+|IGNORE\s+)?`?(?:\w+`?\.`?)?(\w+)`?/i.exec(
		withoutValues(statement),
	);
	return found?.[1]?.toLowerCase();
}

/** The beginning of a statement, without what may be anybody's name or number. */
export const withoutValues = (statement: string): string =>
	statement
		.replace(/'[^']*'?|"[^"]*"?/g, "'…'")
		.replace(/\s+/g, ' ')
		.trim()
		.slice(0, 60);

/**
 * Who may hold the lock that the longest waiting statement waits for: a statement that works on that table, else what has
 * been silent for at least as long, because LOCK TABLES leaves no trace in the list. The likeliest comes first.
 */
export function candidates(threads: readonly Thread[]): Holder[] {
	const [longest] = waitingFor(threads);
	if (!longest) return [];
	const since = longest.seconds - ROUNDING;
	const others = threads.filter((thread) => !waits(thread) && thread.seconds >= since);
	const working = others.filter(
		({ command, statement }) =>
			command !== 'Sleep' && longest.table !== undefined && mentions(statement, longest.table),
	);
	const silent = others.filter(({ command }) => command === 'Sleep');
	return (working.length > 0 ? working : silent)
		.sort((a, b) => a.seconds - b.seconds)
		.map(({ id, host, seconds, statement }) => ({
			id,
			host,
			seconds,
			statement: statement === '' ? undefined : withoutValues(statement),
		}));
}

const mentions = (statement: string, table: string): boolean => new RegExp(`\\b${table}\\b`, 'i').test(statement);

/** The name by which a person knows a program: of a script its own, not that of its interpreter. */
export function programOf(argv: readonly string[], comm: string): string {
	const [program = '', script = ''] = argv;
	const interpreted = /^(perl|php|python|node|sh|bash)[\d.]*$/.test(basename(program));
	return basename(interpreted && script !== '' && !script.startsWith('-') ? script : program) || comm;
}

/**
 * The one who holds the lock, where that is certain: the only one that works on the table, or the only one whose process is
 * stopped. Undefined where it can only be guessed: what is merely silent may be a connection at rest, and threads of other
 * accounts are not shown to ours.
 */
export function chosen(holders: readonly Holder[]): Holder | undefined {
	const certain = holders.filter(({ statement, process }) => statement !== undefined || process?.stopped);
	return certain.length === 1 ? certain[0] : undefined;
}

/** Finds the processes at the other end of these threads, where they are on this machine. */
export const withProcesses = (holders: readonly Holder[], world: World): Holder[] =>
	holders.map((holder) => {
		const process = clientOf(holder.host, world);
		return process ? { ...holder, process } : holder;
	});

/** The process behind an `address:port` of SHOW PROCESSLIST, where that is on this machine. */
export function clientOf(host: string, world: World): Holder['process'] {
	const [, address = '', port = ''] = /^([\d.]+):(\d+)$/.exec(host) ?? [];
	const socket = world.proc
		.socketsOn([Number(port)], 'tcp')
		.find(
			(one) => one.port === Number(port) && one.state === 'established' && one.address.endsWith(kernelAddress(address)),
		);
	if (address === '' || !socket) return undefined;
	const client = world.processes().find(({ pid }) => world.proc.sockets(pid)?.has(socket.inode));
	return client && { pid: client.pid, program: programOf(client.argv, client.comm), stopped: isStopped(client) };
}
