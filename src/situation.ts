import { readPressure } from './adapters/pressure.ts';
import { optionsOf } from './dialer/crontab.ts';
import type { Situation } from './plan.ts';
import type { Look } from './repair.ts';
import type { RunParts } from './run.ts';
import type { ActionReport } from './types.ts';

/** What a plan is made from: the last look, and what this run has done so far. @param uptime seconds since boot when the run began */
export async function situationOf(
	{ found, notes }: Look,
	done: readonly ActionReport[],
	{ world, mayNot }: RunParts,
	uptime: number,
): Promise<Situation> {
	const server = await world.serverOrRemembered();
	const row = await world.server().catch(() => undefined);
	return {
		settings: world.settings,
		memory: world.memory,
		findings: found.flatMap(({ findings }) => findings),
		looks: (key) => notes.note(key).looks,
		countsIn: (check) => notes.countsIn(check),
		table: world.processes(),
		now: new Date(),
		uptime,
		databaseUptime: found.flatMap(({ metrics }) => metrics).find(({ name }) => name === 'database_uptime')?.value,
		endOfDay: server?.endOfDay,
		pressure: () => readPressure(world.settings.proc),
		done,
		looked: found.map(({ id }) => id),
		seen: found.filter(({ seen }) => seen).map(({ id }) => id),
		asteriskVersion: server?.asteriskVersion,
		options: optionsOf(world.crontab()),
		mayStartAsterisk: row && { asked: row.autoRestartAsterisk, vetoed: row.asteriskTempNoRestart },
		remaining: world.deadline.remaining() / 1000,
		mayNot,
		rebuild: world.rebuild,
	};
}
