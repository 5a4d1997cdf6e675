import { Cells } from './cells.ts';
import type { RawBlock, RawBlocks } from './raw.ts';
import { fold, type Row, textOf } from './source.ts';
import type { Warnings } from './warnings.ts';

/** `vicidial_conf_templates`, found as the database would find them. */
export class ConfTemplates {
	readonly #rows = new Map<string, Row>();
	readonly #checked = new Map<RawBlocks, Map<string, RawBlock>>();
	readonly #warnings: Warnings;

	constructor(rows: readonly Row[], warnings: Warnings) {
		this.#warnings = warnings;
		for (const row of rows) this.#rows.set(fold(textOf(row, 'template_id')), row);
	}

	/** Text of the template with this id, checked for a file; `undefined` if the id means none. */
	find(id: string, blocks: RawBlocks): RawBlock | undefined {
		if (id.length <= 1 || id.includes('--NONE--')) return undefined;
		const row = this.#rows.get(fold(id));
		if (row === undefined) return undefined;
		const checked = this.#checked.get(blocks) ?? new Map<string, RawBlock>();
		this.#checked.set(blocks, checked);
		const known = checked.get(fold(id));
		if (known !== undefined) return known;
		const cells = new Cells('vicidial_conf_templates', textOf(row, 'template_id'), row, this.#warnings);
		const block = blocks.check(cells.text('template_contents'));
		if ('problem' in block) cells.warn('template_contents', `${block.problem}; whatever uses it is left out`);
		checked.set(fold(id), block);
		return block;
	}
}
