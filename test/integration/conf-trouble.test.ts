import { spawnSync } from 'node:child_process';
import { chmodSync, chownSync, existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import mysql from 'mysql2/promise';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CONF_FILES } from '../../src/conf/files.ts';
import { until } from '../sandbox/processes.ts';
import { AT_ONCE, ConfDialer, VICIKEEP } from './conf.support.ts';

const SIP = 'sip-vicidial.conf';
const isRoot = process.getuid?.() === 0;
/** Makes whoever runs this the root of mounts and users of their own. */
const OWN_WORLD = ['unshare', '-Urm', '--propagation', 'private'];
const ownWorld = spawnSync(OWN_WORLD[0] ?? '', [...OWN_WORLD.slice(1), 'true']).status === 0;

let box: ConfDialer;
beforeEach(async () => {
	box = await ConfDialer.start();
});
afterEach(() => box.dialer.stop());

const command = (): string[] => [
	process.execPath,
	VICIKEEP,
	'check',
	'--only',
	'conf',
	'--env-file',
	join(box.dialer.folder, 'etc/vicikeep.env'),
];

/** A run after a preparation by bash, in which $ETC is Asterisk's folder, in a world of its own. */
function runAfter(preparation: string) {
	if (!ownWorld)
		throw new Error('this machine lets nobody have mounts of their own (unshare -Urm): it cannot be tried here');
	return box.runBy(OWN_WORLD[0] ?? '', [
		...OWN_WORLD.slice(1),
		...['bash', '-c', `set -e; ETC="$0"; ${preparation}; exec "$@"`, box.dialer.asteriskEtc],
		...command(),
	]);
}

/** Old files, flag and debt are there; nothing else is; and the next tick makes it good. */
async function nothingIsLost(before: Record<string, string>): Promise<void> {
	for (const [name, text] of Object.entries(before)) expect(box.read(name)).toBe(text);
	expect(await box.flag()).toBe('Y');
	expect(readdirSync(box.dialer.asteriskEtc).filter((name) => name.startsWith('.vicikeep'))).toEqual([]);
	const state = JSON.parse(readFileSync(join(box.dialer.stateDir, 'state.json'), 'utf8'));
	expect(state.conf.owed).toBeDefined();
	expect(await box.hasPeer('cc150')).toBe(false);
	expect((await box.tick([], AT_ONCE)).exitCode).toBe(0);
	expect(await box.hasPeer('cc150')).toBe(true);
	expect(await box.dialer.asterisk.cli('dialplan show 150@default')).toContain('Dial(SIP/cc150,');
	expect((await box.tick()).findings).toEqual([]);
}

const allFiles = (): Record<string, string> => Object.fromEntries(CONF_FILES.map(({ name }) => [name, box.read(name)]));

describe('a folder that cannot be written', () => {
	it('keeps the old files, the flag and the debt, says so, and the next tick makes it good', async () => {
		const before = allFiles();
		await box.addPhone('cc150');
		const ran = await runAfter('mount --bind "$ETC" "$ETC"; mount -o remount,bind,ro "$ETC"');
		expect(ran.exitCode).toBe(2);
		expect(ran.told).toMatch(/rebuild conf failed.*the\s+file\s+system\s+is\s+read-only/s);
		expect(ran.told).toContain('findmnt -T');
		await nothingIsLost(before);
	});
});

describe('a folder that is not there', () => {
	it('is one trouble, and nothing is made in its place', async () => {
		const nowhere = join(box.dialer.folder, 'nowhere');
		const { exitCode, findings, actions } = await box.tick([], { ...AT_ONCE, VICIKEEP_ASTERISK_ETC: nowhere });
		expect([exitCode, findings, actions]).toEqual([2, [`conf.no_folder ${nowhere}`], []]);
		expect(existsSync(nowhere)).toBe(false);
	});
});

describe('a file that belongs to somebody else', () => {
	it('stays theirs, or stays as it is where nobody can give them one', async () => {
		const theirs = box.path(SIP);
		if (isRoot) {
			chownSync(theirs, 12345, 12346);
			chmodSync(theirs, 0o664);
		}
		const before = allFiles();
		await box.addPhone('cc150');
		// to a root of a single user all others are strangers; who is none has no file of a stranger but the machine's
		const ran = await runAfter(isRoot ? 'true' : `mount --bind /etc/passwd "$ETC/${SIP}"`);
		expect(ran.exitCode).toBe(2);
		expect(ran.told).toMatch(
			/rebuild conf failed.*belongs\s+to user \d+, group \d+, and user 0 cannot make such a file/s,
		);
		await nothingIsLost(before);
		if (isRoot) expect(statSync(theirs)).toMatchObject({ uid: 12345, gid: 12346, mode: 0o100664 });
	});
});

