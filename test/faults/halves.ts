import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Area, Stage } from './fault.ts';
import { hang, here, IN_TURN, olderThan, soon, sql, WITHOUT_CONF } from './injections.ts';
import { overAndOver } from './near-misses.ts';
import { LISTENER } from './scripts.ts';

const STATISTICS = 'AST_VDadapt.pl';
/** Where all is asked that a dialer can be asked, the costly questions wait long for their turn. */
const RARELY_ASKED = { found: 11 };
/** Milliseconds between looks of which the third sees what has lasted a second. */
const A_MOMENT = 400;

/** What takes minutes on a dialer is grave after a second. */
const atOnce = (name: string) => ({ [`VICIKEEP_WARN_${name}`]: '1', [`VICIKEEP_CRIT_${name}`]: '1' });

/** Minutes since the statistics of each in-group were written. */
async function inGroupsWritten(stage: Stage, ages: Record<string, number>): Promise<void> {
	const table = 'vicidial_campaign_stats_debug';
	await sql(stage, `DELETE FROM ${table} WHERE server_ip='INBOUND'`);
	stage.later(() => sql(stage, `DELETE FROM ${table} WHERE server_ip='INBOUND'`));
	for (const [group, minutes] of Object.entries(ages))
		await sql(
			stage,
			`INSERT INTO ${table} SET campaign_id=?, server_ip='INBOUND', entry_time=NOW() - INTERVAL ? MINUTE, update_time=NOW() - INTERVAL ? MINUTE`,
			[group, minutes, minutes],
		);
}

/** Another line of root's crontab. */
function scheduled({ dialer: { crontab }, later }: Stage, line: string): void {
	const before = readFileSync(crontab);
	writeFileSync(crontab, `${before}${line}\n`);
	later(() => writeFileSync(crontab, before));
}

/** The job of cron that empties rooms, and a room that is half counted down. */
async function roomEmptiedByCron(stage: Stage): Promise<void> {
	scheduled(stage, `* * * * * ${join(stage.dialer.home, 'AST_conf_update.pl')}`);
	await here(stage, "UPDATE servers SET conf_engine='MEETME' WHERE server_ip=?");
	await countDown(stage, 2);
}

const countDown = (stage: Stage, left: number): Promise<unknown> =>
	here(
		stage,
		`UPDATE vicidial_conferences SET extension='SIP/cc101Xtimeout${left}' WHERE server_ip=? AND conf_exten=8600060`,
	);

/** Leads of a campaign that are done with and lie in the hopper. */
const leftovers = (stage: Stage, campaign: string, status: 'DONE' | 'DNC'): Promise<unknown> =>
	sql(stage, 'INSERT INTO vicidial_hopper SET lead_id=1001, campaign_id=?, status=?, list_id=101', [campaign, status]);

/** Customers that were called some minutes ago; the newest of the calls that FastAGI has logged. @param logged seconds */
async function customersCalled(stage: Stage, logged: number): Promise<void> {
	// what was sent before the listener began says nothing
	await olderThan(stage, LISTENER, 65);
	await here(
		stage,
		`INSERT INTO vicidial_manager (entry_date, status, server_ip, action, callerid)
		SELECT NOW() - INTERVAL 61 SECOND, 'DEAD', ?, 'Originate', CONCAT('V11', seq) FROM seq_1_to_30`,
	);
	await here(
		stage,
		`INSERT INTO call_log (uniqueid, server_ip, start_time) SELECT CONCAT('1700000000.', seq), ?, NOW() - INTERVAL ${logged} + seq SECOND FROM seq_1_to_30`,
	);
}

/** What the stock keepalive of the voicemail server sees to every minute is switched on, and a report is there. */
async function duties(stage: Stage, report: string): Promise<void> {
	stage.later(() => sql(stage, 'DROP TABLE IF EXISTS vicidial_agent_notifications_queue, vicidial_automated_reports'));
	await sql(
		stage,
		`CREATE TABLE vicidial_agent_notifications_queue (queue_id INT AUTO_INCREMENT PRIMARY KEY, queue_date DATETIME);
		CREATE TABLE vicidial_automated_reports (report_id VARCHAR(30) PRIMARY KEY, report_last_run DATETIME,
			active ENUM('Y','N'), run_now_trigger ENUM('N','Y'));
		UPDATE system_settings SET agent_notifications='1', enable_auto_reports='1';
		INSERT INTO vicidial_automated_reports SET report_id='WEEK', report_last_run=NOW() - INTERVAL 1 DAY, ${report}`,
	);
}

