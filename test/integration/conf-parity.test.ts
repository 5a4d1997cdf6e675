import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AmiSession } from '../../src/adapters/ami.ts';
import { CONF_FILES } from '../../src/conf/files.ts';
import { generateConf } from '../../src/conf/generate.ts';
import { sectionNames } from '../../src/conf/reader.ts';
import { readSource } from '../../src/conf/source.ts';
import { type Dialer, startDialer } from '../sandbox/dialer.ts';
import { type DatasetServer, startDatasetServer } from '../unit/conf/dataset.ts';
import { FIXTURES, fixture, TEMPLATES } from '../unit/conf/templates.ts';
import { sessionOf } from './conf-loaded.support.ts';

const MS = 10_000;
type Files = Record<string, string>;
/** What Asterisk holds, by what it was asked. */
type Held = Record<string, string[]>;

let dialer: Dialer;
let server: DatasetServer;
beforeAll(async () => {
	[dialer, server] = await Promise.all([startDialer({ daemons: false, keepalives: 'X' }), startDatasetServer()]);
});
afterAll(async () => {
	await dialer?.stop();
	await server?.stop();
});

async function generated(address: string, overlays: readonly string[]): Promise<Files> {
	const { query } = await server.loadDataset(['dialer-a.sql', ...overlays]);
	const source = await readSource(query, address);
	return { ...generateConf(source, TEMPLATES, { voicemailConf: fixture('voicemail.conf.initial') }).files };
}

function golden(folder: string): Files {
	const names = CONF_FILES.map(({ name }) => name).filter((name) => existsSync(join(FIXTURES, folder, name)));
	return Object.fromEntries(names.map((name) => [name, fixture(`${folder}/${name}`)]));
}

/** Starts Asterisk anew with these files and asks for everything that comes from them. */
async function heldWith(files: Files): Promise<Held> {
	const music = join(dialer.folder, 'music');
	for (const { name } of CONF_FILES) {
		// where stock writes no file there is the empty one of the sandbox
		const text = (files[name] ?? '; nothing\n').replaceAll('/var/lib/asterisk', music);
		if (name.startsWith('musiconhold')) {
			for (const moh of sectionNames(text)) {
				mkdirSync(join(music, moh), { recursive: true });
				writeFileSync(join(music, moh, 'silence.sln'), Buffer.alloc(16_000));
			}
		}
		writeFileSync(join(dialer.asteriskEtc, name), text, 'latin1');
	}
	await dialer.asterisk.kill();
	await dialer.asterisk.start();
	const session = await sessionOf(dialer, 'cron');
	try {
		return await ask(session, files);
	} finally {
		session.close();
	}
}

const ASKED_OF_EACH: readonly [file: string, command: (name: string) => string][] = [
	['sip-vicidial.conf', (name) => `sip show peer ${name}`],
	['sip-vicidial.conf', (name) => `sip show user ${name}`],
	['iax-vicidial.conf', (name) => `iax2 show peer ${name}`],
	['pjsip-vicidial.conf', (name) => `pjsip show endpoint ${name}`],
	['pjsip_wizard-vicidial.conf', (name) => `pjsip show endpoint ${name}`],
	['pjsip_wizard-vicidial.conf', (name) => `pjsip show auth ${name}-iauth`],
	['pjsip_wizard-vicidial.conf', (name) => `pjsip show aor ${name}`],
];
const ASKED_ONCE = [
	'dialplan show',
	'dialplan show globals',
	'sip show peers',
	'sip show users',
	'sip show registry',
	'iax2 show peers',
	'iax2 show users',
	'iax2 show registry',
	'pjsip show endpoints',
	'voicemail show users',
	'voicemail show zones',
	'moh show classes',
];

async function ask(session: AmiSession, files: Files): Promise<Held> {
	const held: Held = {};
	const commands = [
		...ASKED_ONCE,
		...ASKED_OF_EACH.flatMap(([file, command]) => [...sectionNames(files[file] ?? '')].toSorted().map(command)),
	];
	for (const command of commands) {
		const { lines } = await session.command(command, MS);
		held[command] = command === 'dialplan show' ? contexts(lines) : lines.map(steady).toSorted();
	}
	return held;
}

