import { COMMON_FINDINGS } from '../checks/check.ts';
import { CHECKS } from '../checks/index.ts';
import type { Origin, Origins } from '../origins.ts';
import { SETTING_TEXTS } from '../setting-texts.ts';
import { PREFIX, type SettingName } from '../settings.ts';
import { THRESHOLDS } from '../thresholds.ts';
import type { CheckId } from '../types.ts';
import { fitTo, INDENT } from './lines.ts';

/** What these checks look at, by which limits and settings, where those came from, and what would be done about what. */
export function explain(ids: readonly CheckId[], origins: Origins, notes: readonly string[], width: number): string {
	const parts = CHECKS.filter(({ id }) => ids.includes(id)).map(({ id, needs, about }) => [
		`${id.padEnd(INDENT.length)}${about.looksAt}`,
		...(needs.length > 0 ? [`${INDENT}skipped when ${needs.join(' or ')} is down`] : []),
		...heading('limits', about.limits),
		...about.limits.flatMap((name) => [
			`${INDENT}${name}: ${THRESHOLDS[name].meaning}`,
			`${INDENT}  warning from ${told(origins.limit(name, 'warn'))}`,
			`${INDENT}  critical from ${told(origins.limit(name, 'crit'))}`,
		]),
		...heading('settings', about.settings),
		...about.settings.map((name) => setting(name, origins)),
		'  finds',
		...Object.entries(about.finds).map(([kind, words]) => `${INDENT}${id}.${kind}: ${words}`),
		'  does',
		`${INDENT}${about.does}`,
	]);
	const used = CHECKS.flatMap(({ about }) => about.settings);
	const others = (Object.keys(SETTING_TEXTS) as SettingName[]).filter((name) => !used.includes(name));
	const all = [
		...parts,
		[
			'every check',
			'  finds',
			...Object.entries(COMMON_FINDINGS).map(([kind, words]) => `${INDENT}….${kind}: ${words}`),
		],
		...(ids.length === CHECKS.length ? [['other settings', ...others.map((name) => setting(name, origins))]] : []),
		[...notes],
	];
	return `${all
		.filter((lines) => lines.length > 0)
		.map((lines) => fitTo(lines, width).join('\n'))
		.join('\n\n')}\n`;
}

const heading = (word: string, list: readonly unknown[]): string[] => (list.length > 0 ? [`  ${word}`] : []);

const told = ({ value, where }: Origin): string => `${value} (${where})`;

const setting = (name: SettingName, origins: Origins): string =>
	`${INDENT}${PREFIX}${name}=${told(origins.setting(name))}: ${SETTING_TEXTS[name].meaning}`;
