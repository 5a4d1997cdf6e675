import { spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Asterisk } from './asterisk.ts';

/** Number of the system call ptrace, by what Node calls the machine. */
const PTRACE: Partial<Record<string, number>> = { x64: 101, arm64: 117 };

/** Seizes and interrupts one thread, and holds it as long as somebody has our input open. */
const HOLD = `my ($ptrace, $thread) = map { int } @ARGV;
syscall($ptrace, 0x4206, $thread, 0, 0) == 0 or die "seize: $!\\n";
syscall($ptrace, 0x4207, $thread, 0, 0) == 0 or die "interrupt: $!\\n";
waitpid($thread, 0x40000000) == $thread or die "wait: $!\\n";
syswrite(STDOUT, "held");
sysread(STDIN, my $end, 1);`;

/**
 * Stops a single thread of Asterisk, as a deadlock in its module would: all others go on. Needs root where a process may
 * trace its children alone.
 * @param main its main function, as `core show threads` has it
 * @returns what lets it go on
 */
export async function holdThread(asterisk: Asterisk, main: string): Promise<() => Promise<void>> {
	const [, thread] = new RegExp(`\\b(\\d+) ${main} `).exec(await asterisk.cli('core show threads')) ?? [];
	const ptrace = PTRACE[process.arch];
	if (thread === undefined || ptrace === undefined)
		throw new Error(`no thread ${main}, or ptrace is not known on ${process.arch}`);
	const holder = spawn('/usr/bin/perl', ['-e', HOLD, String(ptrace), thread], { stdio: ['pipe', 'pipe', 'pipe'] });
	let trouble = '';
	holder.stderr.on('data', (data) => {
		trouble += data;
	});
	const ended = once(holder, 'close');
	const [answer] = await Promise.race([once(holder.stdout, 'data'), ended]);
	if (String(answer) !== 'held') throw new Error(`thread ${main} is not held (as root it would be): ${trouble}`);
	return async () => {
		holder.stdin.end();
		await ended;
	};
}
