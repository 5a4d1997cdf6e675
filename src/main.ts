import { join } from 'node:path';
import { Deadline } from './adapters/clock.ts';
import { ConfFolder } from './adapters/conf-folder.ts';
import { cronEnvironment } from './adapters/cron.ts';
import { ownership } from './adapters/files.ts';
import { type Lock, takeLock } from './adapters/lock.ts';
import { appendLog } from './adapters/log.ts';
import { Proc } from './adapters/proc.ts';
import { StateFolder } from './adapters/state.ts';
import { type Options, parseCommandLine } from './cli.ts';
import type { Memory } from './memory.ts';
import { ownsDialer, ownTrouble, pauseOf, prepared, reasonNotToRepair } from './permission.ts';
import { readSettings } from './read-settings.ts';
import { renderJson } from './report/json.ts';
import { logLines } from './report/log.ts';
import { renderQuiet } from './report/quiet.ts';
import { type Paint, renderText } from './report/text.ts';
import { type Learnt, type RunParts, run } from './run.ts';
import { type Settings, SettingsError } from './settings.ts';
import type { Report } from './types.ts';
import { type AmiMemory, World } from './world.ts';

declare const VICIKEEP_VERSION: string;

/** Seconds past its deadline that a run may need to end a repair that it began. */
const LONGEST_OVERTIME = 30;

void main(process.argv.slice(2));

/** The composition root, and the only place that prints and exits. */
async function main(argv: string[]): Promise<void> {
	const startedAt = new Date();
	const began = performance.now();
	// somebody who closes our stderr must not end a repair
	process.stderr.on('error', () => {});
	process.on('uncaughtException', (error) => leave(3, internalError(error)));
	process.on('unhandledRejection', (error) => leave(3, internalError(error)));
	try {
		const invocation = parseCommandLine(argv, VICIKEEP_VERSION);
		if ('print' in invocation) {
			if (invocation.exitCode === 0) await print(invocation.print);
			leave(invocation.exitCode, invocation.exitCode === 0 ? '' : invocation.print);
		}
		await check(invocation.run, startedAt, began);
	} catch (error) {
		if (error instanceof SettingsError)
			leave(3, `${error.problems.map((problem) => `vicikeep: ${problem}`).join('\n')}\n`);
		leave(3, internalError(error));
	}
}

const internalError = (error: unknown): string =>
	`vicikeep: internal error: ${error instanceof Error ? error.stack : String(error)}\n`;

async function check(options: Options, startedAt: Date, began: number): Promise<never> {
	const settings = readSettings(options.envFile);
	const proc = new Proc(settings.proc, [0, ownership(settings.home)?.uid ?? 0]);
	const deadline = new Deadline(options.timeoutSeconds);
	// every wait has its own deadline; this is for the one that somebody forgets
	const stuck = 'vicikeep: internal error: still busy long after the deadline\n';
	setTimeout(() => leave(3, stuck), (options.timeoutSeconds + LONGEST_OVERTIME) * 1000).unref();
	const lock = options.dryRun ? undefined : takeLock(settings.runDir, proc, options.timeoutSeconds);
	if (lock?.state === 'taken' && options.quiet)
		leave(lock.age !== undefined && lock.age > lock.limit ? 2 : 0, overdueRun(lock));

	const state = new StateFolder(settings.stateDir);
	const memory = state.load(proc.bootId());
	const amiMemory = state.loadAmi();
	const remembers = lock?.state === 'held' ? prepared(state) : undefined;
	const pause = pauseOf(settings, startedAt);
	const world = new World({
		settings,
		proc,
		deadline,
		memory,
		amiMemory,
		mayLogIn: state.readable,
		insists: options.only && options.checks.includes('asterisk') && process.stdin.isTTY === true,
		traces: traces(options.verbosity),
		installRoot: join(__dirname, '..'),
		rebuild: options.rebuild,
		ownTrouble: [
			...state.problems,
			...(pause?.trouble ?? []),
			...(ownsDialer(settings) ? ownTrouble(lock, remembers) : []),
		],
	});
	let working: string | undefined;
	for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
		const rest = (): string => (working === undefined ? '' : ` in the middle of ${working}; the next run finishes it`);
		process.on(signal, () => leave(3, `vicikeep: ended by ${signal}${rest()}\n`));
	}
	const parts: RunParts = {
		world,
		version: VICIKEEP_VERSION,
		dryRun: options.dryRun,
		checks: options.checks,
		only: options.only,
		mayNot: reasonNotToRepair(settings, proc, lock, remembers, pause, startedAt),
		startedAt,
		began,
		environment: () => cronEnvironment(world.crontab(), settings.home),
		save: (unfinished) => state.save(unfinished),
		working: (what) => {
			working = what;
		},
	};
	const { report, ...learnt } = await run(parts);
	await world.close();

	const quiet =
		options.quiet && options.format === 'human'
			? renderQuiet(report, memory.told, startedAt, remembers?.ready === true)
			: undefined;
	const delivered = await print(quiet ? quiet.text : await render(report, options));
	if (remembers?.ready) keep(state, settings, report, learnt, delivered ? quiet?.told : undefined, amiMemory);
	return leave(delivered ? report.exit_code : 3);
}

