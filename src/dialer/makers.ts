import { fingerprint, ownership } from '../adapters/files.ts';
import { CONF_FILES } from '../conf/files.ts';
import type { World } from '../world.ts';

/** Changes with the program and with every template that is shipped or overrides one, whose they are included. */
export function makersFingerprint({ settings, installRoot }: World): string {
	const folders = [`${installRoot}/templates`, ...(settings.templates === undefined ? [] : [settings.templates])];
	const templates = folders.flatMap((folder) => [folder, ...CONF_FILES.map(({ name }) => `${folder}/${name}`)]);
	const parts = [`${installRoot}/dist/vicikeep.cjs`, ...templates].map((path) => {
		const { uid, mode } = ownership(path) ?? {};
		return `${fingerprint(path)}-${uid}-${mode}`;
	});
	return parts.join(' ');
}
