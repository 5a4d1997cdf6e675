import { statSync } from 'node:fs';
import { basename, dirname, resolve, sep } from 'node:path';
import { readConf, sectionOf } from '../conf/reader.ts';
import { namesIn } from './conf-candidates.ts';
import { lookAt } from './conf-read.ts';

// Asterisk's own limit.
const DEEPEST = 10;

/** Is told of a path whose state decides about the answer. */
export type Touched = (path: string) => void;

/** What Asterisk has read by the time it comes to an included file. */
export interface Before {
	/** Whether it comes to it at all. */
	readonly included: boolean;
	/** Names of the sections before, in lower case; all sections if the file is not included. */
	readonly sections: ReadonlySet<string>;
}

/**
 * Reads a hand-made file, and the files below `etc` that it includes, up to the `#include` of `target`.
 *
 * @param touched told of each path before it is looked at
 * @returns undefined if the hand-made file is not there
 * @throws ConfFileError when one of them is no regular file or unreadable
 */
export function readUpTo(etc: string, from: string, target: string, touched: Touched = () => {}): Before | undefined {
	const wanted = resolve(etc, target);
	const sections = new Set<string>();
	const seen = new Set<string>();
	let included = false;
	const read = (path: string, depth: number): boolean => {
		touched(path);
		// An administrator's own files may be links.
		const text = lookAt(path, (bytes) => bytes().toString('latin1'), true);
		if (text === undefined) return false;
		seen.add(path);
		readConf(text, (directive) => {
			if (included) return;
			if (directive.startsWith('[')) {
				if (directive.includes(']')) sections.add(sectionOf(directive));
				return;
			}
			for (const file of includedFiles(etc, includeOf(directive), touched)) {
				included ||= file === wanted;
				const further = !included && depth < DEEPEST && !seen.has(file) && file.startsWith(resolve(etc) + sep);
				if (further) read(file, depth + 1);
			}
		});
		return true;
	};
	return read(resolve(etc, from), 1) ? { included, sections } : undefined;
}

/** Whether `#include` of this file finds one that is a regular file; nothing is read. Asterisk's folder is `etc`. */
export function includeExists(etc: string, file: string, touched: Touched): boolean {
	try {
		return includedFiles(etc, file, touched).some((path) => {
			touched(path);
			return statSync(path).isFile();
		});
	} catch {
		return false;
	}
}

/** The file an `#include` or `#tryinclude` names; undefined for any other line. */
function includeOf(directive: string): string | undefined {
	if (!directive.startsWith('#')) return undefined;
	const file = /^#(?:try)?include\s+(.+)$/is.exec(directive)?.[1];
	return file === undefined ? undefined : (/^["<](.*)[">]$/s.exec(file)?.[1] ?? file);
}

/** Paths an include stands for: one, or those that match the wildcards in its last part. */
function includedFiles(etc: string, file: string | undefined, touched: Touched): string[] {
	if (file === undefined) return [];
	const path = resolve(etc, file);
	if (!/[*?]/.test(basename(path))) return [path];
	const folder = dirname(path);
	const pattern = wildcards(basename(path));
	touched(folder);
	return namesIn(folder)
		.filter((name) => !name.startsWith('.') && pattern.test(name))
		.sort()
		.map((name) => resolve(folder, name));
}

function wildcards(glob: string): RegExp {
	const source = glob
		.replace(/[\\^$.|+()[\]{}]/g, '\\$&')
		.replaceAll('*', '.*')
		.replaceAll('?', '.');
	return new RegExp(`^${source}$`, 's');
}
