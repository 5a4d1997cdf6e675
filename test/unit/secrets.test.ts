import { describe, expect, it } from 'vitest';
import { passwordsIn, withoutSecrets } from '../../src/secrets.ts';

describe('a text without secrets', () => {
	it.each([
		[
			'AST_send_action_child.pl --host=1.2.3.4 --secret=abc --x=1',
			'AST_send_action_child.pl --host=1.2.3.4 --secret=*** --x=1',
		],
		['--password hunter2 --next', '--password *** --next'],
		['Action: Login\nSecret: abc\nUsername: cron', 'Action: Login\nSecret: ***\nUsername: cron'],
		['VARDB_pass => 1x34', 'VARDB_pass => ***'],
		["ASTmgrSECRET='abc', x", "ASTmgrSECRET='***', x"],
		['{"password":"abc","user":"x"}', '{"password":"***","user":"x"}'],
		['mysql -u cron -pabc asterisk', 'mysql -u cron -p*** asterisk'],
		['http://user:abc@host/x', 'http://user:***@host/x'],
		['user|s3cret+|5551234', 'user|***|5551234'],
		['passes as it is: 5 compasses', 'passes as it is: 5 compasses'],
	])('%s', (text, expected) => {
		expect(withoutSecrets(text, ['s3cret+', '1234', ''])).toBe(expected);
	});

	it('knows the passwords of astguiclient.conf', () => {
		expect(passwordsIn('VARDB_user => cron\nVARDB_pass => a\nVARDB_custom_pass=>b # c\nVARFTP_pass => d\n')).toEqual([
			'a',
			'b',
			'd',
		]);
	});
});
