import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
	chmodSync,
	copyFileSync,
	existsSync,
	mkdirSync,
	readdirSync,
	readFileSync,
	rmSync,
	statSync,
	symlinkSync,
	truncateSync,
	writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CONF_FILES } from '../../src/conf/files.ts';
import { type Dialer, startDialer } from '../sandbox/dialer.ts';
import { until } from '../sandbox/processes.ts';
import { registerPhone } from '../sandbox/sip-phone.ts';
import { QUICK, tick } from './support.ts';

const VICIKEEP = join(import.meta.dirname, '../../bin/vicikeep');
/** The rebuild flag counts as forgotten by stock as soon as it is seen, and may be served as often as a test likes. */
const AT_ONCE = { VICIKEEP_WARN_REBUILD_FLAG: '0', VICIKEEP_CRIT_REBUILD_FLAG: '0', VICIKEEP_RATION: '100/15m' };

let dialer: Dialer;
beforeEach(async () => {
	dialer = await startDialer({ daemons: false, keepalives: 'X' });
	expect((await tick(dialer)).exitCode).toBe(0);
});
afterEach(() => dialer.stop());

const path = (name: string): string => join(dialer.asteriskEtc, name);
const read = (name: string): string => readFileSync(path(name), 'latin1');
const conf = (args: string[] = [], env: Record<string, string> = {}) => tick(dialer, ['--only', 'conf', ...args], env);
const reload = async (name: string): Promise<void> => {
	const file = CONF_FILES.find((one) => one.name === name);
	await dialer.asterisk.cli(file?.reload ?? '');
};

/** One thing of each file in the running Asterisk. */
const HELD: Record<string, { ask: string; sees: string }> = {
	'extensions-vicidial.conf': { ask: 'dialplan show mainmenu', sees: "'1' =>" },
	'sip-vicidial.conf': { ask: 'sip show peers', sees: 'cc101' },
	'iax-vicidial.conf': { ask: 'iax2 show peers', sees: 'cc103' },
	'pjsip_wizard-vicidial.conf': { ask: 'pjsip show endpoints', sees: 'cc104' },
	'voicemail.conf': { ask: 'voicemail show users', sees: 'Alice Agent' },
};
const holds = async (name: string): Promise<boolean> => {
	const held = HELD[name];
	return held === undefined || (await dialer.asterisk.cli(held.ask)).includes(held.sees);
};

const addPhone = (name = 'cc150'): Promise<unknown> =>
	dialer.database.query(
		`INSERT INTO phones (extension, dialplan_number, voicemail_id, server_ip, login, pass, active, fullname, protocol, email, template_id, conf_override, conf_secret)
		VALUES (?, '150', '150', ?, 'cc150', '1', 'Y', 'New Agent', 'SIP', '', '--NONE--', '', 'NewSecret'); UPDATE servers SET rebuild_conf_files='Y' WHERE server_ip=?`,
		[name, dialer.serverIp, dialer.serverIp],
	);
const flag = async (): Promise<string> => {
	const [row] = await dialer.database.query('SELECT rebuild_conf_files AS flag FROM servers WHERE server_ip=?', [
		dialer.serverIp,
	]);
	return String(row?.flag);
};
const hasPeer = async (name: string): Promise<boolean> => (await dialer.asterisk.cli('sip show peers')).includes(name);

/** Starts a run that keeps nobody waiting, and hands out its process once the rebuild flag is claimed. */
async function runUntilClaimed() {
	const run = spawn(
		process.execPath,
		[VICIKEEP, 'check', '--only', 'conf', '--env-file', join(dialer.folder, 'etc/vicikeep.env')],
		{
			env: { ...dialer.env, ...QUICK, ...AT_ONCE },
			stdio: 'ignore',
		},
	);
	const ended = once(run, 'exit');
	await until('the claim of the flag', 20_000, async () => (await flag()) === 'N');
	return { run, ended };
}

