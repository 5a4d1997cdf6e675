import { describe, expect, test } from 'vitest';
import type { Row, Source } from '../../../src/conf/source.ts';
import { carrier, generate, ME, mailbox, menu, option, phone, server, source } from './rows.ts';

// Whatever stands in a column that is no raw block: no new section, no #exec or #include, no extra line.

const RAW = new Set([
	'registration_string',
	'account_entry',
	'globals_string',
	'dialplan_entry',
	'conf_override',
	'template_contents',
	'custom_dialplan_entry',
]);
// Choose rows, protocols or sets of lines; most are enums in the database.
const FIXED = new Set([
	...['protocol', 'server_ip', 'conf_engine', 'active_asterisk_server', 'asterisk_version', 'option_route'],
	...['template_id', 'codecs_list', 'codecs_with_template', 'default_codecs', 'conf_qualify', 'menu_repeat'],
]);

const PARTS = [
	...['\n', '\r', '\r\n', '\0', '\t', '\x0b', '\x1b', ' ', '\x85', '\xa0'],
	...['[evil]', '\n[evil](!)', '[', ']', '#exec evil', '\n#exec evil', '\n#include evil.conf', '#'],
	...[';', ';--', '--;', ';-- x --;', '\\', '\\;', '"', "'", '<', '>', '=', '=>', ','],
	...[
		')',
		'(',
		'\x24{EVIL}',
		'$[1]',
		'&',
		'/',
		'@',
		':',
		'%',
		'*',
		'_X.',
		'\nexten => 666,1,System(evil)',
		'evil',
		'1',
	],
];

/** Small repeatable random numbers. */
function random(seed: number): (below: number) => number {
	let state = seed;
	return (below) => {
		state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
		return Math.floor((state / 2 ** 32) * below);
	};
}

function nasty(pick: (below: number) => number): string {
	return Array.from({ length: 1 + pick(5) }, () => PARTS[pick(PARTS.length)]).join('');
}

const BASE: Source = source(
	{
		servers: [server('ONE', ME, { conf_engine: 'MEETME' }), server('TWO', '10.0.0.2')],
		templates: [{ template_id: 'DESK', template_contents: 'type=friend' }],
		carriers: [carrier('sip1'), carrier('iax1', { protocol: 'IAX2' }), carrier('pj1', { protocol: 'PJSIP' })],
		phones: [
			phone('a1', { mohsuggest: 'jazz', unavail_dialplan_fwd_exten: '1', unavail_dialplan_fwd_context: 'default' }),
			phone('a2', { protocol: 'IAX2', template_id: 'DESK', mohsuggest: 'jazz' }),
			phone('a3', { protocol: 'PJSIP' }),
		],
		remotePhones: [phone('b1', { server_ip: '10.0.0.2', dialplan_number: '200' })],
		mailboxPhones: [phone('a1'), phone('b1', { voicemail_id: '200' })],
		mailboxes: [mailbox('9001')],
		menus: [menu('m1', { dtmf_log: '1', menu_time_check: '1', call_time_id: '9to5' }), menu('m2')],
		menuOptions: [
			...['AGI', 'CALLMENU', 'DID', 'EXTENSION', 'VOICEMAIL', 'VMAIL_NO_INST', 'PHONE', 'INGROUP', 'HANGUP'].map(
				(option_route, index) => option('m1', String(index), { option_route, option_route_value: 'a1' }),
			),
			option('m1', 'TIMECHECK', { option_route: 'AGI' }),
			option('m1', 'TIMEOUT'),
			option('m1', 'INVALID_2ND'),
		],
		routePhones: [phone('a1')],
		music: [{ moh_id: 'jazz', moh_name: 'Jazz', random: 'N' }],
		agentConferences: [{ conf_exten: 8600051 }],
	},
	{
		active_voicemail_server: ME,
		generate_cross_server_exten: '1',
		default_codecs: 'ulaw',
		meetme_enter_login_filename: 'hello',
		meetme_enter_leave3way_filename: 'bye',
		voicemail_timezones: 'eastern=America/New_York',
	},
);

function corrupted(pick: (below: number) => number): Source {
	const row = (original: Row): Row =>
		Object.fromEntries(
			Object.entries(original).map(([column, value]) => {
				const spared = RAW.has(column) || FIXED.has(column) || pick(3) > 0;
				return [column, spared ? value : nasty(pick)];
			}),
		);
	return Object.fromEntries(
		Object.entries(BASE).map(([name, rows]) => {
			if (typeof rows === 'string') return [name, rows];
			return [name, Array.isArray(rows) ? rows.map(row) : row(rows)];
		}),
	) as unknown as Source;
}

const LINES: Record<string, RegExp> = {
	'extensions-vicidial.conf':
		/^(TRUNK[-\w\x80-\xff]+ = |\[[-\w\x80-\xff]+\]$|exten => [^,; \t[\]]+,(\d+|n|n\(fin\)),|include => vicidial-auto-\w+$)/,
	'sip-vicidial.conf':
		/^(register => sip1:|\[[-*#.:/@\w\x80-\xff]+\]$|(username|secret|accountcode|callerid|mailbox|context|disallow|allow|type|host|mohsuggest)=)/,
	'iax-vicidial.conf':
		/^(register => |\[[-*#.:/@\w\x80-\xff]+\]$|(username|secret|accountcode|callerid|mailbox|context|disallow|allow|type|host|mohsuggest|requirecalltoken|auth|permit|qualify)=)/,
	'pjsip-vicidial.conf': /^(\[pj1\]$|type=|host=)/,
	'pjsip_wizard-vicidial.conf':
		/^(\[[-*#.:/@\w\x80-\xff]+\]$|(type|accepts_auth|accepts_registrations|inbound_auth\/(username|password)|(aor|endpoint)\/[a-z_]+) ?=)/,
	'voicemail.conf': /^(\[general\]$|\[default\]$|format=|[0-9A-Za-z\x80-\xff]+ => )/,
	'musiconhold-vicidial.conf':
		/^(\[[-\w\x80-\xff]+\]$|mode=files$|directory=\/var\/lib\/asterisk\/[-\w\x80-\xff]+$|(random=yes|sort=alpha)$)/,
	'meetme-vicidial.conf': /^conf => \d+$/,
};

/** Lines that count, found in the plainest way: no block comment may even begin. */
function linesOf(text: string): string[] {
	expect(text.replaceAll('\\;', '').replace(/^;.*$/gm, '')).not.toContain(';');
	return text.split('\n').filter((line) => line !== '' && !line.startsWith('; '));
}

const baseline = generate(BASE);

describe('random values in all columns', () => {
	test('the rows are all there as they are', () => {
		expect(baseline.warnings).toEqual([]);
		for (const [name, text] of Object.entries(baseline.files)) {
			for (const line of linesOf(text)) expect(line).toMatch(LINES[name] ?? /^$/);
		}
	});

	test.each(Array.from({ length: 10 }, (_, index) => index))('never make other lines (%i)', (seed) => {
		const pick = random(seed + 1);
		for (let round = 0; round < 100; round++) {
			const { files, problems } = generate(corrupted(pick));
			for (const [name, text] of Object.entries(files)) {
				const lines = linesOf(text);
				expect(lines.length, name).toBeLessThanOrEqual(linesOf(baseline.files[name] ?? '').length);
				for (const line of lines) expect(line).toMatch(LINES[name] ?? /^$/);
				// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
				expect(text).not.toMatch(/[\0-\x09\x0b-\x1f\x7f]/);
				expect(problems[name]).toEqual([]);
			}
		}
	});
});
