import { describe, expect, test } from 'vitest';
import { readBackMailboxes } from '../../../src/conf/read-back.ts';
import type { Row, Source } from '../../../src/conf/source.ts';
import { generate, ME, mailbox, phone, source } from './rows.ts';

const ZONES = 'eastern=America/New_York\ncentral=America/Chicago\n';
const HEADER = `[general]\nformat=wav\n\n[zonemessages]\neastern=America/New_York|'vm-received' Q\ncentral=America/Chicago|x\n\n[default]\n`;

function rows(changes: { phone?: Row; shared?: Row; box?: Row } = {}): Source {
	return source(
		{
			mailboxPhones: [
				phone('a', { voicemail_id: '100', email: 'a+b@example.com', ...changes.phone }),
				phone('b', { voicemail_id: '100', pass: 'other', ...changes.shared }),
				phone('c', { voicemail_id: '200', pass: '*12', email: null }),
			],
			mailboxes: [mailbox('9001', changes.box), mailbox('9002', { voicemail_options: 'saycid=yes|x=a,b' })],
		},
		{ active_voicemail_server: ME, voicemail_timezones: ZONES },
	);
}

/** The file as generated from these rows. */
function written(from: Source): string {
	return generate(from, { voicemailConf: HEADER }).files['voicemail.conf'] ?? '';
}

/** The file as Asterisk writes it after a user has changed the password by phone. */
function rewritten(text: string, box: string, password: string): string {
	return `;!\n;! Automatically generated configuration file\n;! Generator: app_voicemail\n;!\n${text}`
		.replace(/^; END OF FILE.*\n/m, '')
		.replace(/^(\w+)=(.*)$/gm, '$1 = $2')
		.replace(new RegExp(`^${box} => [^,]*`, 'm'), `${box} => ${password}`);
}

const previous = written(rows());

describe('with the file as last generated', () => {
	test('nothing changed, nothing to do, whatever is odd about the values', () => {
		expect(readBackMailboxes(rows(), { live: previous, previous }).updates).toEqual([]);
		expect(readBackMailboxes(rows(), { live: rewritten(previous, 'none', ''), previous }).updates).toEqual([]);
	});

	test('one password changed by phone is one update of one row', () => {
		const {
			updates,
			source: after,
			warnings,
		} = readBackMailboxes(rows(), {
			live: rewritten(previous, '100', '5555'),
			previous,
		});
		expect(updates).toEqual([
			{
				table: 'phones',
				key: `a on ${ME}`,
				columns: ['pass'],
				sql: 'UPDATE phones SET pass = ? WHERE extension = ? AND server_ip = ? AND pass <=> ?',
				parameters: ['5555', 'a', ME, 'pw'],
			},
		]);
		expect(warnings).toEqual([]);
		expect(written(after)).toContain('100 => 5555,Full Name,a+b@example.com');
		expect(written(after)).toContain('200 => *12,');
	});

	test('a box of no phone', () => {
		const { updates } = readBackMailboxes(rows(), {
			live: rewritten(previous, '9002', '77;7').replace('77;7', '77\\;7'),
			previous,
		});
		expect(updates).toMatchObject([{ table: 'vicidial_voicemail', key: '9002', parameters: ['77;7', '9002', '1234'] }]);
	});

	test('all settings of a box', () => {
		const live = previous.replace(/^200 => .*$/m, '200 => 1,c,new@example.com,,|delete=yes|tz=central|review=yes');
		const { updates } = readBackMailboxes(rows(), { live, previous });
		expect(updates).toMatchObject([
			{
				columns: ['pass', 'email', 'delete_vm_after_email', 'voicemail_timezone', 'voicemail_options'],
				parameters: ['1', 'new@example.com', 'Y', 'central', 'review=yes', 'c', ME, '*12', null, 'N', 'eastern', ''],
			},
		]);
	});

	test('a change in the database is not undone by another box', () => {
		const now = rows({ box: { pass: 'web' } });
		const { updates, source: after } = readBackMailboxes(now, { live: rewritten(previous, '100', '5555'), previous });
		expect(updates.map(({ key }) => key)).toEqual([`a on ${ME}`]);
		expect(written(after)).toContain('9001 => web,');
	});

	test('a change on both sides is left to the database, and said', () => {
		const now = rows({ phone: { pass: 'web' } });
		const { updates, warnings } = readBackMailboxes(now, { live: rewritten(previous, '100', '5555'), previous });
		expect(updates).toEqual([]);
		expect(warnings).toMatchObject([{ table: 'phones', key: `a on ${ME}`, column: 'pass' }]);
	});

	test('the same change on both sides is none', () => {
		const now = rows({ phone: { pass: '5555' } });
		const { updates, warnings } = readBackMailboxes(now, { live: rewritten(previous, '100', '5555'), previous });
		expect([updates, warnings]).toEqual([[], []]);
	});

	test('boxes the database does not know, lines cut short and other contexts are no changes', () => {
		const live = previous
			.replace('[default]', '[other]\n100 => x,y,z,,|delete=no|tz=|\n[default]\n4711 => 1,a,b,,|delete=no|tz=|')
			.replace(/^100 => .*$/m, '100 => 55');
		expect(readBackMailboxes(rows(), { live, previous }).updates).toEqual([]);
	});

	test('the separator may be gone', () => {
		const live = rewritten(previous, '9001', '999').replace(/^; Other.*\n/m, '');
		const { updates } = readBackMailboxes(rows(), { live, previous });
		expect(updates).toMatchObject([{ table: 'vicidial_voicemail', key: '9001' }]);
	});

	test('a file that is cut off, at any byte, takes nothing away from the database', () => {
		const from = rows({ phone: { voicemail_options: 'attach=yes|saycid=yes|envelope=no' } });
		const whole = written(from);
		for (const live of [whole, rewritten(whole, 'none', '')]) {
			for (let end = 0; end <= live.length; end++) {
				expect(readBackMailboxes(from, { live: live.slice(0, end), previous: whole }).updates, `cut at ${end}`).toEqual(
					[],
				);
				expect(readBackMailboxes(from, { live: live.slice(0, end), previous: null }).updates, `cut at ${end}`).toEqual(
					[],
				);
			}
		}
	});

	test('time zones follow the file', () => {
		const live = previous.replace('central=America/Chicago|x', 'west = America/Denver|x');
		expect(readBackMailboxes(rows(), { live, previous }).updates).toMatchObject([
			{ table: 'system_settings', parameters: ['eastern=America/New_York\nwest=America/Denver\n'] },
		]);
	});
});

describe('without it', () => {
	test('a password is taken over from a file that Asterisk has rewritten', () => {
		const live = rewritten(previous, '100', '5555');
		expect(readBackMailboxes(rows(), { live, previous: null }).updates).toMatchObject([{ columns: ['pass'] }]);
	});

	test('from any other file nothing is', () => {
		const live = previous.replace('100 => pw', '100 => 5555');
		expect(readBackMailboxes(rows(), { live, previous: null }).updates).toEqual([]);
	});
});

test('only the voicemail server has something to read back', () => {
	expect(readBackMailboxes(source({ phones: [phone('a')] }), { live: 'x', previous: 'y' }).updates).toEqual([]);
});
