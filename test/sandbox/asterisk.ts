import { cpSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createConnection } from 'node:net';
import { basename, join } from 'node:path';
import { Background } from './background.ts';
import { libraryPath } from './database.ts';
import { allPids, argvOf, signal, until } from './processes.ts';
import type { Programs } from './programs.ts';
import { run } from './run.ts';

const TEMPLATES = join(import.meta.dirname, 'asterisk');

/** The Asterisk of an instance, laid out as on a VICIdial box. */
export class Asterisk {
	readonly etc: string;
	private readonly server: Background;

	constructor(
		private readonly programs: Programs,
		private readonly folder: string,
		private readonly address: string,
	) {
		this.etc = join(folder, 'etc/asterisk');
		this.server = new Background('Asterisk', join(folder, 'log/asterisk/console'));
	}

	/** Its process id, whoever started it; undefined while it does not run. A console (-r) is none. */
	get pid(): number | undefined {
		const config = join(this.etc, 'asterisk.conf');
		const found = allPids().find((pid) => {
			const [program = '', ...args] = argvOf(pid);
			return args.includes(config) && basename(program) === 'asterisk' && !args.some((arg) => /^-[rRx]/.test(arg));
		});
		return found ?? this.server.pid; // a dying process has lost its arguments already
	}

	/** Writes the configuration folder. */
	configure(): void {
		const { modules, data } = this.programs.asterisk;
		const values: Record<string, string> = { FOLDER: this.folder, IP: this.address, MODULES: modules, DATA: data };
		cpSync(TEMPLATES, this.etc, { recursive: true });
		// One second of silence: a music class without a file is refused.
		writeFileSync(join(this.folder, 'lib/asterisk/moh/silence.sln'), Buffer.alloc(16_000));
		for (const name of readdirSync(this.etc)) {
			const path = join(this.etc, name);
			writeFileSync(
				path,
				readFileSync(path, 'utf8').replace(/@([A-Z]+)@/g, (all, key) => values[key] ?? all),
			);
		}
	}

	/** Starts it, in this environment besides its own, and waits until the AMI says that it is fully booted (30 s). */
	async start(extra: Record<string, string> = {}): Promise<void> {
		const { path, libraries } = this.programs.asterisk;
		const env = { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', HOME: this.folder, TERM: 'dumb', ...libraryPath(libraries) };
		await this.server.spawn(path, [...this.config, '-f', '-vvvT'], { ...env, ...extra }, this.folder);
		await this.server.ready(30_000, () => fullyBooted(this.address));
	}

	/** Starts it as the boot script does, in the screen `asterisk`, and waits until it is fully booted (30 s). */
	async boot(env: Record<string, string>): Promise<void> {
		await run(join(this.folder, 'astguiclient/start_asterisk_boot.pl'), [], { env, timeoutMs: 15_000 });
		await until('Asterisk in its screen', 30_000, () => fullyBooted(this.address));
	}

	private get config(): string[] {
		return ['-C', join(this.etc, 'asterisk.conf')];
	}

	/** Kills it as a crash would. */
	async kill(): Promise<void> {
		this.signal('SIGKILL');
		await until('end of Asterisk', 5_000, () => this.pid === undefined);
		// under load the kernel may still take connections for the dead, and a new one would think it runs already
		rmSync(join(this.folder, 'run/asterisk/asterisk.ctl'), { force: true });
	}

	/** Stops it in its tracks: the kernel still takes connections, nobody answers. */
	freeze(): void {
		this.signal('SIGSTOP');
	}

	thaw(): void {
		this.signal('SIGCONT');
	}

	private signal(name: NodeJS.Signals): void {
		const { pid } = this;
		if (pid !== undefined) signal(pid, name);
	}

	/** Runs a command on its console and gives the output; rejects after 10 s. */
	cli(command: string): Promise<string> {
		const { path, libraries } = this.programs.asterisk;
		const env = { ...process.env, ...libraryPath(libraries) };
		return run(path, [...this.config, '-rx', command], { env, timeoutMs: 10_000 });
	}
}

/** Whether the AMI lets `cron` in and reports the end of the start; false when it does not within 1 s. */
function fullyBooted(host: string): Promise<boolean> {
	return new Promise((resolve) => {
		const socket = createConnection({ host, port: 5038 });
		let text = '';
		socket.setTimeout(1_000, () => socket.destroy());
		socket.on('connect', () => socket.write('Action: Login\r\nUsername: cron\r\nSecret: 1234\r\n\r\n'));
		socket.on('data', (data) => {
			text += data;
			if (!text.includes('FullyBooted')) return;
			resolve(true);
			socket.destroy();
		});
		socket.on('error', () => {});
		socket.on('close', () => resolve(false));
	});
}
