import { join } from 'node:path';
import { Deadline } from './adapters/clock.ts';
import { ConfFolder } from './adapters/conf-folder.ts';
import { cronEnvironment } from './adapters/cron.ts';
import { type Lock, takeLock } from './adapters/lock.ts';
import { appendLog } from './adapters/log.ts';
import type { Proc } from './adapters/proc.ts';
import { StateFolder } from './adapters/state.ts';
import type { OutsideMemory } from './announce.ts';
import type { Options } from './cli.ts';
import type { Pulse } from './dialer/pulses.ts';
import type { Memory } from './memory.ts';
import type { Told } from './outside.ts';
import { ownsDialer, ownTrouble, pauseOf, prepared, reasonNotToRepair, whilePaused } from './permission.ts';
import { logLines } from './report/log.ts';
import { type Learnt, run } from './run.ts';
import type { Settings } from './settings.ts';
import type { Json, Report } from './types.ts';
import { type AmiMemory, type Traces, World } from './world.ts';

/** One look with its repairs, not yet remembered. */
export interface Look {
	report: Report;
	/** what the last quiet report told */
	told: Memory['told'];
	/** whether the next run will know what this one learnt */
	remembers: boolean;
	/** what was learnt of AMI accounts, whether it will be remembered or not */
	amiMemory: AmiMemory;
	/** what its daemons showed, whether it will be remembered or not */
	samples: Memory['processes'];
	/** what has to have moved in a later look of the same run */
	pulses: Pulse[];
	/**
	 * Writes what was learnt to the state folder and the log, and frees the lock.
	 * @param told what a quiet report has told now
	 * @returns what could not be written, in words
	 */
	keep(told?: Memory['told']): string[];
	/**
	 * Tells the programs and the address outside, once the look is kept; undefined where nothing was due.
	 * @param last this is the last look of the run
	 */
	tell(last: boolean): Promise<Told | undefined>;
}

/** What all looks of one run of the program have in common. */
export interface Session {
	options: Options;
	settings: Settings;
	proc: Proc;
	version: string;
	installRoot: string;
	traces: Traces;
	/** whether a person sits at the terminal */
	attended: boolean;
	/** what an earlier look of this run learnt of AMI accounts */
	amiMemory?: AmiMemory;
	/** what the daemons showed in an earlier look of this run */
	samples?: Memory['processes'];
	working: (what: string | undefined) => void;
}

/**
 * The session for another look of the same run: what was asked for once is not done again, and an account that was
 * refused is not tried again, also where nothing can be remembered, because fail2ban counts. Where nothing can be, the
 * daemons are compared with what they showed before.
 */
export function afterLook(
	session: Session,
	{ report, amiMemory, samples }: Pick<Look, 'report' | 'amiMemory' | 'samples'>,
): Session {
	const rebuilt = report.actions.some(({ kind, outcome }) => kind === 'rebuild' && outcome === 'done');
	const { rebuild } = session.options;
	return {
		...session,
		options: { ...session.options, rebuild: rebuilt ? undefined : rebuild },
		attended: false,
		amiMemory,
		samples,
	};
}

/** Takes the lock, without waiting; a dry run leaves it alone. */
export const lockFor = ({ options, settings, proc }: Session): Lock | undefined =>
	options.dryRun ? undefined : takeLock(settings.runDir, proc, options.timeoutSeconds);

/**
 * Loads what earlier runs told, looks, and repairs what may be repaired under this lock.
 * @param seconds deadline of this look
 * @param began the monotonic clock at its start, milliseconds
 */
