import type { Process, ProcessId } from '../types.ts';
import type { World } from '../world.ts';
import type { Daemon } from './daemons.ts';
import { scriptGeneration } from './daemons.ts';
import { type Heartbeats, readHeartbeats } from './heartbeats.ts';
import { askedOnce, longerThan, type OwnStatement, type Statements, statementOf } from './own-statement.ts';
import {
	type CopyLife,
	commandOf,
	type DaemonProcesses,
	isSeenByStock,
	processesOf,
	scriptCall,
} from './process-table.ts';
import { processKey, silenceOf } from './pulses.ts';
import {
	heldPorts,
	type ManagerReading,
	type PortReading,
	PROBE_TIMEOUT,
	type Reading,
	readAge,
	readManagerSockets,
	readPort,
} from './read-signs.ts';
import type { ServerRow } from './server.ts';
import type { UpdaterRow } from './updater.ts';

/** One running copy of a daemon. */
export interface Copy extends ProcessId, CopyLife {
	state: string;
	/** seconds since it was started */
	age: number;
	/** how often it went to sleep by itself so far */
	sleeps: number | undefined;
	/** seconds since an earlier sample met it with as many sleeps behind it; undefined when none did */
	silence?: number | undefined;
	/** processor time used since it was started, seconds */
	cpu?: number | undefined;
	/** part of one processor that it used since the last look, 0 to 1; undefined on a first look */
	busy?: number | undefined;
	/** bytes that a listener has read since it was started; undefined of other daemons */
	bytesRead?: number | undefined;
	command: string[];
	/** stock's look at the process list does not find it */
	unseen?: boolean;
	/** its connections to Asterisk's manager; undefined where they are not looked at or not shown to us */
	manager?: ManagerReading | undefined;
	/** the statement whose answer it waits for; asked only of one that has not run for too long */
	asks?: OwnStatement | undefined;
	/** the account of the daemons, where its statements are hidden from ours; looked for as above */
	hidden?: string | undefined;
}

export interface DaemonObservation {
	daemon: Daemon;
	copies: Copy[];
	zombies: ProcessId[];
	screens: (ProcessId & { state: string })[];
	/** another program that stock takes for this daemon, so that it does not start it */
	mistaken?: { pid: number; script: string } | undefined;
	/** seconds that it may sleep between two loops; null for one that only waits for events */
	wakesEvery: number | null;
	/** starts of its processes as far as they were ever seen, clock ticks since boot */
	starts: number[];
	/** how many of them fall into the last five minutes */
	recentStarts: number;
	/** age of what it writes; undefined where nothing can be seen of it */
	age?: Reading | undefined;
	/** its row; null when there is none, undefined when nobody can tell */
	updater?: UpdaterRow | null | undefined;
	port?: PortReading;
	/** UDP ports that it should hold and that nobody holds */
	missingPorts?: number[];
}

const STARTS_KEPT = 8;
/** Starts within so many seconds are counted together. */
const STARTS_WITHIN = 300;
const TICKS_PER_SECOND = 100;
/** Stock finds the two by these letters anywhere behind `/usr/bin/perl ` (ADMIN_keepalive_ALL.pl). */
const STOCK_LETTERS: Record<string, string> = {
	AST_manager_send: 'AST_manager_se',
	AST_manager_listen: 'AST_manager_li',
};
const MANAGER_PORT = 5038;
/** Looks from one at the listeners' connections to the next. */
const SOCKETS_EVERY = 3;
const SOCKET_TROUBLES = ['disconnected', 'deaf', 'behind'];
/** What is found where a server accepts connections and serves none. */
const UNSERVED = ['hung', 'awaits_database'];

/** Looks at these daemons: their processes, and their signs of life. */
export async function observeDaemons(
	daemons: readonly Daemon[],
	world: World,
	server: ServerRow | undefined,
): Promise<DaemonObservation[]> {
	const { settings, proc, memory } = world;
	const heartbeats = await readHeartbeats(world, daemons);
	const table = world.processes();
	const uptime = proc.uptime();
	const version = server?.asteriskVersion ?? memory.server?.asteriskVersion;
	const managerPort = settings.ami.port ?? server?.ami.port ?? MANAGER_PORT;
	const logged = daemons.some(({ signs }) => signs.some(({ by }) => by === 'log'));
	const logs = logged && (await world.logsSilent()) !== undefined ? undefined : settings.logs;
	const observed: DaemonObservation[] = [];
	const askOnce = askedOnce(world);
	for (const daemon of daemons) {
		const found = processesOf(daemon, table, settings);
		const wanted = version && daemon.script[scriptGeneration(version)];
		const sockets = looksAtSockets(daemon, found.copies.length, world)
			? await readManagerSockets(world, found.copies, managerPort, memory.processes?.bytesRead)
			: undefined;
		const copies = found.copies.map((process): Copy => {
			const { pid, startTicks, state, started } = process;
			const command = commandOf(process);
			const sleeps = proc.sleeps(pid);
			return {
				pid,
				startTicks,
				state,
				age: uptime - started,
				sleeps,
				silence: silenceOf(process, sleeps, memory.processes?.sleeps, uptime),
				...processorTime(process, world, uptime),
				command,
				...(listens(daemon) && { bytesRead: proc.bytesRead(pid) }),
				...(!daemon.programs && {
					unseen: !isSeenByStock(process),
					wrongVariant: wanted !== undefined && !command[0]?.endsWith(`/${wanted}`),
				}),
				...(sockets && { manager: sockets.get(pid) }),
			};
		});
		const wakesEvery = sleepsAtMost(daemon, copies[0]?.command ?? [], server);
		for (const copy of copies) {
			const { silence = 0 } = copy;
			if (wakesEvery === null || silence < Math.max(settings.limits.daemon_silence.warn, wakesEvery)) continue;
			copy.asks = statementOf([copy, ...found.children], silence, await askOnce(), world);
			copy.hidden = (await askOnce()).hidden;
		}
		const starts = startsOf(copies, memory.processes?.starts[daemon.name] ?? []);
		observed.push({
			daemon,
			copies,
			zombies: found.zombies,
			screens: found.screens,
			mistaken: mistakenFor(daemon, found.copies, table),
			wakesEvery,
			starts,
			recentStarts: recentOf(starts, uptime) / (daemon.programs?.length ?? 1),
			age: readAge(daemon.signs, heartbeats, server, logs),
			...(await readRest(daemon, found, heartbeats, world, askOnce)),
		});
	}
	return observed;
}

