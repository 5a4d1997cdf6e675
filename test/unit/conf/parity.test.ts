import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CONF_FILES } from '../../../src/conf/files.ts';
import { type Generated, generateConf } from '../../../src/conf/generate.ts';
import { readSource } from '../../../src/conf/source.ts';
import { type DatasetServer, startDatasetServer } from './dataset.ts';
import { differences, normalForm, sectionsByName } from './normal-form.ts';
import { FIXTURES, fixture, TEMPLATES } from './templates.ts';

let server: DatasetServer;
beforeAll(async () => {
	server = await startDatasetServer();
});
afterAll(() => server?.stop());

const voicemailConf = fixture('voicemail.conf.initial');

async function generate(address: string, ...overlays: string[]): Promise<Generated & { statements: number }> {
	const { query, statements } = await server.loadDataset(['dialer-a.sql', ...overlays]);
	const source = await readSource(query, address);
	return { ...generateConf(source, TEMPLATES, { voicemailConf }), statements: statements() };
}

function differencesFrom(golden: string, files: Generated['files'], without = '') {
	const stock = readdirSync(join(FIXTURES, golden));
	expect(Object.keys(files).toSorted()).toEqual(stock.toSorted());
	return Object.assign(
		{},
		...stock
			.filter((name) => name !== without)
			.map((name) =>
				differences(normalForm(name, files[name] ?? ''), normalForm(name, fixture(`${golden}/${name}`)), name),
			),
	);
}

describe('the files equal those of stock', () => {
	test.each([
		['dialer-a.golden', '10.10.10.15', []],
		['dialer-a.voicemail.golden', '10.10.10.10', []],
		['dialer-a.remote.golden', '10.10.9.7', []],
		['dialer-a.variant-b.golden', '10.10.10.15', ['dialer-a.variant-b.sql']],
		['dialer-a.variant-c.golden', '10.10.10.15', ['dialer-a.variant-c.sql']],
	])('%s', async (golden, address, overlays) => {
		const generated = await generate(address, ...overlays);
		expect(differencesFrom(golden, generated.files)).toEqual({});
		expect(generated.refused).toEqual([]);
		expect(generated.statements).toBeLessThanOrEqual(15);
		for (const [name, text] of Object.entries(generated.files)) {
			const stamp = golden.includes('variant-b') ? '' : '2024-05-01 12:34:56';
			expect(text.trimEnd().endsWith(`; END OF FILE    Last Forced System Reload: ${stamp}`.trimEnd()), name).toBe(
				true,
			);
		}
	});

	test('with nothing Asterisk would stumble over', async () => {
		const { problems } = await generate('10.10.10.15');
		expect(problems).toEqual(Object.fromEntries(CONF_FILES.map(({ name }) => [name, []])));
	});

	test('1.2 has no PJSIP files', async () => {
		const { files } = await generate('10.10.10.15', 'dialer-a.variant-b.sql');
		expect(Object.keys(files)).toHaveLength(6);
		expect(Object.keys(files).filter((name) => name.startsWith('pjsip'))).toEqual([]);
	});
});

describe('bytes and collations', () => {
	async function dialplanAfter(sql: string): Promise<Generated> {
		const { query, change } = await server.loadDataset(['dialer-a.sql']);
		await change(sql);
		return generateConf(await readSource(query, '10.10.10.15'), TEMPLATES, { voicemailConf });
	}

	test('letters come out as the bytes a latin1 client gets, whatever the table is kept in', async () => {
		const name = "UPDATE phones SET fullname = 'Zo\xeb \x80' WHERE extension = 'cc101'";
		for (const table of ['latin1', 'utf8mb4']) {
			const { files } = await dialplanAfter(`ALTER TABLE phones CONVERT TO CHARACTER SET ${table}; ${name}`);
			expect(files['sip-vicidial.conf']).toContain('callerid="Zo\xeb \x80" <3125550101>');
		}
	});

	test('UTF-8 that was put into a latin1 table stays UTF-8', async () => {
		const bytes = Buffer.from('à Đ 中').toString('latin1');
		const { files } = await dialplanAfter(`UPDATE phones SET fullname = '${bytes}' WHERE extension = 'cc101'`);
		const sip = Buffer.from(files['sip-vicidial.conf'] ?? '', 'latin1').toString('utf8');
		expect(sip).toContain('callerid="à Đ 中" <3125550101>');
	});

	test('tables of different collations are no problem', async () => {
		const mixed = await dialplanAfter(
			'ALTER TABLE phones CONVERT TO CHARACTER SET utf8mb4 COLLATE utf8mb4_general_ci;' +
				'ALTER TABLE vicidial_conf_templates CONVERT TO CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;' +
				'ALTER TABLE vicidial_call_menu_options CONVERT TO CHARACTER SET utf8mb4 COLLATE utf8mb4_bin',
		);
		expect(mixed.files).toEqual((await generate('10.10.10.15')).files);
	});
});

test('two runs on equal data give equal files', async () => {
	expect((await generate('10.10.10.15')).files).toEqual((await generate('10.10.10.15')).files);
});

