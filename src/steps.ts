import { startArguments } from './dialer/daemon.ts';
import { type Daemon, scriptGeneration } from './dialer/daemons.ts';
import { type DaemonProcesses, surplusCopy } from './dialer/process-table.ts';
import { blocked, guestsOf } from './dialer/start-check.ts';
import type { Situation } from './plan.ts';
import type { ActionKind, ProcessId, Step, Withheld } from './types.ts';

/**
 * What a repair of this kind does to this daemon, step by step. Pure.
 * @param surplusPid of two copies the one that was judged to go
 */
export function stepsFor(
	kind: ActionKind,
	daemon: Daemon,
	found: DaemonProcesses,
	situation: Situation,
	surplusPid?: number,
): Step[] {
	const { settings } = situation;
	const prove: Step = { do: 'prove', daemon: daemon.name };
	const why = situation.findings.find(({ remedy }) => remedy === `${kind}:${daemon.name}`)?.summary ?? '';
	if (kind === 'stop') {
		const surplus = found.copies.find(({ pid }) => pid === surplusPid) ?? surplusCopy(found.copies);
		return [
			...stop(
				why,
				[surplus],
				found.screens.filter(
					(screen) => screen.pid === surplus.ppid && guestsOf([screen], found, situation.table).length === 0,
				),
			),
			prove,
		];
	}
	const stopped = [...stop(why, [...found.copies, ...found.children], found.screens), ...ageQueue(daemon, situation)];
	if (settings.restart === 'kill-only') return stopped;
	return [...stopped, { do: 'start', screen: daemon.screen, argv: commandFor(daemon, situation) }, prove];
}

/** An argument that the administrator's crontab gave it stays; another script or folder means that the version changed. */
function commandFor(daemon: Daemon, { settings, memory, asteriskVersion, options }: Situation): string[] {
	const script = daemon.script[scriptGeneration(asteriskVersion ?? '')];
	const stock = [`${settings.home}/${script}`, ...startArguments(daemon, options)];
	const remembered = memory.commands[daemon.name];
	return remembered && remembered[0] === stock[0] ? remembered : stock;
}

/** What a kill destroys is kept first. */
export function stop(why: string, processes: readonly ProcessId[], screens: readonly ProcessId[]): Step[] {
	if (processes.length + screens.length === 0) return [];
	const ids = (all: readonly ProcessId[]): ProcessId[] => all.map(({ pid, startTicks }) => ({ pid, startTicks }));
	const both = { processes: ids(processes), screens: ids(screens) };
	return [
		{ do: 'evidence', why, ...both },
		{ do: 'stop', ...both },
	];
}

/** A sender replays every NEW action, however old; those that an earlier look saw are told, or not sent any more. */
function ageQueue({ name }: Daemon, { settings, memory, uptime, databaseUptime }: Situation): Step[] {
	const seen = memory.actionsSeen;
	if (name !== 'AST_manager_send' || settings.ageQueue === 'off' || seen === undefined) return [];
	// a table in memory begins at 1 again with its database
	if (databaseUptime !== undefined && uptime - seen.at > databaseUptime) return [];
	return [
		{ do: 'age-queue', upTo: seen.newest, entered: seen.entered, since: seen.since, kill: settings.ageQueue === 'on' },
	];
}

/** Why the start among these steps would come to nothing; undefined when there is none, or nothing stands in the way. */
export function startBlocked(
	steps: readonly Step[],
	daemon: Daemon,
	found: DaemonProcesses,
	table: Situation['table'],
): Withheld | undefined {
	const start = steps.find((step) => step.do === 'start');
	return start && blocked(daemon, start.argv[0] ?? '', found, table);
}
