import { join } from 'node:path';
import { libraryFolders } from './programs.ts';
import { provideTool } from './tools.ts';

/** The environment of a program whose clock is ahead by so many seconds; its timers run as ever. */
export async function clockAhead(seconds: number): Promise<Record<string, string>> {
	const root = await provideTool('usr/bin/faketime', { packages: ['faketime', 'libfaketime'] });
	const folder = libraryFolders(root).find((path) => path.endsWith('-linux-gnu')) ?? '';
	return {
		LD_PRELOAD: join(folder, 'faketime/libfaketimeMT.so.1'),
		FAKETIME: `${seconds < 0 ? '' : '+'}${seconds}`,
		DONT_FAKE_MONOTONIC: '1',
		FAKETIME_DONT_FAKE_MONOTONIC: '1',
	};
}
