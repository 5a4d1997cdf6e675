import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { provideTool } from './tools.ts';

const PROMTOOL = 'usr/bin/promtool';

/** What `promtool check metrics` says about a text; empty when it likes it. */
export async function lintMetrics(text: string): Promise<string> {
	const root = await provideTool(PROMTOOL, { packages: [], alone: ['prometheus'] });
	const { status, stdout, stderr, error } = spawnSync(join(root, PROMTOOL), ['check', 'metrics'], {
		input: text,
		encoding: 'utf8',
		timeout: 20_000,
	});
	if (error) throw error;
	return status === 0 ? `${stdout}${stderr}` : `exit ${status}: ${stdout}${stderr}`;
}
