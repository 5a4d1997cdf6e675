import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Dialer, startDialer } from '../sandbox/dialer.ts';
import { isAlive, signal, until } from '../sandbox/processes.ts';
import { tick } from './support.ts';

/** No repairs, and limits of a second, so that two looks that follow each other confirm what takes minutes on a dialer. */
const HASTY: Record<string, string> = {
	VICIKEEP_RESTART: 'off',
	...Object.fromEntries(
		[
			'MANAGER_NEW_AGE',
			'MANAGER_QUEUE_AGE',
			'SHARED_DROPS_AGE',
			'AGENT_QUEUE_AGE',
			'HOPPER_STUCK',
			'HOPPER_LEFTOVERS',
			'HOPPER_EMPTY',
			'CALLBACK_QUEUE_NEW',
			'CALLBACK_QUEUE_SENDING',
			'ABANDON_QUEUE',
			'EMAIL_NEW',
			'PARKED_ORPHAN',
			'CONFERENCE_COUNTDOWN',
			'KEEPALIVE_DUE',
		].map((name) => [`VICIKEEP_WARN_${name}`, '1']),
	),
};

const pause = (seconds: number): Promise<void> => new Promise((done) => setTimeout(done, seconds * 1000));

/** The findings of some looks of queues alone, a little more than a second apart. */
async function looks(dialer: Dialer, count: number, env: Record<string, string> = HASTY, enough = count * 99) {
	const found = new Set<string>();
	for (let look = 0; look < count && found.size < enough; look++) {
		const ran = await tick(dialer, ['--only', 'queues'], env);
		for (const finding of ran.findings) found.add(finding);
		await pause(0.6);
	}
	return found;
}

/** The SQL that a run told of, without that of other checks. */
const statements = (stderr: string): string[] =>
	[...stderr.matchAll(/SQL \([\d.]+ ms\) (.*)/g)]
		.map(([, sql]) => sql ?? '')
		.filter((sql) => !/UNIX_TIMESTAMP|^SHOW |^SET |FROM (servers|system_settings) /.test(sql));

describe('a dialer on which nobody works off anything', () => {
	let dialer: Dialer;
	beforeAll(async () => {
		dialer = await startDialer({ keepalives: '123456CE', daemons: false });
		await dialer.database.query(STUCK, Array(STUCK.split('?').length - 1).fill(dialer.serverIp));
	});
	afterAll(() => dialer.stop());

	it('has every row that is stuck named with the one whose work it is', async () => {
		const expected = [
			'queues.abandon_queue AST_VDadapt',
			'queues.agent_queue agent 5002',
			'queues.auto_calls_dialing AST_VDauto_dial',
			'queues.auto_calls_live AST_VDauto_dial',
			'queues.callback_queue_new AST_VDadapt',
			'queues.callback_queue_sending AST_VDadapt',
			'queues.callbacks_overdue AST_VDhopper',
			'queues.channel_tables AST_update',
			'queues.conference_countdown AST_conf_update_screen',
			'queues.conference_overstay AST_conf_update_screen',
			'queues.conference_pool conferences',
			'queues.email_new VD_email_inbound',
			'queues.ghost_calls FastAGI_log',
			'queues.hopper_leftovers AST_VDhopper',
			'queues.hopper_stuck AST_VDauto_dial',
			'queues.in_group_statistics AST_VDadapt',
			'queues.keepalive_due ADMIN_keepalive_ALL',
			'queues.live_agents AST_VDauto_dial',
			'queues.manager_new AST_manager_send',
			'queues.manager_oldest AST_flush_DBqueue',
			'queues.parked_channels AST_update',
			'queues.remote_agents AST_VDremote_agents',
			'queues.shared_drops AST_VDauto_dial',
			'queues.unprocessed_calls AST_VDauto_dial',
		];
		const found = await looks(dialer, 20, HASTY, expected.length);
		expect([...found].sort()).toEqual(expected.sort());
	});
});