describe('the hostile rows', () => {
	let generated: Generated;
	beforeAll(async () => {
		generated = await generate('10.10.10.15', 'dialer-a.quirks.sql');
	});

	test('make exactly the wanted differences in the dialplan', () => {
		const contexts = 'extensions-vicidial.conf/contexts';
		expect(differencesFrom('dialer-a.quirks.golden', generated.files, 'sip-vicidial.conf')).toEqual({
			// A list of default prompts is played piece by piece.
			[`${contexts}/q1_lists/extensions/t,1`]: { ours: 'playback(late-a)', theirs: 'playback(late-a|late-b)' },
			[`${contexts}/q1_lists/extensions/t,2`]: { ours: 'playback(late-b)', theirs: 'goto(s,4)' },
			[`${contexts}/q1_lists/extensions/t,3`]: { ours: 'goto(s,4)', theirs: 'hangup()' },
			[`${contexts}/q1_lists/extensions/t,4`]: { ours: 'hangup()', theirs: undefined },
			[`${contexts}/q1_lists/extensions/i,1`]: { ours: 'playback(bad-a)', theirs: 'playback(bad-a|bad-b|)' },
			[`${contexts}/q1_lists/extensions/i,2`]: { ours: 'playback(bad-b)', theirs: 'goto(s,4)' },
			[`${contexts}/q1_lists/extensions/i,3`]: { ours: 'goto(s,4)', theirs: 'hangup()' },
			[`${contexts}/q1_lists/extensions/i,4`]: { ours: 'hangup()', theirs: undefined },
			// No prompt, no line that ends the call.
			[`${contexts}/q2_noprompt/extensions/s,4`]: { ours: 'waitexten(4)', theirs: 'background()' },
			[`${contexts}/q2_noprompt/extensions/s,5`]: { ours: undefined, theirs: 'waitexten(4)' },
			// A key that merely contains t and i leaves the defaults alone.
			[`${contexts}/q3_letters/extensions/t,1`]: { ours: 'goto(s,4)', theirs: undefined },
			[`${contexts}/q3_letters/extensions/t,2`]: { ours: 'hangup()', theirs: undefined },
			[`${contexts}/q3_letters/extensions/i,1`]: { ours: 'goto(s,4)', theirs: undefined },
			[`${contexts}/q3_letters/extensions/i,2`]: { ours: 'hangup()', theirs: undefined },
			// A phone whose server has no address is no phone, not the phone of an earlier option.
			[`${contexts}/q5_phone/extensions/2,1`]: { ours: undefined, theirs: 'agi(cm.agi,Q-----2-----NONE-----0-----)' },
			[`${contexts}/q5_phone/extensions/2,2`]: { ours: undefined, theirs: 'goto(default,010*010*009*007*2909,1)' },
			[`${contexts}/q5_phone/extensions/2,3`]: { ours: undefined, theirs: 'hangup()' },
			// A key begins at priority 1.
			[`${contexts}/q6_hangup/extensions/2,1`]: { ours: 'hangup()', theirs: undefined },
			[`${contexts}/q6_hangup/extensions/2,3`]: { ours: undefined, theirs: 'hangup()' },
			// Nothing escapes from a comment.
			[`${contexts}/default`]: {
				ours: undefined,
				theirs: { extensions: { '666,1': 'system(echo intruder)' }, includes: [] },
			},
			[`${contexts}/vicidial-auto-external/extensions/667,1`]: { ours: undefined, theirs: 'system(echo intruder)' },
		});
	});

	test('make exactly the wanted differences in the SIP peers', () => {
		const name = 'sip-vicidial.conf';
		const ours = sectionsByName(generated.files[name] ?? '');
		const stock = sectionsByName(fixture(`dialer-a.quirks.golden/${name}`));
		// The second line of a carrier's description, which stock puts into the section before.
		const { betatrunk = [], intruder = [], q07semi = [], q08nl = [], ...others } = stock;
		expect(intruder).toEqual(['type=friend" <>', 'mailbox=2908', ...(ours.q08nl ?? []).slice(5)]);
		const fullSemi = q07semi.map((line) =>
			line
				.replace(/^secret=.*/, 'secret=pa;ss')
				.replace(/^callerid=.*/, 'callerid="Q-SEMI; quoted" <>')
				.replace(/^mohsuggest=.*/, 'mohsuggest=x;y'),
		);
		expect(ours).toEqual({
			...others,
			betatrunk: betatrunk.filter((line) => !line.includes('667')),
			q07semi: fullSemi,
			q08nl: [...q08nl.slice(0, 3), 'callerid="Q-NL[intruder]type=friend" <>', ...intruder.slice(1)],
		});
		expect(ours.q07semi).toEqual(expect.arrayContaining(['secret=pa;ss', 'mohsuggest=x;y']));
	});

	test('are named one by one', () => {
		const named = generated.warnings.map(({ table, key, column }) => `${table} / ${key} / ${column}`);
		expect(named.toSorted()).toEqual([
			'phones / q01nodial on 10.10.10.15 / dialplan_number',
			'phones / q01nodial on 10.10.10.15 / voicemail_id',
			'phones / q02null on 10.10.10.15 / dialplan_number',
			'phones / q02null on 10.10.10.15 / voicemail_id',
			'phones / q07semi on 10.10.10.15 / conf_secret',
			'phones / q07semi on 10.10.10.15 / fullname',
			'phones / q07semi on 10.10.10.15 / fullname',
			'phones / q07semi on 10.10.10.15 / mohsuggest',
			'phones / q08nl on 10.10.10.15 / fullname',
			'servers / dialer-x / server_ip',
			'vicidial_call_menu / q2_noprompt / menu_prompt',
			'vicidial_call_menu / q7_inject / menu_name',
			'vicidial_call_menu_options / dir_ivr 2 / option_route_value',
			'vicidial_call_menu_options / q5_phone 2 / option_route_value',
			'vicidial_call_menu_options / q5_phone INVALID / option_route_value',
			'vicidial_call_menu_options / q5_phone TIMEOUT / option_route_value',
			'vicidial_server_carriers / QNL / carrier_description',
		]);
	});
});
