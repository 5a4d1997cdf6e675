import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { describe, expect, it } from 'vitest';

const SRC = join(import.meta.dirname, '../../src');
const files = readdirSync(SRC, { recursive: true, encoding: 'utf8' })
	.filter((name) => name.endsWith('.ts'))
	.map((name) => ({ name, text: readFileSync(join(SRC, name), 'utf8') }));

/** What each file imports of its own project at run time, as paths below src. */
const importsOf = (name: string, text: string): string[] =>
	[...text.matchAll(/^import (?!type)[^;]*?from '(\.[^']+)'/gms)]
		.filter(([statement]) => !/^import \{( type \w+,?)+ \}/.test(statement))
		.map(([, path]) => relative(SRC, join(SRC, name, '..', path ?? '')));

describe('the inside', () => {
	it.each(files.map(({ name, text }) => [name, text] as const))(
		'%s keeps to one direction and its own room',
		(name, text) => {
			if (name !== 'main.ts') expect(text).not.toMatch(/\bprocess\.(exit|exitCode|stdout|stderr)\b|\bconsole\./);
			const imports = importsOf(name, text);
			const pure = [
				'plan.ts',
				'steps.ts',
				'restraint.ts',
				'diagnose.ts',
				'memory.ts',
				'memory-shape.ts',
				'withheld.ts',
				'pause.ts',
				'pending.ts',
				'quiet-times.ts',
				'rations.ts',
				'saturation.ts',
				'settings.ts',
				'cli.ts',
				'thresholds.ts',
				'nearest.ts',
				'option-values.ts',
				'origins.ts',
				'repair-about.ts',
				'setting-texts.ts',
			];
			if (pure.includes(name) || name.startsWith('report/'))
				expect(imports.filter((path) => path.startsWith('adapters/'))).toEqual([]);
			if (name.startsWith('checks/'))
				expect(imports.filter((path) => /^(run|plan|act|main|report\/)/.test(path))).toEqual([]);
			if (name.startsWith('adapters/'))
				expect(imports.filter((path) => /^(checks|report)\/|^(run|plan|act|main|observe)\.ts/.test(path))).toEqual([]);
			if (name !== 'main.ts') expect(imports).not.toContain('main.ts');
		},
	);

	it('has no file that does not fit in the head', () => {
		expect(files.filter(({ text }) => text.split('\n').length > 251).map(({ name }) => name)).toEqual([]);
	});
});
