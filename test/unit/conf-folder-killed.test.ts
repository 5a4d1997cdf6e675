import { spawn, spawnSync } from 'node:child_process';
import {
	chmodSync,
	mkdirSync,
	readdirSync,
	readFileSync,
	rmSync,
	symlinkSync,
	utimesSync,
	writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ConfFolder } from '../../src/adapters/conf-folder.ts';
import { buildChild, Given, modeOf, NAME } from './conf-folder.given.ts';
import { numbered } from './conf-folder.texts.ts';

let program: string;
beforeAll(() => {
	program = buildChild();
});
afterAll(() => rmSync(dirname(program), { recursive: true }));

let given: Given;
beforeEach(() => {
	given = new Given();
});
afterEach(() => given.remove());

describe('killed', () => {
	it('removes what killed runs left, and nothing else', () => {
		const dead = spawnSync('true').pid;
		const keep = [`.vicikeep-${NAME}.1`, `.vicikeep-${NAME}`, `vicikeep-${NAME}.${dead}`, `.vicikeep-link.${dead}`];
		for (const name of keep.slice(0, 3)) given.put(name, '');
		symlinkSync(NAME, join(given.etc, keep[3] ?? ''));
		const leftovers = [`.vicikeep-${NAME}.${dead}`, `.vicikeep-iax-vicidial.conf.${process.pid}`];
		for (const name of leftovers) given.put(name, '');
		given.put('.vicikeep-old.1', '');
		utimesSync(join(given.etc, '.vicikeep-old.1'), 1e9, 1e9);
		expect(given.folder.clean().sort()).toEqual([...leftovers, '.vicikeep-old.1'].sort());
		expect(readdirSync(given.etc).sort()).toEqual([...keep].sort());
	});

	it('is old or new after kill -9 at any moment', async () => {
		const seen = new Set<string>();
		const lanes = Array.from({ length: 8 }, (_, lane) => killAgainAndAgain(join(given.base, `lane${lane}`), 25, seen));
		await Promise.all(lanes);
		// The moments were the interesting ones.
		expect([...seen].filter((name) => name.startsWith('.vicikeep-')).length).toBeGreaterThan(1);
	});

	it('is old or new after kill -9 before each single step', async () => {
		const pairs = new Set<string>();
		let died = true;
		for (let step = 1; died; step++) {
			const lane = join(given.base, `step${step}`);
			const [etc, backups] = [join(lane, 'etc'), join(lane, 'backups')];
			prepare(etc);
			const { signal, status, stderr } = spawnSync(process.execPath, [program, 'die', etc, backups, String(step)], {
				encoding: 'utf8',
				timeout: 20_000,
			});
			died = signal === 'SIGKILL';
			expect(died || status === 0, stderr).toBe(true);
			const [copy, file, mailboxes] = versionsIn(etc);
			pairs.add(`${file}: ${mailboxes} ${copy}`);
			const next = new ConfFolder(etc, backups);
			next.clean();
			expect(readdirSync(etc).sort()).toEqual(NAMES);
			const known = new Set([...next.versions(NAME), ...next.versions('voicemail.conf')]);
			expect([...known].filter((text) => text !== numbered(1))).toEqual([]);
		}
		expect([...pairs]).toEqual(['1: 1 1', '2: 1 1', '2: 2 1', '2: 2 2']);
	});
});

const NAMES = ['BUILDvoicemail-vicidial.conf', NAME, 'voicemail.conf'];

function prepare(etc: string): void {
	mkdirSync(etc, { recursive: true });
	for (const name of NAMES) {
		writeFileSync(join(etc, name), numbered(1));
		chmodSync(join(etc, name), 0o640);
	}
}

function versionIn(text: string, name: string): number {
	const version = Number(/^; version (\d+)/.exec(text)?.[1]);
	expect(text === numbered(version), `${name} is one version`).toBe(true);
	return version;
}

const versionsIn = (etc: string) => NAMES.map((name) => versionIn(readFileSync(join(etc, name), 'latin1'), name));

async function killAgainAndAgain(lane: string, rounds: number, seen: Set<string>): Promise<void> {
	const [etc, backups] = [join(lane, 'etc'), join(lane, 'backups')];
	const folder = new ConfFolder(etc, backups);
	prepare(etc);
	for (let round = 0; round < rounds; round++) {
		const loop = [process.execPath, program, 'loop', etc, backups];
		const next = String(Math.max(...versionsIn(etc)) + 1);
		const child = spawn('bash', ['-c', 'umask 000; exec "$@"', 'bash', ...loop, next]);
		const end = new Promise((done) => child.once('exit', (_, signal) => done(signal)));
		await Promise.race([end, new Promise((done) => child.stdout.once('data', done))]);
		await new Promise((done) => setTimeout(done, Math.random() * 20));
		child.kill('SIGKILL');
		expect(await end).toBe('SIGKILL');
		const [copy = 0, , mailboxes = 0] = versionsIn(etc);
		// The mailboxes are never the older ones: stock would write them into the database.
		expect([0, 1]).toContain(mailboxes - copy);
		for (const name of readdirSync(etc)) {
			seen.add(name.replace(/\.\d+$/, ''));
			expect([0o600, 0o640]).toContain(modeOf(join(etc, name)));
		}
	}
	folder.clean();
	expect(readdirSync(etc).sort()).toEqual(NAMES);
	for (const name of readdirSync(backups)) expect(name).toMatch(/^(sip-vicidial|voicemail)\.conf\.\d+$/);
	for (const name of ['voicemail.conf', NAME]) {
		const kept = [...folder.versions(name)];
		for (const text of kept) versionIn(text, name);
		// Killed before the one too many was removed.
		expect(kept.length).toBeLessThanOrEqual(6);
	}
}
