import {
	closeSync,
	constants,
	existsSync,
	openSync,
	readdirSync,
	readSync,
	statSync,
	unlinkSync,
	writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { openOwn, ownFolder } from './files.ts';

/** Files kept for each subject, the newest ones. */
const KEPT = 10;
/** Characters of one file at most. */
const LARGEST = 64 * 1024;

/** The folder in which the traces of what was killed are kept. Only root may enter it. */
export class EvidenceFolder {
	readonly path: string;

	constructor(path: string) {
		this.path = path;
	}

	/** Makes the folder ready for writing. @throws Error when it is not safely ours */
	prepare(): void {
		ownFolder(this.path, 0o700);
	}

	/**
	 * Keeps a text, cut to 64 KiB, and removes the oldest of this subject beyond ten.
	 * @returns path of the file
	 * @throws the file system's error
	 */
	keep(subject: string, now: Date, text: string): string {
		const name = `${subject}-${now.toISOString().replace(/[-:]/g, '')}.txt`;
		const path = join(this.path, name);
		const descriptor = openOwn(path, constants.O_EXCL);
		try {
			writeSync(descriptor, text.length > LARGEST ? `${text.slice(0, LARGEST - 20)}\n… cut off here\n` : text);
		} finally {
			closeSync(descriptor);
		}
		const old = readdirSync(this.path)
			.filter((one) => one.startsWith(`${subject}-`) && /^\d{8}T[\d.]+Z\.txt$/.test(one.slice(subject.length + 1)))
			.sort()
			.slice(0, -KEPT);
		for (const one of old) unlinkSync(join(this.path, one));
		return path;
	}
}

/** The end of a regular file, at most so many bytes, beginning with a whole line; undefined when there is none to read. */
export function endOfFile(path: string, bytes: number): string | undefined {
	try {
		const { size } = statSync(path);
		const descriptor = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
		try {
			const buffer = Buffer.alloc(Math.min(bytes, size));
			const read = readSync(descriptor, buffer, 0, buffer.length, Math.max(0, size - buffer.length));
			const text = buffer.toString('latin1', 0, read);
			return size > buffer.length ? text.slice(text.indexOf('\n') + 1) : text;
		} finally {
			closeSync(descriptor);
		}
	} catch {
		return undefined;
	}
}

/**
 * The newest file of a log: the name itself, or the name with a date behind a dot.
 * @returns undefined when there is none
 */
export function newestLog(folder: string, name: string): string | undefined {
	try {
		const dated = readdirSync(folder)
			.filter((one) => one.startsWith(`${name}.`) && /^\d{4}-\d\d-\d\d$/.test(one.slice(name.length + 1)))
			.sort()
			.at(-1);
		const path = join(folder, dated ?? name);
		return existsSync(path) && statSync(path).isFile() ? path : undefined;
	} catch {
		return undefined;
	}
}

/** Takes a file away after it has been read; undefined while it is not there or empty. */
export function takeFile(path: string, bytes: number): string | undefined {
	const text = endOfFile(path, bytes);
	if (text === undefined || text === '') return undefined;
	unlinkSync(path);
	return text;
}
