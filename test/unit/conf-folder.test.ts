import { spawn, spawnSync } from 'node:child_process';
import { appendFileSync, chmodSync, lstatSync, mkdirSync, readdirSync, rmSync, symlinkSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ChangedMeanwhile } from '../../src/adapters/conf-file.ts';
import { failure, Given, modeOf, NAME } from './conf-folder.given.ts';

let given: Given;
beforeEach(() => {
	given = new Given();
});
afterEach(() => given.remove());

describe('looking', () => {
	it('tells missing, file and what is neither', () => {
		expect(given.folder.inspect(NAME)).toEqual({ kind: 'missing' });
		expect(given.folder.read(NAME)).toBeUndefined();
		given.put(NAME, 'caf\xe9\n');
		const found = given.folder.inspect(NAME, true);
		expect(found).toMatchObject({ kind: 'file', size: 5, hash: given.hash() });
		expect(given.folder.inspect(NAME)).not.toHaveProperty('hash');
		expect(given.folder.read(NAME)?.text).toBe('caf\xe9\n');
		symlinkSync(join(given.etc, NAME), join(given.etc, 'link'));
		mkdirSync(join(given.etc, 'folder'));
		spawnSync('mkfifo', [join(given.etc, 'pipe')]);
		for (const name of ['link', 'folder', 'pipe']) {
			expect(given.folder.inspect(name)).toMatchObject({
				kind: 'refused',
				why: expect.stringContaining(join(given.etc, name)),
			});
			expect(failure(() => given.folder.read(name)).reason).toBe('refused');
			expect(failure(() => given.folder.stage(name, 'x')).reason).toBe('refused');
			expect(failure(() => given.folder.backup(name)).reason).toBe('refused');
		}
		expect(() => given.folder.read('../etc/x')).toThrow(RangeError);
	});

	it('has another fingerprint after a change that keeps size and time', () => {
		given.put(NAME, 'one');
		utimesSync(join(given.etc, NAME), 1e9, 1e9);
		const before = given.folder.inspect(NAME);
		given.put(NAME, 'two');
		utimesSync(join(given.etc, NAME), 1e9, 1e9);
		expect(given.folder.inspect(NAME)).not.toEqual(before);
	});

	it('waits for a writer that writes piece by piece', async () => {
		given.put(NAME, '');
		const script = 'for ((i = 1; i <= 30000; i++)); do echo $i; done >> "$1"';
		const writer = spawn('bash', ['-c', script, 'bash', join(given.etc, NAME)]);
		while (given.live() === '') await new Promise((done) => setTimeout(done, 5));
		expect(given.folder.read(NAME)?.text).toMatch(/\n30000\n$/);
		await new Promise((done) => (writer.exitCode === null ? writer.on('exit', done) : done(undefined)));
	});
});

describe('installing', () => {
	it('replaces the file that was expected and leaves nothing else', () => {
		given.install('one');
		given.install('two');
		expect(given.live()).toBe('two');
		expect(readdirSync(given.etc)).toEqual([NAME]);
		expect(given.folder.previous(NAME)).toBe('one');
	});

	it('leaves a file alone that was changed after it was read', () => {
		given.put(NAME, 'old');
		const expected = given.hash();
		const staged = given.folder.stage(NAME, 'new');
		appendFileSync(join(given.etc, NAME), ' by hand');
		expect(() => given.folder.install(staged, expected)).toThrow(ChangedMeanwhile);
		expect(given.live()).toBe('old by hand');
		expect(() => given.folder.install(given.folder.stage(NAME, 'new'), 'missing')).toThrow(ChangedMeanwhile);
		rmSync(join(given.etc, NAME));
		expect(() => given.folder.install(given.folder.stage(NAME, 'new'), expected)).toThrow(ChangedMeanwhile);
		expect(readdirSync(given.etc)).toEqual([]);
		expect([...given.folder.versions(NAME)]).toEqual([]);
	});

	it('refuses a symbolic link that took the place of the file', () => {
		given.put(NAME, 'old');
		const expected = given.hash();
		const staged = given.folder.stage(NAME, 'new');
		rmSync(join(given.etc, NAME));
		given.put('elsewhere', 'old');
		symlinkSync(join(given.etc, 'elsewhere'), join(given.etc, NAME));
		expect(failure(() => given.folder.install(staged, expected)).reason).toBe('refused');
		expect(lstatSync(join(given.etc, NAME)).isSymbolicLink()).toBe(true);
		expect(given.live('elsewhere')).toBe('old');
		expect(readdirSync(given.etc).sort()).toEqual(['elsewhere', NAME]);
	});

	it('installs two names of the same bytes, or neither', () => {
		const [mailboxes, copy] = ['voicemail.conf', 'BUILDvoicemail-vicidial.conf'];
		given.put(mailboxes, 'old', 0o660);
		const both = (a: string, b: string) =>
			[given.folder.stage(mailboxes, a), given.folder.stage(copy, b, mailboxes)] as const;
		given.folder.installTogether(both('new', 'new'), given.hash(mailboxes));
		expect([given.live(mailboxes), given.live(copy), modeOf(join(given.etc, copy))]).toEqual(['new', 'new', 0o660]);
		expect(() => given.folder.installTogether(both('a', 'b'), given.hash(mailboxes))).toThrow(RangeError);
		expect(() => given.folder.installTogether(both('a', 'a'), 'missing')).toThrow(ChangedMeanwhile);
		expect([given.live(mailboxes), given.live(copy)]).toEqual(['new', 'new']);
		expect(readdirSync(given.etc).sort()).toEqual([copy, mailboxes]);
		expect([...given.folder.versions(copy)]).toEqual([]);
	});
});

describe('previous versions', () => {
	it('keeps five of each file, newest first, none twice', () => {
		for (let version = 1; version <= 8; version++) given.install(`version ${version}`);
		expect([...given.folder.versions(NAME)]).toEqual([7, 6, 5, 4, 3].map((version) => `version ${version}`));
		given.folder.backup(NAME);
		given.folder.backup(NAME);
		expect([...given.folder.versions(NAME)]).toEqual([8, 7, 6, 5, 4].map((version) => `version ${version}`));
		given.install('version 5');
		given.install('version 9');
		expect([...given.folder.versions(NAME)]).toEqual([5, 8, 7, 6, 4].map((version) => `version ${version}`));
		expect(readdirSync(given.backups)).toHaveLength(5);
		expect([...given.folder.versions('vicidial.conf')]).toEqual([]);
	});

	it('keeps no empty file', () => {
		given.put(NAME, '');
		given.install('x');
		expect(given.folder.previous(NAME)).toBeUndefined();
	});

	it('refuses a folder that others may write in', () => {
		mkdirSync(given.backups, { recursive: true });
		chmodSync(given.backups, 0o777);
		given.put(NAME, 'old');
		expect(failure(() => given.install('new')).message).toContain(`chmod go-w ${given.backups}`);
		expect(given.live()).toBe('old');
		expect(readdirSync(given.etc)).toEqual([NAME]);
	});
});
