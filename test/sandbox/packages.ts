import { existsSync, lstatSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { chmod, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type Progress, run } from './run.ts';

/** What to fetch: packages of one Debian release with everything they need. */
export interface Wanted {
	/** A Debian code name, such as `bullseye`. */
	release: string;
	packages: string[];
	/** Packages to fetch without what they need: of each only a program that needs nothing is used. */
	alone?: string[];
	/** Packages that come from one source and must be of one version; its first is asked which versions there are. */
	sameVersion?: string[];
}

/**
 * What every Debian has, or what only an installation needs. The C library must be left out: everything runs with the
 * host's loader, and that fits the host's C library alone.
 */
const LEFT_OUT =
	/^(libc6|libcrypt1|libgcc-s1|gcc-.*|libstdc\+\+6|perl|perl-base|dpkg|tar|debconf|passwd|adduser|init-system-helpers|sysvinit-utils|lsb-base|tzdata|gnupg.*|gpg.*|dirmngr|pinentry.*|readline-common|pci\.ids|libsemanage.*|libsepol.*|libpam-(modules.*|runtime)|libaudit-common|libdb5\.3|libgdbm.*|asterisk-core-sounds.*|libsnmp-base|ucf|sensible-utils|coreutils|findutils|psmisc|procps)$/;

/** apt with its own state below `folder`: the machine's apt settings (proxy, certificates, logins) stay in force. */
class PrivateApt {
	constructor(
		private readonly folder: string,
		private readonly progress: Progress,
	) {
		for (const name of ['state/lists/partial', 'cache/archives/partial', 'log', 'sources.list.d']) {
			mkdirSync(join(folder, name), { recursive: true });
		}
		// An empty status file: nothing counts as installed, so the whole closure is resolved.
		writeFileSync(join(folder, 'status'), '');
		const main = '/etc/apt/apt.conf';
		const settings = [
			existsSync(main) ? `#include "${main}";` : '',
			// Read first as APT_CONFIG, then once more as apt.conf, after the machine's apt.conf.d: the last word is ours.
			`Dir::Etc::main "${this.config}";`,
			`Dir::State "${folder}/state";`,
			`Dir::State::status "${folder}/status";`,
			`Dir::Cache "${folder}/cache";`,
			'Dir::Cache::pkgcache "pkgcache.bin";',
			'Dir::Cache::srcpkgcache "srcpkgcache.bin";',
			`Dir::Log "${folder}/log";`,
			'Dir::Etc::preferences "/dev/null";',
			'Dir::Etc::preferencesparts "/dev/null";',
			// Hooks of the machine would touch its own folders.
			'#clear APT::Update::Pre-Invoke;',
			'#clear APT::Update::Post-Invoke;',
			'#clear APT::Update::Post-Invoke-Success;',
			'#clear DPkg::Pre-Install-Pkgs;',
			'#clear DPkg::Post-Invoke;',
			// root's apt would drop to the user _apt, who cannot write below a private home.
			'APT::Sandbox::User "root";',
			'Acquire::Languages "none";',
			'Acquire::Retries "2";',
			// A release that is no longer maintained has signed, but expired, lists.
			'Acquire::Check-Valid-Until "false";',
		];
		writeFileSync(this.config, `${settings.join('\n')}\n`, { mode: 0o600 });
	}

	private get config(): string {
		return join(this.folder, 'apt.conf');
	}

	/** Runs one of apt's programs and gives its output; a failure rejects with the last lines it said. */
	private run(program: string, args: string[], cwd = this.folder, onLine?: Progress): Promise<string> {
		const env = { ...process.env, APT_CONFIG: this.config, LC_ALL: 'C', DEBIAN_FRONTEND: 'noninteractive' };
		return run(program, args, { cwd, env, timeoutMs: 900_000, ...(onLine ? { onLine } : {}) });
	}

	/** The mirrors of the machine's own apt sources: address and suite of each. */
	private async mirrors(): Promise<{ uri: string; suite: string }[]> {
		const text = await this.run('apt-get', ['update', '--print-uris']);
		return [...text.matchAll(/^'(\S+?\/)dists\/(\S+?)\/InRelease'/gm)].map(([, uri = '', suite = '']) => ({
			uri,
			suite,
		}));
	}

	/** Points apt at one release on the machine's mirrors and reads its lists; gives apt's complaint, if it had one. */
	async update(release: string): Promise<string> {
		const keyring = '/usr/share/keyrings/debian-archive-keyring.gpg';
		const options = `[target=Packages${existsSync(keyring) ? ` signed-by=${keyring}` : ''}]`;
		const own = hostRelease();
		const suites = new RegExp(`^(?:${own}|(?:old)*stable)(-security)?$`);
		const lines = (await this.mirrors()).flatMap(({ uri, suite }) => {
			const found = suites.exec(suite);
			return found ? [`deb ${options} ${uri} ${release}${found[1] ?? ''} main`] : [];
		});
		if (lines.length === 0) throw new Error(`no apt source of this machine offers Debian ${own}`);
		writeFileSync(join(this.folder, 'sources.list'), `${[...new Set(lines)].join('\n')}\n`);
		this.progress(`reading the package lists of Debian ${release}`);
		// Another vendor's source for the same release is no Debian mirror: that apt complains about it need not matter.
		return this.run('apt-get', [...this.sources(), '-o', 'APT::Update::Error-Mode=any', 'update']).then(
			() => '',
			(error: Error) => error.message,
		);
	}

	private sources(): string[] {
		return [
			'-o',
			`Dir::Etc::sourcelist=${this.folder}/sources.list`,
			'-o',
			`Dir::Etc::sourceparts=${this.folder}/sources.list.d`,
		];
	}

	/** Versions of a package, newest first. */
	async versions(name: string): Promise<string[]> {
		const text = await this.run('apt-cache', [...this.sources(), 'madison', name]);
		return [...new Set([...text.matchAll(/^\s*\S+ \| (\S+) \|/gm)].map(([, version = '']) => version))];
	}

	/** Fetches the packages and all they need into `folder`. */
	async download(names: string[], alone: string[], folder: string): Promise<void> {
		const plan =
			names.length === 0
				? ''
				: await this.run('apt-get', [...this.sources(), 'install', '-s', '-y', '--no-install-recommends', ...names]);
		const closure = [...plan.matchAll(/^Inst (\S+) \((\S+) /gm)]
			.filter(([, name = '']) => !LEFT_OUT.test(name))
			.map(([, name, version]) => `${name}=${version}`);
		let done = 0;
		const count: Progress = (line) => {
			if (!line.startsWith('Get:')) return;
			done++;
			if (done % 10 === 0 || done === closure.length) this.progress(`${done} of ${closure.length} packages`);
		};
		this.progress(`downloading ${[...names, ...alone].join(', ')} and what they need`);
		await this.run('apt-get', [...this.sources(), 'download', ...closure, ...alone], folder, count);
	}
}

/** Code name of the Debian release this machine runs. Throws where it is no Debian. */
function hostRelease(): string {
	const text = existsSync('/etc/os-release') ? readFileSync('/etc/os-release', 'utf8') : '';
	const name = /^VERSION_CODENAME=(\w+)/m.exec(text)?.[1];
	if (!/^ID=debian$/m.test(text) || name === undefined) throw new Error('this machine does not run a Debian release');
	return name;
}

/**
 * Downloads packages with the machine's apt and unpacks them below `root`; nothing is installed. Without `release`
 * in `wanted` the machine's own release is taken. Rejects when there is no apt, no mirror or no network.
 */
export async function fetchPackages(
	wanted: Omit<Wanted, 'release'> & { release?: string },
	root: string,
	work: string,
	progress: Progress,
): Promise<void> {
	const release = wanted.release ?? hostRelease();
	const folder = join(work, release);
	const apt = new PrivateApt(folder, progress);
	const complaint = await apt.update(release);
	const archives = join(folder, 'packages');
	const [first] = wanted.sameVersion ?? [];
	// A list may name a version whose files the mirror no longer has; then the next one is whole.
	const choices = first === undefined ? [undefined] : await apt.versions(first);
	if (choices.length === 0) throw new Error(`no ${first} in Debian ${release}. ${complaint}`);
	for (const [index, version] of choices.entries()) {
		await rm(archives, { recursive: true, force: true });
		mkdirSync(archives, { recursive: true });
		const pinned = (wanted.sameVersion ?? []).map((name) => `${name}=${version}`);
		try {
			await apt.download([...pinned, ...wanted.packages], wanted.alone ?? [], archives);
			break;
		} catch (error) {
			if (index === choices.length - 1) throw new Error(`${(error as Error).message}\n${complaint}`.trim());
			progress(`${first} ${version} is incomplete, trying ${choices[index + 1]}`);
		}
	}
	mkdirSync(root, { recursive: true });
	progress(`unpacking into ${root}`);
	const files = (await readdir(archives)).filter((name) => name.endsWith('.deb'));
	if (files.length === 0) throw new Error(`apt downloaded nothing for Debian ${release}`);
	for (const name of files) {
		await run('dpkg-deb', ['-x', join(archives, name), root], { timeoutMs: 120_000 });
	}
	await dropPrivilegeBits(root);
	await rm(archives, { recursive: true, force: true });
}

/** A setgid screen would ignore LD_LIBRARY_PATH, and nothing here may be privileged. */
async function dropPrivilegeBits(root: string): Promise<void> {
	for (const entry of readdirSync(root, { recursive: true, withFileTypes: true })) {
		if (!entry.isFile()) continue;
		const path = join(entry.parentPath, entry.name);
		const { mode } = lstatSync(path);
		if (mode & 0o6000) await chmod(path, mode & 0o777);
	}
}
