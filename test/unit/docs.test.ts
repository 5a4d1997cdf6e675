import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { SETTING_TEXTS } from '../../src/setting-texts.ts';
import { settle } from '../../src/settings.ts';
import { DOCUMENTS } from '../docs/documents.ts';

const ROOT = join(import.meta.dirname, '../..');
const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');
/** What is in force, wherever it was set. */
function settings(environment: Record<string, string>, envFile?: string) {
	const { setAt: _, ...inForce } = settle({
		environment,
		envFile: { path: '/etc/vicikeep.env', text: envFile },
		readConf: () => ({ text: 'VARserver_ip => 10.0.0.1\nVARactive_keepalives => 1236\n' }),
	});
	return inForce;
}

it.each(Object.entries(DOCUMENTS))('%s says what the code says (npm run docs)', (path, make) => {
	expect(make(read(path))).toBe(read(path));
});

it.each(
	Object.entries(SETTING_TEXTS).flatMap(([name, { fallback }]) => (fallback === undefined ? [] : [[name, fallback]])),
)('VICIKEEP_%s is documented with the default that is in force', (name = '', fallback = '') => {
	expect(settings({ [`VICIKEEP_${name}`]: fallback })).toEqual(settings({}));
});

it('the settings file holds every setting, and changes nothing when its defaults are put in force', () => {
	const text = read('share/vicikeep.env');
	expect(settings({}, text)).toEqual({ ...settings({}), envFile: '/etc/vicikeep.env' });
	const inForce = text.replace(/^#(VICIKEEP_\w+=.+)$/gm, '$1');
	expect(inForce.match(/^VICIKEEP_/gm)?.length).toBeGreaterThan(40);
	expect(settings({}, inForce)).toEqual({ ...settings({}), envFile: '/etc/vicikeep.env' });
});

describe('the bash completion', () => {
	/** What bash would offer for the last of these words. */
	function offers(...words: string[]): string[] {
		const script = `source share/completion.bash; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _vicikeep; printf "%s\\n" "\${COMPREPLY[@]}"`;
		return execFileSync('/bin/bash', ['-c', script, 'bash', 'vicikeep', ...words], { cwd: ROOT, encoding: 'utf8' })
			.trim()
			.split('\n');
	}

	it.each([
		[['ch'], ['check']],
		[['check', '--dry'], ['--dry-run']],
		[['check', '--format', 'n'], ['nagios']],
		[['check', '--only', 'mysql,as'], ['mysql,asterisk']],
		[['check', '--rebuild', 'sip'], ['sip-vicidial.conf']],
		[['check', '--env-file', 'package.j'], ['package.json']],
		[['check', '-t', ''], ['']],
	])('%j becomes %j', (words, offered) => {
		expect(offers(...words)).toEqual(offered);
	});
});
