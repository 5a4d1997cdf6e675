import { describe, expect, test } from 'vitest';
import { ConfRefusal } from '../../../src/conf/dialect.ts';
import type { Row } from '../../../src/conf/source.ts';
import { sectionsByName } from './normal-form.ts';
import { carrier, generate, ME, mailbox, menu, option, phone, server, source, warned } from './rows.ts';

const sip = 'sip-vicidial.conf';
const iax = 'iax-vicidial.conf';
const dialplan = 'extensions-vicidial.conf';
const voicemail = 'voicemail.conf';

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

describe('values that would change more than their place', () => {
	const lineOf = (text: string | undefined, start: string) =>
		text?.split('\n').filter((line) => line.startsWith(start));

	test('a newline in a peer value is removed, a semicolon escaped', () => {
		const generated = generate(source({ phones: [phone('x', { conf_secret: 'a\n[evil];b', mohsuggest: '>x' })] }));
		expect(lineOf(generated.files[sip], 'secret=')).toEqual(['secret=a[evil]\\;b']);
		expect(lineOf(generated.files[sip], 'mohsuggest=')).toEqual(['mohsuggest= >x']);
		expect(warned(generated)).toEqual(Array(2).fill(`phones / x on ${ME} / conf_secret`));
	});

	test('quotes and brackets leave a caller id', () => {
		const generated = generate(source({ phones: [phone('x', { fullname: 'A "B" <C>', outbound_cid: '1>2' })] }));
		expect(lineOf(generated.files[sip], 'callerid=')).toEqual(['callerid="A B C" <12>']);
		expect(generated.warnings).toHaveLength(2);
	});

	test.each(['a]', 'a\nb', 'a;b', 'a,b', 'a|b', 'a&b', '', 'a b'])('phone %j is left out everywhere', (extension) => {
		const generated = generate(source({ phones: [phone(extension), phone('good')] }));
		expect(Object.keys(sectionsByName(generated.files[sip] ?? ''))).toEqual(['', 'good']);
		expect(lineOf(generated.files[dialplan], 'exten => 100,1')).toEqual(['exten => 100,1,Dial(SIP/good,60,)']);
		expect(generated.warnings).not.toEqual([]);
	});

	test.each(['_X.', '1/2', '1,2', '', null, '1\n2'])('number %j gets no extension', (dialplan_number) => {
		const generated = generate(source({ phones: [phone('x', { dialplan_number })] }));
		expect(generated.files[dialplan]).not.toContain('Dial(SIP/x');
		expect(generated.files[sip]).toContain('[x]');
		expect(warned(generated)).toEqual([`phones / x on ${ME} / dialplan_number`]);
	});

	test.each([
		['voicemail_id', ';1'],
		['voicemail_id', '[1'],
		['voicemail_id', '#exec x'],
		['voicemail_id', ''],
		['pass', 'a,b'],
		['email', 'a@b.c,d@e.f'],
	])('mailbox with %s %j is left out', (column, value) => {
		const generated = generate(
			source({ phones: [phone('x', { [column]: value }), phone('y', { voicemail_id: '200' })] }),
		);
		const boxes = generated.files[voicemail]?.split('\n').filter((line) => line.includes(' => '));
		expect(boxes).toEqual(['200 => pw,y Mailbox,a@example.com,,|delete=no|tz=eastern|']);
		expect(warned(generated)).toContain(`phones / x on ${ME} / ${column}`);
	});

	test('fields of a mailbox keep to their field', () => {
		const rows = source(
			{ mailboxes: [mailbox('9001', { pass: 'a;b\n[x]', fullname: 'A, B;\nC', voicemail_options: 'x=y;z' })] },
			{ active_voicemail_server: ME },
		);
		expect(lineOf(generate(rows).files[voicemail], '9001')).toEqual([
			'9001 => a\\;b[x],A B\\;C,box@example.com,,|delete=no|tz=eastern|x=y\\;z',
		]);
	});

	test.each(['a@b', 'a:b', 'a/b', 'a,b', 'a;b', 'a b', 'a\nb'])('no trunk with the secret %j', (conf_secret) => {
		const rows = source({ servers: [server('ONE', ME), server('TWO', '10.0.0.2', { conf_secret })] });
		const generated = generate(rows);
		expect(generated.files[dialplan]).not.toContain('TRUNKTWO =');
		expect(lineOf(generated.files[iax], 'register => ONE')).toEqual([]);
		expect(generated.files[iax]).toContain('[TWO]');
		expect(warned(generated)).toEqual(['servers / 10.0.0.2 / conf_secret']);
	});

	test('a server whose name cannot be written is left out', () => {
		const rows = source({ servers: [server('ONE', ME), server('T}O', '10.0.0.2'), server('SIX', '10.0.0.6')] });
		const { files } = generate(rows);
		expect(files[dialplan]).not.toContain('010*000*000*002');
		expect(Object.keys(sectionsByName(files[iax] ?? ''))).toEqual(['', 'ASTloop', 'ASTblind', 'ASTplay', 'SIX']);
	});

	test.each(['a]b', 'a\n[b]', 'general', 'globals', ''])('menu %j is left out', (menu_id) => {
		const generated = generate(source({ menus: [menu(menu_id), menu('good')] }));
		expect(Object.keys(sectionsByName(generated.files[dialplan] ?? '')).slice(0, 3)).toEqual([
			'',
			'good',
			'vicidial-auto-external',
		]);
		expect(generated.warnings).toHaveLength(1);
	});

	test.each(['1,1', '1/2', 'a b', '_X.', '', '1\n[x]'])('option %j is left out', (value) => {
		const generated = generate(source({ menus: [menu('m')], menuOptions: [option('m', value), option('m', '2')] }));
		const goto = lineOf(generated.files[dialplan], 'exten => ')?.filter((line) => line.includes('Goto(default,100,1)'));
		expect(goto).toEqual(['exten => 2,1,Goto(default,100,1)']);
		expect(generated.warnings).toHaveLength(1);
	});

	test('application arguments stay on their line, and keep their variables', () => {
		const rows = source({
			menus: [menu('m', { menu_prompt: `a\n[x]|b;c|${'$'}{D}` })],
			menuOptions: [option('m', '1', { option_route_value: '1;2\n#exec x' })],
		});
		const text = generate(rows).files[dialplan] ?? '';
		expect(text).toContain(`Background(a[x])\nexten => s,n,Background(b\\;c)\nexten => s,n,Background(${'$'}{D})`);
		expect(text).toContain('Goto(default,1\\;2#exec x,1)');
	});

	test.each(['../x', 'a/b', 'a]', ''])('music class %j is left out', (moh_id) => {
		const rows = source({ music: [{ moh_id, moh_name: 'x', random: 'N' }] });
		expect(generate(rows).files['musiconhold-vicidial.conf']).not.toContain('directory=');
	});

	test('a comment cannot be left', () => {
		const nasty = 'a\n[evil]\r\nexten => 1,1,System(x)\n;-- ';
		const rows = source({
			carriers: [carrier('x', { carrier_name: nasty, carrier_description: nasty })],
			menus: [menu('m', { menu_name: nasty })],
			menuOptions: [option('m', '1', { option_description: nasty })],
			music: [{ moh_id: 'jazz', moh_name: nasty, random: 'N' }],
		});
		const { files, problems } = generate(rows);
		for (const text of Object.values(files)) expect(text).not.toMatch(/^(\[evil\]|exten => 1,1,System)/m);
		expect(Object.values(problems).flat()).toEqual([]);
	});
});

