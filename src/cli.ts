import { Command, CommanderError, Help, Option, type OutputConfiguration } from 'commander';
import { CHECK_IDS } from './checks/index.ts';
import { nearest } from './nearest.ts';
import { checkIds, confFiles, FORMATS, type Format, format, seconds } from './option-values.ts';
import type { CheckId } from './types.ts';

export interface Options {
	dryRun: boolean;
	/** ids of the checks to run, in the order of the check list */
	checks: CheckId[];
	/** ids named by `--only`: what they need is looked at too, and reported when it is in trouble */
	only: boolean;
	/** conf files to be made anew although nothing is wrong with them */
	rebuild: string[] | 'all' | undefined;
	/** checks to explain instead of running any */
	explain?: readonly CheckId[];
	/** seconds in which to look again and again until nothing is critical */
	wait?: number;
	format: Format;
	metricsFile?: string;
	timeoutSeconds: number;
	quiet: boolean;
	verbosity: number;
	envFile?: string;
	color: boolean;
}

/** What to do with a command line: run the check, print a text that was asked for, or say what is wrong with it. */
export type Invocation = { run: Options } | { print: string; exitCode: 0 | 3 } | { refused: string; format: Format };

const EXIT_STATUS =
	'Exit status: 0 all well or repaired and verified, 1 warning, 2 critical, 3 unknown, wrong usage or unreadable configuration.';
/** Columns of a terminal, where nothing else is known. */
const COLUMNS = 80;
/** What stands before the text of an option that stands below it. */
const BELOW = ' '.repeat(6);

/** Help for narrow terminals: what an option does stands below it where there is no room beside it. */
const READABLE_HELP: Partial<Help> = {
	minWidthToWrap: 20,
	formatItem(term, termWidth, description, helper) {
		const columns = helper.helpWidth ?? COLUMNS;
		if (columns - termWidth > 40) return Help.prototype.formatItem.call(helper, term, termWidth, description, helper);
		return [`  ${term}`, ...helper.boxWrap(description, columns - BELOW.length).split('\n')].join(`\n${BELOW}`);
	},
};

/** The command line as it is defined; `take` is given what a valid one asks for. */
export function defineCommandLine(
	version: string,
	output: OutputConfiguration = {},
	take: (options: Options) => void = () => {},
): Command {
	const program = new Command('vicikeep')
		.description('Watchdog for VICIdial dialers.')
		.version(version, '-V, --version')
		.exitOverride()
		.configureOutput(output)
		.configureHelp(READABLE_HELP)
		.showSuggestionAfterError()
		.action((_options, command: Command) => {
			const word = command.args[0];
			if (word === undefined) command.help();
			else command.error(`error: unknown command "${word}"; the only command is "check"`);
		})
		.allowExcessArguments();

	program
		.command('check')
		.description('Look at the dialer, repair what a repair can help, prove it, say so.')
		.option('-n, --dry-run', 'decide everything, change nothing; prints the plan')
		.addOption(
			new Option('--only <ids>', `run only these checks: ${CHECK_IDS.join(', ')}`)
				.argParser(checkIds)
				.conflicts('skip'),
		)
		.addOption(new Option('--skip <ids>', 'leave these checks out').argParser(checkIds))
		.addOption(
			new Option('--rebuild [files]', 'make the conf files anew (all, or these), even when nothing is wrong').argParser(
				confFiles,
			),
		)
		.addOption(
			new Option(
				'--wait <seconds>',
				'look, repair and look again until nothing is critical or this time is up',
			).argParser(seconds),
		)
		.addOption(
			new Option('--format <format>', `how to print the report: ${FORMATS.join(', ')}`)
				.argParser(format)
				.default('human'),
		)
		.option('--json', 'short for --format json')
		.option('--metrics-file <path>', "also write the report there for node_exporter's textfile collector")
		.addOption(
			new Option('-t, --timeout <seconds>', 'deadline of one look with its repairs').argParser(seconds).default(45),
		)
		.option('-q, --quiet', 'for cron: print only what changed since the last quiet report, and a reminder every 6 h')
		.option(
			'-v, --verbose',
			'evidence, timings, statements; repeat for more',
			(_: string, count: number) => count + 1,
			0,
		)
		.addOption(
			new Option(
				'--explain [ids]',
				'what each check (or these) looks at, its limits and where they come from, what it would do; looks at nothing',
			).argParser(checkIds),
		)
		.option('--env-file <path>', 'settings file (default: /etc/vicikeep.env when it exists)')
		.option('--no-color', 'no colours; so do NO_COLOR, TERM=dumb and a pipe')
		.addHelpText('after', ({ command }) => {
			const columns = command.configureOutput().getOutHelpWidth?.() ?? COLUMNS;
			return `\n${command.createHelp().boxWrap(EXIT_STATUS, columns)}`;
		})
		.allowExcessArguments()
		.action((options, command: Command) => {
			const [word] = command.args;
			if (word !== undefined)
				command.error(`error: "check" takes options only, found "${word}"; a list is joined by commas: mysql,queues`);
			if (options.json && command.getOptionValueSource('format') === 'cli' && options.format !== 'json')
				command.error(`error: --json is short for --format json; it cannot go with --format ${options.format}`);
			const checks = CHECK_IDS.filter((id) => (options.only ? options.only.includes(id) : !options.skip?.includes(id)));
			if (checks.length === 0) command.error('error: --skip leaves no check to run');
			take({
				dryRun: options.dryRun === true,
				checks,
				only: options.only !== undefined,
				...(options.explain !== undefined && { explain: options.explain === true ? CHECK_IDS : options.explain }),
				...(options.wait !== undefined && { wait: options.wait }),
				format: options.json ? 'json' : options.format,
				...(options.metricsFile !== undefined && { metricsFile: options.metricsFile }),
				timeoutSeconds: options.timeout,
				quiet: options.quiet === true,
				verbosity: options.verbose,
				rebuild: options.rebuild === true ? 'all' : options.rebuild,
				...(options.envFile !== undefined && { envFile: options.envFile }),
				color: options.color,
			});
		});
	return program;
}

