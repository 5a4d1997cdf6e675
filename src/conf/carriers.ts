import { Cells } from './cells.ts';
import type { ConfTemplates } from './conf-templates.ts';
import type { Carrier } from './model.ts';
import { leftOut, type RawBlocks } from './raw.ts';
import { startsSection } from './reader.ts';
import { type Row, textOf } from './source.ts';
import type { Warnings } from './warnings.ts';

/** Protocols of carriers that are generated, in the order of their dialplan. */
export const CARRIER_PROTOCOLS = ['IAX2', 'SIP', 'PJSIP_WIZ', 'PJSIP'] as const;
export type CarrierProtocol = (typeof CARRIER_PROTOCOLS)[number];

/** The file each protocol's accounts go to, and the file of the dialplan. */
export interface CarrierBlocks {
	readonly account: RawBlocks;
	readonly dialplan: RawBlocks;
}

/** Rows of one protocol, in the order of the rows. */
export function carriersOf(
	rows: readonly Row[],
	protocol: CarrierProtocol,
	blocks: CarrierBlocks,
	templates: ConfTemplates,
	warnings: Warnings,
): Carrier[] {
	return rows
		.filter((row) => textOf(row, 'protocol') === protocol)
		.map((row) => {
			const cells = new Cells('vicidial_server_carriers', textOf(row, 'carrier_id'), row, warnings);
			const { account, template } = accountOf(cells, blocks.account, templates);
			const dialplan = blocks.dialplan.column(cells, 'dialplan_entry');
			if (startsSection(dialplan)) {
				cells.warn('dialplan_entry', 'begins a section of its own; the dialplan of later carriers goes there too');
			}
			const registers = protocol === 'IAX2' || protocol === 'SIP';
			return {
				id: cells.comment('carrier_id'),
				name: cells.comment('carrier_name'),
				description: cells.comment('carrier_description'),
				globals: blocks.dialplan.column(cells, 'globals_string', true),
				registration: registers ? blocks.account.column(cells, 'registration_string', true) : '',
				account,
				template,
				dialplan,
			};
		});
}

/** An account goes with its template or not at all: without it, it would load as something else. */
function accountOf(
	cells: Cells,
	blocks: RawBlocks,
	templates: ConfTemplates,
): { readonly account: string; readonly template: string } {
	const template = templates.find(cells.text('template_id'), blocks);
	if (template !== undefined && 'problem' in template) {
		cells.warn('template_id', 'names a template that cannot be written; account left out');
		return { account: leftOut(cells, 'template_id', `template: ${template.problem}`), template: '' };
	}
	const entry = blocks.check(cells.text('account_entry'));
	if ('problem' in entry) {
		cells.warn('account_entry', `${entry.problem}; left out`);
		return { account: leftOut(cells, 'account_entry', entry.problem), template: '' };
	}
	const text = template?.text ?? '';
	if (text !== '' && !startsSection(entry.text) && !startsSection(text)) {
		cells.warn('account_entry', 'begins no section; the template goes to the section before it');
	}
	return { account: entry.text, template: text };
}
