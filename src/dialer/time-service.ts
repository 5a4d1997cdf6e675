import { runProgram } from '../adapters/exec.ts';
import { isMissing } from '../adapters/files.ts';
import type { Question, Sample } from '../rotation.ts';
import type { Process } from '../types.ts';
import type { World } from '../world.ts';
import type { Crontab } from './crontab.ts';

/** What sets the clock of this machine. */
export interface TimeService {
	/** programs that run for it; empty where nothing does; undefined where that cannot be known, or is the host's business */
	keepers: string[] | undefined;
	/** the one of them that has not found the time long after boot */
	unset: string | undefined;
}

/** Time services by the name of their process (systemd-timesyncd(8), chronyd(8), ntpd(8) of three makers, linuxptp). */
const KEEPERS: Readonly<Record<string, string>> = {
	'systemd-timesyn': 'systemd-timesyncd',
	chronyd: 'chronyd',
	ntpd: 'ntpd',
	ptp4l: 'ptp4l',
	phc2sys: 'phc2sys',
	timemaster: 'timemaster',
};
/** A container has the clock of its host, and no service that could set it. */
const CONTAINER = ['/run/systemd/container', '/.dockerenv', '/run/.containerenv'];
/** systemd-timesyncd makes this file when it has set the clock (systemd-timesyncd.service(8)). */
const SYNCHRONIZED = '/run/systemd/timesync/synchronized';
/** Seconds since boot that a time service may need. */
const NEEDED = 900;
/** Milliseconds in which a chronyd that lives has answered. */
const CHRONY_TIMEOUT = 2000;
/** Looks from one question to the next. */
const SELDOM = 10;

/** What chronyd says of itself: it has the time, or it has not. null: it did not say */
export type ChronyAnswer = boolean | null;

/** chronyd leaves no file that tells; ntpd has no cheap way to be asked, so of that one it is only seen whether it runs. */
export const askChrony = (world: World, path: string): Question<ChronyAnswer> | undefined =>
	world.uptime > NEEDED && world.processes().some(({ comm }) => comm === 'chronyd')
		? {
				every: SELDOM,
				cost: 1,
				read: async () => {
					const milliseconds = Math.min(CHRONY_TIMEOUT, world.deadline.remaining());
					const { exitCode, output } = await runProgram(
						'chronyc',
						['-c', '-n', 'tracking'],
						{ PATH: path },
						milliseconds,
					);
					return exitCode === 0 ? parseTracking(output) : null;
				},
				doubtful: (hasTime) => hasTime === false,
			}
		: undefined;

/** The last field of chronyc's `tracking` report is the leap status, which says so when there is no time (chronyc(1)). */
export function parseTracking(line: string): ChronyAnswer {
	const fields = line.trim().split(',');
	return fields.length < 14 ? null : fields[13] !== 'Not synchronised';
}

/** Looks at the process table, the crontab and small files. @param chrony what it last said */
export function readTimeService(world: World, chrony: Sample<ChronyAnswer> | undefined): TimeService {
	const keepers = keepersAmong(world.processes(), world.crontab());
	return {
		keepers: keepers?.length === 0 && CONTAINER.some((path) => !isMissing(path)) ? undefined : keepers,
		unset: world.uptime > NEEDED ? unsetAmong(keepers ?? [], isMissing(SYNCHRONIZED), chrony) : undefined,
	};
}

/** Whoever sets the clock, each once; undefined where the table does not show everybody's processes. Pure. */
export function keepersAmong(table: readonly Process[], crontab: Crontab | undefined): string[] | undefined {
	const running = table.flatMap(({ comm }) => KEEPERS[comm] ?? []);
	const found = [...new Set([...running, ...(crontab?.setsClock ? ["a job of root's crontab"] : [])])];
	return found.length > 0 || table.some(({ pid }) => pid === 1) ? found : undefined;
}

/** chronyd is believed when it has said so twice. Pure. */
export function unsetAmong(
	keepers: readonly string[],
	neverSynchronized: boolean,
	chrony: Sample<ChronyAnswer> | undefined,
): string | undefined {
	if (keepers.includes('systemd-timesyncd') && neverSynchronized) return 'systemd-timesyncd';
	return keepers.includes('chronyd') && chrony?.answer === false && chrony.doubts > 1 ? 'chronyd' : undefined;
}
