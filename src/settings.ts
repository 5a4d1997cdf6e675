import { parse as parseDotenv } from 'dotenv';
import { type AstguiclientConf, type AstguiclientKey, parseAstguiclient } from './dialer/astguiclient.ts';
import type { QuietTime } from './quiet-times.ts';
import { KNOWN, nearestSetting, PREFIX, type SettingName } from './setting-names.ts';
import { SettingsError } from './settings-error.ts';
import {
	choice,
	defined,
	type Installation,
	installation,
	isIPv4,
	limits,
	quietTimes,
	ration,
	startWindow,
	webAddress,
} from './settings-values.ts';
import type { Limits } from './thresholds.ts';

export const DEFAULT_ENV_FILE = '/etc/vicikeep.env';

/** Everything that is settled before the dialer is looked at. Durations are seconds. */
export interface Settings extends Installation {
	/** the settings file, when there is one */
	envFile?: string;
	/** where each setting was set that was set by hand, by full name: `the environment`, or a file with its line */
	setAt: Readonly<Record<string, string>>;
	astguiclientConf: string;
	serverIp: string;
	keepalives: string;
	database: { host: string; port: number; socket?: string; name: string; user: string; password: string };
	/** the account by which the daemons come to the database */
	daemonsUser: string;
	/** what was set by hand; the rest comes from the dialer's `servers` row */
	ami: { host?: string; port?: number; user?: string; secret?: string };
	asteriskEtc: string;
	/** who writes the generated conf files */
	confOwner: 'stock' | 'vicikeep' | 'off';
	/** folder whose templates win over the shipped ones */
	templates?: string;
	crontab?: string;
	stateDir: string;
	runDir: string;
	logDir: string;
	restart: 'start' | 'kill-only' | 'off';
	restartAsterisk: 'db' | 'deadlock' | 'never';
	/** what becomes of stale NEW actions before a stalled sender is started again */
	ageQueue: 'off' | 'report' | 'on';
	/** whether a trunk that Asterisk has given up is registered again */
	reregister: 'off' | 'on';
	graceBoot: number;
	graceDatabase: number;
	graceStart: number;
	/** seconds of the minute in which daemons may be started; undefined for any */
	startWindow?: { from: number; to: number };
	/** parts of the day in which nothing that lives is stopped */
	quietTimes: QuietTime[];
	lookGap: number;
	ration: { restarts: number; seconds: number };
	/** programs that are told of changes and of failures that a backup can take over */
	onChange?: string;
	onFailover?: string;
	/** looks in a row, of those that count, before a failure is told to the latter */
	failoverAfter: number;
	/** a secret: whoever knows it can silence the alarm behind it */
	heartbeatUrl?: string;
	proc: string;
	limits: Limits;
}

/** The files that settings come from: path and text, text undefined where there is no such file. */
export interface SettingsSources {
	environment: NodeJS.ProcessEnv;
	envFile: { path: string; text: string | undefined };
	/** reads astguiclient.conf once its path is known; the reason when it cannot be read */
	readConf: (path: string) => { text: string } | { problem: string };
}

/**
 * Settles every setting in the order environment, settings file, astguiclient.conf, default.
 * @throws SettingsError with all problems at once, each with its file and line or variable
 */
