import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Area, Stage } from './fault.ts';
import { byHand, crash, duplicate, freeze, hang, here, rewrite, sleep, soon, sql, stranger } from './injections.ts';

import { agent } from './traffic.ts';

const ADAPT = 'AST_VDadapt.pl';
const REMOTE_AGENTS = 'AST_VDremote_agents.pl';
const MAIL = 'VD_email_inbound.pl';
const FILL = 'AST_VDauto_dial_FILL.pl';
const ROOMS = 'AST_conf_update_screen.pl';
const HOPPER = 'AST_VDhopper.pl';
const KEEPALIVE = 'ADMIN_keepalive_ALL.pl';

/** Rare tables are read in turn, and what looks like trouble once more. */
const IN_TURN = { found: 7, repaired: 9 };
/** A job of cron counts as old after a second. */
const sleeper = '#!/usr/bin/perl\nsleep 1 while 1;\n';

/** The hopper's job stops: its rows are as old as that. @param minutes of OUTBOUND, and of all others */
async function hopperStops(stage: Stage, minutes: number, others = minutes): Promise<void> {
	await sql(stage, 'ALTER EVENT hopper_cron DISABLE');
	stage.later(() =>
		sql(
			stage,
			"ALTER EVENT hopper_cron ENABLE; UPDATE vicidial_campaign_stats_debug SET update_time=NOW() WHERE server_ip='HOPPER'",
		),
	);
	await sql(
		stage,
		`REPLACE INTO vicidial_campaign_stats_debug (campaign_id, server_ip, entry_time, update_time, debug_output)
		SELECT campaign_id, 'HOPPER', NOW(), NOW() - INTERVAL IF(campaign_id='OUTBOUND', ${minutes}, ${others}) MINUTE, '' FROM vicidial_campaigns`,
	);
}

/** Copies of a job that do not end. */
async function jobs(stage: Stage, script: string, count: number): Promise<void> {
	rewrite(stage, script, sleeper);
	for (let copy = 0; copy < count; copy++) await byHand(stage, '/usr/bin/perl', join(stage.dialer.home, script));
	await sleep(1100);
}

/** The uptime that the stock keepalive wrote so many minutes ago. */
function uptimeWritten(stage: Stage, minutes: number): Promise<unknown> {
	const then = Number(readFileSync('/proc/uptime', 'latin1').split(' ')[0]) / 60 - minutes;
	const [hours, rest] = [Math.floor(then / 60), Math.floor(then % 60)];
	const text = hours > 0 ? `${hours}:${String(rest).padStart(2, '0')}` : `${rest} min`;
	return sql(stage, 'UPDATE servers SET system_uptime=? WHERE server_ip=?', [text, stage.dialer.serverIp]);
}

const mail = (stage: Stage, group: string): Promise<unknown> =>
	sql(
		stage,
		`INSERT INTO vicidial_email_list (email_date, group_id, status, direction) VALUES (NOW(), '${group}', 'NEW', 'INBOUND');
		INSERT INTO vicidial_live_inbound_agents (user, group_id, last_call_time, last_call_finish) VALUES ('1001', 'MAILS', NOW(), NOW())`,
	);