/** @param second of today, by which one notification is told from the next */
const notify = (stage: Stage, second: number): Promise<unknown> =>
	sql(stage, `INSERT INTO vicidial_agent_notifications_queue SET queue_date=CURDATE() + INTERVAL ${second} SECOND`);

/** Rows that stand still beside those that other areas have of the same daemon. */
export const HALVES: Area = {
	name: 'halves',
	keepalives: '12356',
	faults: [
		{
			rows: [15],
			says: 'the statistics of the in-groups are old: AST_VDadapt loops and does nothing',
			inject: async (stage) => {
				await hang(stage, STATISTICS, 'loop');
				await inGroupsWritten(stage, { SALESLINE: 40, MAILS: 45 });
			},
			find: ['queues.in_group_statistics AST_VDadapt'],
			after: { stays: 2 },
			within: RARELY_ASKED,
			twin: {
				but: 'they are those of a closed one; of the others there are none yet since the end of the day',
				inject: (stage) => inGroupsWritten(stage, { OLDLINE: 3000 }),
			},
		},
		{
			rows: [14],
			says: 'a countdown of a room stands still: the job of cron that goes on with it does not run',
			inject: roomEmptiedByCron,
			find: ['queues.conference_countdown AST_conf_update'],
			after: { stays: 2 },
			env: { ...atOnce('CONFERENCE_COUNTDOWN'), ...WITHOUT_CONF },
			between: A_MOMENT,
			within: RARELY_ASKED,
			twin: {
				but: 'it goes on, pass by pass',
				inject: async (stage) => {
					await roomEmptiedByCron(stage);
					let left = 900;
					overAndOver(stage, 700, () => countDown(stage, left--));
				},
			},
		},
		{
			rows: [16],
			says: 'leads that are done with stay in the hopper, though its job runs',
			inject: async (stage) => {
				await leftovers(stage, 'OUTBOUND', 'DONE');
				await leftovers(stage, 'OUTBOUND', 'DNC');
			},
			find: ['queues.hopper_leftovers AST_VDhopper'],
			after: { stays: 2 },
			env: soon('HOPPER_LEFTOVERS'),
			between: 1100,
			within: IN_TURN,
			twin: {
				but: 'they are those of a closed campaign; each run takes the others out, and more of them come',
				inject: async (stage) => {
					await sql(stage, "INSERT INTO vicidial_campaigns SET campaign_id='CLOSED', active='N'");
					await leftovers(stage, 'CLOSED', 'DONE');
					overAndOver(stage, 700, async () => {
						await sql(stage, "DELETE FROM vicidial_hopper WHERE campaign_id='OUTBOUND' AND status='DNC'");
						await leftovers(stage, 'OUTBOUND', 'DNC');
					});
				},
			},
		},
		{
			rows: [17],
			says: 'nobody is notified and a report that was asked for is not run: the stock keepalive does not get so far',
			inject: async (stage) => {
				await duties(stage, "active='Y', run_now_trigger='Y'");
				await notify(stage, 0);
			},
			find: ['queues.keepalive_due ADMIN_keepalive_ALL'],
			tells: /(?=.*agent notifications: 1)(?=.*automated reports: 1)/,
			after: { stays: 2 },
			env: atOnce('KEEPALIVE_DUE'),
			between: A_MOMENT,
			within: RARELY_ASKED,
			twin: {
				but: 'one notification after the other is taken up, and the report is one that was switched off',
				inject: async (stage) => {
					await duties(stage, "active='N', run_now_trigger='Y'");
					let second = 0;
					overAndOver(stage, 700, async () => {
						await sql(stage, 'DELETE FROM vicidial_agent_notifications_queue');
						await notify(stage, second++);
					});
				},
			},
		},
		{
			// the last one, when the listener has run for long
			rows: [11],
			pains: [27],
			says: 'customers are called, and FastAGI logs none of the calls',
			inject: (stage) => customersCalled(stage, 660),
			find: ['queues.call_log FastAGI_log'],
			after: { stays: 2 },
			between: A_MOMENT,
			within: RARELY_ASKED,
			twin: {
				but: 'the last of them were logged four minutes ago',
				inject: (stage) => customersCalled(stage, 270),
			},
		},
	],
};
