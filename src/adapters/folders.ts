import { readdirSync } from 'node:fs';

/** Whether a folder holds a file that Asterisk could take for sound: not hidden, with an ending. Never throws. */
export function holdsSound(folder: string): boolean {
	try {
		return readdirSync(folder).some((name) => /^[^.].*\../s.test(name));
	} catch {
		return false;
	}
}
