import { spawn } from 'node:child_process';
import { accessSync, constants, lstatSync, realpathSync, type Stats, statSync } from 'node:fs';
import { dirname } from 'node:path';

/** Bytes of a program's output that are kept, and after which nothing more is read from it. */
const KEPT = 4096;
const MOST = 1024 * 1024;
/** Milliseconds for which something that outlives its program may hold the output. */
const AFTERWARDS = 500;

export interface Called {
	exitCode: number | undefined;
	/** it was ended at its deadline */
	overdue: boolean;
	/** the beginning of what it wrote to stdout and stderr */
	output: string;
}

/**
 * Why a program is not to be run by us; undefined when it may be. Root, or the user who runs this, alone must be able to
 * write it and every folder on the way to it, wherever links lead. In a sticky folder nobody can replace what is not his.
 */
export function whyNotTrusted(path: string): string | undefined {
	try {
		const real = realpathSync(path);
		for (const place of new Set([...above(path), ...above(real), real])) {
			const state = statSync(place);
			if (!isOurs(state)) return `${place} belongs to user ${state.uid}`;
			if (isOpen(state)) return `${place} can be written by others; chmod go-w ${place}`;
		}
		if (!isOurs(lstatSync(path))) return `${path} is a link of another user`;
		if (!statSync(real).isFile()) return `${path} is not a program`;
		accessSync(real, constants.X_OK);
		return undefined;
	} catch (error) {
		const { code } = error as NodeJS.ErrnoException;
		if (code === 'ENOENT' || code === 'ENOTDIR') return `there is no ${path}`;
		return code === 'EACCES' ? `${path} may not be executed; chmod +x ${path}` : (error as Error).message;
	}
}

const isOurs = ({ uid }: Stats): boolean => uid === 0 || uid === process.geteuid?.();

const isOpen = (state: Stats): boolean =>
	(state.mode & 0o022) !== 0 && !(state.isDirectory() && (state.mode & 0o1000) !== 0);

/** Every folder that leads to a path, the root included. */
function above(path: string): string[] {
	const folder = dirname(path);
	return folder === path ? [path] : [folder, ...(dirname(folder) === folder ? [] : above(folder))];
}

/**
 * Runs a program without a shell in exactly this environment and in a process group of its own, hands it a text on stdin
 * and waits for its end. At its deadline the whole group is killed, and so is what still holds its output after its end.
 * @throws Error when it cannot be started
 */
export function callHook(
	path: string,
	input: string,
	environment: Record<string, string>,
	milliseconds: number,
): Promise<Called> {
	return new Promise((resolve, reject) => {
		const child = spawn(path, [], { env: environment, cwd: '/', detached: true, stdio: 'pipe' });
		const killGroup = (): void => {
			try {
				if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
			} catch {
				// they are gone
			}
		};
		let output = '';
		let read = 0;
		let exitCode: number | undefined;
		let overdue = false;
		const done = (): void => {
			clearTimeout(deadline);
			process.off('exit', killGroup);
			for (const stream of [child.stdin, child.stdout, child.stderr]) stream.destroy();
			resolve({ exitCode, overdue, output });
		};
		const deadline = setTimeout(() => {
			overdue = true;
			killGroup();
			done();
		}, milliseconds);
		// whatever ends us ends it
		process.once('exit', killGroup);
		for (const stream of [child.stdout, child.stderr]) {
			stream.on('data', (chunk: Buffer) => {
				read += chunk.length;
				if (output.length < KEPT) output = (output + chunk.toString('latin1')).slice(0, KEPT);
				// one that never stops to write meets a closed pipe
				if (read > MOST) stream.destroy();
			});
		}
		// it need not read
		child.stdin.on('error', () => {});
		child.stdin.end(input);
		child.on('error', (error) => {
			clearTimeout(deadline);
			process.off('exit', killGroup);
			reject(error);
		});
		child.on('exit', (code) => {
			exitCode = code ?? undefined;
			setTimeout(() => {
				if (!child.stdout.closed || !child.stderr.closed) killGroup();
			}, AFTERWARDS).unref();
		});
		child.on('close', done);
	});
}