describe('somebody who writes at the same time', () => {
	let other: mysql.Connection;
	beforeEach(async () => {
		other = await mysql.createConnection({
			socketPath: box.dialer.database.socket,
			user: 'root',
			database: 'asterisk',
		});
	});
	afterEach(() => other.end());

	/** Id of vicikeep's connection once it waits for a locked table. */
	async function waiting(): Promise<number> {
		let id = 0;
		await until('a statement that waits for a table', 20_000, async () => {
			const [rows] = await other.query('SHOW PROCESSLIST');
			const found = (rows as { Id: number; State: string | null }[]).find(({ State }) => /lock/i.test(State ?? ''));
			id = found?.Id ?? 0;
			return id > 0;
		});
		return id;
	}

	it('a phone saved after the phones were read and before the files are installed is there after the next tick', async () => {
		await box.addPhone('cc150');
		// read after the phones
		await other.query('LOCK TABLES vicidial_music_on_hold WRITE');
		const run = box.runBy(command()[0] ?? '', command().slice(1));
		await waiting();
		expect(await box.flag()).toBe('N');
		await box.addPhone('cc151');
		expect(box.read(SIP)).not.toContain('cc150');
		await other.query('UNLOCK TABLES');
		expect((await run).told).toContain('repaired: installed');
		expect(await box.hasPeer('cc150')).toBe(true);
		expect(await box.hasPeer('cc151')).toBe(false);
		expect(await box.flag()).toBe('Y');
		expect((await box.tick([], AT_ONCE)).exitCode).toBe(0);
		expect(await box.hasPeer('cc151')).toBe(true);
	});

	it('a database that fails half-way through the read leaves everything as it was, and the next tick makes it good', async () => {
		const before = allFiles();
		await box.addPhone('cc150');
		await other.query('LOCK TABLES vicidial_music_on_hold WRITE');
		const run = box.runBy(command()[0] ?? '', command().slice(1));
		await other.query(`KILL ${await waiting()}`);
		await run;
		await other.query('UNLOCK TABLES');
		for (const [name, text] of Object.entries(before)) expect(box.read(name)).toBe(text);
		const ran = await box.tick();
		expect(ran.findings).toContain('conf.owed rebuild');
		expect(ran.exitCode).toBe(0);
		expect(await box.hasPeer('cc150')).toBe(true);
	});

	it('a password changed by phone while the mailboxes are read back is read back too', async () => {
		await box.dialer.database.query('UPDATE system_settings SET active_voicemail_server=?', [box.dialer.serverIp]);
		expect((await box.tick(['--rebuild'], AT_ONCE)).exitCode).toBe(0);
		// as Asterisk writes the file
		const rewrite = (from: string, to: string) =>
			writeFileSync(box.path('voicemail.conf'), `;!\n${box.read('voicemail.conf').replace(from, to)}`, 'latin1');
		rewrite('101 => 1111,', '101 => 7777,');
		await box.addPhone('cc150');
		await other.query('LOCK TABLES phones READ');
		const run = box.runBy(command()[0] ?? '', command().slice(1));
		await waiting();
		rewrite('102 => 2222,', '102 => 8888,');
		await other.query('UNLOCK TABLES');
		expect((await run).told).toContain('repaired: installed');
		const rows = await box.dialer.database.query('SELECT extension, pass FROM phones ORDER BY extension LIMIT 3');
		expect(rows).toMatchObject([{ pass: '7777' }, { pass: '8888' }, { pass: '3333' }]);
		expect(box.read('voicemail.conf')).toMatch(/^101 => 7777,(.*\n)+102 => 8888,/m);
		expect(box.read('BUILDvoicemail-vicidial.conf')).toBe(box.read('voicemail.conf'));
		expect(await box.hasPeer('cc150')).toBe(true);
	});

	it('another run only looks while one rebuilds, and both end well', async () => {
		await box.addPhone('cc150');
		await other.query('LOCK TABLES vicidial_music_on_hold WRITE');
		let first = 0;
		const run = box.runBy(command()[0] ?? '', command().slice(1), (pid) => {
			first = pid;
		});
		await waiting();
		process.kill(first, 'SIGSTOP');
		await other.query('UNLOCK TABLES');
		const second = await box.tick(['--rebuild'], AT_ONCE);
		process.kill(first, 'SIGCONT');
		expect(second.action('rebuild:conf')).toMatchObject({
			outcome: 'withheld',
			reason: expect.stringMatching(/^another run is repairing; .* until that run.* ends/),
		});
		expect((await run).told).toContain('repaired: installed');
		expect(await box.hasPeer('cc150')).toBe(true);
		expect((await box.tick()).findings).toEqual([]);
	});
});
