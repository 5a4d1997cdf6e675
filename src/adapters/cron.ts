import { existsSync } from 'node:fs';
import { userInfo } from 'node:os';
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
 * The environment in which cron runs the stock keepalive, and with it every daemon that this starts: cron's own PATH
 * unless the crontab sets one, and the library folder that the stock keepalive adds (crontab(5), ADMIN_keepalive_ALL.pl).
 */
export function cronEnvironment(crontab: string | undefined, home: string): Record<string, string> {
	const path = crontab ?? CRONTABS.find((candidate) => existsSync(candidate));
	const text = (path !== undefined && isTrusted(path) && readIfThere(path)) || '';
	const set = (name: string): string | undefined =>
		new RegExp(`^\\s*${name}\\s*=\\s*(.*?)\\s*$`, 'm').exec(text)?.[1]?.replace(/^(["'])(.*)\1$/, '$2');
	return {
		PATH: set('PATH') ?? '/usr/bin:/bin',
		HOME: set('HOME') ?? userInfo().homedir,
		SHELL: set('SHELL') ?? '/bin/sh',
		PERL5LIB: `${home}/libs`,
	};
}
