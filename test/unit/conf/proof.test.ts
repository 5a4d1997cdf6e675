import { describe, expect, it } from 'vitest';
import { NoAnswer, readExtension, readInclude, readMailbox, readPeer } from '../../../src/conf/answers.ts';
import { thingsOf } from '../../../src/conf/held.ts';
import { judge, lastSection, type Question, questions } from '../../../src/conf/proof.ts';
import { fixture } from './templates.ts';

const EXTENSIONS = 'extensions-vicidial.conf';
const SIP = 'sip-vicidial.conf';
const VOICEMAIL = 'voicemail.conf';

const brief = (asked: Question[]): string[] => asked.map(({ why, thing }) => `${why} ${thing.name}`);
const phone = (name: string, extra = ''): string =>
	`[${name}]\ntype=friend\nhost=dynamic\nsecret=s3cret\ncontext=default\n${extra}\n`;
const menu = (name: string, ...lines: string[]): string =>
	`[${name}]\n${lines.map((line) => `exten => ${line}\n`).join('')}\n`;

describe('what a file makes Asterisk hold', () => {
	it('priorities as pbx_config counts them, the first of two equal lines', () => {
		const text = menu('m', '1,1,Answer', '1,n(a),Wait(1)', '1,n,NoOp( x y )', '1,2,Hangup()', '_9X.,5,Dial(SIP/a,,to)');
		expect(thingsOf(EXTENSIONS, `G = 1\n${text}same => n,Hangup\n`).map(({ name, said }) => [name, said])).toEqual([
			['1', { 1: 'Answer', 2: 'Wait(1)', 3: 'NoOp( x y )' }],
			['_9X.', { 5: 'Dial(SIP/a,,to)', 6: 'Hangup' }],
		]);
	});

	it('neither globals nor comments, templates or what inherits', () => {
		const text = `exten => 1,1,NoOp\n[globals]\nexten => 2,1,NoOp\n;--\n[a]\nexten => 3,1,NoOp\n--;\n[b](!)\nexten => 4,1,NoOp\n`;
		expect(thingsOf(EXTENSIONS, text)).toEqual([]);
		expect(thingsOf(SIP, `[b](!)\ntype=friend\n[c](b)\ntype=friend\nhost=dynamic\n`).filter((t) => t.askable)).toEqual(
			[],
		);
	});

	it('of a peer what Asterisk repeats, and no secrets', () => {
		const text = phone('cc1', 'callerid="Amy" <310>\nmailbox=2101\nmohsuggest=a;b\nfullname');
		expect(thingsOf(SIP, text)[0]?.said).toEqual({
			context: 'default',
			mailbox: '2101',
			callerid: '"Amy" <310>',
			music: 'a',
		});
		for (const file of [SIP, 'iax-vicidial.conf', 'pjsip_wizard-vicidial.conf', VOICEMAIL]) {
			const said = JSON.stringify(thingsOf(file, fixture(`dialer-a.golden/${file}`)));
			expect(said).not.toMatch(/s3cret|pw\d|Trunk/);
		}
	});

	it.each([
		['a host name', SIP, '[x]\ntype=peer\nhost=sip.example\n'],
		['two types', SIP, '[x]\ntype=peer\ntype=friend\nhost=dynamic\n'],
		['an access list', SIP, '[x]\ntype=peer\nhost=dynamic\npermit=nonsense\n'],
		['a setting of unknown effect', 'pjsip_wizard-vicidial.conf', '[x]\ntype=wizard\nendpoint/novel=1\n'],
		['a codec that this Asterisk may lack', 'pjsip_wizard-vicidial.conf', '[x]\ntype=wizard\nendpoint/allow=g719\n'],
		['a class of the hand-made file', 'musiconhold-vicidial.conf', '[default]\nmode=files\ndirectory=/x\n'],
		['an application without its end', EXTENSIONS, '[x]\nexten => 1,1,Dial(a\n'],
	])('Asterisk may refuse, or have anyway: %s', (_, file, text) => {
		expect(thingsOf(file, text).map(({ plain }) => plain)).toEqual([false]);
	});
});

