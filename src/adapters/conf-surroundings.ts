import type { ConfFile } from '../conf/files.ts';
import type { Surroundings } from '../conf/lint.ts';
import { includeExists, readUpTo } from './conf-includes.ts';
import { fingerprint } from './files.ts';

/** What stands around the generated files in Asterisk's folder: hand-made files that include them, and files that they include. */
export class ConfSurroundings {
	readonly #etc: string;
	/** What was looked at, as it was then. */
	readonly #touched = new Map<string, string>();

	/** @param etc Asterisk's configuration folder */
	constructor(etc: string) {
		this.#etc = etc;
	}

	/** What decides about a file's text. @throws ConfFileError for an unreadable hand-made file */
	of({ name, includedBy }: ConfFile): Surroundings {
		const touch = (path: string): void => {
			if (!this.#touched.has(path)) this.#touched.set(path, fingerprint(path));
		};
		const exists = (file: string) => includeExists(this.#etc, file, touch);
		if (includedBy === undefined) return { topLevel: true, includeExists: exists };
		const before = readUpTo(this.#etc, includedBy, name, touch);
		const sections = before?.sections ?? new Set();
		return { sections, includeExists: exists, topLevel: before?.included === true && sections.size === 0 };
	}

	/** Files and folders that `of` has looked at so far, with their fingerprints. */
	get touched(): Record<string, string> {
		return Object.fromEntries(this.#touched);
	}

	/**
	 * Whether the hand-made file includes the generated one, itself or by another that it includes.
	 *
	 * @returns undefined if there is no hand-made file, or none is needed
	 * @throws ConfFileError for an unreadable one
	 */
	includes({ name, includedBy }: ConfFile): boolean | undefined {
		return includedBy === undefined ? undefined : readUpTo(this.#etc, includedBy, name)?.included;
	}
}
