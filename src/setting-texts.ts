import type { AstguiclientKey } from './dialer/astguiclient.ts';
import type { SettingName } from './setting-names.ts';

/** What the administrator is told of a setting. */
export interface SettingText {
	meaning: string;
	/** the default as it would be written; absent where it comes from elsewhere */
	fallback?: string;
	/** the line of astguiclient.conf that says it while it is not set */
	key?: AstguiclientKey;
	/** where the value comes from while it is not set, in words */
	source?: string;
	/** never shown */
	secret?: true;
}

const ROW = "the dialer's row in servers";

/** Every setting but the limits, by its name without VICIKEEP_, in the order in which it is documented. */
export const SETTING_TEXTS: Record<SettingName, SettingText> = {
	ASTGUICLIENT_CONF: { meaning: 'read as the stock programs read it', fallback: '/etc/astguiclient.conf' },
	DB_HOST: {
		meaning: 'database host; localhost means its socket first, then 127.0.0.1',
		fallback: 'localhost',
		key: 'VARDB_server',
	},
	DB_PORT: { meaning: 'database port', fallback: '3306', key: 'VARDB_port' },
	DB_SOCKET: { meaning: 'socket of a local database', source: 'my.cnf and the usual places' },
	DB_NAME: { meaning: 'database schema', fallback: 'asterisk', key: 'VARDB_database' },
	DB_USER: { meaning: 'database account', fallback: 'cron', key: 'VARDB_user' },
	DB_PASS: { meaning: 'its password', key: 'VARDB_pass', secret: true },
	SERVER_IP: { meaning: 'address of this dialer', key: 'VARserver_ip' },
	KEEPALIVES: { meaning: 'keepalive codes of this dialer', key: 'VARactive_keepalives' },
	CRONTAB: { meaning: "where stock's cron lines and cron's PATH and HOME are read", source: "root's crontab" },
	AMI_HOST: { meaning: "host of Asterisk's manager", source: ROW },
	AMI_PORT: { meaning: "port of Asterisk's manager", source: ROW },
	AMI_USER: { meaning: 'manager account', source: ROW },
	AMI_SECRET: { meaning: 'its secret', source: ROW, secret: true },
	ASTERISK_ETC: { meaning: "Asterisk's configuration folder", fallback: '/etc/asterisk' },
	CONF_OWNER: { meaning: 'who writes the generated conf files: stock, vicikeep or off', fallback: 'stock' },
	TEMPLATES: {
		meaning: 'folder whose templates win over the shipped ones; root alone may write there',
		source: 'none',
	},
	STATE_DIR: { meaning: 'what one run tells the next', fallback: '/var/lib/vicikeep' },
	RUN_DIR: { meaning: 'the lock and the pause file', fallback: '/run/vicikeep' },
	LOG_DIR: { meaning: 'vicikeep.log, a JSON line for each change and repair', fallback: '/var/log/vicikeep' },
	RESTART: {
		meaning: 'repair of daemons: start, kill-only (the stock keepalive does the start) or off',
		fallback: 'start',
	},
	RESTART_ASTERISK: {
		meaning:
			'db: an absent Asterisk is started where servers.auto_restart_asterisk and asterisk_temp_no_restart allow; deadlock: one that three looks find dead is also killed and started; never',
		fallback: 'db',
	},
	AGE_QUEUE: {
		meaning:
			'actions that waited before a stalled sender is started again: report counts them, on sets them DEAD, off says nothing',
		fallback: 'report',
	},
	REREGISTER: {
		meaning:
			'on: a PJSIP trunk that Asterisk has given up is registered again, once an hour at most, never after a refusal; off',
		fallback: 'off',
	},
	GRACE_BOOT: {
		meaning:
			'seconds after boot in which nothing that lives is stopped, and no other machine that is missing counts towards a failover',
		fallback: '300',
	},
	GRACE_DATABASE: { meaning: 'the same after the start of the database', fallback: '180' },
	GRACE_START: { meaning: "seconds after a daemon's start in which it is not stopped", fallback: '90' },
	START_WINDOW: { meaning: 'seconds of the minute in which daemons may be started, or any', fallback: '10-50' },
	QUIET_TIMES: {
		meaning: 'parts of the day in which nothing that lives is stopped, or none',
		fallback: 'end-of-day,01:00-01:15',
	},
	LOOK_GAP: { meaning: 'least seconds between two looks that count', fallback: '50' },
	RATION: { meaning: 'restarts of one daemon per time', fallback: '3/15m' },
	ON_CHANGE: {
		meaning: 'program that is told of every change of state, as JSON on stdin; root alone may write it and its folders',
		source: 'none',
	},
	ON_FAILOVER: {
		meaning: 'the same for failures that a backup can take over, once, and once more on recovery',
		source: 'none',
	},
	FAILOVER_AFTER: { meaning: 'looks in a row that find such a failure before that program is called', fallback: '3' },
	HEARTBEAT_URL: {
		meaning: 'asked for after each run, with /fail behind it where that ends critical or unknown (healthchecks.io)',
		source: 'none',
		secret: true,
	},
	PROC: { meaning: 'for tests on a fixture', fallback: '/proc' },
};

/** What holds while nobody has set it, in words. */
export function usually({ key, source, fallback }: SettingText): string {
	if (key !== undefined) return `${key} in astguiclient.conf${fallback === undefined ? '' : `, else ${fallback}`}`;
	return fallback ?? source ?? 'nothing';
}
