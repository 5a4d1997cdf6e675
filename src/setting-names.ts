import { nearest } from './nearest.ts';
import { thresholdNames } from './settings-values.ts';

const NAMES = [
	'ASTGUICLIENT_CONF',
	'DB_HOST',
	'DB_PORT',
	'DB_SOCKET',
	'DB_NAME',
	'DB_USER',
	'DB_PASS',
	'SERVER_IP',
	'KEEPALIVES',
	'CRONTAB',
	'AMI_HOST',
	'AMI_PORT',
	'AMI_USER',
	'AMI_SECRET',
	'ASTERISK_ETC',
	'CONF_OWNER',
	'TEMPLATES',
	'STATE_DIR',
	'RUN_DIR',
	'LOG_DIR',
	'RESTART',
	'RESTART_ASTERISK',
	'AGE_QUEUE',
	'REREGISTER',
	'GRACE_BOOT',
	'GRACE_DATABASE',
	'GRACE_START',
	'START_WINDOW',
	'QUIET_TIMES',
	'LOOK_GAP',
	'RATION',
	'ON_CHANGE',
	'ON_FAILOVER',
	'FAILOVER_AFTER',
	'HEARTBEAT_URL',
	'PROC',
] as const;
/** Name of a setting without its prefix; the limits have names of their own. */
export type SettingName = (typeof NAMES)[number];

export const PREFIX = 'VICIKEEP_';
/** The full name of every setting that there is. */
export const KNOWN: readonly string[] = [
	...NAMES,
	...thresholdNames.flatMap((name) => [`WARN_${name.toUpperCase()}`, `CRIT_${name.toUpperCase()}`]),
].map((name) => PREFIX + name);

const bare = (name: string): string => name.replace(PREFIX, '');

/** `, did you mean "x"?` for the closest setting; the prefix, which all share, makes no two of them alike. */
export function nearestSetting(name: string): string {
	const guess = nearest(bare(name), KNOWN.map(bare)).replace('"', `"${PREFIX}`);
	return name.startsWith(PREFIX) ? guess : nearest(name, KNOWN) || guess;
}
