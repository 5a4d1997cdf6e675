import { fingerprint } from '../adapters/files.ts';
import { CONF_FILES } from '../conf/files.ts';
import type { World } from '../world.ts';

/** Changes with the program, with every template that is shipped or overrides one, and with the address they are filled in for. */
export function makersFingerprint({ settings, installRoot }: World): string {
	const folders = [`${installRoot}/templates`, ...(settings.templates === undefined ? [] : [settings.templates])];
	const templates = folders.flatMap((folder) => [folder, ...CONF_FILES.map(({ name }) => `${folder}/${name}`)]);
	return [settings.serverIp, ...[`${installRoot}/dist/vicikeep.cjs`, ...templates].map(fingerprint)].join(' ');
}

/** Whether files and folders are as they were. */
export const areAsBefore = (fingerprints: Record<string, string>): boolean =>
	Object.entries(fingerprints).every(([path, before]) => fingerprint(path) === before);
