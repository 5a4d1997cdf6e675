import type { Process, Withheld } from '../types.ts';
import type { Daemon } from './daemon.ts';
import type { DaemonProcesses } from './process-table.ts';

/** The start check of the stock daemons drops lines with these words. */
const DROPPED = /grep|\/bin\/sh/;

/**
 * Why a start of this daemon would come to nothing, in words for the report: its own start check would count somebody
 * else (the programs of VICIdial that say "I am not alone"), or its leftover session is in use. Undefined when nothing
 * stands in the way. Pure.
 * @param script path under which it would be started
 */
export function blocked(
	daemon: Daemon,
	script: string,
	found: DaemonProcesses,
	table: readonly Process[],
): Withheld | undefined {
	const counted = found.mentions.filter(({ argv }) => {
		const line = argv.join(' ');
		return line.includes(script) && !DROPPED.test(line);
	});
	if (daemon.hasStartCheck && counted.length > 0)
		return {
			why: `its start check would refuse it: ${counted.map(named).join(', ')} carries the path of its script; it is not started`,
			until: 'until that has ended',
		};
	const guests = guestsOf(found.screens, found, table);
	if (guests.length === 0) return undefined;
	return {
		why: `its screen session is in use: ${guests.map(named).join(', ')} runs there; it is left alone`,
		until: 'until that has ended',
	};
}

/** What runs in these screen sessions and has nothing to do with the daemon: to end the session would end it too. */
export function guestsOf(
	sessions: readonly Process[],
	{ copies, children, screens }: DaemonProcesses,
	table: readonly Process[],
): Process[] {
	const pids = sessions.map(({ pid }) => pid);
	// a session that is just being made shows itself twice
	const own = [...copies, ...children, ...screens].map(({ pid }) => pid);
	return table.filter(({ pid, ppid, state }) => pids.includes(ppid) && state !== 'Z' && !own.includes(pid));
}

/** A process by program and pid; what else stands on its command line is nobody's business. */
export const named = ({ argv, pid, comm }: Process): string =>
	`${(argv[0] ?? comm).replace(/[^\x20-\x7e]/g, '?')} (process ${pid})`;
