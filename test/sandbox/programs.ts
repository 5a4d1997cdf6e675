import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { withLock } from './lock.ts';
import { fetchPackages } from './packages.ts';
import type { Progress } from './run.ts';

/** A program and the folders of its shared libraries ('' where the system has them). */
export interface Program {
	path: string;
	libraries: string;
}

/** Everything a dialer in a box is made of. */
export interface Programs {
	asterisk: Program & { modules: string; data: string };
	mariadbd: Program & { installDb: string; base: string };
	screen: Program;
	/** Folders with Perl modules that the machine's Perl does not have. */
	perlLibs: string[];
	/** The client library DBD::mysql needs, with its own ones, where they are not installed. */
	driverLibraries: string[];
}

/** The git-ignored folder of the project that holds what was downloaded and made from it. */
export const SANDBOX = resolve(import.meta.dirname, '../../.sandbox');

/** Changes whenever the recipe below does: what an older recipe unpacked is replaced. */
const RECIPE = '3';

// Debian 12 has no Asterisk; Debian 11 has the 16 that today's dialers run.
const ASTERISK = {
	release: 'bullseye',
	sameVersion: ['asterisk', 'asterisk-modules', 'asterisk-config', 'asterisk-voicemail'],
	packages: [],
};
// Of the machine's own release, so that the Perl modules fit the machine's Perl.
const HOST = { packages: ['mariadb-server-core', 'mariadb-client-core', 'screen', 'libdbd-mysql-perl', 'libdbi-perl'] };

/**
 * Finds or makes the programs: from the folder SANDBOX_PROGRAMS names, else downloaded once into .sandbox/.
 * Several processes may call it at the same time. Rejects with what to install when neither is possible.
 */
export async function providePrograms(progress: Progress = () => {}): Promise<Programs> {
	const installed = process.env.SANDBOX_PROGRAMS;
	if (installed) return locate(resolve(installed), resolve(installed));
	const root = join(SANDBOX, 'programs');
	const stamp = join(root, 'recipe');
	const upToDate = () => existsSync(stamp) && readFileSync(stamp, 'utf8') === RECIPE;
	if (!upToDate()) {
		await withLock(join(SANDBOX, 'programs.lock'), 1_200_000, async () => {
			if (upToDate()) return;
			try {
				await download(root, progress);
			} catch (error) {
				throw new Error(`${HELP}\nThe reason: ${(error as Error).message}`);
			}
		});
	}
	return locate(join(root, 'asterisk'), join(root, 'host'));
}

async function download(root: string, progress: Progress): Promise<void> {
	const fresh = `${root}.new`;
	const work = join(SANDBOX, 'apt');
	for (const folder of [fresh, work]) rmSync(folder, { recursive: true, force: true });
	mkdirSync(fresh, { recursive: true });
	await fetchPackages(HOST, join(fresh, 'host'), work, progress);
	await fetchPackages(ASTERISK, join(fresh, 'asterisk'), work, progress);
	locate(join(fresh, 'asterisk'), join(fresh, 'host'));
	writeFileSync(join(fresh, 'recipe'), RECIPE);
	rmSync(root, { recursive: true, force: true });
	renameSync(fresh, root);
	rmSync(work, { recursive: true, force: true });
}

const HELP = `The sandbox could not get its programs with apt.
Install MariaDB, Asterisk 16 (with app_voicemail), GNU screen and Perl's DBI and DBD::mysql yourself
(Debian: mariadb-server-core mariadb-client-core asterisk asterisk-voicemail screen libdbi-perl libdbd-mysql-perl) and set
SANDBOX_PROGRAMS=/ or to the folder that holds their usr/sbin/asterisk, usr/sbin/mariadbd, usr/bin/screen.`;