export async function look(
	session: Session,
	lock: Lock | undefined,
	seconds: number,
	startedAt = new Date(),
	began = performance.now(),
): Promise<Look> {
	const { options, settings, proc } = session;
	const state = new StateFolder(settings.stateDir);
	const stored = state.load(proc.bootId());
	const knownAccounts = state.loadAmi();
	const amiMemory = session.amiMemory ?? knownAccounts;
	const remembers = lock?.state === 'held' ? prepared(state) : undefined;
	const memory = remembers?.ready || !session.samples ? stored : { ...stored, processes: session.samples };
	const pause = pauseOf(settings, startedAt, memory.pauseMet);
	const world = new World({
		settings,
		proc,
		deadline: new Deadline(seconds),
		memory,
		amiMemory,
		seesEarlier: state.readable,
		insists: options.only && options.checks.includes('asterisk') && session.attended,
		remembers: remembers?.ready === true,
		traces: session.traces,
		installRoot: session.installRoot,
		rebuild: options.rebuild,
		ownTrouble: [
			...state.problems,
			...(pause?.trouble ?? []),
			...(ownsDialer(settings) ? ownTrouble(lock, remembers) : []),
		],
	});
	const { report: seen, ...learnt } = await run({
		world,
		version: session.version,
		dryRun: options.dryRun,
		checks: options.checks,
		only: options.only,
		mayNot: reasonNotToRepair(settings, proc, lock, remembers, pause, startedAt),
		startedAt,
		began,
		environment: () => cronEnvironment(world.crontab(), settings.home),
		save: (unfinished) => state.save(unfinished),
		working: session.working,
	});
	await world.close();

	const before = memory.outside;
	const speaks = ownsDialer(settings) && remembers?.ready === true && (settings.onChange ?? settings.onFailover);
	const due = speaks
		? await dueAfter(seen, { memory, learnt, settings, paused: pause?.until !== undefined, uptime: world.uptime })
		: undefined;
	// what became of calls that followed the report of the run before
	const called = remembers?.ready === true ? (before?.results ?? []) : [];
	const { why, until } = (pause && whilePaused(pause, settings, startedAt)) ?? {};
	// where a repair is withheld, that says so
	const silent = why !== undefined && !seen.actions.some(({ reason }) => reason?.startsWith(why));
	const report = {
		...seen,
		actions: [...called, ...seen.actions],
		...(silent && { notes: [...(seen.notes ?? []), `repairs are ${why} ${until}`] }),
	};
	const { results: _, ...known } = before ?? { changes: {}, failures: {} };
	const outside: OutsideMemory = { ...known, changes: due?.changes ?? {}, failures: due?.failures ?? {} };

	const keep = (next: Memory, lines: Record<string, Json>[]): string[] => {
		const problems: string[] = [];
		const attempt = (what: string, work: () => void): void => {
			try {
				work();
			} catch (error) {
				problems.push(`${what}: ${(error as Error).message}`);
			}
		};
		attempt('what this run learnt is not remembered', () => {
			state.save(next);
			if (JSON.stringify(learnt.amiMemory) !== JSON.stringify(knownAccounts)) state.saveAmi(learnt.amiMemory);
			const folder = new ConfFolder(settings.asteriskEtc, join(settings.stateDir, 'conf'));
			for (const name of learnt.proven) folder.backup(name);
		});
		attempt('the log cannot be written', () => appendLog(settings.logDir, lines));
		return problems;
	};
	return {
		report,
		told: memory.told,
		remembers: remembers?.ready === true,
		amiMemory: learnt.amiMemory,
		samples: learnt.memory.processes,
		pulses: learnt.pulses,
		keep: (told) => {
			const { lines, logged } = logLines(report, learnt.memory.logged);
			const { pauseMet: _, ...rest } = learnt.memory;
			const next = { ...rest, logged, outside, ...(pause?.met && { pauseMet: pause.met }), ...(told && { told }) };
			const problems = remembers?.ready ? keep(next, lines) : [];
			if (lock?.state === 'held') lock.release();
			return problems;
		},
		tell: async (last) => {
			const words = due?.words ?? [];
			const pings = last && settings.heartbeatUrl !== undefined && !options.dryRun && lock?.state !== 'taken';
			if (!pings && words.length === 0) return undefined;
			const { tellOutside } = await import('./outside.ts');
			return tellOutside({
				settings,
				report,
				words,
				before: known,
				environment: cronEnvironment(world.crontab(), settings.home),
				pings,
				secrets: secretsOf(settings, learnt.amiMemory),
			});
		},
	};
}

interface After {
	memory: Memory;
	learnt: Learnt;
	settings: Settings;
	paused: boolean;
	/** seconds since boot */
	uptime: number;
}

/** What is due to be said outside after a run; runs that tell nobody do not load it. */
async function dueAfter(
	report: Report,
	{ memory, learnt, settings, paused, uptime }: After,
): Promise<ReturnType<typeof import('./announce.ts').wordsOf>> {
	const { isSpeaker, isStarting, wordsOf } = await import('./announce.ts');
	return wordsOf(report, memory.outside, {
		counts: (check) => learnt.memory.counted[check] !== memory.counted[check],
		speaks: isSpeaker(report, learnt.speaker),
		starting: isStarting(uptime, learnt.databaseUptime, settings),
		failoverAfter: settings.failoverAfter,
		paused,
	});
}

/** What a program's output must not carry into the log. */
const secretsOf = ({ database, ami, heartbeatUrl }: Settings, { good }: AmiMemory): string[] =>
	[database.password, ami.secret, heartbeatUrl, good?.secret].filter((secret) => secret !== undefined);
