import { optionsOf } from '../dialer/crontab.ts';
import { type Daemon, expectedDaemons } from '../dialer/daemons.ts';
import { type Heartbeats, readHeartbeats } from '../dialer/heartbeats.ts';
import { commandOf, isStopped, processesOf, surplusCopy } from '../dialer/process-table.ts';
import { exceeded, measured, type ThresholdName } from '../thresholds.ts';
import type { Finding, Metric, ProcessId } from '../types.ts';
import type { World } from '../world.ts';
import type { Check, Context } from './check.ts';

export interface Copy extends ProcessId {
	state: string;
	/** seconds since it was started */
	age: number;
	/** how often it went to sleep by itself so far */
	sleeps: number | undefined;
	command: string[];
}

export interface DaemonObservation {
	daemon: Daemon;
	copies: Copy[];
	zombies: ProcessId[];
	screens: (ProcessId & { state: string })[];
	/** age of its heartbeat row in seconds; null when the row is missing, undefined when it cannot be read */
	heartbeat: number | null | undefined;
}

export interface ProcessObservation {
	keepalives: string;
	daemons: DaemonObservation[];
	/** minutes since the end of the day, which some daemons take as their own end */
	minutesAfterEndOfDay: number | undefined;
}

/** After the end of day a daemon that exits then has this many minutes to be started again by stock. */
const END_OF_DAY_MINUTES = 3;

export const processes: Check<ProcessObservation> = {
	id: 'processes',
	needs: [],

	async observe(world) {
		const { settings, proc } = world;
		const heartbeats = await readHeartbeats(world);
		const uptime = proc.uptime();
		const table = world.processes();
		const endOfDay = (await world.serverOrRemembered())?.endOfDay;
		return {
			keepalives: settings.keepalives,
			minutesAfterEndOfDay: endOfDay === undefined ? undefined : minutesSince(endOfDay, new Date()),
			daemons: (await expectedHere(world)).map((daemon) => {
				const found = processesOf(daemon, table, settings.home);
				return {
					daemon,
					copies: found.copies.map((process) => ({
						pid: process.pid,
						startTicks: process.startTicks,
						state: process.state,
						age: uptime - process.started,
						sleeps: proc.sleeps(process.pid),
						command: commandOf(process),
					})),
					zombies: found.zombies,
					screens: found.screens,
					heartbeat: readAge(heartbeats, rowOf(daemon)?.source),
				};
			}),
		};
	},

	judge(seen, context) {
		if (seen.keepalives.includes('X'))
			return { findings: [], metrics: [], skippedBecause: 'keepalive code X: this server runs no daemons' };
		const findings: Finding[] = [];
		const metrics: Metric[] = [];
		for (const one of seen.daemons) {
			metrics.push({
				name: 'daemon_processes',
				labels: { daemon: one.daemon.name },
				value: one.copies.length,
				unit: 'count',
			});
			const row = rowOf(one.daemon);
			if (typeof one.heartbeat === 'number' && row) {
				metrics.push(measured(context.settings.limits, row.limit, one.heartbeat));
			}
			const dayEnded = seen.minutesAfterEndOfDay !== undefined && seen.minutesAfterEndOfDay < END_OF_DAY_MINUTES;
			if (one.copies.length === 0 && one.daemon.exitsAtEndOfDay && dayEnded) continue;
			const finding = judgeDaemon(one, context);
			if (finding) findings.push(finding);
		}
		return { findings, metrics };
	},

	remember(seen) {
		const running = seen.daemons.filter(({ copies }) => copies.length === 1);
		return {
			commands: Object.fromEntries(running.map(({ daemon, copies }) => [daemon.name, copies[0]?.command ?? []])),
		};
	},
};

async function expectedHere(world: World): Promise<Daemon[]> {
	const server = await world.server().catch(() => undefined);
	return expectedDaemons(world.settings.keepalives, {
		options: optionsOf(world.crontab()),
		sipEventLogging: server?.system.sipEventLogging,
	}).filter(({ oneShot, programs }) => !oneShot && !programs);
}

/** The gravest trouble of one daemon, or none. */
function judgeDaemon(seen: DaemonObservation, context: Context): Finding | undefined {
	if (seen.copies.length === 0) return absent(seen, context);
	if (seen.copies.length > 1) return duplicated(seen, context);
	return stopped(seen, context) ?? silent(seen, context) ?? heartbeatOld(seen, context);
}

const finding = (kind: string, seen: DaemonObservation, rest: Omit<Finding, 'id' | 'subject'>): Finding => ({
	id: `processes.${kind}`,
	subject: seen.daemon.name,
	...rest,
});

/** Critical once a second look confirms it: a single absence may be stock restarting the daemon. */
const graveWhenConfirmed = (kind: string, seen: DaemonObservation, { note }: Context): Finding['status'] =>
	note(`processes.${kind} ${seen.daemon.name}`).looks >= 2 ? 'critical' : 'warning';

