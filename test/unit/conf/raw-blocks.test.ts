import { describe, expect, test } from 'vitest';
import type { Row } from '../../../src/conf/source.ts';
import { sectionsByName } from './normal-form.ts';
import { carrier, generate, ME, menu, phone, server, source, warned } from './rows.ts';

const sip = 'sip-vicidial.conf';
const dialplan = 'extensions-vicidial.conf';

/** Blocks after which Asterisk would lose the rest of the file. */
const SWALLOWERS = [
	['an unclosed section', '[broken'],
	['an unclosed section after a comment', ';-- x --;[broken'],
	['an unknown base', '[x](nobody)'],
	['an appended section that is not there', '[nobody](+)'],
	['a missing include', '#include gone.conf'],
	['a program', '#exec rm -rf /'],
	['an open block comment', 'a=b ;-- c'],
	['a stray end of a block comment', 'a=b --;'],
	['a line that is too long', `a=${'x'.repeat(9000)}`],
	['a control character', 'a=b\x00c'],
	['a lone backslash', '\\\na=b'],
] as const;

describe.each(SWALLOWERS)('a raw block with %s stays out alone', (_, block) => {
	const good = (name: string, changes: Row = {}) => carrier(name, changes);

	test.each(['account_entry', 'registration_string', 'globals_string', 'dialplan_entry'])('carrier %s', (column) => {
		const rows = source({ carriers: [good('aaa'), good('bad', { [column]: block }), good('ccc')] });
		const { files, warnings, problems } = generate(rows);
		expect(warnings).toMatchObject([{ table: 'vicidial_server_carriers', key: 'bad', column }]);
		expect(files[sip]).toContain('[ccc]');
		expect(files[dialplan]).toContain('exten => _9cccX.');
		expect(files[dialplan]).toContain('[vicidial-auto]');
		expect(`${files[sip]}${files[dialplan]}`).toContain(`; left out: vicidial_server_carriers bad ${column}`);
		expect(Object.values(problems).flat()).toEqual([]);
	});

	test('phone override', () => {
		const rows = source({
			phones: [phone('aaa'), phone('bad', { conf_override: `nat=force_rport\n${block}` }), phone('ccc')],
		});
		const { files, warnings, problems } = generate(rows);
		expect(warnings).toMatchObject([{ table: 'phones', key: `bad on ${ME}`, column: 'conf_override' }]);
		expect(Object.keys(sectionsByName(files[sip] ?? ''))).toEqual(['', 'aaa', 'ccc']);
		expect(Object.values(problems).flat()).toEqual([]);
	});

	test('template of phones and carriers', () => {
		const rows = source({
			templates: [{ template_id: 'BAD', template_contents: block }],
			phones: [phone('aaa'), phone('bad', { template_id: 'bad' }), phone('ccc')],
			carriers: [carrier('trunk', { template_id: 'BAD' })],
		});
		const generated = generate(rows);
		expect(warned(generated)).toEqual([
			'vicidial_conf_templates / BAD / template_contents',
			'vicidial_server_carriers / trunk / template_id',
			`phones / bad on ${ME} / template_id`,
		]);
		expect(Object.keys(sectionsByName(generated.files[sip] ?? ''))).toEqual(['', 'aaa', 'ccc']);
		expect(Object.values(generated.problems).flat()).toEqual([]);
	});

	test('custom dialplan of system, server and menu', () => {
		const custom = { custom_dialplan_entry: `exten => 1,1,Answer\n${block}` };
		const rows = source(
			{ servers: [server('ONE', ME, custom)], menus: [menu('first', custom), menu('second')] },
			custom,
		);
		const generated = generate(rows);
		expect(warned(generated)).toEqual([
			'vicidial_call_menu / first / custom_dialplan_entry',
			'system_settings / the only row / custom_dialplan_entry',
			`servers / ${ME} / custom_dialplan_entry`,
		]);
		expect(Object.keys(sectionsByName(generated.files[dialplan] ?? ''))).toEqual([
			'',
			'first',
			'second',
			'vicidial-auto-system-setting-custom',
			'vicidial-auto-server-custom',
			'vicidial-auto-external',
			'vicidial-auto-internal',
			'vicidial-auto-phones',
			'vicidial-auto',
		]);
		expect(Object.values(generated.problems).flat()).toEqual([]);
	});
});

describe('raw blocks go through as they are', () => {
	test('own sections, comments, tabs, block comments, CRLF', () => {
		const block = '[own]\t; mine\r\na=b\r\n;-- old\nc=d --;\n[other](own)\ne=f\\;g';
		const { files, warnings } = generate(source({ carriers: [carrier('x', { account_entry: block })] }));
		expect(files[sip]).toContain(`\n${block.replaceAll('\r', '')}\n`);
		expect(warnings).toEqual([]);
	});

	test('sections of the including file can be inherited from', () => {
		const rows = source({ carriers: [carrier('x', { account_entry: '[x](basic)\nhost=192.0.2.1' })] });
		const surroundings = (file: string) => ({ sections: new Set(file === sip ? ['basic'] : []) });
		expect(generate(rows, { surroundings }).warnings).toEqual([]);
		expect(generate(rows).warnings).toHaveLength(1);
	});

	test('an include that exists', () => {
		const rows = source({ phones: [phone('x', { conf_override: '#include "my.conf"' })] });
		expect(generate(rows, { surroundings: () => ({ includeExists: () => true }) }).files[sip]).toContain(
			'#include "my.conf"',
		);
	});

	test('a section among the globals or registrations would take the rest away', () => {
		for (const column of ['globals_string', 'registration_string']) {
			const generated = generate(source({ carriers: [carrier('x', { [column]: 'a=b\n[x]' })] }));
			expect(warned(generated)).toEqual([`vicidial_server_carriers / x / ${column}`]);
		}
	});

	test('a section in the dialplan of a carrier is kept, with a warning', () => {
		const entry = 'exten => 1,1,Answer\n[my-context]\nexten => 2,1,Answer';
		const generated = generate(source({ carriers: [carrier('x', { dialplan_entry: entry })] }));
		expect(generated.files[dialplan]).toContain(entry);
		expect(warned(generated)).toEqual(['vicidial_server_carriers / x / dialplan_entry']);
	});
});
