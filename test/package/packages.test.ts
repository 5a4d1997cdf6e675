import { execFileSync, spawnSync } from 'node:child_process';
import {
	appendFileSync,
	copyFileSync,
	cpSync,
	existsSync,
	lstatSync,
	mkdtempSync,
	readFileSync,
	rmSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { provideTool } from '../sandbox/tools.ts';
import { CleanRoot } from './clean-root.ts';

const PROJECT = join(import.meta.dirname, '../..');
const { version } = JSON.parse(readFileSync(join(PROJECT, 'package.json'), 'utf8')) as { version: string };
/** What they bring to be copied and changed. */
const EXAMPLES = ['deploy-example.sh', 'on-change-mail', 'on-change-webhook', 'on-failover-twin', 'keepalived.conf'];
const NEXT = version.replace(/\d+$/, (last) => String(Number(last) + 1));

let folder: string;
let rpm: Record<string, string>;
/** packages of this version, and of the next one, by kind */
const files: Record<string, string> = {};

beforeAll(async () => {
	if (process.getuid?.() !== 0)
		throw new Error('these tests install packages into a root of their own: run them as root');
	const root = await provideTool('usr/bin/rpmbuild', { packages: ['rpm'] });
	rpm =
		root === '/'
			? {}
			: {
					LD_LIBRARY_PATH: join(root, 'usr/lib/x86_64-linux-gnu'),
					RPM_CONFIGDIR: join(root, 'usr/lib/rpm'),
					PATH: `${join(root, 'usr/bin')}:${process.env.PATH}`,
				};
	folder = mkdtempSync(join(tmpdir(), 'vicikeep-package-'));
	for (const name of [
		'bin',
		'dist',
		'templates',
		'share',
		'README.md',
		'LICENSE',
		'CHANGELOG.md',
		'SECURITY.md',
		'package.json',
		'crontab.example',
	])
		cpSync(join(PROJECT, name), join(folder, name), { recursive: true });
	for (const [age, number] of Object.entries({ old: version, new: NEXT })) {
		execFileSync('sed', ['-i', `s/"version": "[^"]*"/"version": "${number}"/`, join(folder, 'package.json')]);
		const made = execFileSync(process.execPath, [join(folder, 'share/package/build.mjs')], {
			env: { ...process.env, ...rpm },
			encoding: 'utf8',
		});
		for (const path of made.trim().split('\n')) {
			const kind = path.endsWith('.deb') ? 'deb' : 'rpm';
			files[`${kind} ${age}`] = join(folder, `${age}.${kind}`);
			copyFileSync(path, join(folder, `${age}.${kind}`));
		}
	}
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A package manager in a root of its own. */
interface Manager {
	install(root: CleanRoot, file: string): string;
	remove(root: CleanRoot): string;
}

const MANAGERS: Record<string, Manager> = {
	deb: {
		install: (root, file) => {
			copyFileSync(file, join(root.path, 'tmp/vicikeep.deb'));
			return succeed(root.run('dpkg', '--force-depends', '--force-confold', '-i', '/tmp/vicikeep.deb'));
		},
		remove: (root) => succeed(root.run('dpkg', '--purge', 'vicikeep')),
	},
	rpm: {
		install: (root, file) => rpmIn(root, '--nodeps', '-U', file),
		remove: (root) => rpmIn(root, '-e', 'vicikeep'),
	},
};

function succeed({ status, output }: { status: number | null; output: string }): string {
	if (status !== 0) throw new Error(output);
	return output;
}

function rpmIn(root: CleanRoot, ...args: string[]): string {
	const { status, stdout, stderr } = spawnSync('rpm', ['--root', root.path, ...args], {
		env: { ...process.env, ...rpm },
		encoding: 'utf8',
	});
	return succeed({ status, output: `${stdout}${stderr}` });
}

describe.each(Object.entries(MANAGERS))('the %s package', (kind, manager) => {
	let root: CleanRoot;
	beforeAll(() => {
		root = new CleanRoot();
	});
	afterAll(() => root.remove());
	const mode = (path: string): string => (lstatSync(join(root.path, path)).mode & 0o777).toString(8);

	it('puts everything in its place, and the program runs there with nothing but Node.js', () => {
		manager.install(root, files[`${kind} old`] ?? '');
		expect(root.run('vicikeep', '--version')).toEqual({ status: 0, output: `${version}\n` });
		expect(root.run('vicikeep', 'check', '-n')).toMatchObject({
			status: 3,
			output: expect.stringContaining('/etc/astguiclient.conf'),
		});
		const placed = [
			'usr/lib/vicikeep/dist/vicikeep.cache',
			'usr/lib/vicikeep/templates/sip-vicidial.conf',
			'usr/share/man/man8/vicikeep.8.gz',
			'usr/share/bash-completion/completions/vicikeep',
			'etc/logrotate.d/vicikeep',
			...EXAMPLES.map((name) => `usr/share/doc/vicikeep/examples/${name}`),
		];
		expect(placed.filter((path) => !existsSync(join(root.path, path)))).toEqual([]);
		expect(mode('usr/share/doc/vicikeep/examples/on-change-mail')).toBe('755');
		expect(mode('etc/vicikeep.env')).toBe('600');
		expect(mode('var/lib/vicikeep')).toBe('700');
		expect(lstatSync(join(root.path, 'usr/lib/vicikeep/dist/vicikeep.cjs')).uid).toBe(0);
		expect(existsSync(join(root.path, 'usr/lib/vicikeep/node_modules'))).toBe(false);
	});

	it('has a README whose links lead somewhere', () => {
		const links = [...root.read('usr/share/doc/vicikeep/README.md').matchAll(/\]\(([^)#]+)\)/g)].map(
			([, to = '']) => to,
		);
		const local = links.filter((link) => !/^\w+:/.test(link));
		expect(local.length).toBeGreaterThan(5);
		expect(local.filter((link) => !existsSync(join(root.path, link)))).toEqual([]);
	});

	it('sets nothing and starts nothing by itself', () => {
		const active = (path: string): string[] =>
			root
				.read(path)
				.split('\n')
				.filter((line) => line.trim() !== '' && !line.startsWith('#'));
		expect(active('etc/vicikeep.env')).toEqual([]);
		expect(active('etc/cron.d/vicikeep').filter((line) => !/^[A-Z]+=/.test(line))).toEqual([]);
		expect(root.read('etc/cron.d/vicikeep')).toMatch(
			// the file stays when the package is removed
			/^#\* \* \* \* \* root test -x \/usr\/bin\/vicikeep \|\| exit 0; sleep 15; \/usr\/bin\/vicikeep check --quiet$/m,
		);
	});

	it('keeps settings over an upgrade', () => {
		appendFileSync(join(root.path, 'etc/vicikeep.env'), 'VICIKEEP_RESTART=off\n');
		manager.install(root, files[`${kind} new`] ?? '');
		expect(root.read('etc/vicikeep.env')).toContain('VICIKEEP_RESTART=off');
		expect(mode('etc/vicikeep.env')).toBe('600');
		expect(existsSync(join(root.path, 'usr/lib/vicikeep/dist/vicikeep.cache'))).toBe(true);
	});

	it('goes without a trace of the program', () => {
		manager.remove(root);
		expect(existsSync(join(root.path, 'usr/lib/vicikeep'))).toBe(false);
		expect(existsSync(join(root.path, 'usr/bin/vicikeep'))).toBe(false);
	});
});

describe('the npm package', () => {
	it('runs unpacked, without node_modules', () => {
		const packed = execFileSync('npm', ['pack', '--silent', '--pack-destination', folder], {
			cwd: PROJECT,
			encoding: 'utf8',
		});
		execFileSync('tar', ['-xzf', join(folder, packed.trim().split('\n').at(-1) ?? ''), '-C', folder]);
		const { stdout, status } = spawnSync(join(folder, 'package/bin/vicikeep'), ['--version'], { encoding: 'utf8' });
		expect([stdout, status]).toEqual([`${version}\n`, 0]);
		expect(existsSync(join(folder, 'package/node_modules'))).toBe(false);
		// without a shebang's module system of its own, Node.js would take the one of the package
		const told = spawnSync(join(folder, 'package/share/examples/on-failover-twin'), {
			input: JSON.stringify({ event: 'failover', finding: { id: 'mysql.refused', subject: 'db' } }),
			encoding: 'utf8',
		});
		expect([told.stdout, told.status]).toEqual(['mysql.refused db: nothing for the twin to do\n', 0]);
	});
});
