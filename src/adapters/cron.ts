import { existsSync } from 'node:fs';
import { userInfo } from 'node:os';
import { type Crontab, parseCrontab } from '../dialer/crontab.ts';
import { ownership, readIfThere } from './files.ts';

/** Where distributions keep root's crontab: Debian, SUSE, Red Hat. */
const CRONTABS = ['/var/spool/cron/crontabs/root', '/var/spool/cron/tabs/root', '/var/spool/cron/root'];

/** A crontab says what root runs: one that others may write says nothing to us. */
function isTrusted(path: string): boolean {
	const access = ownership(path);
	return (
		access !== undefined && (access.mode & 0o022) === 0 && (access.uid === 0 || access.uid === process.geteuid?.())
	);
}

/**
 * Root's crontab; undefined where there is none, it cannot be read, or others may write it.
 * @param path undefined for the place where the distribution keeps it
 */
export function readCrontab(path: string | undefined): Crontab | undefined {
	const found = path ?? CRONTABS.find((candidate) => existsSync(candidate));
	if (found === undefined || !isTrusted(found)) return undefined;
	try {
		const text = readIfThere(found);
		return text === undefined ? undefined : parseCrontab(text);
	} catch {
		return undefined;
	}
}

/**
 * The environment in which cron runs the stock keepalive, and with it every daemon that this starts: cron's own PATH
 * unless the crontab sets one, and the library folder that the stock keepalive adds (crontab(5), ADMIN_keepalive_ALL.pl).
 */
export function cronEnvironment({ variables = {} }: Partial<Crontab> = {}, home: string): Record<string, string> {
	return {
		PATH: variables.PATH ?? '/usr/bin:/bin',
		HOME: variables.HOME ?? userInfo().homedir,
		SHELL: variables.SHELL ?? '/bin/sh',
		PERL5LIB: `${home}/libs`,
	};
}
