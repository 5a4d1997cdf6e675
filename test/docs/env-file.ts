import { SETTING_TEXTS, usually } from '../../src/setting-texts.ts';
import { THRESHOLDS } from '../../src/thresholds.ts';

const HEAD = `# Settings of vicikeep, for /etc/vicikeep.env (owned by root, mode 0600). See vicikeep(8).
#
# None is needed on a VICIdial dialer. A line in force has no # before its name; its value here is the default.
`;

/** The settings file with every setting commented. */
export function envFile(): string {
	const settings = Object.entries(SETTING_TEXTS)
		.filter(([name]) => name !== 'PROC')
		.map(([name, setting]) => {
			const { meaning, fallback, key } = setting;
			const from = key !== undefined || fallback === undefined ? `\n# from: ${usually(setting)}` : '';
			return `# ${meaning}${from}\n#VICIKEEP_${name}=${key === undefined ? (fallback ?? '') : ''}\n`;
		});
	const limits = Object.entries(THRESHOLDS).map(([name, { unit, warn, crit, meaning }]) => {
		const line = (side: string, value: number): string =>
			`#VICIKEEP_${side}_${name.toUpperCase()}=${Number.isFinite(value) ? value : 'never'}`;
		return `# ${meaning} (${unit})\n${line('WARN', warn)}\n${line('CRIT', crit)}\n`;
	});
	return `${[HEAD, ...settings, '# Limits: a number, or never.\n', ...limits].join('\n')}`;
}
