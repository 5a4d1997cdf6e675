import {
	accessSync,
	closeSync,
	constants,
	fchmodSync,
	fstatSync,
	fsyncSync,
	lstatSync,
	mkdirSync,
	openSync,
	readFileSync,
	renameSync,
	statfsSync,
	statSync,
	unlinkSync,
	writeFileSync,
} from 'node:fs';
import { dirname } from 'node:path';

const LARGEST_FILE = 4 * 1024 * 1024;

/** Text of a file; undefined when there is none. @throws the file system's error for any other reason */
export function readIfThere(path: string): string | undefined {
	try {
		const { size } = regular(path);
		if (size > LARGEST_FILE) throw new Error(`${path} is larger than 4 MiB`);
		return readFileSync(path, 'utf8');
	} catch (error) {
		if (isAbsent(error)) return undefined;
		throw error;
	}
}

/** A pipe or a device in place of a file would hold us up for ever. */
function regular(path: string): { size: number } {
	const state = statSync(path);
	if (state.isDirectory()) throw new Error(`${path} is a folder`);
	if (!state.isFile()) throw new Error(`${path} is not a regular file`);
	return state;
}

/** Differs when the file was written anew or given other rights or another owner: times of last change, size and inode. */
export function fingerprint(path: string): string {
	try {
		const { mtimeMs, ctimeMs, size, ino } = statSync(path);
		return `${mtimeMs}-${ctimeMs}-${size}-${ino}`;
	} catch {
		return 'unreadable';
	}
}

/** Seconds since a file was written last; undefined when there is none, or it is not shown to us. */
export function secondsSinceWritten(path: string, now: Date): number | undefined {
	try {
		return (now.getTime() - statSync(path).mtimeMs) / 1000;
	} catch {
		return undefined;
	}
}

/** Bytes of a file; undefined when there is none, or it is not shown to us. */
export function sizeOf(path: string): number | undefined {
	try {
		return statSync(path).size;
	} catch {
		return undefined;
	}
}

/** Permission bits and owner of a path; undefined when there is none, or it is not shown to us. */
export function ownership(path: string): { mode: number; uid: number } | undefined {
	try {
		const { mode, uid } = statSync(path);
		return { mode: mode & 0o7777, uid };
	} catch {
		return undefined;
	}
}

/** Whether this user may read a file, or list a folder. */
export function mayRead(path: string): boolean {
	try {
		accessSync(path, constants.R_OK);
		return true;
	} catch {
		return false;
	}
}

/** Whether this user may make files in a folder. */
export function mayWrite(path: string): boolean {
	try {
		accessSync(path, constants.W_OK);
		return true;
	} catch {
		return false;
	}
}

/** True when there surely is nothing under this path; false also where we may not look. */
export function isMissing(path: string): boolean {
	try {
		statSync(path);
		return false;
	} catch (error) {
		return isAbsent(error);
	}
}

/** Why a program cannot be started, in words for the report; undefined when it can. */
export function whyNotExecutable(path: string): string | undefined {
	if (isMissing(path)) return `there is no ${path}`;
	try {
		accessSync(path, constants.X_OK);
		return undefined;
	} catch {
		return `${path} may not be executed; chmod +x ${path}`;
	}
}

/** Why nothing can be written into a folder, in words for the report; undefined when it can, or we cannot tell. */
export function whyNotWritable(path: string): string | undefined {
	if (isMissing(path)) return `there is no folder ${path}`;
	try {
		accessSync(path, constants.W_OK);
		return undefined;
	} catch (error) {
		return (error as NodeJS.ErrnoException).code === 'EROFS' ? `the disk under ${path} is read-only` : undefined;
	}
}

/** Bytes and inodes left on the disk under a path for anybody, root included; undefined when it cannot be asked. */
export function freeSpace(path: string): { bytes: number; inodes: number } | undefined {
	try {
		const { bsize, bfree, files, ffree } = statfsSync(path);
		// file systems that make inodes as they need them count none at all
		return { bytes: bsize * bfree, inodes: files === 0 ? Number.POSITIVE_INFINITY : ffree };
	} catch {
		return undefined;
	}
}

/**
 * Makes a folder for our own use and makes sure that nobody else prepared it for us.
 * @throws Error when it is a link, belongs to somebody else or others may write in it
 */
export function ownFolder(path: string, mode: number): void {
	makeFolder(path, mode);
	const found = lstatSync(path);
	if (!found.isDirectory()) throw new Error(`${path} is not a folder; remove it`);
	if (found.uid !== process.geteuid?.())
		throw new Error(`${path} belongs to user ${found.uid}; chown it to the user that runs vicikeep`);
	if (found.mode & 0o022) throw new Error(`${path} can be written by others; chmod go-w ${path}`);
}

/** Step by step: Node's own recursive way never ends below /proc, and hides why a folder cannot be made. */
function makeFolder(path: string, mode: number): void {
	if (lstatSync(path, { throwIfNoEntry: false })) return;
	if (dirname(path) !== path) makeFolder(dirname(path), 0o755);
	try {
		mkdirSync(path, { mode });
	} catch (error) {
		const code = (error as NodeJS.ErrnoException).code;
		if (code === 'EEXIST') return;
		throw new Error(`${path} cannot be made: ${(error as Error).message.replace(/, mkdir.*/, '')}`);
	}
}

/** Opens a file of ours for writing, following no link; made with mode 0600 when it is not there. */
export function openOwn(path: string, flags: number): number {
	const descriptor = openSync(path, flags | constants.O_WRONLY | constants.O_CREAT | constants.O_NOFOLLOW, 0o600);
	if (fstatSync(descriptor).isFile()) return descriptor;
	closeSync(descriptor);
	throw new Error(`${path} is not a regular file; remove it`);
}

/** Replaces a file so that a reader, or a crash, finds either the old or the new text. A link is replaced, not followed. */
export function replaceFile(path: string, text: string, mode = 0o600): void {
	const fresh = `${path}.${process.pid}.new`;
	const descriptor = openFresh(fresh);
	try {
		writeFileSync(descriptor, text);
		fchmodSync(descriptor, mode);
		fsyncSync(descriptor);
	} catch (error) {
		unlinkSync(fresh);
		throw error;
	} finally {
		closeSync(descriptor);
	}
	renameSync(fresh, path);
}

function openFresh(path: string): number {
	try {
		return openOwn(path, constants.O_EXCL);
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
		// a run under the same pid was killed before it could rename it
		unlinkSync(path);
		return openOwn(path, constants.O_EXCL);
	}
}

export function isAbsent(error: unknown): boolean {
	const code = (error as NodeJS.ErrnoException).code;
	return code === 'ENOENT' || code === 'ENOTDIR';
}
