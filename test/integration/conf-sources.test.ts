import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { STATEMENTS } from '../../src/conf/statements.ts';
import { ConfDialer } from './conf.support.ts';

// What a healthy tick asks of the rows behind the conf files, and how it notices that one of them has changed although
// nobody asked for a rebuild.

const SIP = 'sip-vicidial.conf';
/** Looks in which each statement has had its turn. */
const ROUND = Object.keys(STATEMENTS).length + 1;

let box: ConfDialer;
beforeEach(async () => {
	box = await ConfDialer.start();
});
afterEach(() => box.dialer.stop());

/** One tick with the statements that it sent about the rows behind the files. */
async function look(args: string[] = [], env: Record<string, string> = {}) {
	const ran = await box.tick(['-vv', ...args], env);
	const sent = ran.stderr.split('\n').filter((line) => line.includes('SELECT '));
	return {
		...ran,
		sums: sent.filter((line) => line.includes('MD5(')).map((line) => /FROM (\w+)/.exec(line)?.[1] ?? ''),
		reads: sent.filter((line) =>
			/SELECT (?!COUNT|\*).* FROM (phones|vicidial_call_menu|vicidial_conf_templates) /.test(line),
		),
	};
}

/** Ticks until one says so; the number of ticks that it took. */
async function looksUntil(finding: string): Promise<number> {
	for (let looks = 1; looks <= ROUND; looks++) if ((await look()).findings.includes(finding)) return looks;
	throw new Error(`${finding} was not found in ${ROUND} looks`);
}

describe('a dialer on which nothing changes', () => {
	it('has its rows summed, one statement a look, each in turn, and never read again', async () => {
		const seen = new Set<string>();
		for (let at = 0; at < ROUND; at++) {
			const { findings, sums, reads } = await look();
			expect([findings, reads, sums.length]).toEqual([[], [], 1]);
			for (const table of sums) seen.add(table);
		}
		for (const table of [
			'system_settings',
			'servers',
			'vicidial_server_carriers',
			'phones',
			'vicidial_call_menu_options',
		])
			expect(seen).toContain(table);
	});
});

describe('a change that asks for no rebuild', () => {
	it.each([
		["UPDATE phones SET conf_secret='another' WHERE extension='cc101'", SIP],
		["UPDATE vicidial_call_menu SET menu_prompt='another'", 'extensions-vicidial.conf'],
		["DELETE FROM phones WHERE extension='cc101'", SIP],
	])('of the database is found within a round: %s', async (sql, file) => {
		await box.dialer.database.query(sql);
		await looksUntil(`conf.differs ${file}`);
		// it stays known, and is not read for every minute
		for (let at = 0; at < ROUND; at++) {
			const { findings, reads } = await look();
			expect(findings).toContain(`conf.differs ${file}`);
			expect(reads).toEqual([]);
		}
	});

	it('of a template is found in the next look, and so is one that may not be used any more', async () => {
		const folder = join(box.dialer.folder, 'templates');
		const env = { VICIKEEP_TEMPLATES: folder };
		mkdirSync(folder, { mode: 0o755 });
		const shipped = readFileSync(join(import.meta.dirname, `../../templates/${SIP}`), 'utf8');
		writeFileSync(join(folder, SIP), `${shipped}\n; by our own template\n[ours]\ntype=friend\n`, { mode: 0o644 });
		expect((await look([], env)).findings).toContain(`conf.differs ${SIP}`);
		writeFileSync(join(folder, SIP), '{{#phones}}', { mode: 0o644 });
		expect((await look([], env)).findings.join()).toContain('conf.template');
		writeFileSync(join(folder, SIP), shipped, { mode: 0o644 });
		expect((await look([], env)).findings).toEqual([]);
	});
});

describe('a file beside the generated ones', () => {
	it('that a carrier includes is missed, and used as soon as it is there', async () => {
		await box.dialer.database.query(
			`INSERT INTO vicidial_server_carriers (carrier_id, carrier_name, registration_string, template_id, account_entry, protocol, globals_string, dialplan_entry, server_ip, active)
			VALUES ('including', 'Including', '', '--NONE--', '[including]\ntype=peer\nhost=192.0.2.9\n#include "extra.conf"', 'SIP', '', '', ?, 'Y')`,
			[box.dialer.serverIp],
		);
		await looksUntil('conf.rows database');
		writeFileSync(box.path('extra.conf'), '; nothing\n');
		const { findings } = await look();
		expect(findings).not.toContain('conf.rows database');
		expect(findings).toContain(`conf.differs ${SIP}`);
	});
});

describe('what is remembered of the last comparison', () => {
	const state = (): string => join(box.dialer.stateDir, 'state.json');
	type Sources = Record<string, { at: number }>;
	/** Changes it as if time had passed, or another version had written it. */
	function remember(change: (sources: Sources) => Sources): void {
		const memory = JSON.parse(readFileSync(state(), 'utf8'));
		memory.conf.sources = change(memory.conf.sources);
		writeFileSync(state(), JSON.stringify(memory));
	}

	it('is asked for one statement a look, however long ago that was', async () => {
		const older = ([name, rows]: [string, { at: number }]) => [name, { ...rows, at: rows.at - 5000 }];
		for (const owner of ['stock', 'vicikeep']) {
			remember((sources) => Object.fromEntries(Object.entries(sources).map(older)));
			const { sums } = await look([], { VICIKEEP_CONF_OWNER: owner });
			expect([owner, sums.length]).toEqual([owner, 1]);
		}
	});

	it('is read anew where it names a statement that this version does not have', async () => {
		remember((sources) => ({ another: { ...sources.phones, at: -1 }, ...sources }) as Sources);
		expect((await look()).findings).toEqual([]);
		expect(JSON.parse(readFileSync(state(), 'utf8')).conf.sources).not.toHaveProperty('another');
	});

	it('counts for the address that it was made for', async () => {
		await look();
		const { reads } = await look(['-n'], { VICIKEEP_SERVER_IP: '192.0.2.12' });
		expect(reads).not.toEqual([]);
	});
});

describe('where vicikeep owns the files', () => {
	it('a change of the database is made good in the next look, and nothing is read while there is none', async () => {
		const env = { VICIKEEP_CONF_OWNER: 'vicikeep' };
		await box.dialer.database.query("UPDATE servers SET generate_vicidial_conf='N'");
		await look([], env);
		expect(await look([], env)).toMatchObject({ findings: [], reads: [], sums: [] });
		await box.dialer.database.query("UPDATE phones SET conf_secret='another' WHERE extension='cc101'");
		expect((await look([], env)).actions).toContain('done rebuild:conf');
		expect(box.read(SIP)).toContain('secret=another');
		await look([], env);
		expect(await look([], env)).toMatchObject({ findings: [], reads: [], sums: [] });
	});
});
