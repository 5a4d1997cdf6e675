import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { libraryPath } from './database.ts';
import { libraryFolders } from './programs.ts';
import { provideTool } from './tools.ts';

const GDB = 'usr/bin/gdb';
const HELD = 'the list of channels is locked';

/** Calls a function of the program without knowing its types. */
const call = (name: string, types: string, args: string): string => `((${types})${name})(${args})`;
/** The list of channels is what an iterator over all of them begins with (Asterisk's main/channel.c, main/astobj2.c). */
const LIST = '*(void **)$all';
const LOCK = call(
	'__ao2_lock',
	'int (*)(void *, int, const char *, const char *, int, const char *)',
	`${LIST}, 0, "gdb", "gdb", 0, "channels"`,
);
const UNLOCK = call(
	'__ao2_unlock',
	'int (*)(void *, const char *, const char *, int, const char *)',
	`${LIST}, "gdb", "gdb", 0, "channels"`,
);

/**
 * Makes a real deadlock of a running Asterisk: a debugger has its main thread take the lock of the list of channels, which
 * that thread does not need and never gives back. A Ping is answered as before; whoever asks about channels, and every
 * call, waits for ever. Resolves when the lock is held.
 * @param seconds after which the lock is given back after all
 * @throws Error where one process may not debug another
 */
export async function holdChannels(pid: number, seconds?: number): Promise<void> {
	const root = await provideTool(GDB, { packages: ['gdb-minimal'] });
	const libraries = root === '/' ? '' : libraryFolders(root).join(':');
	const commands = [
		`set $all = ${call('ast_channel_iterator_all_new', 'void *(*)(void)', '')}`,
		`set $taken = ${LOCK}`,
		`printf "${HELD}: %d\\n", $taken`,
		...(seconds === undefined
			? []
			: [`set $left = ${call('sleep', 'int (*)(int)', `${seconds}`)}`, `set $given = ${UNLOCK}`]),
		'detach',
	];
	const args = [
		'-nx',
		'-batch',
		'-iex',
		'set auto-load off',
		'-p',
		`${pid}`,
		...commands.flatMap((one) => ['-ex', one]),
	];
	const env = { ...process.env, LC_ALL: 'C', DEBUGINFOD_URLS: '', ...libraryPath(libraries) };
	const gdb = spawn(join(root, GDB), args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
	let said = '';
	await new Promise<void>((resolve, reject) => {
		const hear = (data: Buffer): void => {
			said += data;
			// for ever: only without a debugger is it the program's own deadlock
			if (seconds !== undefined && said.includes(`${HELD}: 0`)) resolve();
		};
		gdb.stdout.on('data', hear);
		gdb.stderr.on('data', hear);
		gdb.once('error', reject);
		gdb.once('close', () => {
			if (said.includes(`${HELD}: 0`)) resolve();
			else reject(new Error(`gdb could not lock the channels of process ${pid}: ${said.trim().slice(-600)}`));
		});
	});
}
