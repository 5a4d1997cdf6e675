import { basename } from 'node:path';
import type { Process } from '../types.ts';
import type { Daemon } from './daemons.ts';

/** The processes that have to do with one daemon. */
export interface DaemonProcesses {
	/** copies of the program; its own children are not among them */
	copies: Process[];
	/** children that show the same command line: forks before exec, FastAGI's workers */
	children: Process[];
	/** GNU screen sessions whose program is this daemon */
	screens: Process[];
	/** ended copies that their screen does not reap */
	zombies: Process[];
	/** others that merely carry the script's path: an editor, tail, sh -c; stock's start check counts them */
	mentions: Process[];
}

const isPerl = (argv: string[]): boolean => /^perl(5[\d.]*)?$/.test(basename(argv[0] ?? ''));

/** True for GNU screen's server process, which shows its name in capitals. */
const isScreen = ({ argv, foreign }: Process): boolean => !foreign && basename(argv[0] ?? '') === 'SCREEN';

/** The program that a screen session was started with: its first argument that is no option and no option's value. */
function programOf([, ...args]: readonly string[]): string | undefined {
	for (let at = 0; at < args.length; at++) {
		const argument = args[at] ?? '';
		if (!argument.startsWith('-')) return argument;
		// of a cluster such as -dmS the last letter may take the next argument
		if (/[cehpsStT]$/.test(argument)) at++;
	}
	return undefined;
}

/**
 * Finds a daemon's processes by their exact argument lists, never by a part of a `ps` line: `AST_VDauto_dial.pl` must
 * not be found in `AST_VDauto_dial_FILL.pl`, nor in an editor's arguments.
 * @param home PATHhome of the dialer
 * @param scripts file names under which the daemon may run
 */
export function findDaemon(table: readonly Process[], home: string, scripts: readonly string[]): DaemonProcesses {
	const paths = scripts.map((script) => `${home}/${script}`);
	const byPid = new Map(table.map((process) => [process.pid, process]));
	const runsIt = (process: Process | undefined): boolean =>
		process !== undefined && !process.foreign && isPerl(process.argv) && paths.includes(process.argv[1] ?? '');
	const descends = (process: Process): boolean => {
		const seen = new Set<number>();
		for (let parent = byPid.get(process.ppid); parent && !seen.has(parent.pid); parent = byPid.get(parent.ppid)) {
			if (runsIt(parent)) return true;
			seen.add(parent.pid);
		}
		return false;
	};

	const found: DaemonProcesses = { copies: [], children: [], screens: [], zombies: [], mentions: [] };
	for (const process of table) {
		if (runsIt(process)) (descends(process) ? found.children : found.copies).push(process);
		else if (isScreen(process) && paths.includes(programOf(process.argv) ?? '')) found.screens.push(process);
		else if (process.argv.some((argument) => paths.some((path) => argument.includes(path))))
			found.mentions.push(process);
	}
	const screenPids = new Set(found.screens.map(({ pid }) => pid));
	found.zombies = table.filter(({ state, ppid }) => state === 'Z' && screenPids.has(ppid));
	return found;
}

/** The processes that have to do with a daemon, whatever it consists of. */
export function processesOf(daemon: Daemon, table: readonly Process[], home: string): DaemonProcesses {
	return daemon.programs ? findPrograms(table, daemon.programs) : findDaemon(table, home, scriptsOf(daemon));
}

/** Programs that run without Perl and screen, by their exact command lines; the first word may carry a folder. */
function findPrograms(table: readonly Process[], programs: readonly (readonly string[])[]): DaemonProcesses {
	const runs = ({ argv, foreign }: Process): boolean =>
		!foreign &&
		programs.some(
			(program) =>
				basename(argv[0] ?? '') === program[0] &&
				argv.length === program.length &&
				program.every((word, at) => at === 0 || argv[at] === word),
		);
	return { copies: table.filter(runs), children: [], screens: [], zombies: [], mentions: [] };
}

/**
 * The Asterisk server processes that use this configuration folder: the program's name is exactly `asterisk`, and it is
 * neither a remote console (-r, -R, -x) nor started with `-C` for another configuration.
 */
export function findAsterisk(table: readonly Process[], asteriskEtc: string): Process[] {
	const running = table.filter(
		({ argv, state, foreign }) =>
			!foreign && state !== 'Z' && basename(argv[0] ?? '') === 'asterisk' && !argv.some(isConsoleFlag),
	);
	return running.filter(({ argv }) => {
		const at = argv.indexOf('-C');
		return at < 0 ? asteriskEtc === '/etc/asterisk' : (argv[at + 1] ?? '').startsWith(`${asteriskEtc}/`);
	});
}

const isConsoleFlag = (argument: string): boolean => /^-[a-zA-Z]*[rRx]/.test(argument) && !argument.startsWith('--');

export const isStopped = ({ state }: Pick<Process, 'state'>): boolean => state === 'T' || state === 't';

/** Of two copies the one that is stopped goes; where both live, the younger. */
export function surplusCopy<Copy extends Pick<Process, 'state' | 'startTicks' | 'pid'>>(copies: readonly Copy[]): Copy {
	const rank = (copy: Copy): number => (isStopped(copy) ? 0 : 1);
	const [surplus] = [...copies].sort((a, b) => rank(a) - rank(b) || b.startTicks - a.startTicks || b.pid - a.pid);
	if (!surplus) throw new Error('there is no copy to choose from');
	return surplus;
}

/** The command that a daemon needs, to be remembered for its next start: script path and arguments. */
export const commandOf = (process: Process): string[] => process.argv.slice(1);

/** Every script name under which a daemon can be running. */
export const scriptsOf = (daemon: Daemon): string[] => [...new Set([daemon.script.ami1, daemon.script.ami2])];
