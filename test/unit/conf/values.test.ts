import { describe, expect, test } from 'vitest';
import { sectionsByName } from './normal-form.ts';
import { carrier, generate, ME, mailbox, menu, option, phone, server, source, warned } from './rows.ts';

const sip = 'sip-vicidial.conf';
const iax = 'iax-vicidial.conf';
const dialplan = 'extensions-vicidial.conf';
const voicemail = 'voicemail.conf';

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
