import { type Built, buildModel, type Environment } from './build-model.ts';
import { type ConfProblem, lintConf } from './lint.ts';
import { renderFiles, type Templates } from './render.ts';
import type { Source } from './source.ts';

/** Finished files, and all that is to say about them. */
export interface Generated extends Pick<Built, 'warnings' | 'refused'> {
	/** Text by file name, one character per byte: write it as latin1. */
	readonly files: Readonly<Record<string, string>>;
	/** What Asterisk would stumble over; a file with a fatal problem must not be installed. */
	readonly problems: Readonly<Record<string, readonly ConfProblem[]>>;
}

/**
 * From rows to finished files; touches nothing.
 *
 * @throws ConfRefusal if nothing may be written at all
 */
export function generateConf(source: Source, templates: Templates, environment: Environment): Generated {
	const { model, files: names, warnings, refused } = buildModel(source, environment);
	const files = renderFiles(model, templates, names);
	const problems = Object.fromEntries(
		Object.entries(files).map(([name, text]) => [
			name,
			lintConf(text, { ...environment.surroundings?.(name), topLevel: name === 'voicemail.conf' }),
		]),
	);
	return { files, warnings, refused, problems };
}