async function readRest(
	{ name, signs }: Daemon,
	{ copies, children }: DaemonProcesses,
	heartbeats: Heartbeats | undefined,
	world: World,
	askOnce: () => Promise<Statements>,
): Promise<Partial<DaemonObservation>> {
	const rest: Partial<DaemonObservation> = {};
	const probe = world.memory.processes?.probe;
	for (const sign of signs) {
		if (sign.by === 'updater') rest.updater = heartbeats?.updater;
		if (sign.by === 'udp_ports') {
			const held = heldPorts(world, sign.ports);
			rest.missingPorts = sign.ports.filter((port) => !held.includes(port));
		}
		if (sign.by === 'port' && copies.length > 0) {
			const port = await readPort(sign.port, world, probe && { ago: world.uptime - probe.at, served: probe.served });
			rest.port = port;
			if (port.answer !== null) continue;
			const long = longerThan(PROBE_TIMEOUT / 1000, await askOnce());
			rest.port.asks = statementOf([...copies, ...children], unservedFor(name, world), long, world);
			rest.port.hidden = long.hidden;
		}
	}
	return rest;
}

/** Seconds for which a server has answered no request: since a look first met that, and for as long as this one waited. */
function unservedFor(name: string, { memory, uptime }: World): number {
	const since = UNSERVED.map((kind) => memory.conditions[`processes.${kind} ${name}`]?.sinceUptime ?? uptime);
	return PROBE_TIMEOUT / 1000 + uptime - Math.min(...since);
}

/**
 * Connections are looked at where they are the sign of life, every third time and as long as there is trouble with them,
 * and where two copies have to be told apart: finding them costs the kernel as much as all else that a look asks of it.
 */
function looksAtSockets(daemon: Daemon, copies: number, { memory }: World): boolean {
	const { name, needs } = daemon;
	if (copies > 1) return needs.includes('asterisk');
	if (!listens(daemon)) return false;
	const troubled = SOCKET_TROUBLES.some((kind) => `processes.${kind} ${name}` in memory.conditions);
	return troubled || ((memory.processes?.looks ?? 0) + 1) % SOCKETS_EVERY === 1;
}

const listens = ({ signs }: Daemon): boolean => signs.some(({ by }) => by === 'manager_socket');

function processorTime(process: Process, { proc, memory }: World, uptime: number): Pick<Copy, 'cpu' | 'busy'> {
	const cpu = proc.cpu(process.pid);
	const before = memory.processes?.cpu[processKey(process)];
	const since = uptime - (memory.processes?.at ?? uptime);
	return { cpu, busy: before === undefined || cpu === undefined || since < 1 ? undefined : (cpu - before) / since };
}

const recentOf = (starts: readonly number[], uptime: number): number =>
	starts.filter((ticks) => uptime - ticks / TICKS_PER_SECOND < STARTS_WITHIN).length;

/** Starts as far as they were ever seen, those of this look included; of the latest only. */
function startsOf(copies: readonly Copy[], before: readonly number[]): number[] {
	const fresh = copies.map(({ startTicks }) => startTicks).filter((ticks) => !before.includes(ticks));
	return [...before, ...fresh].slice(-STARTS_KEPT);
}

/** An argument of the administrator's can make a loop longer than it is by default. */
function sleepsAtMost(
	{ wakesEvery }: Daemon,
	command: readonly string[],
	server: ServerRow | undefined,
): number | null {
	if (wakesEvery === 'conf_update_interval') return server?.confUpdateInterval ?? 60;
	if (wakesEvery === null) return null;
	const argument = (name: string): number =>
		Number(command.find((word) => word.startsWith(`--${name}=`))?.split('=')[1]) || 0;
	return Math.max(wakesEvery, argument('delay'), argument('sleepms') / 1000);
}

function mistakenFor(
	{ name }: Daemon,
	copies: readonly Process[],
	table: readonly Process[],
): DaemonObservation['mistaken'] {
	const letters = STOCK_LETTERS[name];
	if (letters === undefined || copies.length > 0) return undefined;
	const other = table.find(
		({ argv, foreign }) =>
			!foreign && argv[0] === '/usr/bin/perl' && argv.slice(1).some((argument) => argument.includes(letters)),
	);
	return other && { pid: other.pid, script: (scriptCall(other)?.[0] ?? '').split('/').at(-1) ?? '' };
}