describe('the questions', () => {
	it('a version told from the one before by what is new, different and gone', () => {
		const before = menu('m', '1,1,Answer', '2,1,Answer', '3,1,Answer', '9,1,Hangup');
		const after = menu('m', '1,1,Answer', '2,1,NoOp', '4,1,Answer', '9,1,Hangup');
		expect(brief(questions(EXTENSIONS, after, before))).toEqual(['added 4', 'changed 2', 'last 9']);
		expect(brief(questions(EXTENSIONS, after, after))).toEqual(['last 9']);
		expect(brief(questions(EXTENSIONS, after, undefined))).toEqual(['last 9']);
		const removed = menu('m', '1,1,Answer', '2,1,Answer', '3,1,Answer');
		expect(brief(questions(EXTENSIONS, removed, before))).toEqual(['removed 9', 'last 3']);
	});

	it('takes another way of writing the same for no change', () => {
		const version = (step: string) => menu('m', `1,1,${step}`, '2,1,Answer');
		expect(brief(questions(EXTENSIONS, version('hangup()'), version('Hangup')))).toEqual(['last 2']);
		expect(brief(questions(EXTENSIONS, version('Dial(a, b)'), version('Dial(a,b)')))).toEqual(['last 2']);
	});

	it('asks nothing twice', () => {
		expect(brief(questions(SIP, phone('a') + phone('b'), phone('a')))).toEqual(['added b']);
		expect(brief(questions(SIP, phone('b'), phone('a')))).toEqual(['added b', 'removed a']);
	});

	it('cannot tell a secret, nor anything of comments', () => {
		const file = fixture(`dialer-a.golden/${SIP}`);
		expect(brief(questions(SIP, file.replaceAll('s3cret', 'other'), file))).toEqual(['last Lobby']);
		expect(questions(SIP, '; nothing\n', '; nothing else\n')).toEqual([]);
		expect(questions('pjsip-vicidial.conf', '; nothing\n', undefined)).toEqual([]);
		expect(questions('somebody-elses.conf', phone('a'), undefined)).toEqual([]);
	});

	it.each(['a b', 'a"b', "a'b", 'a;b', 'a\tb', 'a\x07b', 'a\rb', '-a', 'J\xf6rg', 'a\\', 'a@b', '!a', 'x'.repeat(80)])(
		'puts no name into a command that would change it: %j',
		(name) => {
			const text = phone('good') + phone(name);
			expect(brief(questions(SIP, text, undefined))).toEqual(['last good']);
			expect(brief(questions(SIP, phone('good'), text))).toEqual(['last good']);
			const exten = menu('good', '1,1,NoOp', `${name},1,NoOp`);
			if (!name.includes('@') && name !== 'a;b')
				expect(brief(questions(EXTENSIONS, exten, undefined))).toEqual(['last 1']);
			expect(questions(EXTENSIONS, menu(name, '1,1,NoOp'), undefined)).toEqual([]);
		},
	);

	it('prefers what Asterisk cannot have refused', () => {
		const carrier = '[trunk]\ntype=peer\nhost=sip.example\n';
		expect(brief(questions(SIP, phone('a') + carrier, ''))).toEqual(['added a']);
		expect(brief(questions(SIP, carrier, ''))).toEqual(['added trunk']);
		// it may be missing for another reason than its removal
		expect(brief(questions(SIP, phone('a'), phone('a') + carrier))).toEqual(['last a']);
	});

	it('takes no name that stands there twice for a removed one', () => {
		expect(brief(questions(SIP, phone('a') + phone('b') + phone('b'), phone('a') + phone('b')))).toEqual(['last a']);
		expect(brief(questions(VOICEMAIL, '[default]\n1 => 1\n2 => 1\n2 => 1\n', '[default]\n1 => 1\n2 => 1\n'))).toEqual([
			'last 1',
		]);
	});

	it('an include stands for its context only while that is small', () => {
		const small = `${menu('m', '1,1,NoOp')}include => other\n`;
		const large = `${menu('m', ...Array.from({ length: 21 }, (_, index) => `${index},1,NoOp`))}include => other\n`;
		expect(brief(questions(EXTENSIONS, small, undefined))).toEqual(['last other']);
		expect(brief(questions(EXTENSIONS, large, undefined))).toEqual(['last 20']);
	});

	it('are found in 10,000 phones at once', () => {
		const text = Array.from({ length: 10_000 }, (_, index) => phone(`cc${index}`)).join('');
		const began = process.cpuUsage().user;
		expect(brief(questions(SIP, text, text.replace('[cc500]', '[dd500]')))).toEqual([
			'added cc500',
			'removed dd500',
			'last cc9999',
		]);
		expect((process.cpuUsage().user - began) / 1e6, 'seconds of CPU').toBeLessThan(1.5);
	});
});

