import { sleep } from '../adapters/clock.ts';
import { fastAgiServes } from '../adapters/fastagi.ts';
import { secondsSinceWritten } from '../adapters/files.ts';
import { type Socket, serves } from '../adapters/sockets.ts';
import type { ThresholdName } from '../thresholds.ts';
import type { ProcessId } from '../types.ts';
import type { World } from '../world.ts';
import { lastEndOfDay, localDate, minutesSince } from './calendar.ts';
import type { Heartbeats } from './heartbeats.ts';
import type { OwnStatement } from './own-statement.ts';
import { processKey } from './pulses.ts';
import type { ServerRow } from './server.ts';
import type { LogFile, Sign } from './signs.ts';
import { updaterAge } from './updater.ts';

/** The age of something that a daemon writes; absent where it is not there to be seen. */
export interface Reading {
	what: string;
	seconds: number;
	limit: ThresholdName;
}

/** How a server that accepts connections does. */
export interface PortReading {
	port: number;
	listening: boolean;
	/** connections that wait to be accepted */
	queue: number;
	/** seconds it took to serve a request; null when it did not within the time-out, undefined where it was not asked */
	answer: number | null | undefined;
	/** the statement whose answer its workers wait for; asked only where a request was not served */
	asks?: OwnStatement | undefined;
	/** the account of the daemons, where its statements are hidden from ours; looked for as above */
	hidden?: string | undefined;
}

const LOOPBACK = '127.0.0.1';
/** Milliseconds that FastAGI gets to serve the one request that does nothing. */
export const PROBE_TIMEOUT = 5000;
/** A request costs a connection to the database, so one is sent only so often unless something asks for it: seconds. */
const PROBE_EVERY = 300;
/** Milliseconds between two glances at what a listener has not read: a burst is gone by then. */
const SECOND_GLANCE = 500;
/** Bytes below which nobody looks twice. */
const WORTH_A_GLANCE = 1024;

/**
 * The first sign of age that is there to be seen; undefined for a daemon that has none now.
 * @param logs undefined when logs cannot be looked at
 */
export function readAge(
	signs: readonly Sign[],
	heartbeats: Heartbeats | undefined,
	server: ServerRow | undefined,
	logs: string | undefined,
): Reading | undefined {
	const now = new Date();
	for (const sign of signs) {
		const found = ageOf(sign, heartbeats, server, logs, now);
		if (found !== undefined && 'limit' in sign)
			return { what: found.what, seconds: Math.max(0, found.seconds), limit: sign.limit };
	}
	return undefined;
}

function ageOf(
	sign: Sign,
	heartbeats: Heartbeats | undefined,
	server: ServerRow | undefined,
	logs: string | undefined,
	now: Date,
): { what: string; seconds: number } | undefined {
	const told = (what: string, seconds: number | null | undefined) =>
		typeof seconds === 'number' ? { what, seconds } : undefined;
	switch (sign.by) {
		case 'updater':
			return told('its row in server_updater', heartbeats?.updater && updaterAge(heartbeats.updater));
		case 'stats':
			return told(`its row ${sign.row} in vicidial_campaign_stats_debug`, heartbeats?.stats[sign.row]);
		case 'remote_agents':
			return told('the newest row of a remote agent', heartbeats?.remoteAgents);
		case 'log':
			return told(`its log ${sign.file.name}`, logs === undefined ? undefined : logAge(sign.file, server, logs, now));
		case 'reset_date':
			return told('the date of the time clock', server && resetOverdue(server, now));
		default:
			return undefined;
	}
}

/** Seconds since a log was written; yesterday's counts too, for daemons that keep the name they began with. */
export function logAge(file: LogFile, server: ServerRow | undefined, logs: string, now: Date): number | undefined {
	if (file.optional && server?.logs !== true) return undefined;
	const names = file.dated ? [0, -1].map((day) => `${file.name}.${localDate(now, day)}`) : [file.name];
	const ages = names.flatMap((name) => secondsSinceWritten(`${logs}/${name}`, now) ?? []);
	return ages.length === 0 ? undefined : Math.min(...ages);
}

