import { openFiles } from '../adapters/descriptors.ts';
import { mountOf } from '../adapters/disks.ts';
import { filesAtRest } from '../adapters/recordings.ts';
import type { World } from '../world.ts';
import { findAsterisk } from './process-table.ts';

/** Recordings that a job of cron's should have moved on long ago. */
export interface Backlog {
	folder: string;
	/** the script that empties it */
	job: string;
	count: number;
	/** seconds since the oldest was written, and since the newest of them was */
	oldest: number;
	newest: number;
}

/** The ways of a recording: where it waits, and for which job of the crontab (VICIdial's AST_CRON_audio scripts). */
const stations = (monitor: string, done: string): { folder: string; job: RegExp }[] => [
	{ folder: monitor, job: /^AST_CRON_audio_1_/ },
	{ folder: `${monitor}/MIX`, job: /^AST_CRON_audio_1_/ },
	{ folder: `${done}/FTP`, job: /^AST_CRON_audio_3_/ },
];

/**
 * Recordings at rest, where the crontab has a job that moves them. Remote folders are not looked into, and what Asterisk
 * still has open is being recorded.
 */
export function readRecordings(world: World): Backlog[] {
	const { settings } = world;
	const jobs = world.crontab()?.jobs ?? [];
	const mounts = world.mounts();
	return stations(settings.monitor, settings.monitorDone).flatMap(({ folder, job }) => {
		const mover = jobs.find(({ script }) => job.test(script));
		if (!mover || mountOf(folder, mounts)?.remote) return [];
		const atRest = filesAtRest(folder, settings.limits.recordings_waiting.warn, new Date());
		const open = atRest.length > 0 ? openInAsterisk(world) : new Set<string>();
		const waiting = atRest.filter(({ path }) => !open.has(path));
		const [oldest, newest] = [waiting.at(0), waiting.at(-1)].map((file) => Math.round(file?.age ?? 0));
		if (oldest === undefined || newest === undefined || waiting.length === 0) return [];
		return [{ folder, job: mover.script, count: waiting.length, oldest, newest }];
	});
}

function openInAsterisk(world: World): Set<string> {
	const running = findAsterisk(world.processes(), world.settings.asteriskEtc);
	return new Set(running.flatMap(({ pid }) => openFiles(world.settings.proc, pid)));
}