export const WORKERS: Area = {
	name: 'workers',
	// without 8: its relays are nothing without the loop trunks of an old system
	keepalives: '1234567ECS',
	options: ['-cu3way', '-recmon'],
	faults: [
		{
			rows: [8],
			says: 'remote agents are not refreshed: their daemon loops and does nothing',
			inject: async (stage) => {
				await here(stage, "UPDATE vicidial_remote_agents SET status='ACTIVE' WHERE server_ip=?");
				await sleep(2500);
				await hang(stage, REMOTE_AGENTS, 'loop');
				await sleep(2500);
			},
			find: ['processes.heartbeat_old AST_VDremote_agents', 'queues.remote_agents AST_VDremote_agents'],
			do: ['restart:AST_VDremote_agents'],
			after: 'well',
			env: {
				VICIKEEP_WARN_REMOTE_AGENTS_HEARTBEAT: '5',
				VICIKEEP_CRIT_REMOTE_AGENTS_HEARTBEAT: '9',
				VICIKEEP_WARN_REMOTE_AGENTS_SILENCE: '4',
				VICIKEEP_CRIT_REMOTE_AGENTS_SILENCE: '9',
			},
			between: 2000,
			within: { found: 5, repaired: 7 },
			twin: { but: 'none of them is on duty', inject: () => {} },
		},
		{
			rows: [15],
			says: 'callers of the callback queue wait: AST_VDadapt loops and does nothing',
			inject: async (stage) => {
				await hang(stage, ADAPT, 'loop');
				await sql(
					stage,
					"INSERT INTO vicidial_inbound_callback_queue SET icbq_date=NOW(), icbq_status='NEW', group_id='SALESLINE'",
				);
			},
			find: ['queues.callback_queue_new AST_VDadapt'],
			after: { stays: 2 },
			env: soon('CALLBACK_QUEUE_NEW'),
			between: 1100,
			within: IN_TURN,
			twin: {
				but: 'they are taken up',
				inject: (stage) =>
					sql(
						stage,
						"INSERT INTO vicidial_inbound_callback_queue SET icbq_date=NOW(), icbq_status='NEW', group_id='SALESLINE'",
					),
			},
		},
		{
			rows: [15],
			pains: [11],
			says: 'AST_VDadapt waits for a web request that has no time limit',
			inject: (stage) => hang(stage, ADAPT, 'child'),
			find: ['processes.heartbeat_old AST_VDadapt'],
			do: ['restart:AST_VDadapt'],
			after: 'well',
			env: { VICIKEEP_WARN_ADAPT_HEARTBEAT: '12', VICIKEEP_CRIT_ADAPT_HEARTBEAT: '15' },
			between: 3000,
			within: { found: 6, repaired: 8 },
			twin: { but: 'its loop is only slow', inject: () => sleep(2000) },
		},
		{
			rows: [16],
			pains: [1],
			says: "the hopper's job has not run for a quarter of an hour, the hopper is empty and agents wait",
			inject: async (stage) => {
				await hopperStops(stage, 15);
				await sql(stage, 'DELETE FROM vicidial_hopper');
				await agent(stage, 'READY', 0);
			},
			find: ['queues.hopper_job AST_VDhopper', 'queues.hopper_empty OUTBOUND'],
			after: { stays: 2 },
			env: { VICIKEEP_WARN_HOPPER_EMPTY: '1' },
			between: 1100,
			within: IN_TURN,
			twin: {
				but: 'no campaign is active',
				inject: async (stage) => {
					await hopperStops(stage, 15);
					await sql(stage, "UPDATE vicidial_campaigns SET active='N'");
				},
			},
		},
		{
			rows: [16],
			pains: [1],
			says: "the hopper's job hangs in one campaign and never gets to the other",
			inject: (stage) => hopperStops(stage, 20, 1),
			find: ['queues.hopper_behind AST_VDhopper'],
			after: { stays: 2 },
			between: 1100,
			within: IN_TURN,
			twin: { but: 'it needs four minutes for all of them', inject: (stage) => hopperStops(stage, 4, 1) },
		},
		{
			rows: [16],
			says: 'callbacks are overdue, because the job that takes them does not run',
			inject: async (stage) => {
				await hopperStops(stage, 15);
				await sql(
					stage,
					"INSERT INTO vicidial_callbacks (lead_id, campaign_id, status, callback_time) SELECT 1000 + seq, 'OUTBOUND', 'ACTIVE', NOW() - INTERVAL 12 MINUTE FROM seq_1_to_8",
				);
			},
			find: ['queues.hopper_job AST_VDhopper', 'queues.callbacks_overdue AST_VDhopper'],
			after: { stays: 2 },
			between: 1100,
			within: IN_TURN,
			twin: {
				but: 'two of them are of leads that are gone',
				inject: (stage) =>
					sql(
						stage,
						"INSERT INTO vicidial_callbacks (lead_id, campaign_id, status, callback_time) SELECT seq, 'OUTBOUND', 'ACTIVE', NOW() - INTERVAL 12 MINUTE FROM seq_1_to_2",
					),
			},
		},
		{
			pains: [14],
			says: 'runs of the hopper job overlap',
			inject: (stage) => jobs(stage, HOPPER, 5),
			find: ['processes.piling AST_VDhopper'],
			after: { stays: 1 },
			between: 1100,
			twin: { but: 'there are two of them', inject: (stage) => jobs(stage, HOPPER, 2) },
		},
		{
			pains: [13],
			says: 'stock keepalives pile up, each waiting for something that does not come',
			inject: (stage) => jobs(stage, KEEPALIVE, 5),
			find: ['processes.piling ADMIN_keepalive_ALL'],
			after: { stays: 2 },
			env: soon('KEEPALIVE_AGE'),
			between: 1100,
			twin: {
				but: 'somebody looks into the script',
				inject: (stage) => stranger(stage, '/usr/bin/tail', '-f', join(stage.dialer.home, KEEPALIVE)),
			},
		},
		{
			pains: [12],
			rows: [17],
			says: 'the stock keepalive has not come to its end for three minutes',
			inject: (stage) => uptimeWritten(stage, 3),
			find: ['processes.keepalive_silent ADMIN_keepalive_ALL'],
			after: { stays: 2 },
			env: { VICIKEEP_WARN_KEEPALIVE_LAG: '60', VICIKEEP_CRIT_KEEPALIVE_LAG: '90' },
			twin: { but: 'it did so in the last minute', inject: (stage) => uptimeWritten(stage, 1) },
		},
		{
			rows: [21],
			says: 'an e-mail waits although an agent of its group is free',
			inject: async (stage) => {
				await hang(stage, MAIL, 'loop');
				await mail(stage, 'MAILS');
				await agent(stage, 'READY', 0);
			},
			find: ['queues.email_new VD_email_inbound'],
			after: { stays: 1 },
			env: { VICIKEEP_WARN_EMAIL_NEW: '1' },
			between: 1100,
			within: { found: 9 },
			twin: {
				but: 'all agents of the group are on a break',
				inject: (stage) => mail(stage, 'MAILS'),
			},
		},
		{
			rows: [14],
			says: 'rooms are not counted down: their updater loops and does nothing',
			inject: async (stage) => {
				await here(stage, 'UPDATE servers SET conf_update_interval=1 WHERE server_ip=?');
				await crash(stage, ROOMS);
				await stage.dialer.daemons.start(ROOMS);
				await hang(stage, ROOMS, 'loop');
				await here(
					stage,
					"UPDATE servers SET conf_update_interval=60, conf_engine='MEETME' WHERE server_ip=?; INSERT INTO conferences SET server_ip='', conf_exten=8600099, extension=''",
				);
				await here(stage, "UPDATE conferences SET extension='SIP/cc101-Xtimeout2' WHERE server_ip=? LIMIT 1");
			},
			find: ['queues.conference_countdown AST_conf_update_screen'],
			after: { stays: 2 },
			env: soon('CONFERENCE_COUNTDOWN'),
			between: 1100,
			within: IN_TURN,
			twin: { but: 'nobody is in them', inject: () => {} },
		},
		{
			pains: [31],
			says: 'a second copy of FILL was started: leads are dialed twice',
			inject: (stage) => duplicate(stage, FILL),
			find: ['processes.duplicated AST_VDauto_dial_FILL'],
			do: ['stop:AST_VDauto_dial_FILL'],
			after: 'well',
			twin: { but: 'the other one is the auto dialer, whose name is the beginning of it', inject: () => {} },
		},
		{
			pains: [43],
			says: 'AST_VDadapt and AST_conf_update_3way are gone, and it is not the end of the day',
			inject: (stage) => crash(stage, ADAPT, 'AST_conf_update_3way.pl'),
			find: ['processes.absent AST_VDadapt'],
			beside: ['processes.absent AST_conf_update_3way'],
			do: ['start:AST_VDadapt', 'start:AST_conf_update_3way'],
			after: 'well',
			env: soon('DAILY_ABSENCE'),
			between: 1100,
			within: { found: 3, repaired: 5 },
			twin: {
				but: 'it is the end of the day, all agents are logged out and the statistics are empty',
				inject: async (stage) => {
					const now = new Date().toTimeString();
					await sql(stage, `UPDATE system_settings SET timeclock_end_of_day='${now.slice(0, 2)}${now.slice(3, 5)}'`);
					await sleep(3000);
					await sql(stage, 'DELETE FROM vicidial_live_agents; DELETE FROM vicidial_campaign_server_stats');
					await sql(stage, "DELETE FROM vicidial_campaign_stats_debug WHERE server_ip<>'HOPPER'");
				},
			},
		},
		{
			pains: [11],
			says: 'FILL is stopped in its tracks',
			inject: (stage) => freeze(stage, FILL),
			find: ['processes.frozen AST_VDauto_dial_FILL'],
			do: ['restart:AST_VDauto_dial_FILL'],
			after: 'well',
			twin: {
				but: 'it has nothing to fill',
				inject: (stage) => sql(stage, 'DELETE FROM vicidial_campaign_server_stats'),
			},
		},
	],
};