/** Names every file that is needed below the roots; throws naming all that is missing. */
function locate(asteriskRoot: string, hostRoot: string): Programs {
	const missing: string[] = [];
	const find = (root: string, ...names: string[]): string => {
		const found = names.map((name) => join(root, name)).find((path) => existsSync(path));
		if (found === undefined) missing.push(join(root, names[0] ?? ''));
		return found ?? '';
	};
	const libraries = (root: string) => (root === '/' ? '' : libraryFolders(root).join(':'));
	const triplets = (root: string) => libraryFolders(root).map((path) => path.slice(root.length));
	const programs: Programs = {
		asterisk: {
			path: find(asteriskRoot, 'usr/sbin/asterisk', 'usr/local/sbin/asterisk'),
			libraries: libraries(asteriskRoot),
			modules: find(
				asteriskRoot,
				...triplets(asteriskRoot).map((path) => join(path, 'asterisk/modules')),
				'usr/lib64/asterisk/modules',
			),
			data: find(asteriskRoot, 'usr/share/asterisk', 'var/lib/asterisk'),
		},
		mariadbd: {
			path: find(hostRoot, 'usr/sbin/mariadbd', 'usr/sbin/mysqld', 'usr/libexec/mariadbd'),
			installDb: find(hostRoot, 'usr/bin/mariadb-install-db', 'usr/bin/mysql_install_db'),
			base: join(hostRoot, 'usr'),
			libraries: libraries(hostRoot),
		},
		screen: { path: find(hostRoot, 'usr/bin/screen'), libraries: libraries(hostRoot) },
		perlLibs: hostRoot === '/' ? [] : perlFolders(hostRoot),
		driverLibraries: hostRoot === '/' ? [] : driverLibraries(hostRoot),
	};
	if (missing.length > 0) throw new Error(`the sandbox needs files that are missing: ${missing.join(', ')}`);
	return programs;
}

/** The library folders below a root, multiarch ones included. */
export function libraryFolders(root: string): string[] {
	return ['usr/lib', 'lib'].flatMap((name) => {
		const folder = join(root, name);
		if (!existsSync(folder)) return [];
		return [
			folder,
			...readdirSync(folder)
				.filter((entry) => /-linux-gnu/.test(entry))
				.map((entry) => join(folder, entry)),
		];
	});
}

/** libmariadb below a root and the libraries there that it needs, in no particular order. */
function driverLibraries(root: string): string[] {
	const folders = libraryFolders(root);
	const client = folders.map((folder) => join(folder, 'libmariadb.so.3')).find((path) => existsSync(path));
	if (client === undefined) return [];
	const env = { ...process.env, LD_LIBRARY_PATH: folders.join(':') };
	const { stdout } = spawnSync('ldd', [client], { env, encoding: 'utf8', timeout: 10_000 });
	const needed = [...stdout.matchAll(/ => (\/\S.*) \(0x/g)].map(([, path = '']) => path);
	return [client, ...needed.filter((path) => path.startsWith(`${root}/`))];
}

/** The folders of Perl modules below a root; Perl's own modules only where the machine's Perl came without them. */
function perlFolders(root: string): string[] {
	const versions = (folder: string, version: RegExp) =>
		existsSync(folder) ? readdirSync(folder).flatMap((name) => (version.test(name) ? [join(folder, name)] : [])) : [];
	const added = libraryFolders(root).flatMap((folder) => versions(join(folder, 'perl5'), /^\d/));
	const folders = [...added, join(root, 'usr/share/perl5')];
	if (!perlIsWhole()) {
		const own = [...libraryFolders(root), join(root, 'usr/share')];
		// 5.36.0, not the link 5.36 to it
		folders.push(...own.flatMap((folder) => versions(join(folder, 'perl'), /^\d+\.\d+\.\d+$/)));
	}
	return folders.filter((path) => existsSync(path));
}

/** Whether the machine has the packages perl-modules and libperl: a small Debian has only perl-base. */
function perlIsWhole(): boolean {
	return spawnSync('/usr/bin/perl', ['-MFindBin', '-MTime::HiRes', '-e1'], { timeout: 10_000 }).status === 0;
}
