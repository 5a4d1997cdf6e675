import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildSync } from 'esbuild';
import { ConfFileError } from '../../src/adapters/conf-file.ts';
import { ConfFolder } from '../../src/adapters/conf-folder.ts';

export const NAME = 'sip-vicidial.conf';
export const isRoot = process.geteuid?.() === 0;

/** Folders for one test, and what the tests do with them. */
export class Given {
	readonly base = mkdtempSync(join(tmpdir(), 'conf-folder-'));
	readonly etc = join(this.base, 'etc');
	readonly backups = join(this.base, 'state', 'conf');
	readonly folder = new ConfFolder(this.etc, this.backups);

	constructor() {
		chmodSync(this.base, 0o755);
		mkdirSync(this.etc);
	}

	put(name: string, text: string, mode = 0o640): void {
		writeFileSync(join(this.etc, name), text, 'latin1');
		chmodSync(join(this.etc, name), mode);
	}

	live(name = NAME): string {
		return readFileSync(join(this.etc, name), 'latin1');
	}

	hash(name = NAME): string {
		return this.folder.read(name)?.hash ?? 'missing';
	}

	install(text: string): void {
		this.folder.install(this.folder.stage(NAME, text), this.hash());
	}

	remove(): void {
		rmSync(this.base, { recursive: true });
	}
}

/** Permission bits of a file. */
export function modeOf(path: string): number {
	return statSync(path).mode & 0o7777;
}

/** How a change failed. @throws Error if it did not */
export function failure(change: () => unknown): ConfFileError {
	try {
		change();
	} catch (error) {
		if (error instanceof ConfFileError) return error;
		throw error;
	}
	throw new Error('it worked');
}

/** Builds conf-folder.child.ts, which starts faster that way. @returns path of the program, in a folder of its own */
export function buildChild(): string {
	const program = mkdtempSync(join(tmpdir(), 'conf-folder-program-'));
	chmodSync(program, 0o755);
	const outfile = join(program, 'child.cjs');
	const entry = join(import.meta.dirname, 'conf-folder.child.ts');
	buildSync({ entryPoints: [entry], outfile, bundle: true, platform: 'node', logLevel: 'warning' });
	return outfile;
}