export function settle(sources: SettingsSources): Settings {
	const problems: string[] = [];
	const given = gather(sources, problems);
	const text = (name: SettingName): string | undefined => given.get(PREFIX + name)?.value;
	const fail = (name: string, expected: string): void => {
		const entry = given.get(PREFIX + name);
		problems.push(
			`${entry?.where ?? 'default'}: ${PREFIX}${name}=${entry?.value ?? ''} is not valid, expected ${expected}`,
		);
	};
	const number = (name: SettingName, fallback: number, low: number, high: number): number => {
		const value = text(name);
		if (value === undefined) return fallback;
		if (/^\d+$/.test(value) && Number(value) >= low && Number(value) <= high) return Number(value);
		fail(name, `a whole number from ${low} to ${high}`);
		return fallback;
	};
	const folder = (name: SettingName, fallback: string): string => {
		const value = text(name) ?? fallback;
		if (!value.startsWith('/')) fail(name, 'an absolute path');
		return value;
	};
	const oneOf = <T extends string>(name: SettingName, allowed: readonly T[], fallback: T): T =>
		choice(text(name), allowed, fallback, (expected) => fail(name, expected));

	const astguiclientConf = folder('ASTGUICLIENT_CONF', '/etc/astguiclient.conf');
	const conf = readAstguiclient(astguiclientConf, sources, problems);
	const fromConf = (name: SettingName, key: AstguiclientKey, fallback?: string): string => {
		const value = text(name) ?? conf?.get(key)?.value ?? fallback;
		if (value !== undefined && value !== '') return value;
		if (conf) problems.push(`${astguiclientConf}: ${key} is missing; add it there or set ${PREFIX}${name}`);
		return '';
	};
	const confPort = conf?.get('VARDB_port');
	if (confPort && text('DB_PORT') === undefined && !/^\d{1,5}$/.test(confPort.value)) {
		problems.push(`${astguiclientConf}:${confPort.line}: VARDB_port "${confPort.value}" is not a port number`);
	}
	const socket = text('DB_SOCKET');
	const serverIp = fromConf('SERVER_IP', 'VARserver_ip');
	if (serverIp && !isIPv4(serverIp)) {
		const line = conf?.get('VARserver_ip')?.line;
		problems.push(
			`${given.get('VICIKEEP_SERVER_IP')?.where ?? `${astguiclientConf}:${line}`}: "${serverIp}" is not an IPv4 address`,
		);
	}
	const crontab = text('CRONTAB');
	const amiPort = text('AMI_PORT') === undefined ? undefined : number('AMI_PORT', 5038, 1, 65535);

	const settings: Settings = {
		...(sources.envFile.text !== undefined && { envFile: sources.envFile.path }),
		setAt: Object.fromEntries(
			[...given].map(([name, { where }]) => [name, where === 'environment' ? 'the environment' : where]),
		),
		astguiclientConf,
		...installation(conf),
		serverIp,
		keepalives: fromConf('KEEPALIVES', 'VARactive_keepalives'),
		database: {
			host: fromConf('DB_HOST', 'VARDB_server', 'localhost'),
			port: number('DB_PORT', Number(confPort?.value || 3306), 1, 65535),
			name: fromConf('DB_NAME', 'VARDB_database', 'asterisk'),
			user: fromConf('DB_USER', 'VARDB_user', 'cron'),
			password: text('DB_PASS') ?? conf?.get('VARDB_pass')?.value ?? '',
			...(socket !== undefined && { socket }),
		},
		daemonsUser: conf?.get('VARDB_user')?.value ?? 'cron',
		ami: defined({ host: text('AMI_HOST'), port: amiPort, user: text('AMI_USER'), secret: text('AMI_SECRET') }),
		asteriskEtc: folder('ASTERISK_ETC', '/etc/asterisk'),
		confOwner: oneOf('CONF_OWNER', ['stock', 'vicikeep', 'off'] as const, 'stock'),
		...(text('TEMPLATES') !== undefined && { templates: folder('TEMPLATES', '/') }),
		...(crontab !== undefined && { crontab: folder('CRONTAB', '/') }),
		stateDir: folder('STATE_DIR', '/var/lib/vicikeep'),
		runDir: folder('RUN_DIR', '/run/vicikeep'),
		logDir: folder('LOG_DIR', '/var/log/vicikeep'),
		restart: oneOf('RESTART', ['start', 'kill-only', 'off'] as const, 'start'),
		restartAsterisk: oneOf('RESTART_ASTERISK', ['db', 'deadlock', 'never'] as const, 'db'),
		ageQueue: oneOf('AGE_QUEUE', ['off', 'report', 'on'] as const, 'report'),
		reregister: oneOf('REREGISTER', ['off', 'on'] as const, 'off'),
		graceBoot: number('GRACE_BOOT', 300, 0, 86_400),
		graceDatabase: number('GRACE_DATABASE', 180, 0, 86_400),
		graceStart: number('GRACE_START', 90, 0, 86_400),
		...startWindow(text('START_WINDOW') ?? '10-50', (expected) => fail('START_WINDOW', expected)),
		quietTimes: quietTimes(text('QUIET_TIMES') ?? 'end-of-day,01:00-01:15', (expected) =>
			fail('QUIET_TIMES', expected),
		),
		lookGap: number('LOOK_GAP', 50, 0, 3600),
		ration: ration(text('RATION') ?? '3/15m', (expected) => fail('RATION', expected)),
		...(text('ON_CHANGE') !== undefined && { onChange: folder('ON_CHANGE', '/') }),
		...(text('ON_FAILOVER') !== undefined && { onFailover: folder('ON_FAILOVER', '/') }),
		failoverAfter: number('FAILOVER_AFTER', 3, 1, 1000),
		...webAddress(text('HEARTBEAT_URL'), (expected) =>
			problems.push(
				`${given.get(`${PREFIX}HEARTBEAT_URL`)?.where}: ${PREFIX}HEARTBEAT_URL is not valid, expected ${expected}`,
			),
		),
		proc: folder('PROC', '/proc'),
		limits: limits((name) => given.get(PREFIX + name)?.value, fail),
	};
	for (const name of ['AMI_USER', 'AMI_SECRET', 'AMI_HOST'] as const) {
		if (/[\r\n]/.test(text(name) ?? ''))
			problems.push(`${given.get(PREFIX + name)?.where}: ${PREFIX}${name}: a line break is not allowed here`);
	}
	if (problems.length > 0) throw new SettingsError(problems);
	return settings;
}

