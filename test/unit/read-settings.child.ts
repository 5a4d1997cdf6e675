import { readSettings } from '../../src/read-settings.ts';
import { SettingsError } from '../../src/settings-error.ts';

// Reads settings as another user does: argv holds the user's number, how the file is meant, and its path.
const [, , uid = '', meant, path = ''] = process.argv;
process.setgid?.(Number(uid));
process.setuid?.(Number(uid));
try {
	const { settings, notes } = meant === 'named' ? readSettings(path) : readSettings(undefined, path);
	console.log(JSON.stringify({ serverIp: settings.serverIp, notes }));
} catch (error) {
	if (!(error instanceof SettingsError)) throw error;
	console.log(JSON.stringify(error.problems));
}
