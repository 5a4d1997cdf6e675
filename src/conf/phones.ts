import { Cells, NAMES } from './cells.ts';
import type { CodecLines } from './codecs.ts';
import type { ConfTemplates } from './conf-templates.ts';
import { dialString } from './dialect.ts';
import type { Phone, PhoneExtension, RemoteExtension } from './model.ts';
import { leftOut, type RawBlocks } from './raw.ts';
import { fold, type Row, textOf } from './source.ts';
import type { Warnings } from './warnings.ts';

/** Protocols of phones that get extensions, in the order of their extensions. */
export const TECHNOLOGIES = ['IAX2', 'SIP', 'PJSIP'] as const;
export type Technology = (typeof TECHNOLOGIES)[number];

const PJSIP_FALLBACK_CODECS = ['disallow=all', 'allow=gsm', 'allow=ulaw'];

/** Cells of a row of `phones`. */
export function phoneCells(row: Row, warnings: Warnings): Cells {
	return new Cells('phones', `${textOf(row, 'extension')} on ${textOf(row, 'server_ip')}`, row, warnings);
}

/** Section of a phone, or `undefined` if its extension cannot name one. */
export function phoneSection(
	cells: Cells,
	technology: Technology,
	templates: ConfTemplates,
	blocks: RawBlocks,
	codecLines: CodecLines,
): Phone | undefined {
	const extension = cells.name('extension', NAMES.phone, 'phone left out');
	if (extension === undefined) return undefined;
	blocks.addSection(extension);
	const template = templates.find(cells.text('template_id'), blocks);
	const hasOverride = cells.text('conf_override').length > 10;
	const override = hasOverride ? blocks.check(cells.text('conf_override')) : { text: '' };
	let out = '';
	if (template !== undefined && 'problem' in template) {
		cells.warn('template_id', 'names a template that cannot be written; phone left out');
		out = leftOut(cells, 'template_id', `template: ${template.problem}`);
	} else if ('problem' in override) {
		cells.warn('conf_override', `${override.problem}; phone left out`);
		out = leftOut(cells, 'conf_override', override.problem);
	}
	const templateText = template !== undefined && 'text' in template ? template.text : '';
	const templated = out === '' && template !== undefined;
	const standard = out === '' && template === undefined && !hasOverride;
	const ownCodecs = standard || codecsBesideTemplate(cells, technology, templateText);
	return {
		extension,
		templated,
		standard,
		bare: out === '' && template === undefined && hasOverride,
		leftOut: out,
		secret: cells.value('conf_secret'),
		callerId: cells.callerId('fullname', 'outbound_cid'),
		mailbox: cells.value('voicemail_id'),
		context: cells.value('phone_context'),
		qualify: cells.isYes('conf_qualify'),
		music: cells.value('mohsuggest'),
		codecs: ownCodecs ? codecLines(cells.text('codecs_list'), technology === 'PJSIP' ? PJSIP_FALLBACK_CODECS : []) : [],
		template: templateText,
		override: 'text' in override ? override.text : '',
	};
}

function codecsBesideTemplate(cells: Cells, technology: Technology, template: string): boolean {
	if (cells.isOn('codecs_with_template')) return true;
	return technology === 'PJSIP' && !template.toLowerCase().includes('allow=');
}

/** Dialplan lines of a phone, or `undefined` if its number or extension cannot be written. */
export function phoneExtension(cells: Cells, technology: Technology): PhoneExtension | undefined {
	const number = cells.name('dialplan_number', NAMES.number, 'the phone gets no extension');
	const extension = cells.name('extension', NAMES.phone, 'phone left out');
	if (number === undefined || extension === undefined) return undefined;
	return {
		number,
		technology,
		extension,
		ringTimeout: cells.argument('phone_ring_timeout'),
		unanswered: unanswered(cells),
	};
}

function unanswered(cells: Cells): string {
	if (cells.text('unavail_dialplan_fwd_exten') !== '') {
		const context = cells.argument('unavail_dialplan_fwd_context') || 'default';
		return `Goto(${context},${cells.argument('unavail_dialplan_fwd_exten')},1)`;
	}
	const prefix = cells.isYes('voicemail_instructions') ? '85026666666666' : '85026666666667';
	return `Goto(default,${prefix}${cells.argument('voicemail_id')},1)`;
}

/**
 * Extensions that lead to phones of other servers.
 *
 * @param rows phones of other servers, in the order of their numbers
 * @param servers addresses of the other active servers
 * @param local rows of the own phones, whose numbers are not given away
 */
export function remoteExtensions(
	rows: readonly Row[],
	servers: ReadonlySet<string>,
	local: readonly Row[],
	warnings: Warnings,
): RemoteExtension[] {
	const taken = new Set(local.map((row) => fold(textOf(row, 'dialplan_number'))));
	const result: RemoteExtension[] = [];
	for (const row of rows) {
		const address = textOf(row, 'server_ip');
		if (!servers.has(fold(address)) || taken.has(fold(textOf(row, 'dialplan_number')))) continue;
		const cells = phoneCells(row, warnings);
		const number = cells.name('dialplan_number', NAMES.number, 'no extension to this phone');
		const remote = dialString(address);
		if (remote === undefined) cells.warn('server_ip', 'is no dotted quad; no extension to this phone');
		if (number === undefined || remote === undefined) continue;
		result.push({
			count: String(result.length + 1),
			number,
			extension: cells.comment('extension'),
			address,
			name: cells.comment('fullname'),
			dialString: remote,
		});
	}
	return result;
}
