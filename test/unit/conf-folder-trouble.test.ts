import { spawnSync } from 'node:child_process';
import {
	chmodSync,
	chownSync,
	existsSync,
	linkSync,
	lstatSync,
	mkdirSync,
	readdirSync,
	rmSync,
	statSync,
	symlinkSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ConfFolder } from '../../src/adapters/conf-folder.ts';
import { buildChild, failure, Given, isRoot, modeOf, NAME } from './conf-folder.given.ts';

const NOBODY = 65534;
const OWN_MOUNTS = ['unshare', isRoot ? '-m' : '-Urm'];
const ownMounts = spawnSync('unshare', [OWN_MOUNTS[1] ?? '', 'true']).status === 0;
if (!isRoot) console.warn('NOT TESTED HERE: the owner of an installed file (run the tests as root)');
if (!ownMounts)
	console.warn('NOT TESTED HERE: full and read-only disks under conf files (run where unshare -m is allowed)');

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

/** Runs the child's `install` after a preparation by bash, in which $ETC is the given.folder. */
function inChild(size: number, { before = 'true', as = process.geteuid?.() ?? 0, wrap = [] as string[] } = {}) {
	const child = [process.execPath, program, 'install', given.etc, given.backups, String(size)];
	const [file = '', ...args] = [...wrap, 'bash', '-c', `set -e; ${before}; exec "$@"`, 'bash', ...child];
	const { stdout, stderr } = spawnSync(file, args, {
		encoding: 'utf8',
		env: { ...process.env, ETC: given.etc },
		timeout: 20_000,
		...(isRoot && { uid: as, gid: as }),
	});
	if (stdout === '') throw new Error(stderr);
	return JSON.parse(stdout) as { reason?: string; message?: string; length: number; names: string[] };
}

describe('staging', () => {
	it('takes mode and owner of the target, of the including file, or of the given.folder, whatever the umask', () => {
		for (const umask of ['000', '022', '077']) {
			given.put(NAME, 'old', 0o664);
			expect(inChild(10, { before: `umask ${umask}` })).toMatchObject({ length: 10 });
			expect(modeOf(join(given.etc, NAME))).toBe(0o664);
			rmSync(join(given.etc, NAME));
			expect(inChild(10, { before: `umask ${umask}` })).toMatchObject({ length: 10 });
			expect(modeOf(join(given.etc, NAME))).toBe(0o640);
			rmSync(join(given.etc, NAME));
			given.put('sip.conf', '', 0o660);
			inChild(10, { before: `umask ${umask}` });
			expect(modeOf(join(given.etc, NAME))).toBe(0o660);
			rmSync(join(given.etc, 'sip.conf'));
			for (const name of readdirSync(given.backups)) expect(modeOf(join(given.backups, name))).toBe(0o600);
			expect(modeOf(given.backups)).toBe(0o700);
		}
	});

	it.runIf(isRoot)('gives the file to the owner of the old one', () => {
		given.put(NAME, 'old');
		chownSync(join(given.etc, NAME), 12345, 12346);
		given.install('new');
		expect(statSync(join(given.etc, NAME))).toMatchObject({ uid: 12345, gid: 12346 });
		chownSync(given.etc, 12347, 12348);
		const staged = given.folder.stage('iax-vicidial.conf', 'x', 'iax.conf');
		expect(statSync(join(given.etc, staged.candidate))).toMatchObject({ uid: 12347, gid: 12348 });
		expect(statSync(join(given.etc, given.folder.wrapper(staged.candidate)))).toMatchObject({ uid: 12347, gid: 12348 });
	});

	it.runIf(isRoot)('installs nothing that it cannot give to its owner', () => {
		given.put(NAME, 'old', 0o644);
		chownSync(given.etc, NOBODY, NOBODY);
		chownSync(given.base, NOBODY, NOBODY);
		const found = inChild(10, { as: NOBODY });
		expect(found).toMatchObject({ reason: 'owner', length: 3, names: [NAME] });
		expect(found.message).toContain(`${join(given.etc, NAME)} belongs to user 0`);
		expect(found.message).toContain(`chown ${NOBODY}:${NOBODY} ${join(given.etc, NAME)}`);
	});

	it('writes into no file that is there already, nor through a link', () => {
		given.put(NAME, 'old');
		given.put('secret', 'untouched');
		const candidate = join(given.etc, `.vicikeep-${NAME}.${process.pid}`);
		for (const plant of [
			() => symlinkSync(join(given.etc, 'secret'), candidate),
			() => symlinkSync(join(given.etc, 'nowhere'), candidate),
			() => linkSync(join(given.etc, 'secret'), candidate),
			() => mkdirSync(candidate),
		]) {
			plant();
			expect(failure(() => given.folder.stage(NAME, 'new'))).toMatchObject({
				reason: 'in the way',
				message: expect.stringContaining(`rm ${candidate}`),
			});
			expect(lstatSync(candidate)).toBeDefined();
			rmSync(candidate, { recursive: true });
		}
		expect(given.live('secret')).toBe('untouched');
		expect(existsSync(join(given.etc, 'nowhere'))).toBe(false);
	});

	it('takes one character per byte', () => {
		expect(() => given.folder.stage(NAME, '€')).toThrow(RangeError);
		expect(readdirSync(given.etc)).toEqual([]);
	});

	it('has a wrapper for questions to Asterisk; both go together', () => {
		const staged = given.folder.stage(NAME, '[x]\n');
		const wrapper = given.folder.wrapper(staged.candidate);
		expect(given.live(wrapper)).toBe(`[vicikeep]\n#include "${staged.candidate}"\n`);
		expect(given.folder.clean()).toEqual([]);
		given.folder.discard(staged);
		expect(readdirSync(given.etc)).toEqual([]);
	});
});

