import { readFileSync } from 'node:fs';
import { CHECKS } from '../../src/checks/index.ts';
import { SETTING_TEXTS, usually } from '../../src/setting-texts.ts';
import { THRESHOLDS } from '../../src/thresholds.ts';
import { optionTexts } from './options.ts';

const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };

/** Text as troff takes it: hyphens that can be copied, no line that looks like a request. */
const text = (words: string): string =>
	words.replaceAll('\\', '\\e').replaceAll('-', '\\-').replaceAll("'", '\\(aq').replace(/^\./gm, '\\&.');

const section = (name: string, ...lines: string[]): string => [`.SH ${name}`, ...lines].join('\n');
const bold = (words: string): string => `\\fB${text(words)}\\fR`;
const item = (tag: string, ...lines: string[]): string => ['.TP', tag, ...lines.map(text)].join('\n');
const flags = (option: string): string =>
	text(option)
		.replace(/(^|, )(\\-[\\\-a-z]+)/g, '$1\\fB$2\\fR')
		.replace(/<(\w+)>/, '\\fI$1\\fR')
		.replace(/\[(\w+)\]/, '[\\fI$1\\fR]');

/** The manual page, made from the command line, the settings and the limits. */
export function manual(): string {
	return `${[
		'.\\" npm run docs makes this from the command line, the settings and the limits as they are defined',
		`.TH VICIKEEP 8 "" "vicikeep ${version}" "System administration"`,
		'.nh',
		section('NAME', text('vicikeep - watchdog for VICIdial dialers')),
		section('SYNOPSIS', `${bold('vicikeep check')} [\\fIoption\\fR...]`),
		section(
			'DESCRIPTION',
			text(`Looks at a VICIdial dialer (the machine, the database and its queues, Asterisk, its trunks, the Perl daemons, the
conf files) and at the other dialers of its cluster, names the one thing that is wrong, repairs what a repair
can help, proves the repair, and says so in a line.`),
			'.PP',
			text(`No setting is needed: the database account comes from astguiclient.conf, the manager account from the dialer's
row in the table servers. Who is not root only looks.`),
		),
		section('OPTIONS', ...optionTexts().map((option) => item(flags(option.flags), option.description))),
		section(
			'CHECKS',
			text('One that cannot be looked at is skipped, with the cause. vicikeep check --explain tells more of each.'),
			...CHECKS.map(({ id, about }) => item(bold(id), about.looksAt)),
		),
		section(
			'EXIT STATUS',
			text('The state at the end of the run, after repairs were verified.'),
			item(bold('0'), 'all well, or it was broken and is repaired and verified'),
			item(bold('1'), 'a warning remains'),
			item(bold('2'), 'something is critical; also a database or Asterisk that refuses or is silent'),
			item(bold('3'), 'something could not be seen; wrong usage, unreadable settings'),
		),
		section(
			'OUTPUT FOR MONITORS',
			text(`With --format nagios the first line says it all in less than 80 columns. Details follow, performance data after a
bar. Of a quantity that exists once per daemon, campaign or folder the label is its name shortened and what it is about, such as
dsil_update for daemon_silence of AST_update. Limits are inclusive: a value that reaches one is beyond it. A usage error is
an UNKNOWN line. Call it as vicikeep check -n -t 9 --format nagios; any user may.`),
			'.PP',
			text(`With --format prometheus, and in --metrics-file, every metric is a gauge in base units. The state is a number
as the exit status is: vicikeep_status, and vicikeep_check_status for each check that was not skipped. When
vicikeep_last_run_timestamp_seconds grows old, vicikeep itself does not run.`),
			'.PP',
			text(
				'The object that --json prints is described by report.schema.json; the packages put it into /usr/lib/vicikeep/share.',
			),
		),
		section(
			'FILES',
			item(bold('/etc/vicikeep.env'), 'settings, one NAME=value a line; owned by root, mode 0600'),
			item(bold('/etc/astguiclient.conf'), 'what the dialer is'),
			item(bold('/var/lib/vicikeep'), 'what one run tells the next, and earlier versions of the conf files'),
			item(bold('/run/vicikeep/lock'), 'held by the run that may repair'),
			item(
				bold('/run/vicikeep/pause'),
				'while it is there nothing is repaired. It holds minutes or an ISO time, at most 24 h; empty means 60 minutes.',
			),
			item(bold('/var/log/vicikeep/vicikeep.log'), 'a JSON line for each change and repair'),
		),
		section(
			'SETTINGS',
			text('From the environment, else the settings file, else as named here.'),
			...Object.entries(SETTING_TEXTS).map(([name, setting]) =>
				item(bold(`VICIKEEP_${name}`), `${setting.meaning} (${usually(setting)})`),
			),
		),
		section(
			'LIMITS',
			text(
				'VICIKEEP_WARN_METRIC and VICIKEEP_CRIT_METRIC change them, with the metric in capitals; never switches one off.',
			),
			...Object.entries(THRESHOLDS).map(([name, { unit, warn, crit, meaning }]) => {
				const limit = (value: number): string => (Number.isFinite(value) ? String(value) : 'never');
				return item(bold(name), `${meaning} (${unit}: warning ${limit(warn)}, critical ${limit(crit)})`);
			}),
		),
		section(
			'EXAMPLES',
			item(bold('vicikeep check --dry-run'), 'what it would do'),
			item(
				bold('* * * * * sleep 15; vicikeep check --quiet'),
				"root's crontab, behind the stock keepalive at second 0",
			),
			item(bold('vicikeep check --wait 180'), 'after a deployment: until nothing is critical'),
			item(bold('vicikeep check --rebuild sip-vicidial.conf -n'), 'how this file differs from what the database says'),
			item(bold('vicikeep check -n -t 9 --format nagios'), 'for a monitor, as any user'),
			item(bold('echo 90 > /run/vicikeep/pause'), 'nothing is repaired for an hour and a half'),
		),
		section(
			'SEE ALSO',
			'.BR crontab (5),',
			'.BR screen (1),',
			'.BR asterisk (8);',
			text('README.md and the examples in /usr/share/doc/vicikeep'),
		),
	].join('\n')}\n`;
}
