import { createHash } from 'node:crypto';
import { type BigIntStats, closeSync, constants, fstatSync, openSync, readFileSync } from 'node:fs';
import { ChangedMeanwhile, refused } from './conf-file.ts';

const LARGEST = 64n * 1024n * 1024n;

// Asterisk and stock's cp write in place, piece by piece: a file is read when it has been left alone for so long.
const SETTLED_MS = 100;
const SETTLE_DEADLINE_MS = 3000;

/** SHA-256 of a file's bytes, hexadecimal. */
export function hashOf(bytes: Buffer): string {
	return createHash('sha256').update(bytes).digest('hex');
}

/** Differs when the file was written anew, replaced, or given to somebody else. */
export function fingerprintOf({ mtimeNs, size, ino, ctimeNs }: BigIntStats): string {
	return `${mtimeNs}-${size}-${ino}-${ctimeNs}`;
}

/**
 * Opens a regular file and shows its state and bytes, all of the same file, whatever happens to its name.
 *
 * @param links whether a symbolic link is followed
 * @returns what `look` returns; undefined when there is no such file
 * @throws ConfFileError `refused`
 */
export function lookAt<T>(
	path: string,
	look: (bytes: () => Buffer, state: BigIntStats, stateNow: () => BigIntStats) => T,
	links = false,
): T | undefined {
	let descriptor: number;
	try {
		// Not blocking: a pipe in place of the file must not hold us up.
		const flags = constants.O_RDONLY | constants.O_NONBLOCK | (links ? 0 : constants.O_NOFOLLOW);
		descriptor = openSync(path, flags);
	} catch (error) {
		const { code } = error as NodeJS.ErrnoException;
		if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
		if (code === 'ELOOP') throw refused(path, 'is a symbolic link', error);
		if (code === 'ENXIO') throw refused(path, 'is not a regular file', error);
		throw refused(path, `cannot be read (${code})`, error);
	}
	try {
		const state = fstatSync(descriptor, { bigint: true });
		if (!state.isFile()) throw refused(path, 'is not a regular file');
		const bytes = () => {
			if (state.size > LARGEST) throw refused(path, 'is larger than 64 MiB');
			return readFileSync(descriptor);
		};
		return look(bytes, state, () => fstatSync(descriptor, { bigint: true }));
	} finally {
		closeSync(descriptor);
	}
}

/**
 * Bytes of a file that nobody has written for a tenth of a second; waits for that up to three seconds.
 *
 * @returns undefined if there is none
 * @throws ConfFileError `refused`; ChangedMeanwhile if it keeps changing
 */
export function readSettled(path: string): Buffer | undefined {
	const deadline = performance.now() + SETTLE_DEADLINE_MS;
	for (;;) {
		const found = lookAt(path, (bytes, before, stateNow) => {
			const content = bytes();
			const wait = unsettledFor(before);
			if (wait > 0) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, wait);
			const { mtimeNs, size } = stateNow();
			return mtimeNs === before.mtimeNs && size === before.size ? content : 'changing';
		});
		if (found !== 'changing') return found;
		if (performance.now() > deadline) throw new ChangedMeanwhile(path);
	}
}

/** Milliseconds until a file may be called settled; 0 for a time of change in the future, which nobody can wait for. */
function unsettledFor({ mtimeNs }: BigIntStats): number {
	const age = Date.now() - Number(mtimeNs / 1_000_000n);
	return age < 0 ? 0 : Math.max(0, SETTLED_MS - age);
}
