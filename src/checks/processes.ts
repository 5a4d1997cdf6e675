import { isMaintenance, minutesSince } from '../dialer/calendar.ts';
import { optionsOf } from '../dialer/crontab.ts';
import { expectedDaemons } from '../dialer/daemons.ts';
import { type Copy, type DaemonObservation, observeDaemons } from '../dialer/observe-daemons.ts';
import { processKey, pulsesOf, samplesOf } from '../dialer/pulses.ts';
import { type UpdaterHistory, updaterHistory } from '../dialer/updater.ts';
import type { ProcessMemory } from '../memory.ts';
import { measured } from '../thresholds.ts';
import type { Finding, Metric } from '../types.ts';
import type { World } from '../world.ts';
import type { Check } from './check.ts';
import { about } from './processes-about.ts';
import { judgeLife } from './processes-life.ts';
import { judgePresence } from './processes-presence.ts';
import { judgeTimeClock, judgeWorkers, observeStock, type StockObservation } from './processes-stock.ts';

export interface ProcessObservation {
	keepalives: string;
	daemons: DaemonObservation[];
	/** the stock keepalive and what else cron starts */
	stock: StockObservation;
	/** minutes since the end of the day, which some daemons take as their own end */
	minutesAfterEndOfDay: number | undefined;
	/** stock works on whole tables now, so that daemons wait longer than usual */
	maintenance: boolean;
	updater: UpdaterHistory | undefined;
	/** seconds since boot */
	uptime: number;
	probe: ProcessMemory['probe'];
	/** looks so far, this one included */
	looks: number;
}

/** One sample shows who is there, and two who moves. */
const FIRST_LOOK =
	'this look has no earlier one to compare with: whether the daemons move is seen by the next, or in one run by --wait 60';

export const processes: Check<ProcessObservation> = {
	id: 'processes',
	needs: [],
	about,

	async observe(world) {
		const { settings, proc, memory } = world;
		const server = await world.server().catch(() => undefined);
		const endOfDay = (await world.serverOrRemembered())?.endOfDay;
		const now = new Date();
		return {
			keepalives: settings.keepalives,
			daemons: await observeDaemons(expectedHere(world, server?.system.sipEventLogging), world, server),
			stock: await observeStock(world, server),
			minutesAfterEndOfDay: endOfDay === undefined ? undefined : minutesSince(endOfDay, now),
			maintenance: isMaintenance(endOfDay, now),
			updater: memory.processes?.updater,
			uptime: proc.uptime(),
			probe: memory.processes?.probe,
			looks: (memory.processes?.looks ?? 0) + 1,
		};
	},

	judge(seen, context) {
		if (seen.keepalives.includes('X'))
			return { findings: [], metrics: [], skippedBecause: 'keepalive code X: this server runs no daemons' };
		const findings: Finding[] = [];
		const metrics: Metric[] = [];
		for (const one of seen.daemons) {
			metrics.push(...measure(one, context.settings.limits));
			const finding = one.daemon.oneShot
				? judgeTimeClock(one, context)
				: (judgePresence(one, seen, context) ?? judgeLife(one, seen, context));
			if (finding) findings.push(finding);
		}
		const stock = judgeWorkers(seen.stock, seen.maintenance, context);
		return {
			findings: [...findings, ...stock.findings],
			metrics: [...metrics, ...stock.metrics],
			...(seen.looks === 1 && { hints: [FIRST_LOOK] }),
		};
	},

	remember(seen) {
		const running = seen.daemons.filter(({ daemon, copies }) => copies.length === 1 && !daemon.programs);
		return {
			commands: Object.fromEntries(running.map(({ daemon, copies }) => [daemon.name, copies[0]?.command ?? []])),
			processes: learnt(seen),
			pulses: pulsesOf(seen.daemons, seen.uptime),
		};
	},
};

const expectedHere = (world: World, sipEventLogging: number | undefined) =>
	expectedDaemons(world.settings.keepalives, { options: optionsOf(world.crontab()), sipEventLogging });

function measure({ daemon, copies, age, port }: DaemonObservation, limits: Parameters<typeof measured>[0]): Metric[] {
	const labels = { daemon: daemon.name };
	if (daemon.oneShot) return [];
	return [
		{ name: 'daemon_processes', labels, value: copies.length, unit: 'count' },
		...(age ? [measured(limits, age.limit, age.seconds, labels)] : []),
		...(port ? [measured(limits, 'fastagi_queue', port.queue)] : []),
		...(typeof port?.answer === 'number' ? [measured(limits, 'fastagi_answer', port.answer)] : []),
	];
}

function learnt({ daemons, updater, uptime, probe, looks, maintenance }: ProcessObservation): ProcessMemory {
	const copies = daemons.flatMap((one) => one.copies);
	const row = daemons.find((one) => one.updater !== undefined)?.updater;
	const history = row === undefined ? updater : updaterHistory(row, updater);
	const answer = daemons.find(({ port }) => port)?.port?.answer;
	const asked = answer === undefined ? probe : { at: uptime, served: answer !== null };
	return {
		starts: Object.fromEntries(daemons.map(({ daemon, starts }) => [daemon.name, starts])),
		cpu: byProcess(copies, ({ cpu }) => cpu),
		bytesRead: byProcess(copies, ({ bytesRead }) => bytesRead),
		sleeps: samplesOf(daemons, uptime),
		at: uptime,
		looks,
		// how often the row was written while whole tables were locked tells nothing of Asterisk's manager
		...(history && { updater: maintenance ? { ...history, ages: [] } : history }),
		...(asked && { probe: asked }),
	};
}

const byProcess = (copies: readonly Copy[], figure: (copy: Copy) => number | undefined): Record<string, number> =>
	Object.fromEntries(
		copies.flatMap((copy) => {
			const value = figure(copy);
			return value === undefined ? [] : [[processKey(copy), value]];
		}),
	);
