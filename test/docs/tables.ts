import { COMMON_FINDINGS } from '../../src/checks/check.ts';
import { CHECKS } from '../../src/checks/index.ts';
import { about } from '../../src/checks/processes-about.ts';
import { KIND, WEB_SERVERS_CLOCK } from '../../src/checks/processes-updater.ts';
import { DAEMONS } from '../../src/dialer/daemons.ts';
import type { Sign } from '../../src/dialer/signs.ts';
import { REPAIRS } from '../../src/repairs/about.ts';
import { SETTING_TEXTS, usually } from '../../src/setting-texts.ts';
import { THRESHOLDS } from '../../src/thresholds.ts';
import { optionTexts } from './options.ts';

const row = (...cells: string[]): string => `| ${cells.join(' | ')} |`;
const table = (head: string[], rows: string[][]): string =>
	[row(...head), row(...head.map(() => '---')), ...rows.map((cells) => row(...cells))].join('\n');

/** Texts stand in the code in several lines. */
const oneLine = (text: string): string => text.replaceAll('\n', ' ');

/** A sign of life in words. */
function describe(sign: Sign): string {
	switch (sign.by) {
		case 'updater':
			return 'its row in `server_updater` moves';
		case 'stats':
			return `the row ${sign.row} of \`vicidial_campaign_stats_debug\` moves`;
		case 'remote_agents':
			return 'the rows of active remote agents move';
		case 'log':
			return `\`${sign.file.name}\` grows`;
		case 'manager_socket':
			return "what Asterisk's manager sends is read";
		case 'port':
			return `nothing waits on port ${sign.port}, and a request is served`;
		case 'udp_ports':
			return `it holds UDP ${sign.ports.join(', ')}`;
		case 'reset_date':
			return '`system_settings.timeclock_last_reset_date` is today after the end of day';
	}
}

/** The parts of the README that are made from the code, by the name in their marker. */
export const TABLES: Record<string, () => string> = {
	daemons: () =>
		table(
			['daemon', 'asked for by', 'screen', 'sign of life'],
			DAEMONS.map(({ name, askedBy, screen, signs, wakesEvery }) => [
				`\`${name}\``,
				`\`${askedBy}\``,
				screen === null ? 'none' : `\`${screen}\``,
				[...signs.map(describe), ...(wakesEvery === null ? [] : ['it goes to sleep and wakes'])].join('; '),
			]),
		),
	checks: () =>
		table(
			['check', 'looks at', 'does'],
			CHECKS.map(({ id, about }) => [`\`${id}\``, oneLine(about.looksAt), oneLine(about.does)]),
		),
	findings: () =>
		table(
			['finding', 'meaning'],
			[
				...CHECKS.flatMap(({ id, about }) =>
					Object.entries(about.finds).map(([kind, words]) => [`\`${id}.${kind}\``, words]),
				),
				...Object.entries(COMMON_FINDINGS).map(([kind, words]) => [`….\`${kind}\``, words]),
			],
		),
	time: () =>
		table(
			['behind the time synchronization problem', 'shown by'],
			[
				...Object.values(KIND).map((kind) => [about.finds[kind] ?? '', `\`processes.${kind}\``]),
				[
					"the web server's clock, or its time zone",
					`nothing on the dialer: where \`vicikeep check\` is well and agents still see it, compare \`${WEB_SERVERS_CLOCK.replaceAll('|', '\\|')}\`, and on the web server \`php -r 'echo date("c");'\` with \`date\` here`,
				],
			],
		),
	repairs: () =>
		table(
			['action', 'what it does', 'when', 'within which bounds', 'done when'],
			Object.values(REPAIRS).map(({ action, does, when, bounds, proof }) => [
				`\`${action}\``,
				does,
				when,
				bounds,
				proof,
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
			Object.entries(SETTING_TEXTS).map(([name, setting]) => [
				`\`VICIKEEP_${name}\``,
				setting.meaning,
				setting.key === undefined && setting.fallback !== undefined ? `\`${setting.fallback}\`` : usually(setting),
			]),
		),
	limits: () =>
		table(
			['metric', 'warning', 'critical', 'meaning'],
			Object.entries(THRESHOLDS).map(([name, { unit, warn, crit, meaning }]) => {
				const suffix = { seconds: ' s', percent: ' %', count: '', bytes: ' bytes', mebibytes: ' MiB' }[unit];
				const limit = (value: number): string => (Number.isFinite(value) ? `${value}${suffix}` : 'never');
				return [`\`${name}\``, limit(warn), limit(crit), meaning];
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
