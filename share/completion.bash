# bash completion for vicikeep(8); npm run docs makes it from the command line as it is defined
_vicikeep() {
	local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]}
	# bash takes --name=value for three words
	if [[ $cur == = ]]; then cur=; elif [[ $prev == = ]]; then prev=${COMP_WORDS[COMP_CWORD - 2]}; fi
	# of a list only what follows the last comma is completed
	local part=${cur##*,}
	local before=${cur%"$part"}
	COMPREPLY=()
	if ((COMP_CWORD == 1)); then
		mapfile -t COMPREPLY < <(compgen -W 'check --help --version' -- "$cur")
		return
	fi
	case $prev in
	--only)
		mapfile -t COMPREPLY < <(compgen -P "$before" -W 'config system mysql asterisk processes queues conf registrations cluster' -- "$part")
		return
		;;
	--skip)
		mapfile -t COMPREPLY < <(compgen -P "$before" -W 'config system mysql asterisk processes queues conf registrations cluster' -- "$part")
		return
		;;
	--rebuild)
		if [[ $cur != -* ]]; then
			mapfile -t COMPREPLY < <(compgen -P "$before" -W 'extensions-vicidial.conf sip-vicidial.conf pjsip-vicidial.conf pjsip_wizard-vicidial.conf iax-vicidial.conf voicemail.conf musiconhold-vicidial.conf meetme-vicidial.conf' -- "$part")
			return
		fi
		;;
	--wait)
		:
		return
		;;
	--format)
		mapfile -t COMPREPLY < <(compgen -W 'human json nagios prometheus' -- "$cur")
		return
		;;
	--metrics-file)
		mapfile -t COMPREPLY < <(compgen -f -- "$cur"); compopt -o filenames 2>/dev/null
		return
		;;
	-t | --timeout)
		:
		return
		;;
	--explain)
		if [[ $cur != -* ]]; then
			mapfile -t COMPREPLY < <(compgen -P "$before" -W 'config system mysql asterisk processes queues conf registrations cluster' -- "$part")
			return
		fi
		;;
	--env-file)
		mapfile -t COMPREPLY < <(compgen -f -- "$cur"); compopt -o filenames 2>/dev/null
		return
		;;
	esac
	mapfile -t COMPREPLY < <(compgen -W '-n --dry-run --only --skip --rebuild --wait --format --json --metrics-file -t --timeout -q --quiet -v --verbose --explain --env-file --no-color --help' -- "$cur")
}
complete -F _vicikeep vicikeep
