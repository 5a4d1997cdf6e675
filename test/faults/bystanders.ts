import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Dialer } from '../sandbox/dialer.ts';
import { allPids, argvOf, isAlive, startTimeOf, until } from '../sandbox/processes.ts';

/** Screens of an administrator whose names a careless search takes for those of daemons. */
const SCREENS = ['ASTupdate2', 'ASTsend.old', 'myASTlisten', 'ASTVDauto-test', 'asterisk-notes'];

/** By this variable of their environment they are found again. */
export const MARK = 'BYSTANDER_ON';

/** Starts processes that are nobody's business; they go with the dialer. */
export async function placeBystanders({ folder, home, env }: Dialer): Promise<void> {
	const namesake = join(folder, 'backup/AST_manager_send.pl');
	mkdirSync(join(folder, 'backup'));
	writeFileSync(namesake, 'sleep 1 while 1;\n');
	// FastAGI has no start check, so that an editor on it blocks nothing
	const edited = ['/usr/bin/tail', '-f', join(home, 'FastAGI_log.pl')];
	const commands = [
		['/usr/bin/perl', namesake],
		['/usr/bin/perl', '-e', 'sleep 1 while 1'],
		edited,
		['/bin/sh', '-c', `sleep 86400; : ${join(home, 'AST_update_AMI2.pl')}`],
		...SCREENS.map((name) => [join(folder, 'bin/screen'), '-d', '-m', '-S', name, ...edited]),
	];
	for (const [file = '', ...args] of commands) {
		spawn(file, args, { cwd: folder, env: { ...env, [MARK]: folder }, stdio: 'ignore' }).unref();
	}
	// sh and its sleep are two, and so are each SCREEN and its program; the clients that start screens have gone by then
	const all = commands.length + 1 + SCREENS.length;
	await until('the bystanders', 10_000, () => {
		const now = bystanders(folder);
		return now.length === all && now.filter((line) => line.includes('SCREEN')).length === SCREENS.length;
	});
}

/** Each of them as `pid start command`. */
export function bystanders(folder: string): string[] {
	return allPids()
		.filter((pid) => isAlive(pid) && environment(pid).includes(`${MARK}=${folder}\0`))
		.map((pid) => `${pid} ${startTimeOf(pid)} ${argvOf(pid).join(' ')}`);
}

function environment(pid: number): string {
	try {
		return readFileSync(`/proc/${pid}/environ`, 'latin1');
	} catch {
		return ''; // it has just gone, or is another user's
	}
}
