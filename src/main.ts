import { join } from 'node:path';
import { isatty } from 'node:tty';
import { ownership } from './adapters/files.ts';
import type { Lock } from './adapters/lock.ts';
import { MetricsFile } from './adapters/metrics-file.ts';
import { Proc } from './adapters/proc.ts';
import { type Options, parseCommandLine } from './cli.ts';
import type { Format } from './option-values.ts';
import { readSettings } from './read-settings.ts';
import { Progress } from './report/progress.ts';
import { renderQuiet } from './report/quiet.ts';
import { render } from './report/render.ts';
import { afterLook, type Look, lockFor, look, type Session } from './session.ts';
import { SettingsError } from './settings-error.ts';
import { Tellings } from './tellings.ts';
import type { Traces } from './world.ts';

declare const VICIKEEP_VERSION: string;

/** Seconds past its deadline that a run may need to end a repair that it began. */
const LONGEST_OVERTIME = 30;
/** Seconds for telling the programs outside, should somebody forget their deadline. */
const LONGEST_TELLING = 40;

void main(process.argv.slice(2));

/** The composition root, and the only place that prints and exits. */
async function main(argv: string[]): Promise<void> {
	const startedAt = new Date();
	const began = performance.now();
	let format: Format = 'human';
	process.on('uncaughtException', (error) => giveUp([internalError(error)], format));
	process.on('unhandledRejection', (error) => giveUp([internalError(error)], format));
	try {
		const invocation = parseCommandLine(argv, VICIKEEP_VERSION, columnsOf(process.stdout));
		if ('refused' in invocation) return await giveUp([invocation.refused], invocation.format);
		if ('print' in invocation) {
			const delivered = invocation.exitCode !== 0 || (await print(invocation.print));
			leave(delivered ? invocation.exitCode : 3, invocation.exitCode === 0 ? '' : invocation.print);
		}
		format = invocation.run.format;
		await check(invocation.run, startedAt, began);
	} catch (error) {
		await giveUp(error instanceof SettingsError ? error.problems : [internalError(error)], format);
	}
}

const internalError = (error: unknown): string =>
	`internal error: ${error instanceof Error ? error.stack : String(error)}`;

/** Ends a run that came to nothing, in the way in which its report would have been read: a monitor reads only stdout. */
async function giveUp(problems: readonly string[], format: Format): Promise<never> {
	if (format !== 'nagios') leave(3, problems.map((problem) => `vicikeep: ${problem}\n`).join(''));
	const { renderNagiosTrouble } = await import('./report/nagios.ts');
	await print(renderNagiosTrouble(problems));
	return leave(3);
}

async function check(options: Options, startedAt: Date, began: number): Promise<never> {
	const { settings, sources, notes } = readSettings(options.envFile);
	if (options.explain) {
		const [{ explain }, { Origins }] = await Promise.all([import('./report/explain.ts'), import('./origins.ts')]);
		const text = explain(options.explain, new Origins(settings, sources), notes, surface(options).width);
		leave((await print(text)) ? 0 : 3);
	}
	const metricsFile = metricsFileOf(options);
	// every wait has its own deadline; this is for the one that somebody forgets
	const longest = (options.wait ?? 0) + options.timeoutSeconds + LONGEST_OVERTIME;
	const stuck = 'internal error: still busy long after the deadline';
	const alarm = setTimeout(() => giveUp([stuck], options.format), longest * 1000).unref();
	const progress = new Progress({
		get rewrites() {
			return isatty(2) && process.env.TERM !== 'dumb';
		},
		get columns() {
			return columnsOf(process.stderr);
		},
		write: (text) => void (options.quiet || complain(text)),
	});
	let working: string | undefined;
	for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
		const rest = (): string => (working === undefined ? '' : ` in the middle of ${working}; the next run finishes it`);
		process.on(signal, () => {
			progress.done();
			leave(3, `vicikeep: ended by ${signal}${rest()}\n`);
		});
	}
	const session: Session = {
		options,
		settings,
		proc: new Proc(settings.proc, [0, ownership(settings.home)?.uid ?? 0]),
		version: VICIKEEP_VERSION,
		installRoot: join(__dirname, '..'),
		traces: traces(options.verbosity),
		// process.stdin would open it as a stream
		get attended() {
			return isatty(0);
		},
		working: (what) => {
			working = what;
		},
	};
	const tellings = new Tellings();
	const seen = await lookAsAsked(session, { progress, tellings }, startedAt, began);
	progress.done();
	if (options.metricsFile !== undefined && options.dryRun) notes.push('a dry run writes no metrics file');
	notes.push(...(seen.report.notes ?? []));
	const report = { ...seen.report, ...(notes.length > 0 && { notes }) };

	const quiet =
		options.quiet && options.format === 'human' ? renderQuiet(report, seen.told, startedAt, seen.remembers) : undefined;
	const delivered = await print(quiet ? quiet.text : await render(report, options.format, surface(options)));
	const unwritten = metricsFile?.write(await render(report, 'prometheus', surface(options)));
	const exitCode = delivered ? report.exit_code || (unwritten === undefined ? 0 : 3) : 3;
	// all is said: what is told outside from here on changes nothing of it
	clearTimeout(alarm);
	setTimeout(() => leave(exitCode), LONGEST_TELLING * 1000).unref();
	const problems = seen.keep(delivered ? quiet?.told : undefined);
	tellings.begin(seen, true);
	problems.push(...(await tellings.end(session, seen.remembers)));
	if (unwritten !== undefined) problems.push(unwritten);
	if (options.format !== 'nagios') problems.forEach(note);
	return leave(exitCode);
}

