import { type About, COMMON_FINDINGS } from '../checks/check.ts';
import { CHECKS } from '../checks/index.ts';
import type { Origin, Origins } from '../origins.ts';
import { EVERY_REPAIR } from '../repair-about.ts';
import { REPAIRS } from '../repairs/about.ts';
import { PREFIX } from '../setting-names.ts';
import { SETTING_TEXTS } from '../setting-texts.ts';
import { THRESHOLDS } from '../thresholds.ts';
import type { CheckId } from '../types.ts';
import { fitTo, INDENT } from './lines.ts';

/** What these checks look at, by which limits and settings, where those came from, and what would be done about what. */
export function explain(ids: readonly CheckId[], origins: Origins, notes: readonly string[], width: number): string {
	const parts = CHECKS.filter(({ id }) => ids.includes(id)).map(({ id, needs, about }) => [
		titled(id, about.looksAt),
		...(needs.length > 0 ? [`${INDENT}skipped while ${needs.join(' or ')} is down`] : []),
		...inForce(about, origins),
		...list('finds', kinds(id, about.finds)),
		...list('does', [about.does]),
	]);
	const common = [titled('any', 'what can befall each check'), ...list('finds', kinds('<check>', COMMON_FINDINGS))];
	const repairs = [
		titled('repairs', EVERY_REPAIR.looksAt),
		...inForce(EVERY_REPAIR, origins),
		...list('does', [EVERY_REPAIR.does]),
		...list(
			'kinds',
			Object.values(REPAIRS).map(({ action, when }) => `${action}: ${when.replaceAll('`', '')}`),
		),
	];
	return `${[...parts, common, repairs, notes]
		.filter((lines) => lines.length > 0)
		.map((lines) => fitTo(lines.map(oneLine), width).join('\n'))
		.join('\n\n')}\n`;
}

/** Texts stand in the code in several lines. */
const oneLine = (text: string): string => text.replace(/\n/g, ' ');

const titled = (title: string, text: string): string =>
	title.padEnd(INDENT.length - 1) + (text === '' ? '' : ` ${text}`);

const list = (title: string, lines: readonly string[]): string[] =>
	lines.length === 0 ? [] : [`  ${title}`, ...lines.map((line) => INDENT + line)];

const kinds = (id: string, finds: About['finds']): string[] =>
	Object.entries(finds).map(([kind, words]) => `${id}.${kind}: ${words}`);

function inForce({ limits, settings }: Pick<About, 'limits' | 'settings'>, origins: Origins): string[] {
	const told = ({ value, where }: Origin): string => `${value} (${where})`;
	return [
		...list(
			'limits',
			limits.flatMap((name) => [
				`${name} (${THRESHOLDS[name].unit}): ${THRESHOLDS[name].meaning}`,
				`  warning from ${told(origins.limit(name, 'warn'))}`,
				`  critical from ${told(origins.limit(name, 'crit'))}`,
			]),
		),
		...list(
			'settings',
			settings.map((name) => `${PREFIX}${name}=${told(origins.setting(name))}: ${SETTING_TEXTS[name].meaning}`),
		),
	];
}
