import { chmodSync, cpSync, lstatSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { IDLE_JOBS } from './cron.ts';
import type { Programs } from './programs.ts';

const STAND_INS = join(import.meta.dirname, 'astguiclient');

/** Lays out PATHhome: the stand-in scripts, and the Perl modules the machine lacks where PERL5LIB finds them. */
export function layHome(programs: Programs, home: string): void {
	cpSync(STAND_INS, home, { recursive: true });
	for (const name of IDLE_JOBS) writeFileSync(join(home, name), '#!/usr/bin/perl\n\nexit 0;\n');
	for (const name of readdirSync(home)) if (name.endsWith('.pl')) chmodSync(join(home, name), 0o755);
	const libs = join(home, 'libs');
	mkdirSync(libs, { recursive: true });
	for (const folder of programs.perlLibs) link(folder, libs);
	// Daemons have no LD_LIBRARY_PATH: the stand-ins load these themselves.
	for (const library of programs.driverLibraries) symlinkSync(library, join(libs, basename(library)));
}

/** Links the entries of a folder; where another one has a folder of the same name, the entries of both come together. */
function link(from: string, to: string): void {
	mkdirSync(to, { recursive: true });
	for (const entry of readdirSync(from, { withFileTypes: true })) {
		const source = join(from, entry.name);
		const target = join(to, entry.name);
		if (entry.isDirectory()) link(source, target);
		else if (!lstatSync(target, { throwIfNoEntry: false })) symlinkSync(source, target);
	}
}

/** Puts `screen` and `asterisk` where PATH finds them: the unpacked programs with the folders of this instance. */
export function writeWrappers(programs: Programs, folder: string): void {
	// screen takes the libraries out of the environment again: a daemon's is cron's.
	const screenrc = join(folder, 'etc/screenrc');
	const variables = ['LD_LIBRARY_PATH', 'SCREENRC', 'SCREENDIR'];
	writeFileSync(screenrc, variables.map((name) => `unsetenv ${name}\n`).join(''));
	const screen = { SCREENDIR: join(folder, 'screens'), SCREENRC: screenrc, LD_LIBRARY_PATH: programs.screen.libraries };
	writeWrapper(join(folder, 'bin/screen'), screen, 'screen', programs.screen.path, []);
	const config = ['-C', join(folder, 'etc/asterisk/asterisk.conf')];
	const asterisk = { LD_LIBRARY_PATH: programs.asterisk.libraries };
	const wrapper = join(folder, 'bin/asterisk');
	// the name that ps shows is one that starts it again
	writeWrapper(wrapper, asterisk, wrapper, programs.asterisk.path, config);
}

function writeWrapper(path: string, env: Record<string, string>, name: string, program: string, args: string[]): void {
	const quote = (text: string) => `'${text.replaceAll("'", "'\\''")}'`;
	const exports = Object.entries(env)
		.filter(([, value]) => value !== '')
		.map(([key, value]) => `export ${key}=${quote(value)}`);
	const command = ['exec', '-a', name, quote(program), ...args.map(quote), '"$@"'].join(' ');
	writeFileSync(path, ['#!/bin/bash', ...exports, command, ''].join('\n'), { mode: 0o755 });
}
