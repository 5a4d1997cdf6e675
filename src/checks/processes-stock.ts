import { keepaliveLag, readTriggers, type Triggers } from '../dialer/keepalive.ts';
import type { DaemonObservation } from '../dialer/observe-daemons.ts';
import type { ServerRow } from '../dialer/server.ts';
import { blockerOf, observeWorkers, type WorkerObservation } from '../dialer/workers.ts';
import { exceeded, measured, type ThresholdName, worse } from '../thresholds.ts';
import type { Finding, Metric } from '../types.ts';
import type { World } from '../world.ts';
import type { Context } from './check.ts';
import { finding } from './processes-presence.ts';

/** The stock keepalive and what else cron starts; none of it is ours to start. */
export interface StockObservation {
	workers: WorkerObservation[];
	/** what the oldest copy of a worker that takes too long waits for, by the worker's name */
	blockers: Record<string, string>;
	/** seconds since the keepalive wrote the uptime; undefined when its text says nothing */
	lag: number | undefined;
	/** undefined where nobody asked */
	triggers: Triggers | undefined;
}

const KEEPALIVE_NAME = 'ADMIN_keepalive_ALL';
const MAINTENANCE_FACTOR = 5;
/** Looks from one at the process triggers to the next, unless something asks for one. */
const TRIGGERS_EVERY = 5;
/** Seconds after which the absence of a written uptime asks for a look at the triggers. */
const LATE = 120;
const MANAGER_PORT = 5038;

export async function observeStock(world: World, server: ServerRow | undefined): Promise<StockObservation> {
	const { settings, proc } = world;
	const table = world.processes();
	const uptime = proc.uptime();
	const workers = observeWorkers(table, settings.home, world.crontab(), uptime);
	const lag = server && keepaliveLag(server.systemUptime, uptime);
	const { processes, conditions } = world.memory;
	// what was told stays told until it is seen to be over
	const told = `processes.trigger_overdue ${KEEPALIVE_NAME}` in conditions;
	const due = (lag ?? 0) > LATE || told || (processes?.looks ?? 0) % TRIGGERS_EVERY === 0;
	const ports = { database: settings.database.port, manager: settings.ami.port ?? server?.ami.port ?? MANAGER_PORT };
	const slow = workers.flatMap(({ worker, copies: [oldest] }) => {
		if (!oldest || oldest.age < settings.limits[worker.age].warn) return [];
		const blocker = blockerOf(oldest, table, proc, ports);
		return blocker === undefined ? [] : [[worker.name, blocker] as const];
	});
	return {
		workers,
		blockers: Object.fromEntries(slow),
		lag,
		triggers: server && due ? await readTriggers(world) : undefined,
	};
}

/** Judges what cron starts: whether the keepalive works, and whether anything piles up or hangs. */
export function judgeWorkers(
	seen: StockObservation,
	maintenance: boolean,
	context: Context,
): { findings: Finding[]; metrics: Metric[] } {
	const { limits } = context.settings;
	const factor = maintenance ? MAINTENANCE_FACTOR : 1;
	const findings = [
		keepaliveSilent(seen, factor, context),
		triggersOverdue(seen, factor, context),
		...seen.workers.map((one) => piling(one, seen.blockers[one.worker.name], factor, context)),
	].filter((found) => found !== undefined);
	const running = seen.workers.filter(({ copies }) => copies.length > 0);
	const metrics = running.flatMap(({ worker, copies: [oldest, ...others] }) => [
		measured(limits, 'worker_copies', others.length + 1, { worker: worker.name }),
		measured(limits, worker.age, oldest?.age ?? 0, { worker: worker.name }),
	]);
	if (seen.lag !== undefined) metrics.push(measured(limits, 'keepalive_lag', seen.lag));
	return { findings, metrics };
}