/** One row of everything that waits for somebody. `?` is the dialer's address. */
const STUCK = `
	UPDATE system_settings SET noanswer_log='Y', agent_notifications='1';
	UPDATE servers SET conf_engine='MEETME' WHERE server_ip=?;
	INSERT INTO vicidial_manager (entry_date, status, server_ip, action, callerid)
		VALUES (NOW() - INTERVAL 5 HOUR, 'NEW', ?, 'Originate', 'V1');
	INSERT INTO vicidial_auto_calls (server_ip, status, call_time, last_update_time, callerid)
		VALUES (?, 'SENT', NOW() - INTERVAL 300 SECOND, NOW() - INTERVAL 300 SECOND, 'V2'),
			(?, 'LIVE', NOW() - INTERVAL 300 SECOND, NOW() - INTERVAL 100 SECOND, 'V3');
	INSERT INTO vicidial_auto_calls (server_ip, status, call_time, callerid, channel)
		SELECT ?, 'XFER', NOW() - INTERVAL 700 SECOND, CONCAT('V4', seq), CONCAT('SIP/ghost-', seq) FROM seq_1_to_12;
	INSERT INTO vicidial_live_agents (user, server_ip, extension, status, campaign_id, last_update_time, last_state_change)
		VALUES ('5001', ?, 'R/5001', 'READY', 'OUTBOUND', NOW() - INTERVAL 200 SECOND, NOW()),
			('5002', ?, 'SIP/cc502', 'QUEUE', 'OUTBOUND', NOW() + INTERVAL 60 SECOND, NOW() - INTERVAL 90 SECOND),
			('5003', ?, 'SIP/cc503', 'READY', 'OUTBOUND', NOW() + INTERVAL 60 SECOND, NOW());
	UPDATE vicidial_remote_agents SET status='ACTIVE';
	INSERT INTO vicidial_live_inbound_agents (user, group_id) VALUES ('5003', 'MAILS');
	INSERT INTO vicidial_email_list (email_date, group_id, status) VALUES (NOW(), 'MAILS', 'NEW');
	INSERT INTO vicidial_shared_drops (callerid, server_ip, drop_time) VALUES ('V5', ?, NOW());
	INSERT INTO vicidial_log_extended (uniqueid, server_ip, call_date, caller_code)
		SELECT CONCAT('u', seq), ?, NOW() - INTERVAL 1000 SECOND, CONCAT('V6', seq) FROM seq_1_to_30;
	INSERT INTO vicidial_hopper (lead_id, campaign_id, status, user)
		SELECT 100 + seq, 'OUTBOUND', 'QUEUE', CONCAT('VDAD_', ?) FROM seq_1_to_8;
	INSERT INTO vicidial_hopper (lead_id, campaign_id, status) VALUES (120, 'OUTBOUND', 'DNC');
	INSERT INTO vicidial_callbacks (status, callback_time) SELECT 'ACTIVE', NOW() - INTERVAL 500 SECOND FROM seq_1_to_8;
	INSERT INTO vicidial_inbound_callback_queue (icbq_date, icbq_status) VALUES (NOW(), 'NEW'), (NOW(), 'SENDING');
	INSERT INTO vicidial_campaign_stats_debug (campaign_id, server_ip, update_time)
		VALUES ('SALESLINE', 'INBOUND', NOW() - INTERVAL 3000 SECOND);
	INSERT INTO vicidial_abandon_check_queue (abandon_time) VALUES (NOW());
	INSERT INTO parked_channels (channel, server_ip, parked_time) VALUES ('SIP/gone-1', ?, NOW());
	INSERT INTO live_channels (channel, server_ip) SELECT CONCAT('SIP/x-', seq), ? FROM seq_1_to_30;
	UPDATE vicidial_conferences SET extension='SIP/cc1' WHERE server_ip=?;
	UPDATE vicidial_conferences SET extension='3WAY_Xtimeout2', leave_3way='1', leave_3way_datetime=NOW() - INTERVAL 2 HOUR
		WHERE server_ip=? LIMIT 1;
	CREATE TABLE IF NOT EXISTS vicidial_agent_notifications_queue (queue_id INT AUTO_INCREMENT PRIMARY KEY, queue_date DATETIME);
	INSERT INTO vicidial_agent_notifications_queue SET queue_date=NOW()`;