/** What was set by hand, by full name, and where. */
export type Given = Map<string, { value: string; where: string }>;

/** Everything that was set to something, by environment or settings file; what is wrong is added to `problems`. */
export function gather({ environment, envFile }: SettingsSources, problems: string[]): Given {
	const given: Given = new Map();
	const take = (name: string, value: string, where: string): void => {
		// an empty value is none: of a name that somebody uncommented and did not fill in
		if (KNOWN.includes(name)) {
			if (value !== '') given.set(name, { value, where });
		} else problems.push(`${where}: there is no setting ${name}${nearestSetting(name)}`);
	};
	if (envFile.text !== undefined) {
		const lines = envFile.text.split('\n');
		for (const [name, value] of Object.entries(parseDotenv(envFile.text))) {
			const line = lines.findLastIndex((candidate) => /^\s*(?:export\s+)?(\w+)/.exec(candidate)?.[1] === name) + 1;
			take(name, value, `${envFile.path}:${line}`);
		}
		for (const [index, line] of lines.entries()) {
			// dotenv passes over what it does not understand, and a misspelt switch would be a switch not thrown
			if (/^\s*(#.*)?$/.test(line) || /^\s*(export\s+)?[A-Za-z_]\w*\s*=/.test(line)) continue;
			const shown = line
				.trim()
				.slice(0, 40)
				.replace(/[^\x20-\x7e]/g, '?');
			problems.push(`${envFile.path}:${index + 1}: expected NAME=value, found "${shown}"`);
		}
	}
	for (const [name, value] of Object.entries(environment)) {
		if (name.startsWith(PREFIX) && value !== undefined) take(name, value, 'environment');
	}
	return given;
}

function readAstguiclient(path: string, sources: SettingsSources, problems: string[]): AstguiclientConf | undefined {
	const found = sources.readConf(path);
	if ('text' in found) return parseAstguiclient(found.text);
	problems.push(`${path}: ${found.problem}`);
	return undefined;
}
