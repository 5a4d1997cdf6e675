import { renameSync, unlinkSync } from 'node:fs';
import { join } from 'node:path';
import type { ConfFile } from '../conf/files.ts';
import type { Surroundings } from '../conf/lint.ts';
import { candidateName, removeLeftovers } from './conf-candidates.ts';
import { type Access, accessLike, ChangedMeanwhile, explained, syncFolder, writeNew } from './conf-file.ts';
import { fingerprintOf, hashOf, lookAt, readSettled } from './conf-read.ts';
import { ConfSurroundings } from './conf-surroundings.ts';
import { ConfVersions } from './conf-versions.ts';

/** What stands in the folder under a conf file's name. */
export type Inspection =
	| { readonly kind: 'missing' }
	/** `denied` when it is only this user who may not read it */
	| { readonly kind: 'refused'; readonly why: string; readonly denied?: true }
	/** `size` in bytes; `writtenAt` in seconds, wall clock; `hash` only where it was asked for */
	| {
			readonly kind: 'file';
			readonly fingerprint: string;
			readonly size: number;
			readonly writtenAt: number;
			readonly hash?: string;
	  };

/** A text written beside its target, complete and on the disk, that Asterisk does not read yet. */
export interface Staged {
	readonly name: string;
	/** File name in the same folder. */
	readonly candidate: string;
	readonly hash: string;
}

/**
 * Asterisk's configuration folder: the only place that reads and writes its conf files. Texts are latin1, one character
 * per byte; hashes are SHA-256, hexadecimal; names are file names in the folder.
 */
export class ConfFolder {
	readonly #etc: string;
	readonly #backups: string;
	readonly #versions: ConfVersions;
	readonly #surroundings: ConfSurroundings;
	/** Names of our temporary files that are still needed. */
	readonly #inUse = new Set<string>();

	/**
	 * @param etc Asterisk's configuration folder
	 * @param backups folder for previous versions; made when the first one is kept
	 */
	constructor(etc: string, backups: string) {
		this.#etc = etc;
		this.#backups = backups;
		this.#versions = new ConfVersions(backups);
		this.#surroundings = new ConfSurroundings(etc);
	}

