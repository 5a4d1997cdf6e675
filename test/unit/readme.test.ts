import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { WEB_SERVERS_CLOCK } from '../../src/checks/processes-updater.ts';
import { parseCommandLine } from '../../src/cli.ts';
import { settle } from '../../src/settings.ts';
import { withTables } from '../docs/tables.ts';

const readme = readFileSync(join(import.meta.dirname, '../../README.md'), 'utf8');
const CONF = 'VARserver_ip => 10.0.0.1\nVARactive_keepalives => 1236\n';

it('shows the tables that the code makes (npm run docs)', () => {
	expect(readme).toBe(withTables(readme));
});

it('names only options that exist, and all of them', () => {
	const help = parseCommandLine(['check', '--help'], '0');
	const known = [...('print' in help ? help.print : '').matchAll(/--[a-z-]+/g)].map(([option]) => option);
	const section = /## Options\n([\s\S]*?)\n## /.exec(readme)?.[1] ?? '';
	const named = [...section.matchAll(/`(?:-\w, )?(--[a-z-]+)/g)].map(([, option]) => option);
	expect([...new Set(named)].sort()).toEqual([...new Set(known)].filter((option) => option !== '--help').sort());
});

it('names only settings that exist', () => {
	const names = new Set([...readme.matchAll(/\bVICIKEEP_[A-Z_]+[A-Z]\b/g)].map(([name]) => name));
	expect(names.size).toBeGreaterThan(10);
	for (const name of names) {
		const problems: string[] = [];
		try {
			settle({
				environment: { [name]: '' },
				envFile: { path: 'x', text: undefined },
				readConf: () => ({ text: CONF }),
			});
		} catch (error) {
			problems.push((error as Error).message);
		}
		expect(problems.join()).not.toContain('there is no setting');
	}
});

it('tells how to see the one clock behind a time synchronization problem that no dialer shows', () => {
	const section = /## Troubleshooting\n([\s\S]*?)\n## /.exec(readme)?.[1] ?? '';
	expect(section.match(/`processes\.\w+` \|$/gm)).toHaveLength(6);
	expect(section).toContain(`nothing on the dialer: where \`vicikeep check\` is well and agents still see it`);
	expect(section.replaceAll('\\|', '|')).toContain(WEB_SERVERS_CLOCK);
});
