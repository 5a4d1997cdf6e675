import type { Context } from '../../src/checks/check.ts';
import { type ProcessObservation, processes } from '../../src/checks/processes.ts';
import { DAEMONS } from '../../src/dialer/daemons.ts';
import type { Copy, DaemonObservation } from '../../src/dialer/observe-daemons.ts';
import type { Judgement } from '../../src/types.ts';
import { notebookOf, remembering, settingsOf } from './given.ts';

export type Noted = Parameters<typeof remembering>[0];

/** What earlier looks noted under one key: seen once, so many seconds ago. */
export const seen = (key: string, seconds = 60, looks = 1): Noted => ({ [key]: { looks, seconds } });

/** `id status remedy` of each finding. */
export const outline = ({ findings }: Judgement): string[] =>
	findings.map(({ id, status, remedy }) => `${id} ${status}${remedy ? ` ${remedy}` : ''}`);

export const contextOf = (noted: Noted = {}): Context => ({
	settings: settingsOf(),
	note: notebookOf(remembering(noted)).note,
});

/** A healthy copy: old enough, asleep, as stock started it. */
export const copyOf = (rest: Partial<Copy> = {}): Copy => ({
	pid: 100,
	startTicks: 1,
	state: 'S',
	age: 1000,
	sleeps: 7,
	command: [],
	...rest,
});

export function daemonOf(name: string, rest: Partial<DaemonObservation> = {}): DaemonObservation {
	const daemon = DAEMONS.find((one) => one.name === name);
	if (!daemon) throw new Error(name);
	const { wakesEvery } = daemon;
	return {
		daemon,
		copies: [copyOf()],
		zombies: [],
		screens: [],
		wakesEvery: wakesEvery === 'conf_update_interval' ? 60 : wakesEvery,
		starts: [],
		recentStarts: 1,
		...rest,
	};
}

export const observationOf = (
	daemons: DaemonObservation[],
	rest: Partial<ProcessObservation> = {},
): ProcessObservation => ({
	keepalives: '1235',
	daemons,
	stock: { workers: [], blockers: {}, lag: undefined, triggers: undefined },
	minutesAfterEndOfDay: 600,
	maintenance: false,
	updater: undefined,
	uptime: 10_000,
	probe: undefined,
	looks: 1,
	...rest,
});

/** What the check makes of one daemon. */
export const judgeOne = (
	name: string,
	one: Partial<DaemonObservation> = {},
	noted: Noted = {},
	rest: Partial<ProcessObservation> = {},
): string[] => outline(processes.judge(observationOf([daemonOf(name, one)], rest), contextOf(noted)));
