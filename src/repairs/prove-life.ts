import { sleep } from '../adapters/clock.ts';
import type { Daemon } from '../dialer/daemons.ts';
import { readStamp } from '../dialer/heartbeats.ts';
import { type DaemonProcesses, isStopped, processesOf } from '../dialer/process-table.ts';
import { heldPorts, logAge, readManagerSockets, readPort } from '../dialer/read-signs.ts';
import type { Sign } from '../dialer/signs.ts';
import type { Process } from '../types.ts';
import type { World } from '../world.ts';
import { StepFailed } from './screen.ts';

/** Milliseconds in which a started daemon must show its sign of life; the lesser ones when the run nears its end. */
const PROOF_TIMEOUT = 15_000;
const SHORTEST_PROOF_TIMEOUT = 5000;
/** Milliseconds for which it must have stayed. */
const STAYS = 2000;
const POLL = 100;
const MANAGER_PORT = 5038;

/** What was seen of a daemon that was started; pending when its sign takes longer than a run. */
export interface Proof {
	told: string;
	verified: true | 'pending';
}

/** A sign of life that is waited for. */
interface Awaited {
	shown: (copy: Process) => Promise<boolean>;
	/** it can rightly take longer than a run */
	slow: boolean;
}

/** Sees that exactly one copy lives, stays, and shows its sign of life again. @throws StepFailed */
export async function proveLife(daemon: Daemon, world: World): Promise<Proof> {
	const { proc, settings, deadline } = world;
	const end = performance.now() + Math.max(SHORTEST_PROOF_TIMEOUT, deadline.within(PROOF_TIMEOUT));
	const look = (): DaemonProcesses => processesOf(daemon, proc.processes(), settings);
	const expected = daemon.programs?.length ?? 1;
	const wakes = wakingUp(world);
	const sign = (await awaited(daemon, world)) ?? { shown: wakes, slow: false };
	let lastTrouble = 'it did not come up';
	let since: { pid: number; at: number; woke: boolean } | undefined;
	while (performance.now() < end) {
		await sleep(POLL * 2);
		const { copies, mentions } = look();
		const [copy] = copies;
		if (copies.length !== expected || !copy || copies.some(isStopped)) {
			const others = mentions.map(
				({ pid, argv }) => `${(argv[0] ?? '').replace(/[^\x20-\x7e]/g, '?')} (process ${pid})`,
			);
			lastTrouble = copies.length > expected ? `${copies.length} copies run` : 'it does not stay up';
			if (others.length > 0) lastTrouble += `; its start check counts ${others.join(', ')}`;
			since = undefined;
			continue;
		}
		if (since?.pid !== copy.pid) since = { pid: copy.pid, at: performance.now(), woke: false };
		lastTrouble = `process ${copy.pid} runs, but shows no sign of life`;
		since.woke ||= await wakes(copy);
		if (performance.now() - since.at < STAYS) continue;
		const which = expected === 1 ? `process ${copy.pid} is the only one, stays` : `all ${expected} processes stay`;
		if (await sign.shown(copy))
			return { told: `${which} and shows ${expected === 1 ? 'its' : 'their'} sign of life`, verified: true };
	}
	if (since?.woke && sign.slow)
		return {
			told: `process ${since.pid} is the only one and stays; its sign of life takes longer than this run`,
			verified: 'pending',
		};
	throw new StepFailed(lastTrouble);
}

/** The first of its signs that can be waited for; undefined for a daemon of which only its sleep can be seen. */
async function awaited({ signs }: Daemon, world: World): Promise<Awaited | undefined> {
	for (const sign of signs) {
		const shown = await watch(sign, world);
		if (shown) return { shown, slow: sign.by === 'stats' || sign.by === 'log' };
	}
	return undefined;
}

async function watch(sign: Sign, world: World): Promise<Awaited['shown'] | undefined> {
	const { settings } = world;
	switch (sign.by) {
		case 'updater':
			return moves(() => readStamp(world, 'updater'));
		case 'stats': {
			const { row } = sign;
			return row === 'INBOUND' ? undefined : moves(() => readStamp(world, row));
		}
		case 'log': {
			const began = Date.now();
			const server = await world.server().catch(() => undefined);
			if ((sign.file.optional && server?.logs !== true) || (await world.logsSilent())) return undefined;
			return async () => {
				const age = logAge(sign.file, server, settings.logs, new Date());
				return age !== undefined && Date.now() - age * 1000 > began;
			};
		}
		case 'manager_socket': {
			const server = await world.server().catch(() => undefined);
			const port = settings.ami.port ?? server?.ami.port ?? MANAGER_PORT;
			return async (copy) => {
				const sockets = (await readManagerSockets(world, [copy], port)).get(copy.pid);
				// without the right to look at its descriptors its being there has to do
				return sockets === undefined || sockets.connections > 0;
			};
		}
		case 'port':
			return async () => typeof (await readPort(sign.port, world, undefined)).answer === 'number';
		case 'udp_ports':
			return async () => heldPorts(world, sign.ports).length === sign.ports.length;
		default:
			return undefined;
	}
}

/** A stamp that is another one than before. */
async function moves(read: () => Promise<string | undefined>): Promise<Awaited['shown']> {
	const before = await read();
	return async () => {
		const now = await read();
		return now !== undefined && now !== before;
	};
}

/** It has gone to sleep and woken since it was first looked at. */
function wakingUp({ proc }: World): Awaited['shown'] {
	const slept = new Map<number, number>();
	return async ({ pid }) => {
		const now = proc.sleeps(pid) ?? 0;
		const before = slept.get(pid) ?? now;
		slept.set(pid, before);
		return now > before;
	};
}
