import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { CHECKS } from '../../src/checks/index.ts';
import { Origins } from '../../src/origins.ts';
import { EVERY_REPAIR } from '../../src/repair-about.ts';
import { explain } from '../../src/report/explain.ts';
import { SETTING_TEXTS } from '../../src/setting-texts.ts';
import { type SettingsSources, settle } from '../../src/settings.ts';
import { THRESHOLDS } from '../../src/thresholds.ts';
import type { CheckId } from '../../src/types.ts';

const SRC = join(import.meta.dirname, '../../src');
const FILES = readdirSync(SRC, { recursive: true, encoding: 'utf8' })
	.filter((name) => name.endsWith('.ts') && !name.endsWith('-about.ts'))
	.map((name) => ({ name, text: readFileSync(join(SRC, name), 'utf8') }));
/** What these files say, without what the checks say of themselves. */
const codeOf = (wanted: (file: { name: string }) => boolean): string =>
	FILES.filter(wanted)
		.map(({ text }) => text)
		.join('\n');

const CONF = 'VARserver_ip => 10.0.0.1\nVARactive_keepalives => 1236\nVARDB_pass => geheim\n';

function explained(
	ids: readonly CheckId[],
	envFile = '',
	environment: Record<string, string> = {},
	width = 80,
): string {
	const sources: SettingsSources = {
		environment,
		envFile: { path: '/etc/vicikeep.env', text: envFile },
		readConf: () => ({ text: CONF }),
	};
	return explain(ids, new Origins(settle(sources), sources), [], width);
}
const all = CHECKS.map(({ id }) => id);
const sorted = (names: readonly string[]): string[] => [...names].sort();

describe('what the checks say of themselves', () => {
	it('names every limit once', () => {
		const named = [...CHECKS.flatMap(({ about }) => about.limits), ...EVERY_REPAIR.limits];
		expect(sorted(named)).toEqual(sorted(Object.keys(THRESHOLDS)));
	});

	it('names every setting once', () => {
		const named = [...CHECKS.flatMap(({ about }) => about.settings), ...EVERY_REPAIR.settings];
		expect(sorted(named)).toEqual(sorted(Object.keys(SETTING_TEXTS)));
	});

	it('names no limit that nothing is held against', () => {
		const code = codeOf(({ name }) => name !== 'thresholds.ts');
		expect(Object.keys(THRESHOLDS).filter((limit) => !new RegExp(`['.]${limit}\\b`).test(code))).toEqual([]);
	});

	it.each(CHECKS.map(({ id, about }) => [id, about] as const))(
		'%s tells every trouble that it can find',
		(id, about) => {
			const code = codeOf(({ name }) => name === `checks/${id}.ts` || name.startsWith(`checks/${id}-`));
			const kinds = [
				...code.matchAll(/\b(?:finding|add)\(\s*([^,()]*),/g),
				...code.matchAll(/\bkind = ([^;]*);/g),
				...code.matchAll(/\bid: `\w+\.\$\{([^`]*)\}`/g),
				...code.matchAll(/\buncleared\(\s*context,\s*('[a-z_]+')/g),
				...code.matchAll(/\bKIND\b[^=]*= \{([^}]*)\}/g),
			].flatMap(([, words = '']) => [...words.matchAll(/'([a-z_]+)'/g)]);
			const literal = [
				...kinds,
				...code.matchAll(new RegExp(`\\bid: '${id}\\.([a-z_]+)'`, 'g')),
				...code.matchAll(/\bid: '([a-z_]+)',\n?\s*status:/g),
			].map(([, kind]) => kind ?? '');
			expect(literal.length).toBeGreaterThan(3);
			expect(literal.filter((kind) => !(kind in about.finds))).toEqual([]);
			// and none that it cannot
			expect(Object.keys(about.finds).filter((kind) => !new RegExp(`['".]${kind}\\b|\\b${kind}:`).test(code))).toEqual(
				[],
			);
		},
	);
});

describe('--explain', () => {
	it('tells each limit in force with its unit and where it came from', () => {
		const text = explained(['asterisk'], '# mine\nVICIKEEP_WARN_AMI_ANSWER=1.5\n', {
			VICIKEEP_CRIT_AMI_ANSWER: 'never',
		});
		expect(text).toContain(
			[
				'          ami_answer (seconds): round trip of an AMI Ping',
				'            warning from 1.5 s (/etc/vicikeep.env:2, default 2 s)',
				'            critical from never (environment, default 10 s)',
			].join('\n'),
		);
		expect(text).toMatch(/asterisk_clock_skew \(seconds\): [^:]*\n +warning from 5 s \(default\)\n/);
	});

	it('tells settings with their source, and shows no secret', () => {
		const text = explained(all, 'VICIKEEP_AMI_SECRET=geheim\nVICIKEEP_RESTART=off\n');
		expect(text).toContain('VICIKEEP_RESTART=off (/etc/vicikeep.env:2)');
		expect(text).toContain('VICIKEEP_SERVER_IP=10.0.0.1 (/etc/astguiclient.conf:1)');
		expect(text).toContain('VICIKEEP_DB_PASS=set, not shown (/etc/astguiclient.conf:3)');
		expect(text).toContain('VICIKEEP_LOOK_GAP=50 (default)');
		expect(text).not.toContain('geheim');
	});

	it('tells of the checks that are asked for, and of all repairs', () => {
		const text = explained(['mysql', 'conf']);
		expect([...text.matchAll(/^(\S.*?) {2}/gm)].map(([, title]) => title)).toEqual(['mysql', 'conf', 'any', 'repairs']);
	});

	it.each([80, 60])('fits %d columns', (width) => {
		const wide = explained(all, '', {}, width)
			.split('\n')
			.filter((line) => line.length > width && line.trim().includes(' '));
		expect(wide).toEqual([]);
	});
});
