import { join } from 'node:path';
import { Deadline } from './adapters/clock.ts';
import { ConfFolder } from './adapters/conf-folder.ts';
import { cronEnvironment } from './adapters/cron.ts';
import { type Lock, takeLock } from './adapters/lock.ts';
import { appendLog } from './adapters/log.ts';
import type { Proc } from './adapters/proc.ts';
import { StateFolder } from './adapters/state.ts';
import type { Options } from './cli.ts';
import type { Memory } from './memory.ts';
import { ownsDialer, ownTrouble, pauseOf, prepared, reasonNotToRepair } from './permission.ts';
import { logLines } from './report/log.ts';
import { run } from './run.ts';
import type { Settings } from './settings.ts';
import type { Report } from './types.ts';
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
	/**
	 * Writes what was learnt to the state folder and the log.
	 * @param told what a quiet report has told now
	 * @returns what could not be written, in words
	 */
	keep(told?: Memory['told']): string[];
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
	working: (what: string | undefined) => void;
}

/**
 * The session for another look of the same run: what was asked for once is not done again, and an account that was
 * refused is not tried again, also where nothing can be remembered, because fail2ban counts.
 */
export function afterLook(session: Session, { report, amiMemory }: Pick<Look, 'report' | 'amiMemory'>): Session {
	const rebuilt = report.actions.some(({ kind, outcome }) => kind === 'rebuild' && outcome === 'done');
	const { rebuild } = session.options;
	return {
		...session,
		options: { ...session.options, rebuild: rebuilt ? undefined : rebuild },
		attended: false,
		amiMemory,
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
	const memory = state.load(proc.bootId());
	const knownAccounts = state.loadAmi();
	const amiMemory = session.amiMemory ?? knownAccounts;
	const remembers = lock?.state === 'held' ? prepared(state) : undefined;
	const pause = pauseOf(settings, startedAt);
	const world = new World({
		settings,
		proc,
		deadline: new Deadline(seconds),
		memory,
		amiMemory,
		mayLogIn: state.readable,
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
	const { report, ...learnt } = await run({
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

	const keep = (told: Memory['told']): string[] => {
		const { lines, logged } = logLines(report, learnt.memory.logged);
		const problems: string[] = [];
		const attempt = (what: string, work: () => void): void => {
			try {
				work();
			} catch (error) {
				problems.push(`${what}: ${(error as Error).message}`);
			}
		};
		attempt('what this run learnt is not remembered', () => {
			state.save({ ...learnt.memory, logged, ...(told && { told }) });
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
		keep: (told) => (remembers?.ready ? keep(told) : []),
	};
}