/**
 * Turns argv (without node and script) into options. Pure: nothing is printed and nothing exits.
 * @param columns of the terminal that help is written to
 */
export function parseCommandLine(argv: string[], version: string, columns = COLUMNS): Invocation {
	const text: string[] = [];
	let run: Options | undefined;
	const add = (chunk: string): void => void text.push(chunk);
	const width = (): number => columns;
	const output = { writeOut: add, writeErr: add, getOutHelpWidth: width, getErrHelpWidth: width };
	const program = defineCommandLine(version, output, (options) => {
		run = options;
	});
	try {
		program.parse(argv, { from: 'user' });
	} catch (error) {
		if (!(error instanceof CommanderError)) throw error;
		if (error.code === 'commander.helpDisplayed' || error.code === 'commander.version')
			return { print: text.join(''), exitCode: 0 };
		if (error.code === 'commander.help') return { print: text.join(''), exitCode: 3 };
		const told = oneLine(text.join(''));
		const hint = hintFor(told, argv, program);
		return { refused: `${told}${hint}; see vicikeep check --help`, format: namedFormat(argv) };
	}
	return run ? { run } : { print: text.join(''), exitCode: 3 };
}

/** What commander does not see in an unknown option: one of `check` before it, a value where none is taken, a beginning. */
function hintFor(told: string, argv: readonly string[], program: Command): string {
	const unknown = /^unknown option '([^']*)'$/.exec(told)?.[1];
	if (unknown === undefined) return '';
	const known = (program.commands[0]?.options ?? []).flatMap(({ long, short }) => [long ?? [], short ?? []].flat());
	const [name = ''] = unknown.split('=');
	if (!known.includes(name)) return nearest(name, known);
	const checkAt = argv.indexOf('check');
	return checkAt < 0 || argv.indexOf(unknown) < checkAt
		? `; ${name} comes after check: vicikeep check ${name}`
		: `; ${name} takes no value`;
}

/** What commander says, shortened to the option and what was expected. */
const oneLine = (complaint: string): string =>
	complaint
		.replace(/^error: /, '')
		.replace(/^option '(?:-\w, )?(--[\w-]+)[^']*' argument '.*?' is invalid\. /s, '$1: ')
		.trim()
		.replaceAll('\n', ' ')
		.replace(/\.$/, '');

/** The format that a command line asks for which cannot be taken: a monitor wants its complaint as it wants all else. */
function namedFormat(argv: readonly string[]): Format {
	const named = argv.flatMap((word, index) => {
		if (word === '--json') return ['json'];
		if (word === '--format') return [argv[index + 1] ?? ''];
		return word.startsWith('--format=') ? [word.slice('--format='.length)] : [];
	});
	return FORMATS.find((known) => named.includes(known)) ?? 'human';
}
