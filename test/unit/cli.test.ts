import { describe, expect, it } from 'vitest';
import { parseCommandLine } from '../../src/cli.ts';

const run = (...argv: string[]) => {
	const invocation = parseCommandLine(argv, '1.2.3');
	return 'run' in invocation ? invocation.run : undefined;
};
const printed = (...argv: string[]) => {
	const invocation = parseCommandLine(argv, '1.2.3');
	return 'print' in invocation ? invocation : undefined;
};
const complaint = (...argv: string[]) => {
	const invocation = parseCommandLine(argv, '1.2.3');
	return 'refused' in invocation ? invocation : undefined;
};

describe('the command line', () => {
	it('runs every check by default, with 45 s', () => {
		expect(run('check')).toMatchObject({
			checks: ['config', 'system', 'mysql', 'asterisk', 'processes', 'queues', 'conf', 'registrations', 'cluster'],
			dryRun: false,
			format: 'human',
			timeoutSeconds: 45,
			quiet: false,
			verbosity: 0,
			only: false,
		});
	});

	it('takes ids in any order and keeps the order of the list', () => {
		expect(run('check', '--only', 'queues,mysql')).toMatchObject({ checks: ['mysql', 'queues'], only: true });
		expect(run('check', '--skip', 'asterisk')?.checks).toEqual([
			'config',
			'system',
			'mysql',
			'processes',
			'queues',
			'conf',
			'registrations',
			'cluster',
		]);
	});

	it('takes --rebuild alone or with names, and --only more than once', () => {
		expect(run('check', '--rebuild')?.rebuild).toBe('all');
		expect(run('check', '--rebuild', 'sip-vicidial.conf,voicemail.conf')?.rebuild).toEqual([
			'sip-vicidial.conf',
			'voicemail.conf',
		]);
		expect(run('check')?.rebuild).toBeUndefined();
		expect(run('check', '--only', 'mysql', '--only', 'conf')?.checks).toEqual(['mysql', 'conf']);
	});

	it('counts -v, and --json is a format', () => {
		expect(run('check', '-n', '-q', '-vv', '--json', '-t', '9')).toMatchObject({
			dryRun: true,
			quiet: true,
			verbosity: 2,
			format: 'json',
			timeoutSeconds: 9,
		});
	});

	it.each([
		[
			['check', '--only', 'mysq'],
			'--only: there is no check "mysq", did you mean "mysql"? Checks: config, system, mysql, asterisk, processes, queues, conf, registrations, cluster;',
		],
		[['check', '--only', 'mysql', '--skip', 'queues'], 'cannot be used with'],
		[['check', '-t', '0'], '--timeout: expected whole seconds from 1 to 3600, e.g. 45;'],
		[['check', '--dryrun'], 'Did you mean --dry-run?'],
		[
			['check', '--format', 'promethus'],
			'--format: there is no format "promethus", did you mean "prometheus"? Formats: human, json, nagios, prometheus;',
		],
		[['check', '--wait', 'long'], '--wait: expected whole seconds from 1 to 3600'],
		[['check', 'now'], '"check" takes options only, found "now"'],
		[['check', '--json', '--format', 'nagios'], 'it cannot go with --format nagios'],
		[['check', '--dry'], 'did you mean "--dry-run"?'],
		[['check', '--env', 'x'], 'did you mean "--env-file"?'],
		[['check', '--dry-run=yes'], '--dry-run takes no value'],
		[['check', '--only=mysql', '--dry'], 'did you mean "--dry-run"?'],
		[['-n'], '-n comes after check: vicikeep check -n'],
		[['--dry-run', 'check'], '--dry-run comes after check: vicikeep check --dry-run'],
		[['check', '--only', 'mysql', 'queues'], 'a list is joined by commas'],
		[['check', '--only', 'proc'], 'did you mean "processes"?'],
		[['check', '--rebuild', 'sip.conf'], '--rebuild: there is no generated file "sip.conf"'],
		[['check', '--rebuild', 'sip'], 'did you mean "sip-vicidial.conf"?'],
		[
			['check', '--skip', 'config,system,mysql,asterisk,processes,queues,conf,registrations,cluster'],
			'--skip leaves no check to run',
		],
		[['chek'], 'unknown command "chek"; the only command is "check"'],
	])('refuses %j in one line', (argv, message) => {
		expect(complaint(...argv)?.refused).toContain(message);
		expect(complaint(...argv)?.refused).toMatch(/^[^\n]*; see vicikeep check --help$/);
	});

	it('knows how its complaint will be read', () => {
		expect(complaint('check', '--format', 'nagios', '--bogus')?.format).toBe('nagios');
		expect(complaint('check', '--bogus', '--format=nagios')?.format).toBe('nagios');
		expect(complaint('check', '--bogus')?.format).toBe('human');
		expect(complaint('check', '--format')?.format).toBe('human');
	});

	it('prints help and version with exit 0, and help with exit 3 when nothing was asked', () => {
		expect(printed('--version')).toEqual({ print: '1.2.3\n', exitCode: 0 });
		expect(printed('check', '--help')).toMatchObject({ exitCode: 0, print: expect.stringContaining('--dry-run') });
		expect(printed()?.exitCode).toBe(3);
	});
});
