import { createSocket } from 'node:dgram';
import {
	existsSync,
	mkdirSync,
	mkdtempSync,
	readdirSync,
	readFileSync,
	rmSync,
	statSync,
	writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { allPids, isAlive, mentions, parentOf, signal, startTimeOf } from './processes.ts';

const PREFIX = 'vicikeep-sandbox-';
const TCP_PORTS = [3306, 4577, 5038];
const UDP_PORTS = [4569, 5060, 5061, 40569, 41569, 42569];

/** Makes the folder of a new instance, named with its owner: this process. Only the current user may enter it. */
export function createFolder(): string {
	removeWhenWeEnd();
	const folder = mkdtempSync(join(tmpdir(), PREFIX));
	live.add(folder);
	writeFileSync(join(folder, 'owner'), `${process.pid} ${startTimeOf(process.pid)}`);
	for (const name of [
		'bin',
		'etc/asterisk',
		'lib/asterisk/agi-bin',
		'lib/asterisk/keys',
		'lib/asterisk/moh',
		'lib/vicikeep',
		'log/asterisk',
		'log/astguiclient',
		'log/vicikeep',
		'run/asterisk',
		'run/vicikeep',
		'spool/asterisk/monitor/MIX',
		'spool/asterisk/monitor/STEREO',
		'spool/asterisk/monitorDONE',
	]) {
		mkdirSync(join(folder, name), { recursive: true });
	}
	mkdirSync(join(folder, 'screens'), { mode: 0o700 });
	return folder;
}

/** A loopback address on which every port of a dialer is free, so that all ports stay the stock ones. */
export async function freeAddress(): Promise<string> {
	const byte = (from: number) => from + Math.floor(Math.random() * (254 - from));
	for (let attempt = 0; attempt < 20; attempt++) {
		const address = `127.${byte(1)}.${byte(0)}.${byte(1)}`;
		const free = await Promise.all([
			...TCP_PORTS.map((port) => canListen(port, address)),
			...UDP_PORTS.map((port) => canBind(port, address)),
		]);
		if (free.every(Boolean)) return address;
	}
	const ports = [...TCP_PORTS, ...UDP_PORTS].join(', ');
	throw new Error(
		`no loopback address has all of the ports ${ports} free: does something listen there on all addresses?`,
	);
}

function canListen(port: number, host: string): Promise<boolean> {
	return new Promise((resolve) => {
		const server = createServer();
		server.once('error', () => resolve(false));
		server.listen({ port, host }, () => server.close(() => resolve(true)));
	});
}

function canBind(port: number, address: string): Promise<boolean> {
	return new Promise((resolve) => {
		const socket = createSocket('udp4');
		socket.once('error', () => resolve(false));
		socket.bind({ port, address }, () => socket.close(() => resolve(true)));
	});
}

/** Kills every process that belongs to the instance, stopped ones too, and removes its folder. Synchronous, so that it also works at exit. */
export function removeInstance(folder: string): void {
	const spared = ownFamily();
	const deadline = Date.now() + 5_000;
	// Again and again until nobody is left: a process may be starting another one in this moment.
	for (;;) {
		const pids = allPids().filter((pid) => !spared.has(pid) && isAlive(pid) && mentions(pid, folder));
		if (pids.length === 0 || Date.now() > deadline) break;
		for (const pid of pids) signal(pid, 'SIGKILL');
		Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 10);
	}
	rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
	live.delete(folder);
}

/** This process and its ancestors: whoever runs the tests may have the folder on its command line. */
function ownFamily(): Set<number> {
	const pids = new Set<number>();
	for (let pid = process.pid; pid > 1 && !pids.has(pid); pid = parentOf(pid)) pids.add(pid);
	return pids;
}

/** Removes what instances left whose owner was killed before it could do so. Those of living owners and of other users stay. */
export function removeStaleInstances(): void {
	for (const name of readdirSync(tmpdir())) {
		if (!name.startsWith(PREFIX)) continue;
		const folder = join(tmpdir(), name);
		if (!hasOwner(folder)) removeInstance(folder);
	}
}

/** Whether the process that made an instance still runs. In doubt it does: another user's folder, or one being made. */
function hasOwner(folder: string): boolean {
	try {
		const { uid, mtimeMs } = statSync(folder);
		if (uid !== process.getuid?.()) return true;
		const owner = join(folder, 'owner');
		const [pid, start] = existsSync(owner) ? readFileSync(owner, 'utf8').split(' ') : [];
		return start === undefined ? Date.now() - mtimeMs < 60_000 : startTimeOf(Number(pid)) === start;
	} catch {
		return true; // somebody else removes it in this moment
	}
}

const live = new Set<string>();
let watching = false;

/** Instances go with us, however we end (SIGKILL excepted: then the next start clears up). */
function removeWhenWeEnd(): void {
	if (watching) return;
	watching = true;
	const removeAll = () => {
		for (const folder of live) removeInstance(folder);
	};
	process.once('exit', removeAll);
	for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
		process.once(name, () => {
			removeAll();
			// Die of the signal as we would have without this handler, unless somebody else handles it.
			if (process.listenerCount(name) === 0) process.kill(process.pid, name);
		});
	}
}
