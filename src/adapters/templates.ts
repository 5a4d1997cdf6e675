import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { readIfThere } from './files.ts';

/** A template as it was read; a file in the overriding folder wins over the shipped one of the same name. */
export interface TemplateText {
	name: string;
	path: string;
	text: string;
}

/**
 * Reads the shipped templates and those that override them. As root nothing is taken from where others may write: a
 * template decides what Asterisk runs.
 * @returns the texts, and what is wrong with the overriding ones
 */
export function readTemplateTexts(
	shipped: string,
	overriding: string | undefined,
): { texts: TemplateText[]; problems: string[] } {
	const names = readdirSync(shipped).filter((name) => name.endsWith('.conf'));
	const problems: string[] = [];
	const own = (path: string): boolean => {
		try {
			const { uid, mode } = statSync(path);
			if ((uid === 0 || uid === process.geteuid?.()) && (mode & 0o022) === 0) return true;
			problems.push(`${path} can be written by others than root; chown root ${path}; chmod go-w ${path}`);
		} catch (error) {
			if ((error as NodeJS.ErrnoException).code !== 'ENOENT') problems.push(`${path}: ${(error as Error).message}`);
		}
		return false;
	};
	let folder = overriding;
	if (folder !== undefined) {
		if (!own(folder)) {
			if (problems.length === 0) problems.push(`${folder} does not exist; VICIKEEP_TEMPLATES names it`);
			folder = undefined;
		} else {
			for (const name of readdirSync(folder)) {
				if (name.endsWith('.conf') && !names.includes(name)) {
					problems.push(`${join(folder, name)}: no generated file has this name; those are ${names.join(', ')}`);
				}
			}
		}
	}
	const texts = names.flatMap((name): TemplateText[] => {
		const override = folder === undefined ? undefined : join(folder, name);
		const path = override !== undefined && own(override) ? override : join(shipped, name);
		const text = readIfThere(path);
		return text === undefined ? [] : [{ name, path, text }];
	});
	return { texts, problems };
}
