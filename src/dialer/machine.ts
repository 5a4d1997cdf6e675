import { descriptorLimits, descriptorsInUse } from '../adapters/descriptors.ts';
import { sizeOf } from '../adapters/files.ts';
import { type MachineMemory, readMemory } from '../adapters/memory.ts';
import { readPressure } from '../adapters/pressure.ts';
import type { Memory } from '../memory.ts';
import { askInTurn, type Question, type Samples, type Turns } from '../rotation.ts';
import type { Pressure } from '../saturation.ts';
import type { World } from '../world.ts';
import { jobsFor, KEEPALIVE } from './crontab.ts';
import { type Disk, fillOfRemote, isLocalDatabase, readDisks } from './disks.ts';
import { type Exposure, readExposure } from './exposure.ts';
import { findAsterisk } from './process-table.ts';
import { type Backlog, readRecordings } from './recordings.ts';
import type { ServerRow } from './server.ts';
import { askChrony, type ChronyAnswer, readTimeService, type TimeService } from './time-service.ts';

/** What is not looked at every minute. */
export type MachineQuestions = {
	recordings: Question<Backlog[]>;
	exposure: Question<Exposure>;
	remote: Question<{ mount: string; fill: Disk['fill'] | null }[]> | undefined;
	chrony: Question<ChronyAnswer> | undefined;
};

/** The machine under the dialer. */
export interface MachineObservation {
	disks: Disk[];
	/** remote disks that did not tell how full they are */
	silent: string[];
	pressure: Pressure;
	memory: MachineMemory;
	oom: Memory['oom'];
	/** file descriptors of Asterisk: how many it may have, and how many it has at most */
	descriptors: { most: number; used: number } | undefined;
	/** bytes; undefined where nothing writes that log */
	confLog: number | undefined;
	/** stock jobs of a dialer that the crontab does not run */
	missingJobs: string[];
	/** the hopper job is scheduled here and does not look whether the last one still runs */
	hopperMayOverlap: boolean;
	timeService: TimeService;
	samples: Samples<MachineQuestions>;
	/** to remember */
	dataFolder: string | undefined;
	uptime: number;
	turns: Turns;
}

const CONF_LOG = 'conf_telnet_log.txt';
const MEBIBYTE = 1024 * 1024;
/** Statements that questions may take in one look. None takes any; it spreads them. */
const BUDGET = 2;
/** Seconds since the last kill for want of memory in which it is told. */
const OOM_SECONDS = 600;
/** Where programs of the system lie. */
const SYSTEM_PATH = '/usr/bin:/bin';

/** Looks at the machine by small files of the kernel; a program is started only now and then, for what no file tells. */
export async function readMachine(world: World): Promise<MachineObservation> {
	const { settings, memory, uptime } = world;
	const server = await world.server().catch(() => undefined);
	const dataFolder = isLocalDatabase(settings)
		? await world.databaseFacts().then(
				(facts) => facts.dataFolder,
				() => memory.dataFolder,
			)
		: undefined;
	const disks = readDisks(world, dataFolder);
	const remote = disks.filter((disk) => disk.remote);
	const questions: MachineQuestions = {
		recordings: { every: 5, cost: 1, read: async () => readRecordings(world), doubtful: (found) => found.length > 0 },
		exposure: { every: 10, cost: 1, read: () => readExposure(world) },
		remote:
			remote.length > 0
				? {
						every: 5,
						cost: 1,
						read: () => askRemote(remote, world),
						doubtful: (fills) => fills.some(({ fill }) => fill === null),
					}
				: undefined,
		chrony: askChrony(world, SYSTEM_PATH),
	};
	const { samples, turns } = await askInTurn<MachineQuestions>(questions, memory.turns?.system, {
		uptime,
		gap: settings.lookGap,
		budget: BUDGET,
	});
	const asked = samples.remote?.answer ?? [];
	const seen = readMemory(settings.proc);
	return {
		disks: disks.map((disk) => ({
			...disk,
			fill: disk.fill ?? asked.find(({ mount }) => mount === disk.mount)?.fill ?? undefined,
		})),
		silent:
			(samples.remote?.doubts ?? 0) > 1 ? asked.filter(({ fill }) => fill === null).map(({ mount }) => mount) : [],
		pressure: readPressure(settings.proc),
		memory: seen,
		oom: grownSince(memory.oom, seen.oomKills, uptime),
		descriptors: descriptorsOf(world),
		confLog: (await world.logsSilent()) === undefined ? sizeOf(`${settings.logs}/${CONF_LOG}`) : undefined,
		missingJobs: missingJobs(world, server),
		hopperMayOverlap: jobsFor(world.crontab(), 'AST_VDhopper.pl').some(({ options }) => !('-run-check' in options)),
		timeService: readTimeService(world, samples.chrony),
		samples,
		dataFolder,
		uptime,
		turns,
	};
}

async function askRemote(disks: readonly Disk[], { deadline }: World) {
	return Promise.all(
		disks.map(async ({ mount }) => ({
			mount,
			fill: await fillOfRemote(mount, deadline.remaining()),
		})),
	);
}

/** The kernel's count of kills with its last growth, for as long as that is news. Pure. */
export function grownSince(before: Memory['oom'], kills: number | undefined, uptime: number): Memory['oom'] {
	if (kills === undefined) return undefined;
	const news = before?.grown && uptime - before.grown.at < OOM_SECONDS ? before.grown : undefined;
	// the first look knows nothing of what came before it
	if (!before || kills < before.kills) return { kills };
	if (kills === before.kills) return { kills, ...(news && { grown: news }) };
	return { kills, grown: { by: (news?.by ?? 0) + kills - before.kills, at: uptime } };
}

/** Counting what a busy Asterisk has open takes a call for each, so it is only done when its table is large enough. */
function descriptorsOf(world: World): MachineObservation['descriptors'] {
	const { settings } = world;
	const [asterisk] = findAsterisk(world.processes(), settings.asteriskEtc);
	const found = asterisk && descriptorLimits(settings.proc, asterisk.pid);
	if (!asterisk || !found) return undefined;
	const suspicious = 100 * found.table >= settings.limits.open_files.warn * found.most;
	if (!suspicious) return { most: found.most, used: found.table };
	// a table once large stays large, so without the right to count nothing can be said
	const used = descriptorsInUse(settings.proc, asterisk.pid);
	return used === undefined ? undefined : { most: found.most, used };
}

/** Where stock's crontab runs the keepalive it also runs these, on every dialer. */
function missingJobs(world: World, server: ServerRow | undefined): string[] {
	const crontab = world.crontab();
	if (!server?.runsAsterisk || jobsFor(crontab, KEEPALIVE).length === 0) return [];
	const isVoicemailServer = server.system.activeVoicemailServer === world.settings.serverIp;
	const wanted = [
		'AST_manager_kill_hung_congested.pl',
		'AST_reset_mysql_vars.pl',
		...(isVoicemailServer ? ['AST_vm_update.pl'] : []),
	];
	return wanted.filter((script) => jobsFor(crontab, script).length === 0);
}

/** Size of a log in MiB, as its limit has it. */
export const inMebibytes = (bytes: number): number => Math.round(bytes / MEBIBYTE);