	/** Looks at a file without reading it, or with its hash. Never throws. */
	inspect(name: string, withHash = false): Inspection {
		try {
			const found = lookAt(this.#path(name), (bytes, state) => ({
				kind: 'file' as const,
				fingerprint: fingerprintOf(state),
				size: Number(state.size),
				writtenAt: Number(state.mtimeNs) / 1e9,
				...(withHash && { hash: hashOf(bytes()) }),
			}));
			return found ?? { kind: 'missing' };
		} catch (error) {
			const { message, cause } = error as Error;
			const denied = (cause as NodeJS.ErrnoException | undefined)?.code === 'EACCES';
			return { kind: 'refused', why: message, ...(denied && { denied }) };
		}
	}

	/**
	 * Reads a file once its writer has let go of it, for which it waits up to three seconds.
	 *
	 * @returns undefined if there is none
	 * @throws ConfFileError `refused`; ChangedMeanwhile if it keeps changing
	 */
	read(name: string): { readonly text: string; readonly hash: string } | undefined {
		const bytes = readSettled(this.#path(name));
		return bytes && { text: bytes.toString('latin1'), hash: hashOf(bytes) };
	}

	/**
	 * Writes a text beside its target, with the target's owner and mode; of a missing target with those of the file that
	 * includes it, or 0640 and the owner of the folder.
	 *
	 * @throws ConfFileError; then nothing is left of it
	 * @throws RangeError for a text that is not latin1
	 */
	stage(name: string, text: string, includedBy?: string): Staged {
		if (/[^\0-\xff]/.test(text)) throw new RangeError(`text for ${name} is not one character per byte`);
		const bytes = Buffer.from(text, 'latin1');
		const candidate = this.#write(candidateName(name), bytes, this.#access(name, includedBy));
		return { name, candidate, hash: hashOf(bytes) };
	}

	/** Removes a staged file, and its wrapper, that will not be installed. */
	discard({ candidate }: Pick<Staged, 'candidate'>): void {
		for (const name of [candidate, wrapperName(candidate)]) {
			if (!this.#inUse.delete(name)) continue;
			try {
				unlinkSync(join(this.#etc, name));
			} catch {
				// Then it is gone, or the next `clean` removes it.
			}
		}
	}

	/**
	 * Puts a staged file in its place, at once; the file it replaces is kept as a version. However it ends, nothing is left
	 * of the staged file.
	 *
	 * @param expected hash of the file that is to be replaced, as it was read
	 * @throws ChangedMeanwhile if it is another file by now
	 * @throws ConfFileError; in all cases the old file stays
	 */
	install(staged: Staged, expected: string | 'missing'): void {
		try {
			this.backup(staged.name, expected);
			this.#rename(staged, expected);
		} finally {
			this.discard(staged);
		}
	}

	/**
	 * Installs two names of the same bytes: `voicemail.conf` and stock's copy of it, in this order.
	 *
	 * Whenever the two differ, stock takes what `voicemail.conf` says for changes made by phone and writes them into the
	 * database. If we are killed between the two, `voicemail.conf` must therefore be the new one, which says what the
	 * database said; with the copy first, the old mailboxes would overwrite the new ones in the database.
	 *
	 * @param expected hash of the first's target, as it was read; the second's is replaced whatever it is
	 * @throws as `install`, where the first may be in place and the second not; RangeError if the bytes differ
	 */
	installTogether([first, second]: readonly [Staged, Staged], expected: string | 'missing'): void {
		try {
			if (first.hash !== second.hash) throw new RangeError(`${first.name} and ${second.name} differ`);
			this.backup(first.name, expected);
			const copy = this.#hash(second.name);
			this.#rename(first, expected);
			this.#rename(second, copy);
		} finally {
			this.discard(first);
			this.discard(second);
		}
	}

	/**
	 * Keeps the file in place as the newest version, unless it is empty or missing. To be called after a proof as well: what
	 * is installed is the version to come back to, also when it is damaged in place.
	 *
	 * @param expected hash it should have
	 * @throws ChangedMeanwhile if it has another; ConfFileError
	 */
	backup(name: string, expected?: string | 'missing'): void {
		const bytes = lookAt(this.#path(name), (content) => content());
		const hash = bytes === undefined ? 'missing' : hashOf(bytes);
		if (expected !== undefined && hash !== expected) throw new ChangedMeanwhile(this.#path(name));
		if (bytes !== undefined) this.#versions.keep(name, bytes);
	}

	/** Texts of the previous versions, at most five, newest first; each is read when it is asked for. */
	versions(name: string): Generator<string, void> {
		return this.#versions.texts(name);
	}

	/** Text of the kept version with this hash. */
	versionOf(name: string, hash: string): string | undefined {
		for (const text of this.versions(name)) if (hashOf(Buffer.from(text, 'latin1')) === hash) return text;
		return undefined;
	}

	/** Text of the newest previous version. */
	previous(name: string): string | undefined {
		return this.versions(name).next().value ?? undefined;
	}

	/**
	 * Writes a file that includes a candidate inside a section, which Asterisk can be asked to read (`GetConfig`).
	 *
	 * @returns its name; `discard` of the candidate removes both
	 * @throws ConfFileError
	 */
	wrapper(candidate: string): string {
		const bytes = Buffer.from(`[vicikeep]\n#include "${candidate}"\n`, 'latin1');
		return this.#write(wrapperName(candidate), bytes, this.#access(candidate));
	}

	/** Removes what killed runs left here and among the versions. @returns names of what was removed */
	clean(): string[] {
		return [this.#etc, this.#backups].flatMap((folder) => removeLeftovers(folder, this.#inUse));
	}

	/** What decides, outside of a file's own text, whether it loads. @throws ConfFileError for an unreadable hand-made file */
	surroundings(file: ConfFile): Surroundings {
		return this.#surroundings.of(file);
	}

	/** Files and folders that decided about `surroundings` so far, with their fingerprints. */
	get touched(): Record<string, string> {
		return this.#surroundings.touched;
	}

	/** Whether the hand-made file still includes the generated one. @throws ConfFileError for an unreadable one */
	includeLine(file: ConfFile): boolean | undefined {
		return this.#surroundings.includes(file);
	}

	#path(name: string): string {
		if (name.includes('/') || name === '' || name === '.' || name === '..')
			throw new RangeError(`no file name: ${name}`);
		return join(this.#etc, name);
	}

	#hash(name: string): string | 'missing' {
		return lookAt(this.#path(name), (bytes) => hashOf(bytes())) ?? 'missing';
	}

	#access(name: string, includedBy?: string): Access {
		const models = includedBy === undefined ? [] : [this.#path(includedBy)];
		return accessLike(this.#path(name), models, this.#etc);
	}

	#write(name: string, bytes: Buffer, access: Access): string {
		writeNew(this.#path(name), bytes, access);
		this.#inUse.add(name);
		return name;
	}

	/** The last look and the change are as close together as they can be. */
	#rename({ name, candidate }: Staged, expected: string | 'missing'): void {
		const path = this.#path(name);
		if (this.#hash(name) !== expected) throw new ChangedMeanwhile(path);
		explained(path, () => renameSync(this.#path(candidate), path));
		this.#inUse.delete(candidate);
		syncFolder(this.#etc);
	}
}

function wrapperName(candidate: string): string {
	return `.vicikeep-wrapper${candidate}`;
}
