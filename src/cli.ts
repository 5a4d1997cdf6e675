import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { CHECK_IDS } from './checks/index.ts';
import { CONF_FILES } from './conf/files.ts';
import { nearest } from './nearest.ts';
import type { CheckId } from './types.ts';

export type Format = 'human' | 'json';

export interface Options {
	dryRun: boolean;
	/** ids of the checks to run, in the order of the check list */
	checks: CheckId[];
	/** ids named by `--only`: what they need is looked at too, and reported when it is in trouble */
	only: boolean;
	/** conf files to be made anew although nothing is wrong with them */
	rebuild: string[] | 'all' | undefined;
	format: Format;
	timeoutSeconds: number;
	quiet: boolean;
	verbosity: number;
	envFile?: string;
	color: boolean;
}

/** What to do with a command line: run the check, or print a text and leave with a status. */
export type Invocation = { run: Options } | { print: string; exitCode: number };

function checkIds(value: string, before: CheckId[] = []): CheckId[] {
	const named = value.split(',').map((part) => {
		const id = CHECK_IDS.find((known) => known === part.trim());
		if (id) return id;
		const guess = nearest(part.trim(), CHECK_IDS);
		throw new InvalidArgumentError(
			`There is no check "${part.trim()}"${guess || '.'} Checks: ${CHECK_IDS.join(', ')}.`,
		);
	});
	return [...before, ...named];
}

function confFiles(value: string): string[] {
	const known = CONF_FILES.map(({ name }) => name);
	return value.split(',').map((part) => {
		const name = known.find((file) => file === part.trim());
		if (name) return name;
		throw new InvalidArgumentError(
			`There is no generated file "${part.trim()}"${nearest(part.trim(), known) || '.'} Files: ${known.join(', ')}.`,
		);
	});
}

function seconds(value: string): number {
	const number = Number(value);
	if (/^\d+$/.test(value) && number >= 1 && number <= 3600) return number;
	throw new InvalidArgumentError('Expected whole seconds from 1 to 3600, e.g. 45.');
}

/** Turns argv (without node and script) into options. Pure: nothing is printed and nothing exits. */
export function parseCommandLine(argv: string[], version: string): Invocation {
	const text: string[] = [];
	let run: Options | undefined;
	const output = {
		writeOut: (chunk: string) => void text.push(chunk),
		writeErr: (chunk: string) => void text.push(chunk),
	};

	const program = new Command('vicikeep')
		.description('Watchdog for VICIdial dialers.')
		.version(version, '-V, --version')
		.exitOverride()
		.configureOutput(output)
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
		.option('-n, --dry-run', 'decide everything, change nothing; prints the plan', false)
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
		.addOption(new Option('--format <format>', 'how to print the report').choices(['human', 'json']).default('human'))
		.option('--json', 'short for --format json')
		.addOption(
			new Option('-t, --timeout <seconds>', 'deadline of one look with its repairs').argParser(seconds).default(45),
		)
		.option(
			'-q, --quiet',
			'for cron: print only what changed since the last quiet report, and a reminder every 6 h',
			false,
		)
		.option(
			'-v, --verbose',
			'evidence, timings, statements; repeat for more',
			(_: string, count: number) => count + 1,
			0,
		)
		.option('--env-file <path>', 'settings file (default: /etc/vicikeep.env when it exists)')
		.option('--no-color', 'no colours; so do NO_COLOR, TERM=dumb and a pipe')
		.exitOverride()
		.configureOutput(output)
		.showSuggestionAfterError()
		.addHelpText(
			'after',
			'\nExit status: 0 all well or repaired and verified, 1 warning, 2 critical,\n3 unknown, wrong usage or unreadable configuration.',
		)
		.allowExcessArguments(false)
		.action((options, command: Command) => {
			const checks = CHECK_IDS.filter((id) => (options.only ? options.only.includes(id) : !options.skip?.includes(id)));
			if (checks.length === 0) command.error('error: --skip leaves no check to run');
			run = {
				dryRun: options.dryRun,
				checks,
				only: options.only !== undefined,
				format: options.json ? 'json' : options.format,
				timeoutSeconds: options.timeout,
				quiet: options.quiet,
				verbosity: options.verbose,
				rebuild: options.rebuild === true ? 'all' : options.rebuild,
				...(options.envFile !== undefined && { envFile: options.envFile }),
				color: options.color,
			};
		});

	try {
		program.parse(argv, { from: 'user' });
	} catch (error) {
		if (!(error instanceof CommanderError)) throw error;
		const asked = error.code === 'commander.helpDisplayed' || error.code === 'commander.version';
		if (asked || error.code === 'commander.help') return { print: text.join(''), exitCode: asked ? 0 : 3 };
		const told = text
			.join('')
			.replace(/^error: /, '')
			.trimEnd();
		return { print: `vicikeep: ${told}\ntry: vicikeep check --help\n`, exitCode: 3 };
	}
	return run ? { run } : { print: text.join(''), exitCode: 3 };
}
