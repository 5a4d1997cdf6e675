import { accessSync, constants, lstatSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { nearest } from '../nearest.ts';
import { replaceFile } from './files.ts';
import { fileNames } from './folders.ts';

/** A file that node_exporter's textfile collector reads; it takes only whole files, and as a user of its own. */
export class MetricsFile {
	readonly #path: string;

	constructor(path: string) {
		this.#path = path;
	}

	/** What will keep it from being written, in words; asked before the dialer is looked at. */
	trouble(): string | undefined {
		const folder = dirname(this.#path);
		if (this.#path === '') return 'expected the path of a file, e.g. /var/lib/prometheus/node-exporter/vicikeep.prom';
		try {
			if (this.#path.endsWith('/') || lstatSync(this.#path, { throwIfNoEntry: false })?.isDirectory())
				return `${this.#path} is a folder; expected a file, e.g. ${this.#path.replace(/\/*$/, '')}/vicikeep.prom`;
			accessSync(folder, constants.W_OK);
			return undefined;
		} catch (error) {
			const { code, message } = error as NodeJS.ErrnoException;
			if (code === 'ENOENT')
				return `there is no folder ${folder}${nearest(basename(folder), fileNames(dirname(folder)))}; make it first`;
			if (code === 'ENOTDIR') return `${folder} is not a folder`;
			if (code === 'EACCES') return `this user may not write in ${folder}`;
			return message;
		}
	}

	/**
	 * Replaces it at once, mode 0644; a link in its place is replaced, never followed.
	 * @returns why it could not be written, in words; undefined when it was
	 */
	write(text: string): string | undefined {
		try {
			replaceFile(this.#path, text, 0o644);
			return undefined;
		} catch (error) {
			return `the metrics file cannot be written: ${(error as Error).message}`;
		}
	}
}
