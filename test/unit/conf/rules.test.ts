import { describe, expect, test } from 'vitest';
import { codecLinesWith } from '../../../src/conf/codecs.ts';
import { dialectOf, dialString } from '../../../src/conf/dialect.ts';
import type { Row } from '../../../src/conf/source.ts';
import { normalForm } from './normal-form.ts';
import { generate, menu, option, phone, source } from './rows.ts';

test.each([
	['16.30.0-vici', 'AGI', true],
	['13.38', 'AGI', true],
	['11.25.3-vici', 'AGI', false],
	['1.8.32', 'AGI', false],
	['1.4.44-vici', 'DeadAGI', false],
	['1.2.30.4', 'DeadAGI', false],
])('dialect of %s', (version, application, allCauses) => {
	const { hangup, old, v12 } = dialectOf(version);
	expect(hangup.startsWith(`${application}(agi://`)).toBe(true);
	expect(hangup.includes('HANGUPCAUSE_KEYS')).toBe(allCauses);
	expect(old).toBe(application === 'DeadAGI');
	expect(v12).toBe(version.startsWith('1.2'));
});

test.each([
	['10.10.9.7', '010*010*009*007'],
	['192.168.100.1', '192*168*100*001'],
	['dialer-x', undefined],
	['10.10.9', undefined],
	['1.2.3.4.5', undefined],
])('dial string of %s', (address, expected) => {
	expect(dialString(address)).toBe(expected);
});

test('codecs: the phone over the default, short lists and unknown names', () => {
	const lines = codecLinesWith('ulaw,gsm');
	expect(lines('')).toEqual(['disallow=all', 'allow=gsm', 'allow=ulaw']);
	expect(lines('G.729a, A-LAW')).toEqual(['disallow=all', 'allow=alaw', 'allow=g729']);
	expect(lines('zz9', ['fallback'])).toEqual([]);
	expect(codecLinesWith('no')('', ['fallback'])).toEqual(['fallback']);
});

describe('phones', () => {
	const sections = (changes: Row) => {
		const templates = [{ template_id: 'desk', template_contents: null }];
		const { files } = generate(source({ phones: [phone('x', changes)], templates }));
		return normalForm('sip-vicidial.conf', files['sip-vicidial.conf'] ?? '').sections;
	};

	test('an override counts from 11 bytes on, line ends included', () => {
		expect(sections({ conf_override: 'a=12345678' })).toEqual(sections({}));
		expect(sections({ conf_override: 'a=123456\r\nb' })).toEqual([{ name: 'x', lines: ['a=123456', 'b'] }]);
	});

	test('a template without contents is a template; case and trailing blanks of its id do not count', () => {
		const lines = ['username=x', 'secret=secret', 'accountcode=x', 'callerid="Full Name" <3125550100>', 'mailbox=100'];
		expect(sections({ template_id: 'DESK ' })).toEqual([{ name: 'x', lines }]);
	});
});

describe('call menus', () => {
	const context = (menuChanges: Row, ...options: Row[]) => {
		const { files } = generate(source({ menus: [menu('m', menuChanges)], menuOptions: options }));
		const { contexts } = normalForm('extensions-vicidial.conf', files['extensions-vicidial.conf'] ?? '') as {
			contexts: Record<string, { extensions: Record<string, string> }>;
		};
		return contexts.m?.extensions ?? {};
	};

	test('keys by keyword', () => {
		const extensions = context({}, option('M ', 'RESTART'), option('m', 'HASH'), option('m', 'exit'));
		expect(Object.keys(extensions).filter((key) => /^([*#]|exit),1$/.test(key))).toEqual(['*,1', '#,1', 'exit,1']);
	});

	test('only the first row for wrong keys counts; the next ones leave a comment', () => {
		const hangup = { option_route: 'HANGUP', option_route_value: '' };
		const extensions = context(
			{ menu_invalid_prompt: 'NONE' },
			option('m', 'INVALID_2ND', hangup),
			option('m', 'INVALID_3RD'),
		);
		expect(extensions['i,3']).toBe(`gotoif($[0${'$'}{INVCOUNT} < 2]?m,s,4)`);
		expect(extensions['i,4']).toBe('hangup()');
		expect(extensions['i,5']).toBeUndefined();
	});

	test('an option without a phone takes the default away, if it has a description', () => {
		const nobody = { option_route: 'PHONE', option_route_value: 'nobody' };
		const silent = { menu_timeout_prompt: 'NONE' };
		expect(context(silent, option('m', 'TIMEOUT', nobody))['t,1']).toBeUndefined();
		expect(context(silent, option('m', 'TIMEOUT', { ...nobody, option_description: '' }))['t,1']).toBe('goto(s,4)');
	});

	test('a menu may have no prompt at all', () => {
		expect(context({ menu_prompt: 'NOINT', menu_timeout: 0 })['s,4']).toBeUndefined();
	});
});

test('a number that two phones share is printed for both', () => {
	const { files } = generate(source({ phones: [phone('a'), phone('b')] }));
	expect(files['extensions-vicidial.conf']?.match(/^exten => 100,1,/gm)).toHaveLength(2);
	expect(files['voicemail.conf']?.match(/^100 => /gm)).toHaveLength(2);
});
