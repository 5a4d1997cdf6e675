import { describe, expect, test } from 'vitest';
import { CONF_FILES } from '../../../src/conf/files.ts';
import { generateConf } from '../../../src/conf/generate.ts';
import { parseTemplates } from '../../../src/conf/render.ts';
import { HEADER, phone, source } from './rows.ts';
import { TEMPLATE_TEXTS } from './templates.ts';

/** Problems of the product's templates with one of them changed. */
function problemsWith(text: string, name = 'sip-vicidial.conf') {
	const changed = TEMPLATE_TEXTS.filter((template) => template.name !== name);
	return parseTemplates([...changed, { name, path: `/etc/vicikeep/templates/${name}`, text }]).problems;
}

test('every generated file has a template, and all names in it exist', () => {
	expect(parseTemplates(TEMPLATE_TEXTS).problems).toEqual([]);
	expect(TEMPLATE_TEXTS.map(({ name }) => name).toSorted()).toEqual(CONF_FILES.map(({ name }) => name).toSorted());
});

test('an administrator can change one file', () => {
	const changed = {
		name: 'sip-vicidial.conf',
		path: 'mine',
		text: '{{#phones.sip}}\n[{{extension}}] {{me.id}}\n{{/phones.sip}}\n',
	};
	const { templates, problems } = parseTemplates([...TEMPLATE_TEXTS, changed]);
	const { files } = generateConf(source({ phones: [phone('a'), phone('b')] }), templates, { voicemailConf: HEADER });
	expect(problems).toEqual([]);
	expect(files['sip-vicidial.conf']).toBe('[a] ONE\n[b] ONE\n');
	expect(files['iax-vicidial.conf']).toContain('ASTloop');
});

test('nothing is escaped, and Asterisk variables beside names stay', () => {
	const text = `{{#servers}}{{id}}{{/servers}}{{#phones.sip}}${'$'}{X{{extension}}}<{{callerId}}>{{/phones.sip}}`;
	const { templates, problems } = parseTemplates([...TEMPLATE_TEXTS, { name: 'sip-vicidial.conf', path: '', text }]);
	const rows = source({ phones: [phone('a', { fullname: 'A & B' })] });
	expect(problems).toEqual([]);
	expect(generateConf(rows, templates, { voicemailConf: HEADER }).files['sip-vicidial.conf']).toBe(
		`${'$'}{Xa}<"A & B" <3125550100>>`,
	);
});

describe('faults are reported with file and line', () => {
	test.each([
		['unknown name', '\n{{nonsense}}', 2, "unknown name 'nonsense'"],
		['unknown section', '\n\n{{#phones.zap}}x{{/phones.zap}}', 3, "unknown name 'phones.zap'"],
		['unknown inverted section', '{{^nobody}}x{{/nobody}}', 1, "unknown name 'nobody'"],
		['name of another section', '{{#carriers.sip}}\n{{extension}}\n{{/carriers.sip}}', 2, "unknown name 'extension'"],
		['inherited property', '{{constructor}}', 1, "unknown name 'constructor'"],
		['property of a text', '{{reloaded.length}}', 1, "unknown name 'reloaded.length'"],
		['list as a text', '\n{{phones.sip}}', 2, "'phones.sip' is no text; use it as a section"],
		['partial', 'a\n{{> sip}}', 2, '{{> is not supported here; only names and sections are'],
		['delimiters', '\n{{=<% %>=}}\n', 2, '{{= is not supported here; only names and sections are'],
		['section never closed', 'a\n{{#menus}}\nb\n\n', 2, 'Unclosed section "menus"'],
		['section closed by another', '{{#menus}}\n{{#options}}\n{{/menus}}', 2, 'Unclosed section "options"'],
		['section never opened', '\n\n{{/menus}}', 3, 'Unopened section "menus"'],
		['tag never closed', '\n{{reloaded', 2, 'Unclosed tag'],
	])('%s', (_, text, line, problem) => {
		expect(problemsWith(text)).toEqual([{ path: '/etc/vicikeep/templates/sip-vicidial.conf', line, problem }]);
	});

	test('all of them at once', () => {
		expect(problemsWith('{{a}}\n{{b}}').map(({ line }) => line)).toEqual([1, 2]);
	});

	test('a missing template', () => {
		expect(parseTemplates(TEMPLATE_TEXTS.slice(1)).problems).toHaveLength(1);
	});
});