/** The stock keepalive writes the machine's uptime each minute, when it has come to its end. */
function keepaliveSilent({ lag, workers }: StockObservation, factor: number, context: Context): Finding | undefined {
	if (lag === undefined) return undefined;
	const status = exceeded(context.settings.limits, 'keepalive_lag', lag / factor);
	if (!status) return undefined;
	const keepalive = workers.find(({ worker }) => worker.name === KEEPALIVE_NAME);
	const unscheduled = keepalive?.scheduled === false;
	return {
		id: 'processes.keepalive_silent',
		subject: KEEPALIVE_NAME,
		status,
		summary: `the stock keepalive has not done its work for ${Math.round(lag / 60)} minutes${unscheduled ? ": root's crontab does not start it" : ''}; what ends is not started again by it`,
		evidence: {
			lag_seconds: Math.round(lag),
			scheduled: keepalive?.scheduled ?? null,
			running: keepalive?.copies.length ?? 0,
		},
		advice: unscheduled ? 'crontab -e -u root' : 'crontab -l -u root; systemctl status cron crond',
	};
}

function triggersOverdue({ triggers }: StockObservation, factor: number, { settings }: Context): Finding | undefined {
	const status = triggers && exceeded(settings.limits, 'trigger_overdue', triggers.oldest / factor);
	if (!triggers || triggers.count === 0 || !status) return undefined;
	return {
		id: 'processes.trigger_overdue',
		subject: KEEPALIVE_NAME,
		status,
		summary: `${triggers.count} process triggers of this server are due, the oldest for ${Math.round(triggers.oldest / 60)} minutes; the stock keepalive serves one a minute`,
		evidence: { count: triggers.count, oldest_seconds: triggers.oldest },
		advice: `ps ax | grep ${KEEPALIVE_NAME}; mysql ${settings.database.name} -e "SELECT * FROM vicidial_process_triggers WHERE trigger_run='1'"`,
	};
}

/** Nothing keeps cron from starting the next copy while the last one hangs. */
function piling(
	{ worker, copies }: WorkerObservation,
	blocker: string | undefined,
	factor: number,
	{ settings, note }: Context,
): Finding | undefined {
	const [oldest] = copies;
	if (!oldest) return undefined;
	const status = worse(
		exceeded(settings.limits, worker.age, oldest.age / factor),
		exceeded(settings.limits, 'worker_copies', copies.length / factor),
	);
	// the same copy has to be met twice: a clock that was set must not make it old
	if (!status || note(`processes worker ${oldest.pid} ${oldest.startTicks}`).looks < 2) return undefined;
	const minutes = Math.round(oldest.age / 60);
	const many = copies.length > 1 ? `${copies.length} copies of ${worker.name} run, the oldest` : `${worker.name} runs`;
	return {
		id: `processes.${copies.length > 1 ? 'piling' : 'overrunning'}`,
		subject: worker.name,
		status,
		summary: `${many} for ${minutes} minutes (process ${oldest.pid})${blocker ? `, waiting for ${blocker}` : ''}; cron starts it again and again`,
		evidence: {
			pids: copies.slice(0, 20).map(({ pid }) => pid),
			oldest_seconds: Math.round(oldest.age),
			state: oldest.state,
			...(blocker !== undefined && { blocker }),
		},
		advice: `ps -o pid,etime,stat,wchan:20,args -p ${copies
			.slice(0, 5)
			.map(({ pid }) => pid)
			.join(',')}`,
	};
}

/** The time clock's logout sets a date once a day; it is started by stock every minute and never by us. */
export function judgeTimeClock(seen: DaemonObservation, { settings }: Context): Finding | undefined {
	const { age, daemon } = seen;
	const limit: ThresholdName = 'timeclock_reset';
	const status = age && exceeded(settings.limits, limit, age.seconds);
	if (!status) return undefined;
	return finding('not_done', seen, {
		status,
		summary: `${daemon.name} has not logged users out of the time clock since the end of day, ${Math.round(age.seconds / 60)} minutes ago`,
		evidence: { seconds: age.seconds },
		advice: 'ps ax | grep -i timeclock (it refuses to run beside another one); screen -ls',
	});
}
