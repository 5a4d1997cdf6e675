import { expect, test } from 'vitest';
import { unifiedDiff } from '../../../src/conf/diff.ts';
import type { Row } from '../../../src/conf/source.ts';
import { carrier, generate, ME, mailbox, phone, server, source } from './rows.ts';

/** Every place of a secret in the database, each with one of its own. */
function rows(secret: (place: string) => string) {
	const phones = ['SIP', 'IAX2', 'PJSIP'].flatMap((protocol) =>
		[
			{},
			{ template_id: 'DESK' },
			{ conf_override: `type=friend\nsecret=${secret(`override${protocol}`)}\nhost=dynamic` },
			{ fullname: `O'Neil, ${protocol}` },
		].map((changes: Row, index) =>
			phone(`${protocol}${index}`, {
				protocol,
				voicemail_id: `${protocol}${index}`,
				conf_secret: secret(`phone${protocol}${index}`),
				pass: secret(`pass${protocol}${index}`),
				...changes,
			}),
		),
	);
	return source(
		{
			servers: [
				server('ONE', ME, { conf_secret: secret('me') }),
				server('TWO', '10.0.0.2', { conf_secret: secret('two') }),
			],
			templates: [{ template_id: 'DESK', template_contents: `type=friend\nsecret => ${secret('template')}` }],
			carriers: [
				carrier('sip1', {
					registration_string: `register => user:${secret('registerSip')}@sip.example:5060/100`,
					account_entry: `[sip1]\nusername=user\nfromuser=user\nsecret=${secret('account')}\nremotesecret=${secret('remote')}`,
					globals_string: `SIP1 = SIP/user:${secret('global')}@sip.example`,
					dialplan_entry: `exten => _9X.,1,Dial(SIP/user:${secret('dial')}@sip.example/\${EXTEN:1},,tTo)`,
				}),
				carrier('iax1', {
					protocol: 'IAX2',
					registration_string: `register=>user:${secret('registerIax')}@iax.example`,
					account_entry: `[iax1]\nauth=md5\nsecret = ${secret('accountIax')}`,
				}),
				carrier('pj1', {
					protocol: 'PJSIP',
					account_entry: `[pj1]\ntype=auth\nauth_type=userpass\npassword=${secret('auth')}\nusername=user\n[pj1m]\nmd5_cred=${secret('md5')}`,
				}),
				carrier('wiz1', {
					protocol: 'PJSIP_WIZ',
					account_entry: `[wiz1]\ntype=wizard\noutbound_auth/username=user\noutbound_auth/password = ${secret('wizard')}`,
				}),
			],
			phones,
			mailboxPhones: phones,
			mailboxes: [mailbox('9001', { pass: secret('box') })],
		},
		{ active_voicemail_server: ME },
	);
}

// what the files may hold of a secret; `@ : / , ; =` are refused or escaped where they would end one
test.each(['', '-_.', '!*#', '+%^', "'x"])('no secret of the database is in any diff (with %j)', (odd) => {
	const secrets = new Set<string>();
	const secretsOf = (version: string) => (place: string) => {
		const secret = `${version}${place}${odd}Qz`;
		secrets.add(`${version}${place}`);
		return secret;
	};
	const old = generate(rows(secretsOf('old'))).files;
	const fresh = generate(rows(secretsOf('new'))).files;
	const written = Object.values(fresh).join('\n');
	for (const [name, text] of Object.entries(fresh)) {
		const diffs = [
			unifiedDiff(name, old[name] ?? '', text),
			unifiedDiff(name, undefined, text),
			unifiedDiff(name, text, ''),
			unifiedDiff(name, text.slice(0, text.length / 2), text),
			unifiedDiff(name, text.replaceAll('\n', '\n; '), text),
		];
		for (const secret of secrets) for (const diff of diffs) expect(diff, name).not.toContain(secret);
	}
	// and they are there to be masked; a phone that is written by its override alone has no other secret
	const expected = [...secrets].filter((secret) => secret.startsWith('new') && !/^newphone\w+2$/.test(secret));
	const unwritten = expected.filter((secret) => !written.includes(secret));
	if (odd !== "'x") expect(unwritten).toEqual([]);
});
