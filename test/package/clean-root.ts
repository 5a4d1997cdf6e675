import { execFileSync, spawnSync } from 'node:child_process';
import {
	copyFileSync,
	existsSync,
	mkdirSync,
	mkdtempSync,
	readFileSync,
	realpathSync,
	rmSync,
	symlinkSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/** What maintainer scripts and the package managers call. */
const PROGRAMS = [
	'sh',
	'rm',
	'install',
	'mkdir',
	'cat',
	'tar',
	'env',
	'flock',
	'dpkg',
	'dpkg-deb',
	'dpkg-split',
	'ldconfig',
	'diff',
	'start-stop-daemon',
];
const FOLDERS = [
	'etc',
	'proc',
	'tmp',
	'dev',
	'var/log',
	'var/lib/dpkg/updates',
	'var/lib/dpkg/info',
	'var/lib/rpm',
	'usr/bin',
	'usr/sbin',
	'usr/lib',
];

/** A root file system with Node.js and a package manager in it and nothing else. */
export class CleanRoot {
	readonly path = mkdtempSync(join(tmpdir(), 'vicikeep-root-'));

	/** Needs root, for chroot(2). */
	constructor() {
		for (const folder of FOLDERS) mkdirSync(join(this.path, folder), { recursive: true });
		for (const name of ['bin', 'sbin', 'lib']) symlinkSync(`usr/${name}`, join(this.path, name));
		symlinkSync('usr/lib', join(this.path, 'lib64'));
		for (const name of ['status', 'available']) this.write(`var/lib/dpkg/${name}`, '');
		this.write('etc/passwd', 'root:x:0:0:root:/:/bin/sh\n');
		this.write('etc/group', 'root:x:0:\n');
		for (const name of PROGRAMS) this.addProgram(name);
		this.addProgram('node', process.execPath);
	}

	write(path: string, text: string): void {
		execFileSync('/bin/sh', ['-c', 'cat > "$0"', join(this.path, path)], { input: text });
	}

	read(path: string): string {
		return readFileSync(join(this.path, path), 'utf8');
	}

	/** Runs a program inside; its output and exit status. */
	run(program: string, ...args: string[]): { status: number | null; output: string } {
		const { status, stdout, stderr } = spawnSync('chroot', [this.path, program, ...args], {
			env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', HOME: '/', DEBIAN_FRONTEND: 'noninteractive' },
			encoding: 'utf8',
			timeout: 60_000,
		});
		return { status, output: `${stdout}${stderr}` };
	}

	remove(): void {
		rmSync(this.path, { recursive: true, force: true });
	}

	/** Copies a program of this machine with the libraries that it is linked with. */
	private addProgram(name: string, from = findProgram(name)): void {
		this.add(realpathSync(from), join('usr/bin', name));
		const linked = spawnSync('ldd', [from], { encoding: 'utf8' }).stdout;
		for (const [, library = ''] of linked.matchAll(/(\/\S+) \(0x/g)) this.add(realpathSync(library), inRoot(library));
	}

	private add(source: string, target: string): void {
		const path = join(this.path, target);
		mkdirSync(dirname(path), { recursive: true });
		if (!existsSync(path)) copyFileSync(source, path);
	}
}

/** /lib and /lib64 are one with /usr/lib here. */
const inRoot = (path: string): string => path.replace(/^\/(usr\/)?lib(64)?\//, 'usr/lib/').replace(/^\//, '');

function findProgram(name: string): string {
	const found = ['/usr/bin', '/usr/sbin', '/bin', '/sbin']
		.map((folder) => join(folder, name))
		.find((path) => existsSync(path));
	if (found === undefined) throw new Error(`this machine has no ${name}`);
	return found;
}
