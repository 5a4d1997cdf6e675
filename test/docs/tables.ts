import { DAEMONS } from '../../src/dialer/daemons.ts';
import { SETTING_TEXTS } from '../../src/setting-texts.ts';
import { THRESHOLDS } from '../../src/thresholds.ts';
import { optionTexts } from './options.ts';

const row = (...cells: string[]): string => `| ${cells.join(' | ')} |`;
const table = (head: string[], rows: string[][]): string =>
	[row(...head), row(...head.map(() => '---')), ...rows.map((cells) => row(...cells))].join('\n');

/** The parts of the README that are made from the code, by the name in their marker. */
export const TABLES: Record<string, () => string> = {
	daemons: () =>
		table(
			['daemon', 'code', 'screen', 'sign of life'],
			DAEMONS.map(({ name, code, screen, heartbeat, port, wakesEvery }) => [
				`\`${name}\``,
				code,
				`\`${screen}\``,
				heartbeat
					? `its row in \`${heartbeat.source === 'server_updater' ? 'server_updater' : 'vicidial_campaign_stats_debug'}\` moves; it goes to sleep and wakes`
					: port !== undefined
						? `its processes are not stopped; after a repair it serves port ${port}`
						: `it goes to sleep and wakes at least every ${wakesEvery} s`,
			]),
		),
	options: () =>
		table(
			['option', 'meaning'],
			optionTexts().map(({ flags, description }) => [`\`${flags}\``, description]),
		),
	settings: () =>
		table(
			['name', 'meaning', 'default'],
			Object.entries(SETTING_TEXTS).map(([name, { meaning, fallback, source }]) => [
				`\`VICIKEEP_${name}\``,
				meaning,
				fallback === undefined ? (source ?? '') : `\`${fallback}\``,
			]),
		),
	limits: () =>
		table(
			['metric', 'warning', 'critical', 'meaning'],
			Object.entries(THRESHOLDS).map(([name, { unit, warn, crit, meaning }]) => {
				const suffix = { seconds: ' s', percent: ' %', count: '' }[unit];
				return [`\`${name}\``, `${warn}${suffix}`, Number.isFinite(crit) ? `${crit}${suffix}` : 'never', meaning];
			}),
		),
};

/** The README with its generated parts made anew. */
export function withTables(readme: string): string {
	return Object.entries(TABLES).reduce((text, [name, make]) => {
		const marked = new RegExp(`(<!-- ${name} -->\n)[\\s\\S]*?(<!-- /${name} -->)`);
		if (!marked.test(text)) throw new Error(`README.md has no marker ${name}`);
		return text.replace(marked, (_, begin, end) => `${begin}${make()}\n${end}`);
	}, readme);
}