describe('a dialer at work', () => {
	let dialer: Dialer;
	beforeAll(async () => {
		dialer = await startDialer({ keepalives: '123456E' });
	});
	afterAll(() => dialer.stop());

	it('is found well, by eight statements a look at most, whatever the tables hold', async () => {
		await dialer.database.query(LOOKALIKES, Array(LOOKALIKES.split('?').length - 1).fill(dialer.serverIp));
		const asked = new Set<string>();
		for (let look = 0; look < 12; look++) {
			const ran = await tick(dialer, ['-vv', '--only', 'queues']);
			expect(ran.findings).toEqual([]);
			const told = statements(ran.stderr);
			expect(told.length).toBeLessThanOrEqual(8);
			for (const sql of told) for (const [, table] of sql.matchAll(/FROM (\w+(?:\.\w+)?)/g)) asked.add(table ?? '');
		}
		// all turns were taken
		for (const table of TURNS) expect(asked).toContain(table);
	});

	it('with a row that its sender meets again and again: the row is named, nobody restarted', async () => {
		await dialer.database.query(
			"INSERT INTO vicidial_manager (entry_date, status, server_ip, action, callerid, cmd_line_d) VALUES (NOW(), 'DEAD', ?, 'Originate', 'V77', 'x'), (NOW(), 'NEW', ?, 'Hangup', 'V77', NULL)",
			[dialer.serverIp, dialer.serverIp],
		);
		const limits = { VICIKEEP_WARN_MANAGER_QUEUE_AGE: '1' };
		await tick(dialer, [], limits);
		await dialer.database.query(
			"INSERT INTO vicidial_manager (entry_date, status, server_ip, action, callerid, cmd_line_b) SELECT NOW(), 'NEW', ?, 'Hangup', 'V78', 'Channel: SIP/none-1' FROM seq_1_to_3",
			[dialer.serverIp],
		);
		await until(
			'the queue behind it',
			5000,
			async () => (await dialer.database.query("SELECT 1 FROM vicidial_manager WHERE status='QUEUE'")).length === 4,
		);
		await pause(1);
		const ran = await tick(dialer, [], limits);
		const [row] = await dialer.database.query(
			"SELECT man_id FROM vicidial_manager WHERE callerid='V77' AND status='QUEUE'",
		);
		expect(ran.findings).toEqual(['queues.poison_row AST_manager_send']);
		expect(ran.actions).toEqual([]);
		const found = ran.check('queues').findings[0];
		expect(found?.summary).toContain(`man_id ${row?.man_id}, Hangup`);
		// what it says to type helps
		await dialer.database.query(/-e "(.*)"$/.exec(found?.advice ?? '')?.[1] ?? '');
		await until(
			'the rest to be sent',
			5000,
			async () => (await dialer.database.query("SELECT 1 FROM vicidial_manager WHERE status='QUEUE'")).length === 0,
		);
		expect((await tick(dialer, [], limits)).findings).toEqual([]);
	});

	it('with web requests that nobody answers: their host is named, and nothing else of the address', async () => {
		const script = join(dialer.home, 'AST_send_URL.pl');
		writeFileSync(script, 'sleep 60');
		const request = spawn('/usr/bin/perl', [script], { env: dialer.env, stdio: 'ignore' });
		await dialer.database.query(
			"INSERT INTO vicidial_url_log (url_date, url, url_response) VALUES (NOW(), 'https://user:secret@crm.example.com/api?key=secret', ''), (NOW(), 'http://well.example.com/', 'OK')",
		);
		const limits = { VICIKEEP_WARN_URL_AGE: '1' };
		await pause(1.2);
		await looks(dialer, 1, limits);
		const ran = await tick(dialer, ['--only', 'queues'], limits);
		request.kill('SIGKILL');
		expect(ran.findings).toEqual(['queues.url_requests AST_send_URL']);
		expect(ran.check('queues').findings[0]?.evidence).toMatchObject({ processes: 1, hosts: ['crm.example.com'] });
		expect(JSON.stringify(ran.report)).not.toContain('secret');
	});

	it('with an empty hopper: for want of leads, or for want of the job', async () => {
		const limits = { VICIKEEP_WARN_HOPPER_EMPTY: '1', VICIKEEP_WARN_HOPPER_RUN: '30', VICIKEEP_CRIT_HOPPER_RUN: '30' };
		await dialer.database.query("DELETE FROM vicidial_hopper WHERE campaign_id='OUTBOUND'");
		await dialer.database.query(
			"UPDATE vicidial_live_agents SET status='READY', last_update_time=NOW() + INTERVAL 10 MINUTE WHERE user='1001'",
		);
		await looks(dialer, 2, limits);
		const empty = async () =>
			(await tick(dialer, ['--only', 'queues'], limits))
				.check('queues')
				.findings.find(({ id }) => id === 'queues.hopper_empty');
		expect(await empty()).toMatchObject({
			subject: 'OUTBOUND',
			status: 'warning',
			summary: expect.stringContaining('("leads to call count: 40"); no restart helps'),
		});
		await dialer.database.query('DROP EVENT hopper_cron');
		await dialer.database.query(
			"UPDATE vicidial_campaign_stats_debug SET update_time=NOW() - INTERVAL 900 SECOND WHERE server_ip='HOPPER'",
		);
		await looks(dialer, 2, limits);
		expect(await empty()).toMatchObject({
			status: 'critical',
			summary: expect.stringContaining('it is in the crontab of this machine'),
			cause: 'queues.hopper_job AST_VDhopper',
		});
		await dialer.database.query("UPDATE vicidial_live_agents SET status='PAUSED' WHERE user='1001'");
	});

	it.each(['vicidial_auto_calls', 'vicidial_hopper'])(
		'with a table that is slow: said so of %s, and nothing of the others',
		async (table) => {
			const holder = dialer.database.query(`LOCK TABLES ${table} WRITE; DO SLEEP(2.7); UNLOCK TABLES`);
			const ran = await tick(dialer, ['--only', 'queues'], { VICIKEEP_WARN_CHECK_QUERY: '0.5' });
			await holder;
			expect(ran.findings).toEqual([`queues.slow_table ${table}`]);
			expect(ran.actions).toEqual([]);
		},
	);

	it('with a lock held by a stopped program: program and thread are named, nobody is restarted', async () => {
		const script = join(dialer.home, 'agi-VDAD_ALL_outbound.agi');
		writeFileSync(
			script,
			`use FindBin; use lib "$FindBin::Bin/libs"; use Sandbox; my $database = database();
			$database->do('LOCK TABLES vicidial_live_agents WRITE'); syswrite STDOUT, "held\\n"; sleep 60`,
		);
		const agi = spawn('/usr/bin/perl', [script], { env: dialer.env, stdio: ['ignore', 'pipe', 'inherit'] });
		await new Promise((done) => agi.stdout.once('data', done));
		agi.kill('SIGSTOP');
		const limits = { VICIKEEP_WARN_DATABASE_LOCK_WAIT: '2' };
		const locked = await until('somebody to wait', 20_000, async () => {
			const ran = await tick(dialer, [], limits);
			expect(ran.actions.filter((action) => !action.startsWith('withheld'))).toEqual([]);
			return ran.check('mysql').findings.find(({ id }) => id === 'mysql.locked');
		});
		expect(locked.summary).toMatch(
			new RegExp(
				`on vicidial_live_agents, .* held by thread \\d+ \\(process ${agi.pid}, agi-VDAD_ALL_outbound.agi, which is stopped; silent`,
			),
		);
		const thread = /mysqladmin kill (\d+)/.exec(locked.advice ?? '')?.[1];
		await dialer.database.query(`KILL ${thread}`);
		if (agi.pid !== undefined && isAlive(agi.pid)) signal(agi.pid, 'SIGKILL');
		await until(
			'an end of the wait',
			10_000,
			async () => (await tick(dialer, ['--only', 'mysql'], limits)).exitCode === 0,
		);
	});

	it('reads a bounded number of rows from large tables', async () => {
		await dialer.database.query('SET GLOBAL userstat=1');
		await dialer.database.query("CREATE USER IF NOT EXISTS vicikeep@'%' IDENTIFIED BY 'watch'");
		await dialer.database.query("GRANT SELECT ON asterisk.* TO vicikeep@'%'");
		await dialer.database.query(LARGE, Array(LARGE.split('?').length - 1).fill(dialer.serverIp));
		for (let look = 0; look < 10; look++) {
			await dialer.database.query('FLUSH USER_STATISTICS');
			await tick(dialer, ['--only', 'queues'], { VICIKEEP_DB_USER: 'vicikeep', VICIKEEP_DB_PASS: 'watch' });
			const [row] = await dialer.database.query(
				"SELECT ROWS_READ AS rows_read FROM information_schema.USER_STATISTICS WHERE USER='vicikeep'",
			);
			// the hopper is read once, agents and calls once, of the 100,000 actions no more than the newest
			expect(Number(row?.rows_read)).toBeGreaterThan(20_000);
			expect(Number(row?.rows_read)).toBeLessThan(30_000);
		}
		await dialer.database.query("TRUNCATE vicidial_manager; DELETE FROM vicidial_hopper WHERE campaign_id='BIG'");
		await dialer.database.query("DELETE FROM vicidial_live_agents WHERE user LIKE 'big%'");
	});
});

