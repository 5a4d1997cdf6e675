import {
	closeSync,
	constants,
	fchmodSync,
	fchownSync,
	fstatSync,
	fsyncSync,
	lstatSync,
	openSync,
	statSync,
	unlinkSync,
	writeFileSync,
} from 'node:fs';
import { dirname } from 'node:path';

/** Why a conf file was not read or written. */
export type Refusal =
	/** no room left, or beyond a quota or a limit of the size of files */
	| 'full'
	/** the file system or the folder's permissions */
	| 'read-only'
	/** it belongs to somebody to whom we cannot give a file */
	| 'owner'
	/** not a regular file, unreadable or too large */
	| 'refused'
	/** not what it was when it was looked at */
	| 'changed'
	/** somebody else's file has the name we need */
	| 'in the way'
	| 'other';

/** A conf file that was left as it is; the message says what, where and what to type next. */
export class ConfFileError extends Error {
	readonly reason: Refusal;

	constructor(reason: Refusal, message: string, cause?: unknown) {
		super(message, { cause });
		this.name = new.target.name;
		this.reason = reason;
	}
}

/** Somebody else wrote the file in the meantime: read it back and start over. */
export class ChangedMeanwhile extends ConfFileError {
	constructor(path: string) {
		super('changed', `${path} was changed by somebody else in the meantime; it stays as it is now`);
	}
}

/** Who may do what with a file. */
export interface Access {
	readonly uid: number;
	readonly gid: number;
	/** Permission bits. */
	readonly mode: number;
	/** The file or folder this was taken from. */
	readonly from: string;
}

/** The error for a path that is none of our business. */
export function refused(path: string, why: string, cause?: unknown): ConfFileError {
	return new ConfFileError('refused', `${path} ${why}; left alone. Look at it: ls -la ${path}`, cause);
}

/**
 * Writes a file that does not exist yet, down to the disk; nothing is left of it if that fails.
 *
 * @param access nobody but us can read it before it is complete, and then only those; without it, nobody but us ever
 * @throws ConfFileError `full`, `read-only`, `owner`, `in the way` or `other`
 */
export function writeNew(path: string, bytes: Buffer, access?: Access): void {
	const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;
	const descriptor = explained(path, () => openSync(path, flags, 0o600));
	try {
		explained(path, () => {
			writeFileSync(descriptor, bytes);
			if (access === undefined) fchmodSync(descriptor, 0o600);
			else grant(descriptor, access);
			fsyncSync(descriptor);
		});
	} catch (error) {
		unlinkSync(path);
		throw error;
	} finally {
		closeSync(descriptor);
	}
}

/**
 * Owner and permissions for a new version of a file: its own; if it is missing, those of the first model there is; else
 * the owner of the folder, and 0640.
 *
 * @throws ConfFileError `refused` when there is something else in place of the file
 */
export function accessLike(path: string, models: readonly string[], folder: string): Access {
	const own = lstatSync(path, { throwIfNoEntry: false });
	if (own?.isSymbolicLink()) throw refused(path, 'is a symbolic link');
	if (own !== undefined && !own.isFile()) throw refused(path, 'is not a regular file');
	for (const from of own === undefined ? models : [path]) {
		const model = explained(path, () => statSync(from, { throwIfNoEntry: false }));
		if (model?.isFile()) return { uid: model.uid, gid: model.gid, mode: model.mode & 0o777, from };
	}
	const { uid, gid } = explained(path, () => statSync(folder));
	return { uid, gid, mode: 0o640, from: folder };
}

function grant(descriptor: number, { uid, gid, mode, from }: Access): void {
	const own = fstatSync(descriptor);
	try {
		if (own.uid !== uid || own.gid !== gid) fchownSync(descriptor, uid, gid);
	} catch (error) {
		const problem = `${from} belongs to user ${uid}, group ${gid}, and user ${own.uid} cannot make such a file`;
		const next = `run vicikeep as root, or: chown ${own.uid}:${own.gid} ${from}`;
		throw new ConfFileError('owner', `${problem}; nothing was installed. ${next}`, error);
	}
	fchmodSync(descriptor, mode);
}

/** Makes sure that the names in a folder survive a power cut. @throws ConfFileError */
export function syncFolder(folder: string): void {
	explained(folder, () => {
		const descriptor = openSync(folder, constants.O_RDONLY | constants.O_DIRECTORY);
		try {
			fsyncSync(descriptor);
		} finally {
			closeSync(descriptor);
		}
	});
}

/** Runs a change of `path`; says in words why it fails. @throws ConfFileError */
export function explained<T>(path: string, change: () => T): T {
	try {
		return change();
	} catch (error) {
		if (error instanceof ConfFileError) throw error;
		const { code = (error as Error).message } = error as NodeJS.ErrnoException;
		const [reason, why, next] = explanation(code, path);
		throw new ConfFileError(reason, `cannot write ${path}: ${why} (${code}). ${next}`, error);
	}
}

function explanation(code: string, path: string): readonly [Refusal, string, string] {
	const folder = dirname(path);
	switch (code) {
		case 'ENOSPC':
		case 'EDQUOT':
			return ['full', 'no room left', `Make room: df -h ${folder}; df -i ${folder}`];
		case 'EFBIG':
			return ['full', 'larger than files may be here', 'See: ulimit -f'];
		case 'EROFS':
			return ['read-only', 'the file system is read-only', `See: findmnt -T ${folder}`];
		case 'EACCES':
		case 'EPERM':
			return ['read-only', 'not permitted', `Run vicikeep as root, or see: ls -ld ${folder}; lsattr -d ${folder}`];
		case 'EEXIST':
			return ['in the way', 'there is one that is not ours', `Look at it, then: rm ${path}`];
		case 'ENOENT':
			return ['other', 'it or its folder is gone', `See: ls -ld ${folder}`];
		default:
			return ['other', 'the system refuses', `See: ls -la ${folder}`];
	}
}