function keep(
	state: StateFolder,
	settings: Settings,
	report: Report,
	learnt: Learnt,
	told: Memory['told'],
	amiBefore: AmiMemory,
): void {
	const { lines, logged } = logLines(report, learnt.memory.logged);
	try {
		state.save({ ...learnt.memory, logged, ...(told && { told }) });
		if (JSON.stringify(learnt.amiMemory) !== JSON.stringify(amiBefore)) state.saveAmi(learnt.amiMemory);
		const folder = new ConfFolder(settings.asteriskEtc, `${settings.stateDir}/conf`);
		for (const name of learnt.proven) folder.backup(name);
	} catch (error) {
		note(`what this run learnt is not remembered: ${(error as Error).message}`);
	}
	try {
		appendLog(settings.logDir, lines);
	} catch (error) {
		note(`the log cannot be written: ${(error as Error).message}`);
	}
}

async function render(report: Report, options: Options): Promise<string> {
	if (options.format === 'json') return renderJson(report);
	const width = Math.max(40, process.stdout.columns ?? 80);
	return renderText(report, { width, verbosity: options.verbosity, paint: await painter(options) });
}

async function painter(options: Options): Promise<Paint> {
	const plain =
		!options.color || !process.stdout.isTTY || process.env.TERM === 'dumb' || (process.env.NO_COLOR ?? '') !== '';
	if (plain) return (_, text) => text;
	// loaded only here: most runs go to a pipe
	const { PAINT } = await import('./report/paint.ts');
	return (status, text) => PAINT[status](text);
}

function traces(verbosity: number): World['traces'] {
	if (verbosity < 2) return { sql: () => {}, ami: () => {} };
	return {
		sql: (statement, milliseconds) => note(`SQL (${milliseconds.toFixed(1)} ms) ${statement.replace(/\s+/g, ' ')}`),
		ami: (line) => note(`AMI ${line}`),
	};
}

function overdueRun(lock: Extract<Lock, { state: 'taken' }>): string {
	if (lock.age === undefined || lock.age <= lock.limit) return '';
	return `vicikeep: another run has held the lock for ${Math.round(lock.age)} s, its deadline was ${lock.limit} s\n`;
}

const note = (line: string): void => void process.stderr.write(`vicikeep: ${line}\n`);

/**
 * Prints to stdout and waits until it is written.
 * @returns false when it could not be: the caller must not count it as told
 */
function print(text: string): Promise<boolean> {
	return new Promise((resolve) => {
		// a reader that went away (| head) has read what it wanted
		const failed = (error: NodeJS.ErrnoException): void => {
			if (error.code !== 'EPIPE') note(`the report cannot be written: ${error.message}`);
			resolve(error.code === 'EPIPE');
		};
		process.stdout.on('error', failed);
		process.stdout.write(text, (error) => (error ? failed(error) : resolve(true)));
	});
}

function leave(exitCode: number, err = ''): never {
	if (err !== '') process.stderr.write(err);
	process.exit(exitCode);
}
