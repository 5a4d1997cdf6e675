import type { ProcessId } from '../types.ts';
import type { DaemonObservation } from './observe-daemons.ts';

/** A sample of a process: how often it had gone to sleep, and when it was first met with that count, seconds since boot. */
export interface Slept {
	count: number;
	since: number;
}

/** Samples of processes by pid and start. */
export type Samples = Readonly<Record<string, Slept>>;

/** What has to move while a daemon works: between two samples of one run it must have grown. */
export interface Pulse {
	daemon: string;
	/** tells the pulses of one daemon apart */
	sign: string;
	value: number;
	/** growth that is no mere inaccuracy */
	least: number;
}

/** A daemon that sleeps for longer at a time cannot be expected to have moved from one look of a run to the next: seconds. */
const PROMPT = 5;
/** Ages are told in whole seconds, and by other clocks. */
const SECONDS_OF_AGES = 2;

export const processKey = ({ pid, startTicks }: ProcessId): string => `${pid} ${startTicks}`;

/** Seconds since an earlier sample met this process with as many sleeps behind it as now; undefined when none did. */
export function silenceOf(
	process: ProcessId,
	sleeps: number | undefined,
	earlier: Samples | undefined,
	uptime: number,
): number | undefined {
	const before = earlier?.[processKey(process)];
	return sleeps !== undefined && before?.count === sleeps ? uptime - before.since : undefined;
}

/** This look's samples. @param uptime seconds since boot */
export function samplesOf(daemons: readonly DaemonObservation[], uptime: number): Samples {
	const copies = daemons.flatMap((one) => one.copies);
	return Object.fromEntries(
		copies.flatMap(({ sleeps, silence = 0, ...process }) =>
			sleeps === undefined ? [] : [[processKey(process), { count: sleeps, since: uptime - silence }]],
		),
	);
}

/**
 * What has to move soon: the sleeps of each daemon that loops every few seconds, and what it writes in each loop.
 * @param uptime seconds since boot
 */
export function pulsesOf(daemons: readonly DaemonObservation[], uptime: number): Pulse[] {
	return daemons.flatMap(({ daemon, copies, wakesEvery, age }) => {
		const [copy, ...others] = copies;
		if (!copy || others.length > 0 || wakesEvery === null || wakesEvery > PROMPT) return [];
		const pulses: Pulse[] = [];
		if (copy.sleeps !== undefined)
			pulses.push({ daemon: daemon.name, sign: `sleeps of ${processKey(copy)}`, value: copy.sleeps, least: 1 });
		if (age) pulses.push({ daemon: daemon.name, sign: age.what, value: uptime - age.seconds, least: SECONDS_OF_AGES });
		return pulses;
	});
}
