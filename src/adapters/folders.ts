import { readdirSync } from 'node:fs';

/** Whether a folder holds a file that Asterisk could take for sound: not hidden, with an ending. Never throws. */
export function holdsSound(folder: string): boolean {
	try {
		return readdirSync(folder).some((name) => /^[^.].*\../s.test(name));
	} catch {
		return false;
	}
}

/** Names in a folder; none where there is no such folder, or it is not shown to us. */
export function fileNames(folder: string): string[] {
	try {
		return readdirSync(folder);
	} catch {
		return [];
	}
}
