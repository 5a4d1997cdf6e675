import { chmodSync, renameSync, unlinkSync } from 'node:fs';
import { join } from 'node:path';
import { candidateName, namesIn } from './conf-candidates.ts';
import { explained, syncFolder, writeNew } from './conf-file.ts';
import { lookAt } from './conf-read.ts';
import { mayRead, ownFolder } from './files.ts';

const KEPT = 5;

/** Previous versions of the conf files, five of each: `<folder>/<name>.<number>`, a higher number is newer. */
export class ConfVersions {
	readonly #folder: string;

	constructor(folder: string) {
		this.#folder = folder;
	}

	/**
	 * Makes these bytes the newest version, readable by nobody else. A version that is there already moves up instead of
	 * being there twice, so that a file that changes to and fro does not push out all others.
	 *
	 * @throws ConfFileError, also when the folder is not ours
	 */
	keep(name: string, bytes: Buffer): void {
		// Nothing to come back to.
		if (bytes.length === 0) return;
		explained(this.#folder, () => {
			ownFolder(this.#folder, 0o700);
			chmodSync(this.#folder, 0o700);
		});
		const numbers = this.#numbers(name);
		const newest = numbers[0] ?? 0;
		const same = numbers.find((number) => this.#bytes(name, number)?.equals(bytes));
		if (same !== undefined && same === newest) return;
		const source = same === undefined ? join(this.#folder, candidateName(name)) : this.#path(name, same);
		if (same === undefined) writeNew(source, bytes);
		explained(source, () => renameSync(source, this.#path(name, newest + 1)));
		for (const number of this.#numbers(name).slice(KEPT)) {
			explained(this.#path(name, number), () => unlinkSync(this.#path(name, number)));
		}
		syncFolder(this.#folder);
	}

	/**
	 * Texts of a file's versions, one character per byte, newest first; each is read when it is asked for. None where this
	 * user may not look: they are root's alone.
	 */
	*texts(name: string): Generator<string, void> {
		if (!mayRead(this.#folder)) return;
		for (const number of this.#numbers(name)) {
			const bytes = this.#bytes(name, number);
			if (bytes !== undefined) yield bytes.toString('latin1');
		}
	}

	#numbers(name: string): number[] {
		return namesIn(this.#folder)
			.filter((entry) => entry.startsWith(`${name}.`))
			.map((entry) => entry.slice(name.length + 1))
			.filter((number) => /^[1-9]\d{0,14}$/.test(number))
			.map(Number)
			.sort((a, b) => b - a);
	}

	#bytes(name: string, number: number): Buffer | undefined {
		return lookAt(this.#path(name, number), (bytes) => bytes());
	}

	#path(name: string, number: number): string {
		return join(this.#folder, `${name}.${number}`);
	}
}
