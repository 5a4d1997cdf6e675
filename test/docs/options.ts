import { CHECK_IDS } from '../../src/checks/index.ts';
import { defineCommandLine } from '../../src/cli.ts';
import { CONF_FILES } from '../../src/conf/files.ts';
import { FORMATS } from '../../src/option-values.ts';

export interface OptionText {
	/** `-t, --timeout <seconds>` */
	flags: string;
	/** every spelling: `-t`, `--timeout` */
	names: string[];
	description: string;
	/** what may follow it: a list of words, a path, or something else; undefined when nothing does */
	values?: readonly string[] | 'path' | 'free';
	/** whether the words may be joined by commas */
	list?: true;
}

const VALUES: Record<string, Pick<OptionText, 'values' | 'list'>> = {
	ids: { values: CHECK_IDS, list: true },
	files: { values: CONF_FILES.map(({ name }) => name), list: true },
	format: { values: FORMATS },
	path: { values: 'path' },
};

/** Every option of `vicikeep check`, as the command line defines it. */
export function optionTexts(): OptionText[] {
	const check = defineCommandLine('0').commands.find((command) => command.name() === 'check');
	if (!check) throw new Error('there is no command check');
	return check.options.map(({ flags, short, long, description, defaultValue }) => {
		const argument = /[<[](\w+)[>\]]/.exec(flags)?.[1];
		const takes = argument === undefined ? {} : (VALUES[argument] ?? { values: 'free' as const });
		const shown = typeof defaultValue === 'string' || (typeof defaultValue === 'number' && argument !== undefined);
		return {
			flags,
			names: [short, long].filter((name) => name !== undefined),
			description: shown ? `${description} (${defaultValue})` : description,
			...takes,
		};
	});
}
