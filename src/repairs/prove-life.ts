import { sleep } from '../adapters/clock.ts';
import { fastAgiServes } from '../adapters/fastagi.ts';
import type { Daemon } from '../dialer/daemons.ts';
import { readHeartbeatStamp } from '../dialer/heartbeats.ts';
import { type DaemonProcesses, isStopped, processesOf } from '../dialer/process-table.ts';
import type { World } from '../world.ts';
import { StepFailed } from './screen.ts';

/** Milliseconds in which a started daemon must show its sign of life; the lesser ones when the run nears its end. */
const PROOF_TIMEOUT = 15_000;
const SHORTEST_PROOF_TIMEOUT = 5000;
/** Milliseconds for which it must have stayed. */
const STAYS = 2000;
const POLL = 100;

/** Sees that exactly one copy lives, stays, and shows its sign of life again. @throws StepFailed */
export async function proveLife(daemon: Daemon, world: World): Promise<string> {
	const { proc, settings, deadline } = world;
	const end = performance.now() + Math.max(SHORTEST_PROOF_TIMEOUT, deadline.within(PROOF_TIMEOUT));
	const look = (): DaemonProcesses => processesOf(daemon, proc.processes(), settings.home);
	const sign = await signOfLife(daemon, world);
	let lastTrouble = 'it did not come up';
	let since: { pid: number; at: number } | undefined;
	while (performance.now() < end) {
		await sleep(POLL * 2);
		const { copies, mentions } = look();
		const [copy] = copies;
		if (copies.length !== 1 || !copy || isStopped(copy)) {
			const others = mentions.map(
				({ pid, argv }) => `${(argv[0] ?? '').replace(/[^\x20-\x7e]/g, '?')} (process ${pid})`,
			);
			lastTrouble = copies.length > 1 ? `${copies.length} copies run` : 'it does not stay up';
			if (others.length > 0) lastTrouble += `; its start check counts ${others.join(', ')}`;
			since = undefined;
			continue;
		}
		if (since?.pid !== copy.pid) since = { pid: copy.pid, at: performance.now() };
		lastTrouble = `process ${copy.pid} runs, but shows no sign of life`;
		if (performance.now() - since.at >= STAYS && (await sign(copy.pid))) {
			return `process ${copy.pid} is the only one, stays and shows its sign of life`;
		}
	}
	throw new StepFailed(lastTrouble);
}

/** Whether the daemon does its work: its row moved, its port serves, or it has gone to sleep and woken since. */
async function signOfLife(daemon: Daemon, world: World): Promise<(pid: number) => Promise<boolean>> {
	const { proc, settings, deadline } = world;
	const [sign] = daemon.signs;
	if (sign?.by === 'updater' || (sign?.by === 'stats' && sign.row === '-SHARE-')) {
		const source = sign.by === 'updater' ? 'server_updater' : 'share_row';
		const before = await readHeartbeatStamp(world, source);
		return async () => {
			const now = await readHeartbeatStamp(world, source);
			return now !== undefined && now !== before;
		};
	}
	if (sign?.by === 'port') {
		const { port } = sign;
		return () => fastAgiServes(settings.serverIp, port, deadline.within(3000));
	}
	const slept = new Map<number, number>();
	return async (pid) => {
		const now = proc.sleeps(pid) ?? 0;
		const before = slept.get(pid);
		slept.set(pid, before ?? now);
		return before !== undefined && now > before;
	};
}
