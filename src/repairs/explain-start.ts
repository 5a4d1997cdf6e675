import { runProgram } from '../adapters/exec.ts';
import { freeSpace, isMissing, mayWrite, readIfThere } from '../adapters/files.ts';
import { withoutSecrets } from '../secrets.ts';
import type { Step } from '../types.ts';
import type { World } from '../world.ts';

const COMPILE_TIMEOUT = 5000;

/**
 * Finds out why a daemon that was started does not stay up, without running it once more: its interpreter, the modules it
 * needs, the disk its logs are on. Never throws.
 * @returns reasons in words for the report; empty when none was found
 */
export async function explainStart(
	{ screen, argv: [script = ''] }: Extract<Step, { do: 'start' }>,
	world: World,
	environment: Record<string, string>,
): Promise<string[]> {
	const { settings } = world;
	try {
		const silent = await world.logsSilent();
		if (silent !== undefined) return [silent];
		return [
			...diskTrouble(settings.logs),
			...(mayWrite(settings.logs) ? [] : [`no file can be made in ${settings.logs}`]),
			...(screen === null ? [] : await scriptTrouble(script, world, environment)),
		];
	} catch {
		return [];
	}
}

/** Daemons end when they cannot open their log. */
export function diskTrouble(folder: string, space = freeSpace(folder)): string[] {
	if (space === undefined) return [];
	if (space.bytes === 0) return [`the disk under ${folder} is full`];
	if (space.inodes === 0) return [`the disk under ${folder} has no inode left`];
	return [];
}

/**
 * Has Perl read a daemon's script as cron would start it, without running it. The text goes in by stdin: a process that
 * carries the script's path would be counted by other daemons' start checks.
 * @returns what Perl refuses, without secrets; empty when it refuses nothing, or takes too long
 */
export async function scriptTrouble(
	script: string,
	{ settings: { home, database } }: World,
	environment: Record<string, string>,
): Promise<string[]> {
	const text = readIfThere(script);
	const [, interpreter] = /^#!\s*(\S+)/.exec(text ?? '') ?? [];
	if (text === undefined || interpreter === undefined) return [`${script} does not begin with #!/usr/bin/perl`];
	if (isMissing(interpreter)) return [`there is no ${interpreter}, which ${script} asks for`];
	const { exitCode, output } = await runProgram(interpreter, ['-c'], environment, COMPILE_TIMEOUT, {
		input: text,
		folder: home,
	});
	if (exitCode === 0 || exitCode === undefined) return [];
	return [withoutSecrets(compileMessage(output), [database.password])];
}

/** The first complaint of Perl, in a line. */
export function compileMessage(output: string): string {
	const [, missing] = /Can't locate (\S+)\.pm in @INC/.exec(output) ?? [];
	if (missing !== undefined) return `Perl module ${missing.replaceAll('/', '::')} is missing`;
	return `Perl refuses it: ${(output.split('\n')[0] ?? '').slice(0, 200)}`;
}
