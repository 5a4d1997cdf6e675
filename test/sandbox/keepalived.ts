import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Background } from './background.ts';
import { libraryPath } from './database.ts';
import { libraryFolders } from './programs.ts';
import { provideTool } from './tools.ts';

const PROGRAM = 'usr/sbin/keepalived';

/** Runs a program and gives its output. @throws Error with what it said when it fails */
function succeed(program: string, ...args: string[]): string {
	const { status, stdout, stderr, error } = spawnSync(program, args, { encoding: 'utf8', timeout: 20_000 });
	if (error) throw error;
	if (status !== 0) throw new Error(`${program} ${args.join(' ')} ended with ${status}: ${stderr}`);
	return stdout;
}

/** Two networks of this kernel that only a cable, `eth0` on both sides, connects. Needs root and the right to make namespaces. */
export class Cable {
	readonly #names: [string, string];

	/** @param addresses of the two ends, in one /24 */
	constructor(name: string, addresses: [string, string]) {
		this.#names = [`${name}-a`, `${name}-b`];
		const [a, b] = this.#names;
		for (const one of this.#names) succeed('ip', 'netns', 'add', one);
		succeed('ip', 'link', 'add', 'name', 'eth0', 'netns', a, 'type', 'veth', 'peer', 'name', 'eth0', 'netns', b);
		for (const [index, one] of this.#names.entries()) {
			succeed('ip', '-n', one, 'addr', 'add', `${addresses[index]}/24`, 'dev', 'eth0');
			for (const device of ['lo', 'eth0']) succeed('ip', '-n', one, 'link', 'set', device, 'up');
		}
	}

	/** The IPv4 addresses of one end. */
	addresses(end: 0 | 1): string[] {
		const told = succeed('ip', '-n', this.#names[end], '-4', '-o', 'addr', 'show', 'dev', 'eth0');
		return [...told.matchAll(/inet ([\d.]+)/g)].map(([, address = '']) => address);
	}

	/** The words that run a command at one end. */
	at(end: 0 | 1): string[] {
		return ['netns', 'exec', this.#names[end]];
	}

	remove(): void {
		for (const one of this.#names) spawnSync('ip', ['netns', 'delete', one]);
	}
}

/** A real keepalived at one end of a cable. */
export class Keepalived {
	readonly #server: Background;
	readonly #log: string;

	/** @param folder for its pid files and its log; the file of its configuration is there, too */
	constructor(
		private readonly cable: Cable,
		private readonly end: 0 | 1,
		private readonly folder: string,
		private readonly conf: string,
	) {
		this.#log = join(folder, `keepalived-${end}.log`);
		this.#server = new Background('keepalived', this.#log);
	}

	async start(): Promise<void> {
		const root = await provideTool(PROGRAM, { packages: ['keepalived'] });
		const libraries = root === '/' ? '' : libraryFolders(root).join(':');
		const pids = ['pid', 'vrrp-pid'].map(
			(name) => `--${name === 'pid' ? 'pid' : 'vrrp_pid'}=${this.folder}/${name}-${this.end}`,
		);
		const args = ['--dont-fork', '--log-console', '--log-detail', `--use-file=${this.conf}`, ...pids];
		const environment = { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', ...libraryPath(libraries) };
		await this.#server.spawn(
			'/usr/sbin/ip',
			[...this.cable.at(this.end), join(root, PROGRAM), ...args],
			environment,
			'/',
		);
	}

	/** The states that it has entered, in order. */
	states(): string[] {
		return [...readFileSync(this.#log, 'utf8').matchAll(/Entering (\w+) STATE/g)].map(([, state = '']) => state);
	}

	log(): string {
		return readFileSync(this.#log, 'utf8');
	}

	async stop(): Promise<void> {
		await this.#server.end('SIGTERM', 20_000);
	}
}
