import { describe, expect, it } from 'vitest';
import { normalForm } from '../../../src/conf/normal-form.ts';

const EXTENSIONS = 'extensions-vicidial.conf';
const equal = (file: string, a: string, b: string): boolean => normalForm(file, a) === normalForm(file, b);

describe('files of equal meaning', () => {
	it.each([
		['comments and blanks', 'sip-vicidial.conf', '[a]\ntype = friend ; x\n\n', '; made\n[a]\n\ttype=friend\n'],
		[
			'n is a number',
			EXTENSIONS,
			'[a]\nexten => 1,1,Answer\nexten => 1,n,Hangup()\n',
			'[a]\nexten=>1,1,Answer()\nexten=>1,2,hangup\n',
		],
		[
			'the first of two lines counts',
			EXTENSIONS,
			'[a]\nexten => 1,1,Answer\nexten => 1,1,Hangup\n',
			'[a]\nexten => 1,1,Answer\n',
		],
		[
			'a context that continues',
			EXTENSIONS,
			'[a]\nexten => 1,1,A\n[b]\nexten => 2,1,B\n[a]\nexten => 3,1,C\n',
			'[b]\nexten => 2,1,B\n[a]\nexten => 3,1,C\nexten => 1,1,A\n',
		],
		[
			'registrations in any order',
			'iax-vicidial.conf',
			'register => a\nregister => b\n[x]\n',
			'register => b\nregister => a\n[x]\n',
		],
		[
			'mailboxes as Asterisk rewrites them',
			'voicemail.conf',
			'[default]\n10 => 1,a\n',
			';!\n[default]\n10 = 1,a ; x\n',
		],
	])('%s', (_, file, a, b) => {
		expect(equal(file, a, b)).toBe(true);
	});
});

describe('files of other meaning', () => {
	it.each([
		['another value', 'sip-vicidial.conf', '[a]\ntype=friend\n', '[a]\ntype=peer\n'],
		[
			'another order in a peer',
			'sip-vicidial.conf',
			'[a]\ndisallow=all\nallow=ulaw\n',
			'[a]\nallow=ulaw\ndisallow=all\n',
		],
		['another order of includes', EXTENSIONS, '[a]\ninclude => x\ninclude => y\n', '[a]\ninclude => y\ninclude => x\n'],
		['another argument', EXTENSIONS, '[a]\nexten => 1,1,Dial(SIP/1)\n', '[a]\nexten => 1,1,Dial(SIP/2)\n'],
		['another priority', EXTENSIONS, '[a]\nexten => 1,1,A\nexten => 1,n,B\n', '[a]\nexten => 1,1,A\nexten => 1,3,B\n'],
		['a section more', 'iax-vicidial.conf', '[a]\nx=1\n', '[a]\nx=1\n[b]\n'],
		['a line lost at the end', 'voicemail.conf', '[default]\n10 => 1,a\n11 => 2,b\n', '[default]\n10 => 1,a\n'],
	])('%s', (_, file, a, b) => {
		expect(equal(file, a, b)).toBe(false);
	});
});
