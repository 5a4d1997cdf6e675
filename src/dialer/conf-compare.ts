import type { ConfFolder } from '../adapters/conf-folder.ts';
import { unifiedDiff } from '../conf/diff.ts';
import { normalForm } from '../conf/normal-form.ts';
import { sumRows } from '../conf/row-sums.ts';
import type { Source } from '../conf/source.ts';
import { statementOf } from '../conf/statements.ts';
import type { SourceRows } from '../memory.ts';
import type { World } from '../world.ts';
import type { Compared, ConfFileSeen } from './conf.ts';
import { generate, readConfSource, tellWarning } from './conf-source.ts';
import { readSourceFingerprint, type Sources } from './conf-watch.ts';
import { makersFingerprint } from './makers.ts';
import { readTemplates } from './templates.ts';

/** What the database would make of the files, and the names of those that are exactly that. */
export async function compare(
	world: World,
	folder: ConfFolder,
	files: readonly ConfFileSeen[],
): Promise<{ compared: Compared; asGenerated: string[] }> {
	const madeWith = makersFingerprint(world);
	const without = (problems: string[], known: Partial<Compared> = {}) => ({
		compared: { ...known, comparison: { diffs: {}, warnings: [], problems }, madeWith, surroundings: folder.touched },
		asGenerated: [],
	});
	const templates = readTemplates(world);
	if (templates.problems.length > 0) return without(templates.problems);
	const { source, known } = await readKnownSource(world);
	const { generated, problems } = generate(source, folder, templates);
	if (!generated) return without(problems, known);
	const asGenerated: string[] = [];
	const diffs: Record<string, string> = {};
	for (const { name, found } of files) {
		const wanted = generated.files[name];
		if (wanted === undefined || found.kind === 'refused') continue;
		const live = folder.read(name)?.text ?? '';
		if (live === wanted && found.kind === 'file') asGenerated.push(name);
		else if (found.kind === 'missing' || normalForm(name, live) !== normalForm(name, wanted)) {
			diffs[name] = unifiedDiff(name, live, wanted);
		}
	}
	const comparison = { diffs, warnings: generated.warnings.map(tellWarning), problems };
	return { compared: { ...known, comparison, madeWith, surroundings: folder.touched }, asGenerated };
}

/** Everything that the files are made of, and what tells later whether the rows are still those. @throws DatabaseTrouble */
async function readKnownSource(world: World): Promise<{ source: Source; known: Sources }> {
	// a write in between is one more comparison, not one that is missed
	const sourceFingerprint = world.settings.confOwner === 'vicikeep' ? await readSourceFingerprint(world) : undefined;
	const sources: Record<string, SourceRows> = {};
	const source = await readConfSource(world, (name, values, rows) => {
		sources[name] = { values: [...values], sum: sumRows(statementOf(name, values), rows), at: world.uptime };
	});
	return { source, known: { sources, ...(sourceFingerprint !== undefined && { sourceFingerprint }) } };
}