/** What looks like trouble and is none. */
const LOOKALIKES = `
	UPDATE vicidial_live_agents SET callerid='V1', last_update_time=NOW() - INTERVAL 1 HOUR WHERE server_ip=?;
	INSERT INTO vicidial_auto_calls (server_ip, status, call_time, callerid)
		SELECT ?, 'XFER', NOW() - INTERVAL 2 HOUR, 'V1' FROM seq_1_to_12;
	INSERT INTO vicidial_hopper (lead_id, campaign_id, status) VALUES (1, 'OLD', 'DONE');
	INSERT INTO vicidial_hopper (lead_id, campaign_id, status, user) VALUES (2, 'OUTBOUND', 'QUEUE', CONCAT('VDAD_', ?));
	INSERT INTO vicidial_callbacks (status, callback_time) VALUES ('ACTIVE', NOW() - INTERVAL 1 DAY), ('ACTIVE', NOW() - INTERVAL 500 SECOND);
	INSERT INTO vicidial_manager (entry_date, status, server_ip, action) SELECT NOW() - INTERVAL 100 SECOND, 'SENT', ?, 'Hangup' FROM seq_1_to_40;
	INSERT INTO vicidial_manager (entry_date, status, server_ip, action) VALUES (NOW(), 'NEW', '192.0.2.99', 'Originate')`;

/** Tables that are not asked in every look. */
const TURNS = [
	'information_schema.TABLES',
	'vicidial_campaigns',
	'vicidial_campaign_stats_debug',
	'vicidial_callbacks',
	'live_channels',
	'live_sip_channels',
	'vicidial_inbound_callback_queue',
	'vicidial_shared_drops',
	'parked_channels',
	'conferences',
	'vicidial_inbound_groups',
	'vicidial_abandon_check_queue',
	'vicidial_email_list',
];

const LARGE = `
	INSERT INTO vicidial_manager (entry_date, status, server_ip, action)
		SELECT NOW(), 'SENT', ?, 'Originate' FROM seq_1_to_100000;
	INSERT INTO vicidial_hopper (lead_id, campaign_id, status) SELECT seq, 'BIG', 'READY' FROM seq_1_to_20000;
	INSERT INTO vicidial_live_agents (user, server_ip, campaign_id) SELECT CONCAT('big', seq), ?, 'BIG' FROM seq_1_to_500`;
