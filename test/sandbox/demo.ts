import { truncateSync } from 'node:fs';
import { join } from 'node:path';
import { sleep } from '../../src/adapters/clock.ts';
import { type Dialer, startDialer } from './dialer.ts';
import { until } from './processes.ts';
import { QUICK } from './quick.ts';

/** What takes the waiting out of the story; on a dialer the defaults hold. */
const SETTINGS = { ...QUICK, VICIKEEP_LOOK_GAP: '3' };
const DEFAULTS = 'one look a minute, starts between second 10 and 50, 300 s, 180 s and 90 s of grace';
/** Seconds between two looks of the story, a little more than VICIKEEP_LOOK_GAP. */
const NEXT_LOOK = 4;

const print = (text: string): void => console.log(text);
const chapter = (title: string): void => print(`\n\n== ${title} ${'='.repeat(Math.max(0, 76 - title.length))}\n`);
const prompt = (line: string): void => print(line.startsWith('mysql>') ? line : `$ ${line}`);

/** Shows a command of the administrator and what it printed. */
async function shows(line: string, output: string | Promise<string>): Promise<void> {
	prompt(line);
	print(
		(await output)
			.trimEnd()
			.split('\n')
			.map((text) => `  ${text}`)
			.join('\n'),
	);
}

/** Runs the watchdog as cron would and fails the demo when it does not end as the story says. */
async function watchdog(dialer: Dialer, expected: number, args: string[] = []): Promise<void> {
	prompt(['vicikeep check', ...args].join(' '));
	const { exitCode, stdout, stderr } = await dialer.check(args, { env: SETTINGS });
	print(stdout.replace(/^(?=.)/gm, '  ') + stderr);
	print(`  exit status ${exitCode}`);
	if (exitCode !== expected) throw new Error(`the story expected exit status ${expected}`);
}

async function nextMinute(): Promise<void> {
	print(`\n  … a minute passes (here ${NEXT_LOOK} s) …\n`);
	await sleep(NEXT_LOOK * 1000);
}

async function tell(dialer: Dialer): Promise<void> {
	const { database, daemons, serverIp, home } = dialer;
	const rows = async (sql: string): Promise<string> =>
		(await database.query(sql, [serverIp]))
			.map((row) =>
				Object.entries(row)
					.map(([name, value]) => `${name}: ${value}`)
					.join(', '),
			)
			.join('\n');
	const ps = (script: string): string =>
		daemons
			.pids(script)
			.map(
				({ perl, screen }) => `${screen} SCREEN -d -m -S … ${home}/${script}\n${perl} /usr/bin/perl ${home}/${script}`,
			)
			.join('\n') || '(nothing)';

	chapter('1. A healthy dialer: nothing to say, nothing touched');
	await watchdog(dialer, 0);

	chapter('2. The action sender is killed: agents hear nothing any more');
	prompt('kill -9 <AST_manager_send.pl>');
	daemons.kill('AST_manager_send.pl', 'SIGKILL');
	await until('the end of the sender', 5000, () => daemons.pids('AST_manager_send.pl').length === 0);
	await database.query(
		"INSERT INTO vicidial_manager (entry_date, status, response, server_ip, channel, action, callerid, cmd_line_b, cmd_line_c) VALUES (NOW(), 'NEW', 'N', ?, '', 'Originate', 'DEMO', 'Channel: Local/8600999@default', 'Context: default')",
		[serverIp],
	);
	await shows(
		"mysql> SELECT man_id, status, action FROM vicidial_manager WHERE callerid='DEMO'",
		rows("SELECT man_id, status, action FROM vicidial_manager WHERE callerid='DEMO' AND server_ip=?"),
	);
	print('\n  The first look names it. It could be the stock keepalive at work, so it waits.\n');
	await nextMinute();
	await watchdog(dialer, 1);
	await nextMinute();
	print('  The second look confirms it: started, proven, in time for the waiting call.\n');
	await watchdog(dialer, 0);
	await shows(
		"mysql> SELECT man_id, status, action FROM vicidial_manager WHERE callerid='DEMO'",
		rows("SELECT man_id, status, action FROM vicidial_manager WHERE callerid='DEMO' AND server_ip=?"),
	);

	chapter('3. The updater hangs: ps still shows it, so nobody notices');
	prompt('kill -STOP <SCREEN of ASTupdate> <AST_update_AMI2.pl>');
	daemons.freeze('AST_update_AMI2.pl');
	await shows('ps ax | grep AST_update', ps('AST_update_AMI2.pl'));
	await nextMinute();
	await watchdog(dialer, 1, ['--dry-run']);
	await watchdog(dialer, 1);
	await nextMinute();
	await watchdog(dialer, 0);
	await shows(
		'mysql> SELECT last_update FROM server_updater',
		rows('SELECT last_update FROM server_updater WHERE server_ip=?'),
	);
	await sleep(2000);
	await shows(
		'mysql> SELECT last_update FROM server_updater',
		rows('SELECT last_update FROM server_updater WHERE server_ip=?'),
	);

	chapter('4. The database stands still: no daemon is restarted for it');
	prompt('kill -STOP <mariadbd>');
	database.freeze();
	await nextMinute();
	await watchdog(dialer, 2);
	prompt('kill -CONT <mariadbd>');
	database.thaw();
	await nextMinute();
	await watchdog(dialer, 0);

	chapter('5. A generated conf file is cut off: its phones are gone from Asterisk');
	prompt(`truncate -s 300 ${dialer.asteriskEtc}/sip-vicidial.conf; asterisk -rx 'sip reload'`);
	truncateSync(join(dialer.asteriskEtc, 'sip-vicidial.conf'), 300);
	await dialer.asterisk.cli('sip reload');
	const peers = async (): Promise<string> =>
		(await dialer.asterisk.cli('sip show peers'))
			.split('\n')
			.map((line) => line.slice(0, 60).trimEnd())
			.join('\n');
	await until('the reload', 5000, async () => !(await peers()).includes('cc102'));
	await shows("asterisk -rx 'sip show peers'", peers());
	await nextMinute();
	await watchdog(dialer, 0);
	await shows("asterisk -rx 'sip show peers'", peers());
}

print('A VICIdial dialer in a temporary folder, and trouble on it.\n');
const dialer = await startDialer({ progress: (line) => print(`  ${line}`) });
try {
	print('\nSettings that shorten the waiting:');
	for (const [name, value] of Object.entries(SETTINGS)) print(`  ${name}=${value}`);
	print(`  (by default: ${DEFAULTS})`);
	await tell(dialer);
	print('\nThe dialer is taken down; nothing of it stays.');
} finally {
	await dialer.stop();
}
