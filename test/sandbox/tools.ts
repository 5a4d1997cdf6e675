import { existsSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { withLock } from './lock.ts';
import { fetchPackages, type Wanted } from './packages.ts';
import { SANDBOX } from './programs.ts';

/**
 * The root below which a program is that only some tests need: SANDBOX_PROGRAMS, `/` where it is installed, or a folder in
 * .sandbox/ into which its package is downloaded once.
 * @param program path below the root, such as usr/bin/promtool
 */
export async function provideTool(program: string, wanted: Omit<Wanted, 'release'>): Promise<string> {
	const name = program.split('/').at(-1) ?? '';
	const downloaded = join(SANDBOX, name);
	const found = () =>
		[process.env.SANDBOX_PROGRAMS ?? '/', '/', downloaded].find((root) => existsSync(join(root, program)));
	if (found() === undefined) {
		await withLock(`${downloaded}.lock`, 600_000, async () => {
			if (found() !== undefined) return;
			const fresh = `${downloaded}.new`;
			rmSync(fresh, { recursive: true, force: true });
			await fetchPackages(wanted, fresh, `${downloaded}.apt`, () => {});
			renameSync(fresh, downloaded);
			rmSync(`${downloaded}.apt`, { recursive: true, force: true });
		});
	}
	return found() ?? downloaded;
}
