import { closeSync, constants, fstatSync, lstatSync, openSync, readSync, type Stats, statSync } from 'node:fs';
import type { PauseFile } from '../pause.ts';

/** More than any pause needs to say. */
const LARGEST = 100;

/** The pause file of a folder; undefined when there is none, or it is not shown to us. Never throws, follows no link. */
export function readPause(folder: string): PauseFile | undefined {
	const path = `${folder}/pause`;
	const found = stateOf(path);
	if (!found) return undefined;
	const changed = found.mtimeMs;
	try {
		const text = firstOf(path);
		if (!mayOthersWrite(found) && !mayOthersWrite(statSync(folder))) return { path, changed, text };
		const trouble = `${path} could have been put there by others than root; repairs are withheld all the same`;
		return { path, changed, text, trouble };
	} catch (error) {
		const reason = found.isSymbolicLink() ? 'it is a link' : (error as Error).message;
		return { path, changed, text: undefined, trouble: `${path} cannot be read (${reason}); it counts as 60 min` };
	}
}

function stateOf(path: string): Stats | undefined {
	try {
		return lstatSync(path);
	} catch {
		return undefined;
	}
}

const mayOthersWrite = ({ mode, uid }: Stats): boolean =>
	(mode & 0o022) !== 0 || (uid !== 0 && uid !== process.geteuid?.());

/** @throws the file system's error, or Error when it is no regular file: a pipe would hold us up for ever */
function firstOf(path: string): string {
	const descriptor = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
	try {
		if (!fstatSync(descriptor).isFile()) throw new Error('it is no regular file');
		const bytes = Buffer.alloc(LARGEST);
		return bytes.toString('latin1', 0, readSync(descriptor, bytes, 0, LARGEST, 0));
	} finally {
		closeSync(descriptor);
	}
}
