import { userInfo } from 'node:os';
import { basename, dirname } from 'node:path';
import { ownership, readIfThere } from './adapters/files.ts';
import { fileNames } from './adapters/folders.ts';
import { nearest } from './nearest.ts';
import { ownsDialer } from './permission.ts';
import { DEFAULT_ENV_FILE, type Settings, type SettingsSources, settle } from './settings.ts';
import { SettingsError } from './settings-error.ts';

/** Settings with what they were made from. */
export interface Settled {
	settings: Settings;
	sources: SettingsSources;
	/** what a reader of the report should know */
	notes: string[];
}

/**
 * Settles the settings from the environment, the settings file and astguiclient.conf.
 * @param named the settings file that was asked for; without it the usual one, where there is one
 * @throws SettingsError with all problems at once
 */
export function readSettings(named: string | undefined, usual = DEFAULT_ENV_FILE): Settled {
	const path = named ?? usual;
	const found = readFor(path);
	const access = ownership(path);
	if ('text' in found && access && (access.mode & 0o022 || (access.uid !== 0 && access.uid !== process.geteuid?.()))) {
		throw new SettingsError([`${path} can be written by others than root; chown root ${path}; chmod 600 ${path}`]);
	}
	const fault = 'problem' in found && !(found.code === 'ENOENT' && named === undefined) ? found : undefined;
	const closed = fault?.code === 'EACCES' && named === undefined;
	if (fault && !closed) throw new SettingsError([`${path}: ${fault.problem}`]);
	const sources: SettingsSources = {
		environment: process.env,
		envFile: { path, text: 'text' in found ? found.text : undefined },
		readConf: (conf) => {
			const read = readFor(conf);
			if ('text' in read || read.code !== 'ENOENT') return read;
			const elsewhere = 'on a VICIdial dialer this file exists, elsewhere set VICIKEEP_ASTGUICLIENT_CONF';
			return { problem: `${read.problem}; ${elsewhere}` };
		},
	};
	const settings = settle(sources);
	if (ownership(settings.proc) === undefined)
		throw new SettingsError([`VICIKEEP_PROC=${settings.proc}: there is no such folder, expected /proc`]);
	if (!fault) return { settings, sources, notes: [] };
	// who only looks may do without; a repair without the administrator's word would be against it
	if (ownsDialer(settings)) throw new SettingsError([`${path}: ${fault.problem}`]);
	const note = `${userInfo().username} may not read ${path}: what it sets is not in force here`;
	return { settings, sources, notes: [note] };
}

function readFor(path: string): { text: string } | { problem: string; code?: string } {
	try {
		const text = readIfThere(path);
		if (text !== undefined) return { text };
		const guess = nearest(basename(path), fileNames(dirname(path)));
		return { problem: `there is no such file${guess}`, code: 'ENOENT' };
	} catch (error) {
		const { code, message } = error as NodeJS.ErrnoException;
		if (code !== 'EACCES') return { problem: message.replace(`${path} is`, 'it is') };
		return { problem: `${userInfo().username} may not read it; run vicikeep as root`, code };
	}
}
