import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { libraryFolders } from './programs.ts';
import { provideTool } from './tools.ts';

const LOGROTATE = 'usr/sbin/logrotate';

/** Runs the real logrotate on a configuration file; its complaints are in `output`. */
export async function logrotate(...args: string[]): Promise<{ status: number | null; output: string }> {
	const root = await provideTool(LOGROTATE, {
		packages: [],
		alone: ['logrotate', 'libpopt0', 'libacl1', 'libselinux1'],
	});
	const { status, stdout, stderr, error } = spawnSync(join(root, LOGROTATE), args, {
		encoding: 'utf8',
		env: { PATH: '/usr/bin:/bin', ...(root !== '/' && { LD_LIBRARY_PATH: libraryFolders(root).join(':') }) },
		timeout: 20_000,
	});
	if (error) throw error;
	return { status, output: stdout + stderr };
}
