import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { unifiedDiff } from '../../../src/conf/diff.ts';
import { maskSecrets } from '../../../src/conf/mask.ts';
import { trailerOf } from '../../../src/conf/trailer.ts';

const FIXTURES = join(import.meta.dirname, '../../fixtures/conf');
const golden = readdirSync(FIXTURES, { recursive: true, encoding: 'utf8' })
	.filter((path) => /golden\/.*\.conf$/.test(path))
	.map((path) => ({ path, text: readFileSync(join(FIXTURES, path), 'latin1') }));

describe('the end of a file', () => {
	it.each(golden)('shows that $path is whole, and whatever is cut off is not', ({ path, text }) => {
		// The database of variant b knows of no forced reload.
		const reloaded = path.includes('variant-b') ? '' : '2024-05-01 12:34:56';
		expect(trailerOf(text)).toEqual({ whole: true, reloaded, rewritten: false });
		expect(trailerOf(`${text}\n \r\n`).whole).toBe(true);
		// an emergency edit at the end takes nothing away
		expect(trailerOf(`${text}[added]\n${'x=y\n'.repeat(1000)}`)).toEqual({ whole: true, reloaded, rewritten: false });
		const trailer = text.trimEnd().length;
		for (let cut = 0; cut < trailer; cut++) {
			const { whole, reloaded: stamp } = trailerOf(text.slice(0, cut));
			if (whole || stamp !== undefined) expect.fail(`whole when it is cut off at ${cut}`);
		}
	});

	it('has no time where the database has none', () => {
		expect(trailerOf('; END OF FILE    Last Forced System Reload: \n')).toMatchObject({ whole: true, reloaded: '' });
	});

	it('is gone where Asterisk wrote the file', () => {
		const head = ';!\n;! Automatically generated configuration file\n';
		expect(trailerOf(`${head}[default]\n2102 => 5555,Ben\n`)).toMatchObject({ whole: false, rewritten: true });
		expect(trailerOf(`${head}; END OF FILE    Last Forced System Reload: \n`)).toMatchObject({ rewritten: false });
	});
});

describe('secrets', () => {
	it.each([
		['secret=abc', 'secret=***'],
		['  Secret => a b c', '  Secret => ***'],
		[';secret=x', ';secret=***'],
		['remotesecret=x', 'remotesecret=***'],
		['md5secret=x', 'md5secret=***'],
		['inbound_auth/password=x', 'inbound_auth/password=***'],
		['outbound_auth/password = x', 'outbound_auth/password = ***'],
		['dbpass=x', 'dbpass=***'],
		['register => u:pw@h:4569', 'register => u:***@h:4569'],
		['register => u:pw:auth@h/ext', 'register => u:***@h/ext'],
		['register => u@dom:p@s:a@h:5060', 'register => u@dom:***@h:5060'],
		['register => u:p w@h', 'register => u:***@h'],
		['auth=u:x@realm', 'auth=u:***@realm'],
		['auth=u#x@realm', 'auth=u#***@realm'],
		['TRUNKloop = IAX2/ASTloop:x@127.0.0.1:40569', 'TRUNKloop = IAX2/ASTloop:***@127.0.0.1:40569'],
		['X = SIP/u:p}x/y@h', 'X = SIP/u:***@h'],
		['X = SIP/u{1}:p@h', 'X = SIP/u{1}:***@h'],
		['contact=sip:u:p@host', 'contact=sip:u:***@host'],
		['exten => 1,1,Dial(IAX2/a:b@c,60)', 'exten => 1,1,Dial(IAX2/a:***@c,60)'],
		['exten => 1,1,Set(PASSWORD=x)', 'exten => 1,1,Set(PASSWORD=***'],
	])('%s', (line, expected) => {
		expect(maskSecrets(line, 'iax-vicidial.conf').text).toBe(expected);
	});

	it.each([
		['2101 => 55,Name,m@x.y,,|delete=no|tz=e|', '2101 => ***,Name,m@x.y,,|delete=no|tz=e|'],
		['2101 = -55,Name', '2101 = ***,Name'],
		['2101 => 55', '2101 => ***'],
		['2101 = 55', '2101 = ***'],
		['; 2101 => 55,x', '; 2101 => ***,x'],
		['imappassword=x', 'imappassword=***'],
	])('mailbox %s', (line, expected) => {
		expect(maskSecrets(line, 'voicemail.conf').text).toBe(expected);
		expect(maskSecrets(line, 'BUILDvoicemail-vicidial.conf').text).toBe(expected);
	});

	it('are pins of a room', () => {
		expect(maskSecrets('conf => 8600051,12,34', 'meetme-vicidial.conf').text).toBe('conf => 8600051,***');
	});

	it.each([
		'register => u@host:5060',
		// biome-ignore lint/suspicious/noTemplateCurlyInString: it is Asterisk's
		'exten => _9.,1,Dial(SIP/${EXTEN:1}@trunk,,to)',
		'client_uri=sip:user@host',
		'auth=plaintext',
		'secret=',
		'host=1.2.3.4:5060',
		'mailbox=2101@default',
		"eastern=America/New_York|'vm-received' Q 'digits/at' IMp",
		'2101 => ,Name',
		'conf => 8600051',
	])('are not in %s', (line) => {
		expect(maskSecrets(line, line.startsWith('2101') ? 'voicemail.conf' : 'sip-vicidial.conf').text).toBe(line);
	});

	it.each(golden)('of $path never show', ({ path, text }) => {
		const name = path.split('/').at(-1) ?? '';
		const shown = text
			.split('\n')
			.map((line) => maskSecrets(line, name).text)
			.join('\n');
		// The fixtures' secrets have names of their own.
		expect(shown).not.toMatch(/s3cret|dialaTrunk|hqTrunk|branchTrunk|alphaPass|gammaPass|=> pw\d/);
	});
});