describe('refusals', () => {
	test.each(['', 'SVN-trunk', 'GIT-master-1234', '1', '0.0.9'])('version %j', (asterisk_version) => {
		expect(() => generate(source({ servers: [server('ONE', ME, { asterisk_version })] }))).toThrow(ConfRefusal);
	});

	test('own address', () => {
		expect(() => generate({ ...source({ servers: [server('ONE', 'dialer')] }), serverIp: 'dialer' })).toThrow(
			ConfRefusal,
		);
		expect(() => generate(source({ servers: [server('ONE', '10.9.9.9')] }))).toThrow(ConfRefusal);
	});

	test('a voicemail.conf without [default] is kept as it is, the other files are made', () => {
		const voicemailConf = '[general]\n; all boxes are in [default]\n;--\n[default]\n--;\n';
		const { files, refused } = generate(source(), { voicemailConf });
		expect(refused).toMatchObject([{ file: voicemail }]);
		expect(Object.keys(files)).toHaveLength(7);
	});

	test('a missing voicemail.conf is made anew, with the zones of the database', () => {
		const voicemail_timezones = 'eastern=America/New_York\nbad]=x\n[evil]\npacific=America/Los_Angeles\n';
		const { files, problems } = generate(source({}, { voicemail_timezones }), { voicemailConf: null });
		const { zonemessages } = sectionsByName(files[voicemail] ?? '');
		expect(zonemessages?.map((line) => line.split('|')[0])).toEqual([
			'eastern=America/New_York',
			'pacific=America/Los_Angeles',
		]);
		expect(problems[voicemail]).toEqual([]);
	});

	test('a comment that names [default] does not cut the head of voicemail.conf', () => {
		const voicemailConf =
			';! Generator: x\n; boxes follow [default]\n[general]\nformat=wav\n[default] ; here\n1 => 2\n';
		expect(generate(source(), { voicemailConf }).files[voicemail]).toMatch(
			/^; boxes follow \[default\]\n\[general\]\nformat=wav\n\[default\] ; here\n+; END OF FILE/,
		);
	});
});