/** The metrics file that was asked for; a dry run writes none. @throws SettingsError when it could not be written */
function metricsFileOf({ metricsFile, dryRun }: Options): MetricsFile | undefined {
	if (metricsFile === undefined || dryRun) return undefined;
	const file = new MetricsFile(metricsFile);
	const trouble = file.trouble();
	if (trouble !== undefined) throw new SettingsError([`--metrics-file: ${trouble}`]);
	return file;
}

/** One look, or as many as --wait allows. */
async function lookAsAsked(
	asked: Session,
	{ progress, tellings }: { progress: Progress; tellings: Tellings },
	startedAt: Date,
	began: number,
): Promise<Look> {
	let session = asked;
	const { options } = asked;
	if (options.wait === undefined) {
		const lock = lockFor(session);
		if (lock?.state === 'taken' && options.quiet)
			leave(lock.age !== undefined && lock.age > lock.limit ? 2 : 0, overdueRun(lock));
		return look(session, lock, options.timeoutSeconds, startedAt, began);
	}
	const { lookUntilWell } = await import('./wait.ts');
	return lookUntilWell({
		wait: options.wait,
		timeout: options.timeoutSeconds,
		lock: () => lockFor(session),
		look: (lock, seconds, before) => {
			session = before ? afterLook(session, before) : session;
			return look(session, lock, seconds);
		},
		tell: (line, passed) => progress.tell(line, `${passed} s of ${options.wait}`),
		kept: (seen) => tellings.begin(seen),
		complain: note,
	});
}

/** A serial console does not know its size and says 0. */
function columnsOf({ columns }: { columns?: number }): number {
	return columns || 80;
}

function surface({ verbosity, color }: Options): { width: number; verbosity: number; color: boolean } {
	const plain = !process.stdout.isTTY || process.env.TERM === 'dumb' || (process.env.NO_COLOR ?? '') !== '';
	return { width: Math.max(40, columnsOf(process.stdout)), verbosity, color: color && !plain };
}

function traces(verbosity: number): Traces {
	if (verbosity < 2) return { sql: () => {}, ami: undefined };
	return {
		sql: (statement, milliseconds) => note(`SQL (${milliseconds.toFixed(1)} ms) ${statement.replace(/\s+/g, ' ')}`),
		ami: (line) => note(`AMI ${line}`),
	};
}

function overdueRun(lock: Extract<Lock, { state: 'taken' }>): string {
	if (lock.age === undefined || lock.age <= lock.limit) return '';
	return `vicikeep: another run has held the lock for ${Math.round(lock.age)} s, its deadline was ${lock.limit} s\n`;
}

/** Writes to stderr, which is opened only then; somebody who closed it must not end a repair. */
function complain(text: string): void {
	if (process.stderr.listenerCount('error') === 0) process.stderr.on('error', () => {});
	process.stderr.write(text);
}

const note = (line: string): void => void complain(`vicikeep: ${line}\n`);

/**
 * Prints to stdout and waits until it is written.
 * @returns false when it could not be: the caller must not count it as told
 */
function print(text: string): Promise<boolean> {
	// cron's healthy tick says nothing: it opens no stream for it
	if (text === '') return Promise.resolve(true);
	return new Promise((resolve) => {
		// a reader that went away (| head) has read what it wanted
		let known = false;
		const failed = (error: NodeJS.ErrnoException): void => {
			// the stream tells it too, and once more for each further text
			if (known) return;
			known = true;
			if (error.code !== 'EPIPE') note(`the report cannot be written: ${error.message}`);
			resolve(error.code === 'EPIPE');
		};
		process.stdout.on('error', failed);
		process.stdout.write(text, (error) => (error ? failed(error) : resolve(true)));
	});
}

function leave(exitCode: number, err = ''): never {
	if (err !== '') complain(err);
	process.exit(exitCode);
}
