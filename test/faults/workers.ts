import { join } from 'node:path';
import type { Area, Stage } from './fault.ts';
import {
	crash,
	duplicate,
	freeze,
	hang,
	here,
	IN_TURN,
	sleep,
	soon,
	sql,
	stranger,
	WITHOUT_CONF,
} from './injections.ts';
import { agent } from './traffic.ts';

const ADAPT = 'AST_VDadapt.pl';
const REMOTE_AGENTS = 'AST_VDremote_agents.pl';
const MAIL = 'VD_email_inbound.pl';
const FILL = 'AST_VDauto_dial_FILL.pl';
const ROOMS = 'AST_conf_update_screen.pl';

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
			twin: {
				but: 'they have gone off duty, and their rows are left and grow old',
				inject: async (stage) => {
					await here(stage, "UPDATE vicidial_remote_agents SET status='ACTIVE' WHERE server_ip=?");
					await sleep(2500);
					await here(stage, "UPDATE vicidial_remote_agents SET status='INACTIVE' WHERE server_ip=?");
					await sleep(5000);
				},
			},
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
			env: { VICIKEEP_WARN_ADAPT_HEARTBEAT: '25', VICIKEEP_CRIT_ADAPT_HEARTBEAT: '28' },
			between: 5000,
			within: { found: 8, repaired: 10 },
			twin: {
				but: 'the request is answered after some seconds',
				inject: async ({ dialer: { daemons } }) => {
					await daemons.hang(ADAPT, 'child');
					await sleep(4000);
					await daemons.release(ADAPT);
				},
			},
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
			env: { ...soon('CONFERENCE_COUNTDOWN'), ...WITHOUT_CONF },
			between: 1100,
			within: IN_TURN,
			twin: {
				but: 'somebody sits in them',
				inject: (stage) => here(stage, "UPDATE conferences SET extension='SIP/cc101' WHERE server_ip=? LIMIT 1"),
			},
		},
		{
			pains: [31],
			says: 'a second copy of FILL was started: leads are dialed twice',
			inject: (stage) => duplicate(stage, FILL),
			find: ['processes.duplicated AST_VDauto_dial_FILL'],
			do: ['stop:AST_VDauto_dial_FILL'],
			after: 'well',
			twin: {
				but: 'the other one is a reader of its script',
				inject: (stage) => stranger(stage, '/usr/bin/tail', '-f', join(stage.dialer.home, FILL)),
			},
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
