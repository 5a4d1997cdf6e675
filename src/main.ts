import { userInfo } from 'node:os';
import { join } from 'node:path';
import { Deadline } from './adapters/clock.ts';
import { cronEnvironment } from './adapters/cron.ts';
import { ownership, readIfThere } from './adapters/files.ts';
import { type Lock, takeLock } from './adapters/lock.ts';
import { appendLog } from './adapters/log.ts';
import { Proc } from './adapters/proc.ts';
import { StateFolder } from './adapters/state.ts';
import { takesDaemonsDown } from './adapters/unit.ts';
import { type Options, parseCommandLine } from './cli.ts';
import type { Memory } from './memory.ts';
import { renderJson } from './report/json.ts';
import { logLines } from './report/log.ts';
import { renderQuiet } from './report/quiet.ts';
import { type Paint, renderText } from './report/text.ts';
import { type RunParts, run } from './run.ts';
import { DEFAULT_ENV_FILE, type Settings, SettingsError, settle } from './settings.ts';
import type { Report } from './types.ts';
import { type AmiMemory, World } from './world.ts';

declare const VICIKEEP_VERSION: string;

/** Seconds past its deadline that a run may need to end a repair that it began. */
const LONGEST_OVERTIME = 30;

void main(process.argv.slice(2));

/** The composition root, and the only place that prints and exits. */
async function main(argv: string[]): Promise<void> {
	// a reader that went away (| head) is no fault of ours, and the exit status still tells
	process.stdout.on('error', () => {});
	const startedAt = new Date();
	const began = performance.now();
	process.on('unhandledRejection', (error) => leave(3, { err: internalError(error) }));
	try {
		const invocation = parseCommandLine(argv, VICIKEEP_VERSION);
		if ('print' in invocation)
			leave(invocation.exitCode, invocation.exitCode === 0 ? { out: invocation.print } : { err: invocation.print });
		await check(invocation.run, startedAt, began);
	} catch (error) {
		if (error instanceof SettingsError)
			leave(3, { err: `${error.problems.map((problem) => `vicikeep: ${problem}`).join('\n')}\n` });
		leave(3, { err: internalError(error) });
	}
}

const internalError = (error: unknown): string =>
	`vicikeep: internal error: ${error instanceof Error ? error.stack : String(error)}\n`;

async function check(options: Options, startedAt: Date, began: number): Promise<never> {
	const settings = readSettings(options);
	const proc = new Proc(settings.proc);
	const deadline = new Deadline(options.timeoutSeconds);
	// every wait has its own deadline; this is for the one that somebody forgets
	const stuck = { err: 'vicikeep: internal error: still busy long after the deadline\n' };
	setTimeout(() => leave(3, stuck), (options.timeoutSeconds + LONGEST_OVERTIME) * 1000).unref();
	const lock = options.dryRun ? undefined : takeLock(settings.runDir, proc, options.timeoutSeconds);
	if (lock?.state === 'taken' && options.quiet)
		leave(lock.age !== undefined && lock.age > lock.limit ? 2 : 0, overdueRun(lock));

	const state = new StateFolder(settings.stateDir);
	const memory = state.load(proc.bootId());
	const amiMemory = state.loadAmi();
	const remembers = lock?.state === 'held' ? prepared(state) : undefined;
	const world = new World({
		settings,
		proc,
		deadline,
		memory,
		amiMemory,
		insists: options.only && options.checks.includes('asterisk') && process.stdin.isTTY === true,
		traces: traces(options.verbosity),
		installRoot: join(__dirname, '..'),
		rebuild: options.rebuild,
		ownTrouble: [...state.problems, ...(ownsDialer(settings) ? ownTrouble(lock, remembers) : [])],
	});
	const parts: RunParts = {
		world,
		version: VICIKEEP_VERSION,
		dryRun: options.dryRun,
		checks: options.checks,
		only: options.only,
		mayNot: reasonNotToRepair(settings, proc, lock, remembers),
		startedAt,
		began,
		environment: () => cronEnvironment(settings.crontab, settings.home),
		save: (unfinished) => state.save(unfinished),
	};
	const { report, ...learnt } = await run(parts);
	await world.close();

	const quiet = options.quiet ? renderQuiet(report, memory.told, Date.now()) : undefined;
	if (remembers?.ready) keep(state, settings, report, learnt, quiet?.told, amiMemory);
	return leave(report.exit_code, {
		out: quiet && options.format === 'human' ? quiet.text : await render(report, options),
	});
}

function readSettings(options: Options): Settings {
	const path = options.envFile ?? DEFAULT_ENV_FILE;
	const text = readIfThere(path);
	if (text === undefined && options.envFile !== undefined) throw new SettingsError([`${path}: there is no such file`]);
	return settle({
		environment: process.env,
		envFile: { path, text },
		readConf: (conf) => {
			try {
				const found = readIfThere(conf);
				return found === undefined ? { problem: 'there is no such file' } : { text: found };
			} catch (error) {
				return { problem: (error as Error).message };
			}
		},
	});
}

function prepared(state: StateFolder): { ready: true } | { ready: false; problem: string } {
	try {
		state.prepare();
		return { ready: true };
	} catch (error) {
		return { ready: false, problem: (error as Error).message };
	}
}

/** Root, or whoever the dialer's programs belong to. */
function ownsDialer(settings: Settings): boolean {
	const { uid } = userInfo();
	return uid === 0 || ownership(settings.home)?.uid === uid;
}

function ownTrouble(lock: Lock | undefined, remembers: ReturnType<typeof prepared> | undefined): string[] {
	return [
		...(lock?.state === 'impossible' ? [`${lock.problem}; without the lock nothing is repaired`] : []),
		...(remembers?.ready === false ? [`${remembers.problem}; without a memory nothing is repaired`] : []),
	];
}

/** Repairs need the right to act on the daemons, the lock, and a state folder that outlives an interruption. */
function reasonNotToRepair(
	settings: Settings,
	proc: Proc,
	lock: Lock | undefined,
	remembers: ReturnType<typeof prepared> | undefined,
): string | undefined {
	if (!ownsDialer(settings)) return `${userInfo().username} may not act on the daemons; run it as root`;
	if (lock?.state === 'taken') return 'another run is repairing';
	if (lock?.state === 'impossible') return `the lock cannot be taken: ${lock.problem}`;
	if (remembers && !remembers.ready) return `nothing can be remembered: ${remembers.problem}`;
	return takesDaemonsDown(proc.controlGroup());
}

function keep(
	state: StateFolder,
	settings: Settings,
	report: Report,
	learnt: { memory: Memory; amiMemory: AmiMemory },
	told: Memory['told'],
	amiBefore: AmiMemory,
): void {
	const { lines, logged } = logLines(report, learnt.memory.logged);
	try {
		state.save({ ...learnt.memory, logged, ...(told && { told }) });
		if (JSON.stringify(learnt.amiMemory) !== JSON.stringify(amiBefore)) state.saveAmi(learnt.amiMemory);
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

function overdueRun(lock: Extract<Lock, { state: 'taken' }>): { err?: string } {
	if (lock.age === undefined || lock.age <= lock.limit) return {};
	return {
		err: `vicikeep: another run has held the lock for ${Math.round(lock.age)} s, its deadline was ${lock.limit} s\n`,
	};
}

const note = (line: string): void => void process.stderr.write(`vicikeep: ${line}\n`);

function leave(exitCode: number, { out = '', err = '' }: { out?: string; err?: string }): never {
	if (err !== '') process.stderr.write(err);
	if (out !== '') process.stdout.write(out);
	process.exit(exitCode);
}
