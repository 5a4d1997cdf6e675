import { describe, expect, it } from 'vitest';
import { jobsFor, optionsOf, parseCrontab } from '../../src/dialer/crontab.ts';
import { startArguments } from '../../src/dialer/daemon.ts';
import { DAEMONS, expectedDaemons } from '../../src/dialer/daemons.ts';

const HOME = '/usr/share/astguiclient';
const KEEPALIVE = `${HOME}/ADMIN_keepalive_ALL.pl`;

describe('the crontab of root', () => {
	it.each<[string, string, Record<string, string>]>([
		['bare', `* * * * * ${KEEPALIVE}`, {}],
		['options', `* * * * * ${KEEPALIVE} -cu3way -autodial-delay=5`, { '-cu3way': '', '-autodial-delay': '5' }],
		['two hyphens', `* * * * * ${KEEPALIVE} --cu3way`, { '-cu3way': '' }],
		['redirections', `* * * * * ${KEEPALIVE} -cu3way >/dev/null 2>&1`, { '-cu3way': '' }],
		['an interpreter', `* * * * * /usr/bin/perl ${KEEPALIVE} -recmon`, { '-recmon': '' }],
		['after a pause', `* * * * * sleep 30; ${KEEPALIVE} -recmon`, { '-recmon': '' }],
		['behind a test', `* * * * * [ -x ${KEEPALIVE} ] && ${KEEPALIVE} -recmon`, { '-recmon': '' }],
		['what follows is another command', `* * * * * ${KEEPALIVE}; logger -t x`, {}],
		['a comment of the shell', `* * * * * ${KEEPALIVE} # -cu3way`, {}],
		['commented out', `#* * * * * ${KEEPALIVE} -cu3way`, {}],
		['input after a percent sign', `* * * * * ${KEEPALIVE} %-cu3way`, {}],
	])('%s', (_, line, options) => {
		expect(optionsOf(parseCrontab(`MAILTO=root\n${line}\n`))).toEqual(options);
	});

	it('gives the options of all lines of the keepalive together, each script its own', () => {
		const crontab = parseCrontab(
			`* * * * * ${KEEPALIVE} -cu3way\n30 * * * * ${KEEPALIVE} -recmon\n* * * * * ${HOME}/AST_VDhopper.pl -q\n`,
		);
		expect(optionsOf(crontab)).toEqual({ '-cu3way': '', '-recmon': '' });
		expect(jobsFor(crontab, 'AST_VDhopper.pl')).toEqual([
			{ when: '* * * * *', script: 'AST_VDhopper.pl', options: { '-q': '' } },
		]);
		expect(jobsFor(crontab, 'AST_flush_DBqueue.pl')).toEqual([]);
	});

	it('tells variables from commands, quotes taken off', () => {
		const text = `PATH = "/usr/local/bin:/usr/bin"\nSHELL=/bin/sh\n@reboot ${HOME}/AST_reset_mysql_vars.pl\n`;
		expect(parseCrontab(text)).toEqual({
			variables: { PATH: '/usr/local/bin:/usr/bin', SHELL: '/bin/sh' },
			jobs: [{ when: '@reboot', script: 'AST_reset_mysql_vars.pl', options: {} }],
		});
	});
});

describe('what is asked for', () => {
	it.each<[string, string, Parameters<typeof expectedDaemons>[1], string[]]>([
		['letters', '16', {}, ['FastAGI_log', 'AST_update']],
		['two daemons under one letter', '2', {}, ['AST_manager_listen', 'AST_manager_send']],
		['an option', '', { options: { '-cu3way': '' } }, ['AST_conf_update_3way']],
		['X silences all of them', '16X', { options: { '-recmon': '' } }, []],
		['S while SIP events are logged', 'S', { sipEventLogging: 1 }, ['AST_manager_sip']],
		['S while they are not', 'S', { sipEventLogging: 0 }, []],
		['S while nobody can say', 'S', {}, []],
	])('%s', (_, keepalives, circumstances, expected) => {
		expect(expectedDaemons(keepalives, circumstances).map(({ name }) => name)).toEqual(expected);
	});

	it.each<[string, Record<string, string>, string[]]>([
		['AST_VDauto_dial', {}, []],
		['AST_VDauto_dial', { '-autodial-delay': '5' }, ['--delay=5']],
		[
			'AST_VDauto_dial_FILL',
			{ '-fill-staggered': '', '-adfill-delay': '4', '-autodial-delay': '5' },
			['--debug', '--staggered', '--delay=4'],
		],
		['AST_conf_update_3way', { '-cu3way': '', '-cu3way-delay': '6' }, ['--debug', '--delay=6']],
		['AST_rec_monitor', { '-recmon-sleepms': '500' }, ['--sleepms=500']],
	])('%s is started with the options of the keepalive: %j', (name, options, expected) => {
		const daemon = DAEMONS.find((one) => one.name === name);
		expect(daemon && startArguments(daemon, options)).toEqual(expected);
	});
});