describe.each(CONF_FILES.map(({ name }) => name))('%s', (name) => {
	const damages: [string, string, () => void][] = [
		['deleted', 'conf.missing', () => rmSync(path(name))],
		['emptied', 'conf.empty', () => truncateSync(path(name))],
		[
			'truncated',
			'conf.truncated',
			() => truncateSync(path(name), 1 + Math.floor(Math.random() * (statSync(path(name)).size - 3))),
		],
	];
	it('is found and repaired in one tick when it is deleted, emptied or cut off, and is back in the running Asterisk', async () => {
		const before = read(name);
		for (const [what, id, damage] of damages) {
			const { mode, uid } = statSync(path(name));
			damage();
			const cut = existsSync(path(name)) ? read(name) : undefined;
			await reload(name);
			const ran = await conf();
			expect(ran.findings[0], `${what} ${cut?.slice(-60)}`).toMatch(
				cut === undefined || cut === '' ? `${id} ${name}` : /^conf\.(truncated|unloadable|empty) /,
			);
			expect(ran.actions).toEqual(['done rebuild:conf']);
			expect(ran.exitCode).toBe(0);
			expect(read(name)).toBe(before);
			expect(statSync(path(name))).toMatchObject(what === 'deleted' ? { uid } : { mode, uid });
			expect(await holds(name)).toBe(true);
		}
		expect((await conf()).findings).toEqual([]);
		expect(readdirSync(dialer.asteriskEtc).filter((entry) => entry.startsWith('.vicikeep'))).toEqual([]);
	});
});

describe('a phone added while stock is absent', () => {
	const register = () => registerPhone(dialer.serverIp, 'cc150', 'NewSecret');
	/** As if the flag had been seen for so many seconds more. */
	const wait = (seconds: number): void => {
		const file = join(dialer.stateDir, 'state.json');
		const state = JSON.parse(readFileSync(file, 'utf8'));
		state.conditions['conf rebuild flag'].sinceUptime -= seconds;
		writeFileSync(file, JSON.stringify(state));
	};

	it('can register one tick after the flag has stood for two minutes', async () => {
		await addPhone();
		expect((await conf()).actions).toEqual([]);
		wait(100);
		expect((await conf()).actions).toEqual([]);
		expect(await register()).not.toBe(200);
		wait(20);
		const ran = await conf();
		expect(ran.actions).toEqual(['done rebuild:conf']);
		expect(ran.exitCode).toBe(0);
		expect(await register()).toBe(200);
		expect(await registerPhone(dialer.serverIp, 'cc150', 'wrong')).not.toBe(200);
	});

	it('can register as soon as an administrator wants it', async () => {
		await addPhone();
		const ran = await conf([], AT_ONCE);
		expect(ran.actions).toEqual(['done rebuild:conf']);
		expect(ran.exitCode).toBe(0);
		expect(await register()).toBe(200);
		expect(await flag()).toBe('N');
		expect(read('voicemail.conf')).toBe(read('BUILDvoicemail-vicidial.conf'));
		expect((await conf([], AT_ONCE)).findings).toEqual([]);
	});
});

describe('a rebuild that is cut off', () => {
	it('by kill -9 right after the claim is finished by the next tick', async () => {
		await addPhone();
		const { run, ended } = await runUntilClaimed();
		run.kill('SIGKILL');
		await ended;
		const ran = await conf();
		expect(ran.findings).toContain('conf.owed rebuild');
		expect(ran.actions).toContain('done rebuild:conf');
		expect(ran.exitCode).toBe(0);
		expect(await hasPeer('cc150')).toBe(true);
		expect((await conf()).findings).toEqual([]);
	});

	it('by a database that goes away half-way is finished when it is back', async () => {
		await addPhone();
		const { run, ended } = await runUntilClaimed();
		run.kill('SIGSTOP');
		// cleanly: killed, it would leave tables marked as crashed
		await dialer.database.stop();
		run.kill('SIGCONT');
		await ended;
		await dialer.database.start();
		await conf([], AT_ONCE);
		await conf([], AT_ONCE);
		expect(await hasPeer('cc150')).toBe(true);
		expect((await conf()).findings).toEqual([]);
	});

	it('by kill -9 at any moment leaves whole files, old or new, and the next tick finishes', async () => {
		for (let round = 0; round < 8; round++) {
			await dialer.database.query("UPDATE phones SET phone_ring_timeout=?, fullname=? WHERE extension='cc101'", [
				20 + round,
				`Agent ${round}`,
			]);
			await dialer.database.query("UPDATE servers SET rebuild_conf_files='Y' WHERE server_ip=?", [dialer.serverIp]);
			const { run, ended } = await runUntilClaimed();
			setTimeout(() => run.kill('SIGKILL'), round * 40);
			await ended;
			for (const { name } of CONF_FILES)
				expect(read(name).trimEnd().split('\n').at(-1)).toMatch(/^; (END OF FILE|WARNING)/);
			const ran = await conf([], AT_ONCE);
			expect(ran.exitCode).toBe(0);
			expect(await dialer.asterisk.cli('dialplan show 101@default')).toContain(`Dial(SIP/cc101,${20 + round},`);
			expect(await dialer.asterisk.cli('voicemail show users')).toContain(`Agent ${round}`);
		}
	});
});

