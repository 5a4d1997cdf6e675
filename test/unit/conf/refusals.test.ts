import { describe, expect, test } from 'vitest';
import { ConfRefusal } from '../../../src/conf/dialect.ts';
import { sectionsByName } from './normal-form.ts';
import { generate, ME, server, source } from './rows.ts';

const voicemail = 'voicemail.conf';

describe('nothing is written without', () => {
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