/** Seconds since the end of day for which ADMIN_timeclock_auto_logout has not set its date; undefined when it has. */
function resetOverdue({ endOfDay, system }: ServerRow, now: Date): number | undefined {
	if (!/^\d{4}-\d\d-\d\d$/.test(system.timeclockReset) || system.timeclockReset >= lastEndOfDay(endOfDay, now))
		return undefined;
	return minutesSince(endOfDay, now) * 60;
}

/**
 * What waits at a port, and whether its server serves. FastAGI_log is asked only when a cheap sign says so, or every few
 * minutes.
 * @param asked seconds since it was asked last, and whether it served then
 */
export async function readPort(
	port: number,
	{ proc, settings, deadline }: World,
	asked: { ago: number; served: boolean } | undefined,
): Promise<PortReading> {
	const listening = proc.listening((socket) => socket.port === port && isHere(socket, settings.serverIp));
	const queue = listening?.unread ?? 0;
	const due = asked === undefined || asked.ago >= PROBE_EVERY || !asked.served || queue > 0;
	if (!due || !listening) return { port, listening: listening !== undefined, queue, answer: undefined };
	const host = serves(listening, settings.serverIp) ? settings.serverIp : LOOPBACK;
	const began = performance.now();
	const served = await fastAgiServes(host, port, deadline.share(PROBE_TIMEOUT));
	return { port, listening: true, queue, answer: served ? (performance.now() - began) / 1000 : null };
}

/** Whether a socket is bound to an address at which this dialer is reached, by others or by its own Asterisk. */
const isHere = (socket: Socket, serverIp: string): boolean => serves(socket, serverIp) || serves(socket, LOOPBACK);

/** A process's connections to Asterisk's manager. */
export interface ManagerReading {
	connections: number;
	/** bytes that it leaves unread */
	unread: number;
	/** it has read something since an earlier sample, though not all */
	reads?: boolean;
}

/**
 * Looks at the connections of these processes to Asterisk's manager, twice where something waits in them: one that is busy
 * is behind, and reads.
 * @param earlier bytes that each had read when it was last looked at, by pid and start
 * @returns by pid; nothing for processes whose descriptors are not shown to us
 */
export async function readManagerSockets(
	{ proc }: Pick<World, 'proc'>,
	processes: readonly ProcessId[],
	port: number,
	earlier: Readonly<Record<string, number>> = {},
): Promise<Map<number, ManagerReading>> {
	const look = (): Map<number, Glance> => {
		const sockets = proc
			.socketsOn([port], 'tcp')
			.filter((socket) => socket.remotePort === port && socket.state === 'established');
		return new Map(
			processes.flatMap(({ pid }) => {
				const inodes = proc.sockets(pid);
				if (!inodes) return [];
				const own = sockets.filter(({ inode }) => inodes.has(inode));
				return [[pid, { ...sum(own), read: proc.bytesRead(pid) }] as const];
			}),
		);
	};
	const first = look();
	const worthASecond = [...first.values()].some(({ unread }) => unread >= WORTH_A_GLANCE);
	if (worthASecond) await sleep(SECOND_GLANCE);
	const second = worthASecond ? look() : first;
	return new Map(
		processes.flatMap((process) => {
			const [one, other] = [first.get(process.pid), second.get(process.pid)];
			if (!one) return [];
			const { connections, unread } = one;
			const left = Math.min(unread, other?.unread ?? 0);
			const reads = left < unread || grew(earlier[processKey(process)], one.read) || grew(one.read, other?.read);
			return [[process.pid, { connections, unread: left, reads }] as const];
		}),
	);
}

type Glance = Omit<ManagerReading, 'reads'> & { read: number | undefined };

const grew = (before: number | undefined, now: number | undefined): boolean =>
	before !== undefined && now !== undefined && now > before;

const sum = (sockets: readonly Socket[]): Pick<Glance, 'connections' | 'unread'> => ({
	connections: sockets.length,
	unread: sockets.reduce((bytes, { unread }) => bytes + unread, 0),
});

/** Which of these UDP ports somebody holds, on an address at which this dialer is reached. */
export const heldPorts = ({ proc, settings }: World, ports: readonly number[]): number[] => {
	const held = proc.socketsOn(ports, 'udp').filter((socket) => isHere(socket, settings.serverIp));
	return ports.filter((port) => held.some((socket) => socket.port === port));
};