describe('the diff', () => {
	it('is empty for equal texts', () => {
		expect(unifiedDiff('x.conf', 'a\n', 'a\n')).toBe('');
	});

	it('has three lines around, and marks a secret that changed', () => {
		const before = '1\n2\n3\n4\n[x]\nsecret=a\ncontext=b\n5\n6\n7\n8\n';
		const after = before.replace('=a', '=A').replace('=b', '=B');
		expect(unifiedDiff('sip-vicidial.conf', before, after).split('\n')).toEqual([
			'--- sip-vicidial.conf',
			'+++ sip-vicidial.conf (generated)',
			'@@ -3,8 +3,8 @@',
			' 3',
			' 4',
			' [x]',
			'-secret=***',
			'-context=b',
			'+secret=*** (changed)',
			'+context=B',
			' 5',
			' 6',
			' 7',
		]);
	});

	it('says which part of a mailbox changed', () => {
		const diff = unifiedDiff('voicemail.conf', '1 => 2,A,\n2 => 3,B,\n', '1 => 2,AA,\n2 => 4,B,\n');
		expect(diff).toContain('+1 => ***,AA,\n+2 => *** (changed),B,');
	});

	it('shows letters as they are, and no control character', () => {
		const utf8 = Buffer.from('; Jos\u00e9 \u009b31m', 'utf8').toString('latin1');
		const diff = unifiedDiff('x', undefined, `${utf8}\n; Jos\xe9\n; \x1b[31m\ta\r\n`);
		expect(diff).toContain('--- /dev/null');
		expect(diff).toContain('+; José ?31m\n+; José\n+; ?[31m    a?');
	});

	it('stops after 200 lines and says how many there are', () => {
		const lines = (from: string) => Array.from({ length: 300 }, (_, line) => `${from}${line}\n`).join('');
		const diff = unifiedDiff('x', lines('a'), lines('b')).split('\n');
		expect(diff).toHaveLength(201);
		expect(diff.at(-1)).toBe('… 403 more');
		const apart = Array.from({ length: 100 }, (_, line) => `a${line}\n1\n2\n3\n4\n5\n6\n7\n8\n`).join('');
		const hunks = unifiedDiff('x', apart, apart.replaceAll('a', 'b')).split('\n');
		expect(hunks).toHaveLength(201);
		expect(hunks.at(-1)).toMatch(/^… \d+ more$/);
	});

	it('takes no time for files that have nothing in common', () => {
		const lines = (from: string) => Array.from({ length: 50_000 }, (_, line) => `${from}${line}\n`).join('');
		const start = process.cpuUsage();
		expect(unifiedDiff('x', `same\n${lines('a')}`, `same\n${lines('b')}`)).toContain(
			'@@ -1,50001 +1,50001 @@\n same\n-a0',
		);
		expect(process.cpuUsage(start).user / 1e6).toBeLessThan(3);
	});
});
