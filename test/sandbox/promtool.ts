import { spawnSync } from 'node:child_process';
import { existsSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { withLock } from './lock.ts';
import { fetchPackages } from './packages.ts';
import { SANDBOX } from './programs.ts';

/** Where Prometheus' promtool is: below SANDBOX_PROGRAMS, installed, or downloaded once into .sandbox/. */
async function providePromtool(): Promise<string> {
	const root = join(SANDBOX, 'promtool');
	const places = [process.env.SANDBOX_PROGRAMS ?? '/', '/', root].map((folder) => join(folder, 'usr/bin/promtool'));
	const found = () => places.find((path) => existsSync(path));
	if (found() === undefined) {
		await withLock(join(SANDBOX, 'promtool.lock'), 600_000, async () => {
			if (found() !== undefined) return;
			const fresh = `${root}.new`;
			rmSync(fresh, { recursive: true, force: true });
			await fetchPackages({ packages: [], alone: ['prometheus'] }, fresh, `${root}.apt`, () => {});
			renameSync(fresh, root);
			rmSync(`${root}.apt`, { recursive: true, force: true });
		});
	}
	return found() ?? join(root, 'usr/bin/promtool');
}

/** What `promtool check metrics` says about a text; empty when it likes it. */
export async function lintMetrics(text: string): Promise<string> {
	const { status, stdout, stderr, error } = spawnSync(await providePromtool(), ['check', 'metrics'], {
		input: text,
		encoding: 'utf8',
		timeout: 20_000,
	});
	if (error) throw error;
	return status === 0 ? `${stdout}${stderr}` : `exit ${status}: ${stdout}${stderr}`;
}
