import { describe, expect, it } from 'vitest';
import { type Settings, settle } from '../../src/settings.ts';
import { SettingsError } from '../../src/settings-error.ts';

const CONF =
	'PATHhome => /usr/share/astguiclient\nVARserver_ip => 10.0.0.1\nVARDB_pass => 1234\nVARactive_keepalives => 1236\n';

function settleWith(
	parts: { environment?: Record<string, string>; env?: string; conf?: string | undefined } = {},
): Settings {
	return settle({
		environment: parts.environment ?? {},
		envFile: { path: '/etc/vicikeep.env', text: parts.env },
		readConf: () =>
			'conf' in parts && parts.conf === undefined ? { problem: 'there is no such file' } : { text: parts.conf ?? CONF },
	});
}

function problems(parts: Parameters<typeof settleWith>[0]): string[] {
	try {
		settleWith(parts);
	} catch (error) {
		if (error instanceof SettingsError) return error.problems;
		throw error;
	}
	return [];
}

describe('settings', () => {
	it('needs nothing but astguiclient.conf', () => {
		const settings = settleWith();
		expect(settings).toMatchObject({
			home: '/usr/share/astguiclient',
			serverIp: '10.0.0.1',
			keepalives: '1236',
			database: { host: 'localhost', port: 3306, name: 'asterisk', user: 'cron', password: '1234' },
			lookGap: 50,
			startWindow: { from: 10, to: 50 },
			ration: { restarts: 3, seconds: 900 },
		});
		expect(settings.ami).toEqual({});
	});

	it('prefers the environment to the settings file and that to astguiclient.conf', () => {
		const env = "VICIKEEP_DB_USER=file # a note\nVICIKEEP_DB_NAME='from file'\n";
		const settings = settleWith({ environment: { VICIKEEP_DB_USER: 'environment' }, env });
		expect(settings.database).toMatchObject({ user: 'environment', name: 'from file', password: '1234' });
	});

	it('takes an empty value for none', () => {
		const env = 'VICIKEEP_DB_HOST=\nVICIKEEP_DB_PASS=\nVICIKEEP_STATE_DIR=\nVICIKEEP_WARN_AMI_ANSWER=';
		const settings = settleWith({ env, environment: { VICIKEEP_DB_USER: '' } });
		expect(settings).toEqual({ ...settleWith({}), envFile: '/etc/vicikeep.env' });
	});

	it('takes limits by the name of their metric', () => {
		const settings = settleWith({ environment: { VICIKEEP_CRIT_MANAGER_NEW_AGE: '99.5' } });
		expect(settings.limits.manager_new_age).toEqual({ warn: 10, crit: 99.5 });
	});

	it.each([
		[
			{ env: '\nVICIKEEP_RESTRAT=off' },
			'/etc/vicikeep.env:2: there is no setting VICIKEEP_RESTRAT, did you mean "VICIKEEP_RESTART"?',
		],
		[
			{ env: 'VICIKEEP_RESTART=of' },
			'/etc/vicikeep.env:1: VICIKEEP_RESTART=of is not valid, expected one of start, kill-only, off, did you mean "off"?',
		],
		[{ env: 'VICIKEEP_RESTART off' }, '/etc/vicikeep.env:1: expected NAME=value, found "VICIKEEP_RESTART off"'],
		[{ env: 'VICIKEEP_QUIET' }, '/etc/vicikeep.env:1: expected NAME=value, found "VICIKEEP_QUIET"'],
		[
			{ environment: { VICIKEEP_LOOK_GAP: '1m' } },
			'environment: VICIKEEP_LOOK_GAP=1m is not valid, expected a whole number from 0 to 3600',
		],
		[
			{ environment: { VICIKEEP_START_WINDOW: '50-10' } },
			'environment: VICIKEEP_START_WINDOW=50-10 is not valid, expected two seconds of the minute such as 10-50, or any',
		],
		[
			{ environment: { VICIKEEP_QUIET_TIMES: 'end-of-day,1-2' } },
			'environment: VICIKEEP_QUIET_TIMES=end-of-day,1-2 is not valid, expected times of the day such as end-of-day,01:00-01:15, or none',
		],
		[
			{ environment: { VICIKEEP_RATION: '0/15m' } },
			'environment: VICIKEEP_RATION=0/15m is not valid, expected restarts per time such as 3/15m',
		],
		[
			{ environment: { VICIKEEP_RATION: '3' } },
			'environment: VICIKEEP_RATION=3 is not valid, expected restarts per time such as 3/15m',
		],
		[
			{ environment: { VICIKEEP_STATE_DIR: 'state' } },
			'environment: VICIKEEP_STATE_DIR=state is not valid, expected an absolute path',
		],
		[
			{ environment: { VICIKEEP_WARN_MANAGER_NEW: '900' } },
			'environment: VICIKEEP_WARN_MANAGER_NEW=900 is not valid, expected at most the critical limit, 500',
		],
		[
			{ environment: { VICIKEEP_CRIT_AMI_ANSWER: '1' } },
			'environment: VICIKEEP_CRIT_AMI_ANSWER=1 is not valid, expected at least the warning limit, 2, or another for that one too',
		],
		[
			{ env: 'VICIKEEP_RESTART=of\nVICIKEEP_RESTART_ASTERISK=db' },
			'/etc/vicikeep.env:1: VICIKEEP_RESTART=of is not valid, expected one of start, kill-only, off, did you mean "off"?',
		],
		[
			{ env: 'VICIKEEP_RESTRAT=' },
			'/etc/vicikeep.env:1: there is no setting VICIKEEP_RESTRAT, did you mean "VICIKEEP_RESTART"?',
		],
		[
			{ environment: { VICIKEEP_AMI_USER: 'cron\r\nAction: Command' } },
			'environment: VICIKEEP_AMI_USER: a line break is not allowed here',
		],
		[{ conf: undefined }, '/etc/astguiclient.conf: there is no such file'],
		[
			{ conf: 'VARactive_keepalives => 1' },
			'/etc/astguiclient.conf: VARserver_ip is missing; add it there or set VICIKEEP_SERVER_IP',
		],
		[{ conf: CONF.replace('10.0.0.1', '10.0.0') }, '/etc/astguiclient.conf:2: "10.0.0" is not an IPv4 address'],
	])('says what is wrong with %j, and where', (parts, problem) => {
		expect(problems(parts)).toEqual([problem]);
	});

	it('tells all problems at once', () => {
		expect(
			problems({ environment: { VICIKEEP_LOOK_GAP: 'x', VICIKEEP_RATION: 'y' }, conf: 'VARserver_ip => 1' }),
		).toHaveLength(4);
	});
});
