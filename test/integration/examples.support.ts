import { spawn } from 'node:child_process';
import { chmodSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { libraryPath } from '../sandbox/database.ts';
import type { Dialer } from '../sandbox/dialer.ts';

const EXAMPLES = resolve(import.meta.dirname, '../../share/examples');

/** Copies an example, with its constants changed, as an administrator does it. */
export function installed(dialer: Dialer, example: string, constants: Record<string, string>): string {
	let text = readFileSync(join(EXAMPLES, example), 'utf8');
	for (const [name, value] of Object.entries(constants)) {
		const line = new RegExp(`^const ${name} = '.*';$`, 'm');
		if (!line.test(text)) throw new Error(`${example} has no ${name}`);
		text = text.replace(line, `const ${name} = '${value}';`);
	}
	const path = join(dialer.folder, example);
	writeFileSync(path, text);
	chmodSync(path, 0o755);
	return path;
}

/** Puts a program of the sandbox where cron's PATH finds it. */
export function command(dialer: Dialer, name: string, program: string, libraries: string, ...args: string[]): void {
	const path = join(dialer.folder, 'bin', name);
	const env = Object.entries(libraryPath(libraries)).map(([key, value]) => `${key}='${value}'`);
	writeFileSync(path, `#!/bin/sh\nexec env ${[...env, program, ...args].join(' ')} "$@"\n`);
	chmodSync(path, 0o755);
}

/** Runs a hook by itself with this JSON on stdin. */
export function runHook(dialer: Dialer, path: string, given: object): Promise<{ code: number | null; output: string }> {
	return new Promise((done) => {
		const child = spawn(path, [], { env: dialer.env, stdio: 'pipe' });
		let output = '';
		for (const stream of [child.stdout, child.stderr]) stream.on('data', (data) => (output += data));
		child.on('close', (code) => done({ code, output }));
		child.stdin.end(JSON.stringify(given));
	});
}

/** What the log says of the hook's calls. */
export const callsOf = (dialer: Dialer): string[] =>
	readFileSync(join(dialer.vicikeepLogDir, 'vicikeep.log'), 'utf8')
		.trim()
		.split('\n')
		.map((line) => JSON.parse(line))
		.filter(({ event }) => event === 'hook')
		.map(({ outcome, output }) => `${outcome} ${output}`.trim());