/** A line without the time and place of asking. */
const steady = (line: string): string =>
	line
		.replace(/0x[0-9a-f]+/g, 'ADDRESS')
		.replace(
			/\b(UNREACHABLE|UNKNOWN|LAGGED|OK \(|Unmonitored|NonQual|Unavail|Avail|Not in use|Unregistered|Registered|Request Sent|Auth\. Sent|Rejected|Timeout|No Authentication).*/g,
			'STATE',
		)
		.replace(/^(\s*(LastMsg|Sess-Expires|Expire|Reg\. Expires|ASTloop|Useragent)\b).*\d+ *s?$/, '$1');

/** Contexts in the order of their names, each with its lines in Asterisk's own order; where a line was read does not count. */
function contexts(lines: readonly string[]): string[] {
	const blocks: string[][] = [];
	for (const line of lines) {
		if (line.startsWith('[ Context')) blocks.push([]);
		blocks.at(-1)?.push(line.replace(/\s*\[[^\]]*\]$/, '').trimEnd());
	}
	return blocks.map((block) => block.join('\n')).toSorted();
}

describe('Asterisk holds the same of our files as of those of stock', () => {
	it.each<[folder: string, address: string, overlays: string[]]>([
		['dialer-a.golden', '10.10.10.15', []],
		['dialer-a.voicemail.golden', '10.10.10.10', []],
		['dialer-a.remote.golden', '10.10.9.7', []],
		['dialer-a.variant-b.golden', '10.10.10.15', ['dialer-a.variant-b.sql']],
		['dialer-a.variant-c.golden', '10.10.10.15', ['dialer-a.variant-c.sql']],
	])('%s', async (folder, address, overlays) => {
		const files = golden(folder);
		const stock = await heldWith(files);
		expect(await heldWith(await generated(address, overlays))).toEqual(stock);
		const missing = Object.entries(stock).filter(([, lines]) => /No such command/.test(lines.join()));
		expect(missing).toEqual([]);
		for (const [file, list] of [
			['extensions-vicidial.conf', 'dialplan show'],
			['sip-vicidial.conf', 'sip show peers'],
			['iax-vicidial.conf', 'iax2 show peers'],
		] as const) {
			const told = stock[list]?.join('\n').toLowerCase() ?? '';
			const names = [...sectionNames(files[file] ?? '')];
			const held = names.filter((name) => told.includes(name.slice(0, 15)));
			expect(held.length, `${list}: ${names.filter((name) => !held.includes(name))}`).toBeGreaterThan(names.length / 2);
		}
		expect(stock['voicemail show users']?.length).toBeGreaterThan(4);
		expect(stock['moh show classes']?.join()).toContain('holdpop');
	});

	it('and one thing changed in each file is seen', async () => {
		const files = await generated('10.10.10.15', []);
		const before = await heldWith(files);
		const changed: Files = {
			'extensions-vicidial.conf': 'exten => 2304,3,Hangup()',
			'sip-vicidial.conf': 'accountcode=cc101',
			'iax-vicidial.conf': 'context=office-phones',
			'pjsip_wizard-vicidial.conf': 'endpoint/mailboxes=2306',
			'voicemail.conf': 'cc106 Mailbox',
			'musiconhold-vicidial.conf': '[holdpop]',
		};
		for (const [name, line] of Object.entries(changed)) {
			expect(files[name], name).toContain(line);
			files[name] = files[name]?.replace(line, line.replace(/\w+(\W*)$/, 'Other$1')) ?? '';
		}
		const after = await heldWith(files);
		const asked = Object.keys(after).filter((command) => after[command]?.join('\n') !== before[command]?.join('\n'));
		expect(asked.toSorted()).toEqual([
			'dialplan show',
			'iax2 show peer iax202',
			'iax2 show users',
			'moh show classes',
			'pjsip show endpoint pj306',
			'sip show peer cc101',
			'sip show user cc101',
			'sip show users',
			'voicemail show users',
		]);
	});
});
