import { renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { libraryFolders } from './programs.ts';
import { provideTool } from './tools.ts';

/** How the library reads a clock that is ahead by so many seconds. */
const ahead = (seconds: number): string => `${seconds < 0 ? '' : '+'}${seconds}`;

/** The environment of a program whose clock is ahead by so many seconds; its timers run as ever. */
export const clockAhead = async (seconds: number): Promise<Record<string, string>> => ({
	...(await fakedClock()),
	FAKETIME: ahead(seconds),
});

/** The environment of a program whose clock can be set while it runs. @param path of the file that tells its clock */
export async function settableClock(
	path: string,
): Promise<{ environment: Record<string, string>; set: (seconds: number) => void }> {
	const set = (seconds: number): void => {
		// replaced at once: the library reads it at any time
		writeFileSync(`${path}.new`, `${ahead(seconds)}\n`);
		renameSync(`${path}.new`, path);
	};
	set(0);
	return {
		environment: { ...(await fakedClock()), FAKETIME_TIMESTAMP_FILE: path, FAKETIME_NO_CACHE: '1' },
		set,
	};
}

async function fakedClock(): Promise<Record<string, string>> {
	const root = await provideTool('usr/bin/faketime', { packages: ['faketime', 'libfaketime'] });
	const folder = libraryFolders(root).find((path) => path.endsWith('-linux-gnu')) ?? '';
	return {
		LD_PRELOAD: join(folder, 'faketime/libfaketimeMT.so.1'),
		DONT_FAKE_MONOTONIC: '1',
		FAKETIME_DONT_FAKE_MONOTONIC: '1',
	};
}
