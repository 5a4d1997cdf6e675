import { userInfo } from 'node:os';
import { ownership, readIfThere } from './adapters/files.ts';
import { DEFAULT_ENV_FILE, type Settings, SettingsError, settle } from './settings.ts';

/**
 * Settles the settings from the environment, the settings file and astguiclient.conf.
 * @param named the settings file that was asked for; without it the usual one, where there is one
 * @throws SettingsError with all problems at once
 */
export function readSettings(named: string | undefined): Settings {
	const path = named ?? DEFAULT_ENV_FILE;
	const found = readFor(path);
	const access = ownership(path);
	if (access && (access.mode & 0o022 || (access.uid !== 0 && access.uid !== process.geteuid?.()))) {
		throw new SettingsError([`${path} can be written by others than root; chown root ${path}; chmod 600 ${path}`]);
	}
	const absent = 'problem' in found && found.problem === ABSENT;
	if ('problem' in found && !(absent && named === undefined)) throw new SettingsError([`${path}: ${found.problem}`]);
	return settle({
		environment: process.env,
		envFile: { path, text: 'text' in found ? found.text : undefined },
		readConf: (conf) => {
			const read = readFor(conf);
			if ('text' in read || read.problem !== ABSENT) return read;
			return { problem: `${ABSENT}; on a VICIdial dialer this file exists, elsewhere set VICIKEEP_ASTGUICLIENT_CONF` };
		},
	});
}

const ABSENT = 'there is no such file';

function readFor(path: string): { text: string } | { problem: string } {
	try {
		const text = readIfThere(path);
		return text === undefined ? { problem: ABSENT } : { text };
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code !== 'EACCES') return { problem: (error as Error).message };
		return { problem: `${userInfo().username} may not read it; run vicikeep as root` };
	}
}
