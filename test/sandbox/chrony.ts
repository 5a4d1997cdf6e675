import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Background } from './background.ts';
import { libraryPath } from './database.ts';
import { libraryFolders } from './programs.ts';
import { run } from './run.ts';
import { provideTool } from './tools.ts';

/**
 * A real chronyd that never sets a clock. It runs under another name than chronyd, so that nobody takes it for the time
 * service of this machine.
 */
export class Chrony {
	readonly #server: Background;

	private constructor(
		private readonly root: string,
		private readonly folder: string,
	) {
		this.#server = new Background('chronyd', join(folder, 'chrony.log'));
	}

	/** @param conf lines of chrony.conf besides the place of its socket */
	static async start(folder: string, conf: string): Promise<Chrony> {
		const root = await provideTool('usr/sbin/chronyd', { packages: ['chrony'] });
		const chrony = new Chrony(root, join(folder, 'chrony'));
		// it refuses a folder of its socket that others may enter
		mkdirSync(chrony.folder, { recursive: true, mode: 0o700 });
		const path = join(chrony.folder, 'chrony.conf');
		writeFileSync(path, `${conf}\ncmdport 0\nbindcmdaddress ${chrony.socket}\npidfile ${chrony.folder}/pid\n`);
		const program = join(chrony.folder, 'keeper');
		copyFileSync(join(root, 'usr/sbin/chronyd'), program);
		await chrony.#server.spawn(program, ['-x', '-d', '-u', 'root', '-f', path], chrony.environment, chrony.folder);
		return chrony;
	}

	/** What `chronyc -c -n tracking` says; rejects as long as nobody answers. */
	tracking(): Promise<string> {
		const chronyc = join(this.root, 'usr/bin/chronyc');
		return run(chronyc, ['-h', this.socket, '-c', '-n', 'tracking'], { env: this.environment, timeoutMs: 10_000 });
	}

	async stop(): Promise<void> {
		await this.#server.end('SIGTERM', 10_000);
	}

	private get socket(): string {
		return join(this.folder, 'chronyd.sock');
	}

	private get environment(): Record<string, string> {
		return this.root === '/' ? {} : libraryPath(libraryFolders(this.root).join(':'));
	}
}
