import { type OptionText, optionTexts } from './options.ts';

/** The bash completion, made from the command line as it is defined. */
export function completion(): string {
	const options = optionTexts();
	const words = [...options.flatMap(({ names }) => names), '--help'];
	const cases = options.flatMap((option) => {
		const reply = replyFor(option);
		if (reply === undefined) return [];
		// what takes a value only perhaps may be followed by another option
		const unless = option.flags.includes('[')
			? ['\t\tif [[ $cur != -* ]]; then', `\t\t\t${reply}`, '\t\t\treturn', '\t\tfi']
			: [`\t\t${reply}`, '\t\treturn'];
		return [`\t${option.names.join(' | ')})`, ...unless, '\t\t;;'];
	});
	return `# bash completion for vicikeep(8); npm run docs makes it from the command line as it is defined
_vicikeep() {
	local cur=\${COMP_WORDS[COMP_CWORD]} prev=\${COMP_WORDS[COMP_CWORD - 1]}
	# bash takes --name=value for three words
	if [[ $cur == = ]]; then cur=; elif [[ $prev == = ]]; then prev=\${COMP_WORDS[COMP_CWORD - 2]}; fi
	# of a list only what follows the last comma is completed
	local part=\${cur##*,}
	local before=\${cur%"$part"}
	COMPREPLY=()
	if ((COMP_CWORD == 1)); then
		mapfile -t COMPREPLY < <(compgen -W 'check --help --version' -- "$cur")
		return
	fi
	case $prev in
${cases.join('\n')}
	esac
	mapfile -t COMPREPLY < <(compgen -W '${words.join(' ')}' -- "$cur")
}
complete -F _vicikeep vicikeep
`;
}

function replyFor({ values, list }: OptionText): string | undefined {
	if (values === undefined) return undefined;
	if (values === 'free') return ':';
	if (values === 'path') return 'mapfile -t COMPREPLY < <(compgen -f -- "$cur"); compopt -o filenames 2>/dev/null';
	const offer = list ? '-P "$before" -W' : '-W';
	return `mapfile -t COMPREPLY < <(compgen ${offer} '${values.join(' ')}' -- "$${list ? 'part' : 'cur'}")`;
}