function absent(seen: DaemonObservation, context: Context): Finding {
	const { name } = seen.daemon;
	const [zombie] = seen.zombies;
	if (zombie) {
		return finding('zombie', seen, {
			status: graveWhenConfirmed('zombie', seen, context),
			summary: `${name} has ended, but its screen session does not let go of it (zombie process ${zombie.pid})`,
			evidence: { pid: zombie.pid, screens: seen.screens.map(describeScreen) },
			remedy: `restart:${name}`,
		});
	}
	return finding('absent', seen, {
		status: graveWhenConfirmed('absent', seen, context),
		summary: `${name} is not running`,
		evidence: { screens: seen.screens.map(describeScreen) },
		remedy: `start:${name}`,
		advice: `screen -ls; ls -lt ${context.settings.logs} | head`,
	});
}

function duplicated(seen: DaemonObservation, context: Context): Finding {
	const surplus = surplusCopy(seen.copies);
	return finding('duplicated', seen, {
		status: graveWhenConfirmed('duplicated', seen, context),
		summary: `${seen.daemon.name} runs ${seen.copies.length} times (processes ${seen.copies.map(({ pid }) => pid).join(', ')})`,
		evidence: { pids: seen.copies.map(({ pid }) => pid), surplus: surplus.pid },
		// workers that outlived their parent hold its port: all of them have to go
		remedy: `${seen.daemon.signs.some(({ by }) => by === 'port') ? 'restart' : 'stop'}:${seen.daemon.name}`,
	});
}

function stopped(seen: DaemonObservation, context: Context): Finding | undefined {
	const copy = seen.copies.find(isStopped);
	if (!copy) return undefined;
	const { name } = seen.daemon;
	return finding('frozen', seen, {
		status: graveWhenConfirmed('frozen', seen, context),
		summary: `${name} is stopped (process ${copy.pid}, state ${copy.state}); ps still shows it`,
		evidence: { pid: copy.pid, state: copy.state, screens: seen.screens.map(describeScreen) },
		remedy: `restart:${name}`,
	});
}

/** A loop that never goes to sleep, or never wakes, leaves its count of sleeps where it was. */
function silent(seen: DaemonObservation, { settings, note }: Context): Finding | undefined {
	const [copy] = seen.copies;
	const { name, wakesEvery } = seen.daemon;
	if (!copy || typeof wakesEvery !== 'number' || copy.sleeps === undefined || copy.age < settings.graceStart)
		return undefined;
	const held = note(`processes asleep ${copy.pid} ${copy.startTicks} ${copy.sleeps}`);
	const status = held.looks >= 2 ? exceeded(settings.limits, 'daemon_silence', held.seconds) : undefined;
	if (!status) return undefined;
	return finding('silent', seen, {
		status,
		summary: `${name} (process ${copy.pid}) has not run for ${Math.round(held.seconds)} s, though it loops every ${wakesEvery} s`,
		evidence: { pid: copy.pid, state: copy.state, sleeps: copy.sleeps, seconds: Math.round(held.seconds) },
		remedy: `restart:${name}`,
	});
}

function heartbeatOld(seen: DaemonObservation, { settings }: Context): Finding | undefined {
	const [copy] = seen.copies;
	const { name } = seen.daemon;
	const heartbeat = rowOf(seen.daemon);
	if (!copy || !heartbeat || seen.heartbeat === undefined || copy.age < settings.graceStart) return undefined;
	if (seen.heartbeat === null) {
		if (heartbeat.source !== 'server_updater') return undefined;
		return finding('heartbeat_missing', seen, {
			status: 'critical',
			summary: `${name} runs, but its row in ${heartbeat.source} is gone: it writes it only when it starts`,
			evidence: { pid: copy.pid, age_seconds: Math.round(copy.age) },
			remedy: `restart:${name}`,
		});
	}
	const status = exceeded(settings.limits, heartbeat.limit, seen.heartbeat);
	if (!status) return undefined;
	return finding('heartbeat_old', seen, {
		status,
		summary: `the heartbeat of ${name} (process ${copy.pid}) is ${Math.round(seen.heartbeat)} s old`,
		evidence: { pid: copy.pid, state: copy.state, heartbeat_seconds: Math.round(seen.heartbeat) },
		// a warning may still be a slow moment; only a critical age is a stall
		...(status === 'critical' && { remedy: `restart:${name}` }),
	});
}

const readAge = (heartbeats: Heartbeats | undefined, source: keyof Heartbeats | undefined) =>
	source && heartbeats?.[source];

/** The row that a daemon writes in every loop. */
function rowOf({ signs }: Daemon): { source: keyof Heartbeats; limit: ThresholdName } | undefined {
	for (const sign of signs) {
		if (sign.by === 'updater') return { source: 'server_updater', limit: sign.limit };
		if (sign.by === 'stats' && sign.row === '-SHARE-') return { source: 'share_row', limit: sign.limit };
	}
	return undefined;
}

const describeScreen = ({ pid, state }: { pid: number; state: string }): string => `${pid} ${state}`;

/** Whole minutes from the last `HHMM` (local time) until now. */
export function minutesSince(endOfDay: string, now: Date): number {
	const minutes =
		now.getHours() * 60 + now.getMinutes() - (Number(endOfDay.slice(0, 2)) * 60 + Number(endOfDay.slice(2, 4)));
	return (minutes + 1440) % 1440;
}