describe('what must not reach Asterisk', () => {
	it('a template with an error: named with file and line, the files stay', async () => {
		const folder = join(dialer.folder, 'templates');
		mkdirSync(folder, { mode: 0o755 });
		writeFileSync(join(folder, 'sip-vicidial.conf'), '; one\n{{#phones.sip}}\n[{{extensoin}}]\n{{/phones.sip}}\n', {
			mode: 0o644,
		});
		const before = read('sip-vicidial.conf');
		await addPhone();
		const ran = await conf([], { ...AT_ONCE, VICIKEEP_TEMPLATES: folder });
		expect(ran.actions).toEqual(['failed rebuild:conf']);
		expect(ran.report.actions[0]?.reason).toContain(`${folder}/sip-vicidial.conf:3: unknown name 'extensoin'`);
		expect(ran.exitCode).toBe(2);
		expect(read('sip-vicidial.conf')).toBe(before);
		expect(await flag()).toBe('Y');
		// an overriding folder that others may write is not used
		chmodSync(folder, 0o777);
		expect((await conf(['--rebuild'], { VICIKEEP_TEMPLATES: folder })).report.actions[0]?.reason).toContain(
			'can be written by others',
		);
	});

	it('a carrier with an unclosed section, a name with a newline and an #exec: left out, told, the rest loads', async () => {
		await addPhone();
		await dialer.database.query("UPDATE vicidial_server_carriers SET account_entry='[boxtrunk\\ntype=peer\\n'");
		await dialer.database.query(
			"UPDATE phones SET fullname='Bob\\n#exec touch /tmp/owned\\n[intruder]' WHERE extension='cc102'",
		);
		const ran = await conf([], AT_ONCE);
		expect(ran.actions).toContain('done rebuild:conf');
		expect(read('sip-vicidial.conf')).not.toMatch(/^\s*(#exec|\[intruder|\[boxtrunk$)/m);
		const rows = JSON.stringify(ran.report.checks);
		expect(rows).toContain('vicidial_server_carriers BOXTRUNK, account_entry');
		expect(rows).toContain('fullname');
		for (const peer of ['cc101', 'cc102', 'cc150']) expect(await hasPeer(peer)).toBe(true);
	});
});

describe('the folder', () => {
	it('with a symbolic link in place of a file is left alone', async () => {
		copyFileSync(path('sip-vicidial.conf'), join(dialer.folder, 'elsewhere.conf'));
		rmSync(path('sip-vicidial.conf'));
		symlinkSync(join(dialer.folder, 'elsewhere.conf'), path('sip-vicidial.conf'));
		const ran = await conf(['--rebuild']);
		expect(ran.findings).toContain('conf.refused sip-vicidial.conf');
		expect(ran.exitCode).toBe(2);
		expect(readFileSync(join(dialer.folder, 'elsewhere.conf'), 'latin1')).toContain('cc101');
	});

	it('whose hand-made file lost its include is told, not touched', async () => {
		writeFileSync(path('sip.conf'), readFileSync(path('sip.conf'), 'utf8').replace('#include sip-vicidial.conf', ''));
		const ran = await conf();
		expect(ran.findings).toContain('conf.not_included sip-vicidial.conf');
		expect(ran.exitCode).toBe(2);
		expect(ran.actions.filter((action) => action.startsWith('done rebuild'))).toEqual([]);
	});

	it('on a disk without room keeps the old files, the flag and the debt; the next tick finishes', async () => {
		const before = read('extensions-vicidial.conf');
		await addPhone();
		const entry = Array.from({ length: 500 }, (_, n) => `exten => 8${1000 + n},1,NoOp(number ${n})`).join('\n');
		await dialer.database.query('UPDATE system_settings SET custom_dialplan_entry=?', [entry]);
		// no file may grow beyond 16 KiB: what a full disk does, without a disk of its own
		const command = 'ulimit -f 16; exec "$0" -- "$1" check --only conf --env-file "$2"';
		const args = ['-c', command, process.execPath, VICIKEEP, join(dialer.folder, 'etc/vicikeep.env')];
		const full = spawn('/bin/bash', args, {
			env: { ...dialer.env, ...QUICK, ...AT_ONCE },
			stdio: ['ignore', 'pipe', 'ignore'],
		});
		let told = '';
		full.stdout.on('data', (chunk) => {
			told += chunk;
		});
		expect((await once(full, 'close'))[0]).toBe(2);
		expect(told).toContain('rebuild conf failed');
		expect(told).toContain('extensions-vicidial.conf');
		expect(read('extensions-vicidial.conf')).toBe(before);
		expect(await flag()).toBe('Y');
		expect((await conf([], AT_ONCE)).exitCode).toBe(0);
		expect(await hasPeer('cc150')).toBe(true);
		expect(readdirSync(dialer.asteriskEtc).filter((entry) => entry.startsWith('.vicikeep'))).toEqual([]);
	});

	it('keeps five earlier versions, readable by nobody else', async () => {
		for (let round = 0; round < 8; round++) {
			await dialer.database.query("UPDATE phones SET phone_ring_timeout=? WHERE extension='cc101'", [30 + round]);
			await conf(['--rebuild']);
		}
		const versions = readdirSync(join(dialer.stateDir, 'conf')).filter((name) =>
			name.startsWith('extensions-vicidial.conf.'),
		);
		expect(versions).toHaveLength(5);
		for (const version of versions) expect(statSync(join(dialer.stateDir, 'conf', version)).mode & 0o777).toBe(0o600);
	});
});

describe('Asterisk', () => {
	it('that is down gets the files; what it must read is made good later', async () => {
		await dialer.asterisk.kill();
		await addPhone();
		const ran = await conf([], AT_ONCE);
		expect(ran.action('rebuild:conf')).toMatchObject({ outcome: 'done', verified: 'pending' });
		expect(read('sip-vicidial.conf')).toContain('[cc150]');
		await dialer.asterisk.start();
		expect((await conf()).findings).toEqual([]);
		expect(await hasPeer('cc150')).toBe(true);
	});

	it('that has not read a file is made to', async () => {
		await addPhone();
		await conf([], AT_ONCE);
		const newer = read('sip-vicidial.conf').replaceAll('cc150', 'cc160');
		writeFileSync(path('sip-vicidial.conf'), newer, 'latin1');
		await dialer.database.query("UPDATE phones SET extension='cc160' WHERE extension='cc150'");
		const ran = await conf();
		expect(ran.findings).toContain('conf.not_loaded sip-vicidial.conf');
		expect(ran.actions).toContain('done reload:conf');
		expect(await hasPeer('cc160')).toBe(true);
	});
});

describe('a rebuild that Asterisk does not take', () => {
	it('is undone: the version before comes back, and the flag with it', async () => {
		// Asterisk reads another file than the one that is generated, as after a mistake in sip.conf
		copyFileSync(path('sip-vicidial.conf'), path('other.conf'));
		writeFileSync(
			path('sip.conf'),
			readFileSync(path('sip.conf'), 'utf8').replace('#include sip-vicidial.conf', '#include other.conf'),
		);
		await reload('sip-vicidial.conf');
		const before = read('sip-vicidial.conf');
		await addPhone();
		const ran = await conf([], AT_ONCE);
		expect(ran.actions).toContain('failed rebuild:conf');
		expect(ran.action('rebuild:conf')?.reason).toContain('the version before is back in place: sip-vicidial.conf');
		expect(ran.exitCode).toBe(2);
		expect(read('sip-vicidial.conf')).toBe(before);
		expect(await flag()).toBe('Y');
	});
});

describe('a forced reload that stock lost', () => {
	it('is told, and served when it is asked for', async () => {
		await dialer.database.query("UPDATE system_settings SET reload_timestamp='2030-01-02 03:04:05'");
		const ran = await conf();
		expect(ran.findings.some((finding) => finding.startsWith('conf.lost_rebuild'))).toBe(true);
		expect(ran.actions).toEqual([]);
		const rebuilt = await conf(['--rebuild']);
		expect(rebuilt.actions).toContain('done rebuild:conf');
		expect(read('sip-vicidial.conf')).toContain('Last Forced System Reload: 2030-01-02 03:04:05');
		expect((await conf()).findings).toEqual([]);
	});
});

describe('mailboxes changed by phone', () => {
	it('are read back before the file is written, and nothing else is', async () => {
		// as Asterisk rewrites the file when a user changes the password
		const rewritten = `;!\n;! Automatically generated configuration file\n;!\n${read('voicemail.conf').replace('101 => 1111,', '101 => 7777,')}`;
		writeFileSync(path('voicemail.conf'), rewritten.replace(/^; END OF FILE.*$/m, ''), 'latin1');
		const before = await dialer.database.query('SELECT * FROM phones ORDER BY extension');
		await addPhone();
		expect((await conf([], AT_ONCE)).actions).toContain('done rebuild:conf');
		const after = await dialer.database.query("SELECT * FROM phones WHERE extension <> 'cc150' ORDER BY extension");
		expect(after.filter((row, index) => JSON.stringify(row) !== JSON.stringify(before[index]))).toMatchObject([
			{ extension: 'cc101', pass: '7777' },
		]);
		expect(read('voicemail.conf')).toContain('101 => 7777,');
		expect(read('voicemail.conf')).toBe(read('BUILDvoicemail-vicidial.conf'));
	});
});
