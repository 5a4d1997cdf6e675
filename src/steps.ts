import { startArguments } from './dialer/daemon.ts';
import { type Daemon, scriptGeneration } from './dialer/daemons.ts';
import { type DaemonProcesses, surplusCopy } from './dialer/process-table.ts';
import type { Situation } from './plan.ts';
import type { ActionKind, Step } from './types.ts';

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
	const { settings, memory } = situation;
	const prove: Step = { do: 'prove', daemon: daemon.name };
	if (kind === 'stop') {
		const surplus = found.copies.find(({ pid }) => pid === surplusPid) ?? surplusCopy(found.copies);
		return [
			{ do: 'stop', processes: [surplus], screens: found.screens.filter(({ pid }) => pid === surplus.ppid) },
			prove,
		];
	}
	const script = daemon.script[scriptGeneration(situation.asteriskVersion ?? '')];
	const stock = [`${settings.home}/${script}`, ...startArguments(daemon, situation.options)];
	const remembered = memory.commands[daemon.name];
	// an argument that the administrator's crontab gave it stays; another script or folder means the version changed
	const argv = remembered && remembered[0] === stock[0] ? remembered : stock;
	const stop: Step = { do: 'stop', processes: [...found.copies, ...found.children], screens: found.screens };
	const steps: Step[] = stop.processes.length + stop.screens.length > 0 ? [stop] : [];
	return settings.restart === 'kill-only' ? steps : [...steps, { do: 'start', screen: daemon.screen, argv }, prove];
}