describe('no room, no permission', () => {
	const untouched = { length: 3, names: [NAME] };

	it('stops at a limit of the size of files', () => {
		given.put(NAME, 'old');
		const found = inChild(200_000, { before: 'ulimit -f 64' });
		expect(found).toMatchObject({ reason: 'full', ...untouched });
	});

	it.runIf(ownMounts)('stops when the disk is full', () => {
		const before = `mount -t tmpfs -o size=64k none "$ETC"; printf old > "$ETC/${NAME}"`;
		const found = inChild(200_000, { before, wrap: OWN_MOUNTS });
		expect(found).toMatchObject({ reason: 'full', ...untouched });
		expect(found.message).toContain(`df -h ${given.etc}`);
	});

	it.runIf(ownMounts)('stops when there is no room for the previous version', () => {
		given.put(NAME, 'o'.repeat(200_000));
		const before = `mkdir -p "$ETC/../state"; mount -t tmpfs -o size=64k none "$ETC/../state"`;
		const found = inChild(10, { before, wrap: OWN_MOUNTS });
		expect(found).toMatchObject({ reason: 'full', length: 200_000, names: [NAME] });
		expect(found.message).toContain(`df -h ${given.backups}`);
	});

	it.runIf(ownMounts)('stops in a read-only file system', () => {
		given.put(NAME, 'old');
		const before = 'mount --bind "$ETC" "$ETC"; mount -o remount,bind,ro "$ETC"';
		const found = inChild(10, { before, wrap: OWN_MOUNTS });
		expect(found).toMatchObject({ reason: 'read-only', ...untouched });
		expect(found.message).toContain(`findmnt -T ${given.etc}`);
	});

	it('stops in a folder where it may not write', () => {
		given.put(NAME, 'old', 0o644);
		chmodSync(given.etc, 0o555);
		const found = inChild(10, { as: isRoot ? NOBODY : process.geteuid?.() });
		chmodSync(given.etc, 0o755);
		expect(found).toMatchObject({ reason: 'read-only', ...untouched });
		expect(found.message).toContain(`ls -ld ${given.etc}`);
	});

	it('says when the folder is not there', () => {
		const nowhere = new ConfFolder(join(given.base, 'none'), given.backups);
		expect(nowhere.inspect(NAME)).toEqual({ kind: 'missing' });
		expect(nowhere.clean()).toEqual([]);
		expect(failure(() => nowhere.stage(NAME, 'x')).message).toContain(join(given.base, 'none'));
	});
});