describe('the last section', () => {
	it('is the last that can show', () => {
		expect(lastSection('[a]\n[b]\n[a]\nx=1\n[c](!)\n; [d]\n')).toEqual({ name: 'a', times: 2 });
		expect(lastSection('[a]\n[b\n')).toEqual({ name: 'a', times: 1 });
		expect(lastSection('conf => 1\n')).toBeUndefined();
	});
});

describe('the answers', () => {
	const [extension, include] = questions(EXTENSIONS, menu('m', '1,1,Answer', '1,2,Dial(a,"b c")'), undefined).concat(
		questions(EXTENSIONS, `${menu('m', '1,1,NoOp')}include => other\n`, undefined),
	);
	if (!extension || !include) throw new Error('no questions');
	const agrees = (lines: string[]) => judge(extension, readExtension(lines, extension.thing)).agrees;

	it('an extension, among those of included contexts and patterns', () => {
		const other = ["[ Included context 'n' created by 'pbx_config' ]", "  '1' => 1. Hangup() [pbx_config]"];
		const lines = [
			"[ Context 'm' created by 'pbx_config' ]",
			"  '1' =>            1. Answer()                                   [extensions-vicidial.conf:2]",
			'     [a]            2. Dial(a|b c)                                [pbx_config]',
			"  '_X' =>           1. NoOp()                                     [pbx_config]",
			'                    2. Hangup()                                   [pbx_config]',
			...other,
		];
		expect(agrees(lines)).toBe('yes');
		expect(agrees(lines.with(1, "  '1' =>            1. NoOp()     [pbx_config]"))).toBe('no');
		expect(agrees(lines.slice(0, 2))).toBe('no');
		expect(agrees(["[ Context 'm' created by 'pbx_config' ]", ...other])).toBe('no');
		expect(agrees(['There is no existence of 1@m extension'])).toBe('no');
		expect(() => agrees(['Something new'])).toThrow(NoAnswer);
	});

	it('a line that an old Asterisk cuts proves nothing against the file', () => {
		const [long] = questions(EXTENSIONS, menu('m', `1,1,AGI(${'x'.repeat(300)})`), undefined);
		if (!long) throw new Error('no question');
		const cut = `  '1' =>            ${`1. AGI(${'x'.repeat(300)}`.slice(0, 255)} [pbx_config]`;
		const lines = ["[ Context 'm' created by 'pbx_config' ]", cut];
		expect(judge(long, readExtension(lines, long.thing)).agrees).toBe('yes');
	});

	it('an include', () => {
		const lines = ["[ Context 'm' created by 'pbx_config' ]", "  Include =>        'other'      [pbx_config]"];
		expect(readInclude(lines, include.thing)).toEqual({});
		expect(readInclude(lines.slice(0, 1), include.thing)).toBe('absent');
	});

	it('a peer', () => {
		expect(readPeer(['', '  * Name       : a', '  Context      : default', '  Mailbox      : 1@default'])).toEqual({
			context: 'default',
			mailbox: '1',
		});
		expect(readPeer(['Peer a not found.', ''])).toBe('absent');
		expect(() => readPeer(['Usage: sip show peer'])).toThrow(NoAnswer);
	});

	it('a mailbox, whatever its name holds', () => {
		const lines = [
			'Context    Mbox  User                      Zone       NewMsg',
			'default    21    Zoe  eastern 1                            0',
			'default    22    A name that is longer tha pacific         3',
			'other      23                              eastern         0',
		];
		const box = (name: string, context = 'default') => {
			const [thing] = thingsOf(VOICEMAIL, `[${context}]\n${name} => 1\n`);
			return thing && readMailbox(lines, thing);
		};
		expect([box('21'), box('22'), box('23'), box('23', 'other')]).toEqual([
			{ zone: '' },
			{ zone: 'pacific' },
			'absent',
			{ zone: 'eastern' },
		]);
	});
});
