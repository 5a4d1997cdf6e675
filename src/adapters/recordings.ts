import { opendirSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** Entries of one folder that are looked at: folders of recordings can hold a hundred thousand. */
const MOST_FILES = 1000;

/** Files of a folder that nobody has written for so many seconds, the oldest first; of a large folder only a part is seen. */
export function filesAtRest(folder: string, seconds: number, now: Date): { path: string; age: number }[] {
	const found: { path: string; age: number }[] = [];
	let listing: ReturnType<typeof opendirSync>;
	try {
		listing = opendirSync(folder);
	} catch {
		return [];
	}
	try {
		for (let seen = 0; seen < MOST_FILES; seen++) {
			const entry = listing.readSync();
			if (!entry) break;
			const age = entry.isFile() ? ageOf(join(folder, entry.name), now) : undefined;
			if (age !== undefined && age >= seconds) found.push({ path: join(folder, entry.name), age });
		}
	} finally {
		listing.closeSync();
	}
	return found.sort((a, b) => b.age - a.age);
}

function ageOf(path: string, now: Date): number | undefined {
	try {
		return (now.getTime() - statSync(path).mtimeMs) / 1000;
	} catch {
		return undefined;
	}
}
