import { readdirSync, readFileSync, readlinkSync, statSync } from 'node:fs';

function read(path: string): string {
	try {
		return readFileSync(path, 'latin1');
	} catch {
		return '';
	}
}

/** All process ids of this machine, as /proc shows them. */
export function allPids(): number[] {
	return readdirSync('/proc')
		.filter((name) => /^\d+$/.test(name))
		.map(Number);
}

/** The exact arguments of a process; empty when it is gone or a zombie. */
export function argvOf(pid: number): string[] {
	const text = read(`/proc/${pid}/cmdline`);
	return text === '' ? [] : text.replace(/\0$/, '').split('\0');
}

/** The fields of /proc/<pid>/stat after the command name: state first. Undefined when the process is gone. */
function statOf(pid: number): string[] | undefined {
	const text = read(`/proc/${pid}/stat`);
	return text === '' ? undefined : text.slice(text.lastIndexOf(')') + 2).split(' ');
}

/** Start of a process in clock ticks since boot: with the pid it names a process for good. Undefined when gone. */
export function startTimeOf(pid: number): string | undefined {
	return statOf(pid)?.[19];
}

/** The parent's pid; 0 when the process is gone. */
export function parentOf(pid: number): number {
	return Number(statOf(pid)?.[1] ?? 0);
}

/** Whether the process exists and is no zombie. While threads of a zombie still end, it holds its sockets: it is alive. */
export function isAlive(pid: number): boolean {
	const state = statOf(pid)?.[0];
	if (state !== 'Z') return state !== undefined && state !== 'X';
	try {
		return readdirSync(`/proc/${pid}/task`).length > 1;
	} catch {
		return false;
	}
}

/** A process's working directory; empty when it cannot be seen. */
export function cwdOf(pid: number): string {
	try {
		return readlinkSync(`/proc/${pid}/cwd`);
	} catch {
		return '';
	}
}

/** Whether a process of the current user belongs to a folder: by its arguments, environment or working directory. */
export function mentions(pid: number, folder: string): boolean {
	try {
		if (statSync(`/proc/${pid}`).uid !== process.getuid?.()) return false;
		return (
			read(`/proc/${pid}/cmdline`).includes(folder) ||
			read(`/proc/${pid}/environ`).includes(folder) ||
			readlinkSync(`/proc/${pid}/cwd`).startsWith(folder)
		);
	} catch {
		return false; // it has just gone
	}
}

/** Sends a signal; a process that is already gone is no error. */
export function signal(pid: number, name: NodeJS.Signals): void {
	try {
		process.kill(pid, name);
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
	}
}

/** Resolves when `condition` gives something other than undefined or false; rejects after `timeoutMs`. */
export async function until<T>(
	what: string,
	timeoutMs: number,
	condition: () => T | undefined | false | Promise<T | undefined | false>,
): Promise<T> {
	const deadline = Date.now() + timeoutMs;
	for (;;) {
		const value = await condition();
		if (value !== undefined && value !== false) return value;
		if (Date.now() > deadline) throw new Error(`${what}: not within ${timeoutMs / 1000} s`);
		await new Promise((resolve) => setTimeout(resolve, 25));
	}
}
