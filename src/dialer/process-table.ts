import { basename, join } from 'node:path';
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

const isPerl = (argv: readonly string[]): boolean => /^perl(5[\d.]*)?$/.test(basename(argv[0] ?? ''));

/**
 * The arguments of a Perl process from its script on, options of the interpreter left out and the script with its folder;
 * undefined for any other process.
 */
export function scriptCall({ argv, foreign, cwd }: Process): string[] | undefined {
	if (foreign || !isPerl(argv)) return undefined;
	const at = argv.findIndex((argument, index) => index > 0 && !argument.startsWith('-'));
	const [script, ...args] = at < 0 ? [] : argv.slice(at);
	if (script === undefined || argv.slice(1, at).some((option) => /^-[eE]/.test(option))) return undefined;
	return [script.startsWith('/') || cwd === undefined ? script : join(cwd, script), ...args];
}

/** Whether stock's look at `ps` finds a copy: it goes by the text `/usr/bin/perl ` and the script right behind it. */
export const isSeenByStock = (process: Process): boolean =>
	process.argv[0] === '/usr/bin/perl' && process.argv[1] === scriptCall(process)?.[0];

/** True for GNU screen's server process, which shows its name in capitals. */
export const isScreen = ({ argv, foreign }: Process): boolean => !foreign && basename(argv[0] ?? '') === 'SCREEN';

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

/** Pid and name of a screen session, as its own program names it; undefined for one that was given no name. */
export function sessionOf({ pid, argv }: Pick<Process, 'pid' | 'argv'>): string | undefined {
	const at = argv.findIndex((argument) => /^-[a-zA-Z]*S$/.test(argument));
	const name = at < 0 ? undefined : argv[at + 1];
	return name === undefined ? undefined : `${pid}.${name}`;
}

/**
 * Finds a daemon's processes by their exact argument lists, never by a part of a `ps` line: `AST_VDauto_dial.pl` must
 * not be found in `AST_VDauto_dial_FILL.pl`, nor in an editor's arguments.
 * @param home PATHhome of the dialer
 * @param scripts file names under which the daemon may run
 */
export function findDaemon(table: readonly Process[], home: string, scripts: readonly string[]): DaemonProcesses {
	const paths = scripts.map((script) => `${home}/${script}`);
	const byPid = indexOf(table);
	const runsIt = (process: Process): boolean => paths.includes(scriptCall(process)?.[0] ?? '');
	const descends = (process: Process): boolean => {
		const seen = new Set<number>();
		for (let parent = byPid.get(process.ppid); parent && !seen.has(parent.pid); parent = byPid.get(parent.ppid)) {
			if (runsIt(parent)) return true;
			seen.add(parent.pid);
		}
		return false;
	};

	const found: DaemonProcesses = { copies: [], children: [], screens: [], zombies: [], mentions: [] };
	const concerned = namingScripts(table).filter(({ argv }) =>
		argv.some((argument) => scripts.some((script) => argument.includes(script))),
	);
	for (const process of concerned) {
		if (runsIt(process)) (descends(process) ? found.children : found.copies).push(process);
		else if (isScreen(process) && paths.includes(programOf(process.argv) ?? '')) found.screens.push(process);
		else if (process.argv.some((argument) => paths.some((path) => argument.includes(path))))
			found.mentions.push(process);
	}
	const screenPids = new Set(found.screens.map(({ pid }) => pid));
	found.zombies = table.filter(({ state, ppid }) => state === 'Z' && screenPids.has(ppid));
	return found;
}

const indexes = new WeakMap<readonly Process[], Map<number, Process>>();

/** The processes of a table by pid, made once for all daemons. */
function indexOf(table: readonly Process[]): Map<number, Process> {
	const known = indexes.get(table);
	if (known) return known;
	const made = new Map(table.map((process) => [process.pid, process]));
	indexes.set(table, made);
	return made;
}

const namers = new WeakMap<readonly Process[], Process[]>();

/** The processes that name a Perl script, in whatever way: few of a machine's, so that they are looked for only once. */
function namingScripts(table: readonly Process[]): Process[] {
	const known = namers.get(table);
	if (known) return known;
	const made = table.filter(({ argv }) => argv.some((argument) => argument.includes('.pl')));
	namers.set(table, made);
	return made;
}

/** The processes that have to do with a daemon, whatever it consists of. */
export function processesOf(
	daemon: Daemon,
	table: readonly Process[],
	{ home, serverIp }: { home: string; serverIp: string },
): DaemonProcesses {
	if (!daemon.programs) return findDaemon(table, home, scriptsOf(daemon));
	// a relay may be pointed at the server's own address
	const programs = daemon.programs.flatMap((words) => [
		words,
		words.map((word) => (word === '127.0.0.1' ? serverIp : word)),
	]);
	return findPrograms(table, programs);
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

/** The shell script that starts Asterisk again whenever it ends (contrib/scripts of Asterisk). */
export const isSafeAsterisk = ({ argv, foreign, state }: Process): boolean =>
	!foreign && state !== 'Z' && argv.slice(0, 2).some((argument) => basename(argument) === 'safe_asterisk');

const isConsoleFlag = (argument: string): boolean => /^-[a-zA-Z]*[rRx]/.test(argument) && !argument.startsWith('--');

export const isStopped = ({ state }: Pick<Process, 'state'>): boolean => state === 'T' || state === 't';

/** What is known of a copy's life; what is not known speaks for it. */
export interface CopyLife {
	/** it runs the script of another Asterisk generation */
	wrongVariant?: boolean;
	/** it shows no sign of life of its own */
	lifeless?: boolean;
}

/** Of two copies the one that is stopped goes, else one without signs of life, else the wrong variant, else the younger. */
export function surplusCopy<Copy extends Pick<Process, 'state' | 'startTicks' | 'pid'> & CopyLife>(
	copies: readonly Copy[],
): Copy {
	const rank = (copy: Copy): number => (isStopped(copy) ? 0 : copy.lifeless ? 1 : copy.wrongVariant ? 2 : 3);
	const [surplus] = [...copies].sort((a, b) => rank(a) - rank(b) || b.startTicks - a.startTicks || b.pid - a.pid);
	if (!surplus) throw new Error('there is no copy to choose from');
	return surplus;
}

/** The command that a daemon needs, to be remembered for its next start: script path and arguments. */
export const commandOf = (process: Process): string[] => scriptCall(process) ?? process.argv;

/** Every script name under which a daemon can be running. */
export const scriptsOf = (daemon: Daemon): string[] => [...new Set([daemon.script.ami1, daemon.script.ami2])];
