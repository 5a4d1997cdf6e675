import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Area, Stage } from './fault.ts';
import { crash, hang, here, IN_TURN, rewrite, sleep, soon, sql, WITHOUT_CONF } from './injections.ts';
import { lockForMoments, OTHER_DIALER, overAndOver } from './near-misses.ts';
import { ring } from './traffic.ts';

const SIP_LOGGER = 'AST_manager_sip_AMI2.pl';
const RECORDINGS = 'AST_rec_monitor.pl';
const MAIL = 'VD_email_inbound.pl';
const FILL = 'AST_VDauto_dial_FILL.pl';
const THREE_WAY = 'AST_conf_update_3way.pl';

/** Seconds until a daemon that never wakes is told, and until it is started again. */
const SILENCE = { VICIKEEP_WARN_DAEMON_SILENCE: '3', VICIKEEP_CRIT_DAEMON_SILENCE: '5' };
/** The same of one whose log does not grow: more than the ten seconds between two loops of AST_conf_update_3way. */
const LOG_SILENCE = { VICIKEEP_WARN_LOG_HEARTBEAT: '13', VICIKEEP_CRIT_LOG_HEARTBEAT: '15' };

/** The end of the day was so many minutes ago, and the time clock has not been seen to since the day before yesterday. */
const dayEnded = (stage: Stage, minutes: number): Promise<unknown> => {
	const [hour = '', minute = ''] = new Date(Date.now() - minutes * 60_000).toTimeString().split(':');
	return sql(
		stage,
		'UPDATE system_settings SET timeclock_end_of_day=?, timeclock_last_reset_date=CURDATE() - INTERVAL 2 DAY',
		[`${hour}${minute}`],
	);
};

/** Calls to phones that take no notice, which are over with the row. */
async function ringing(stage: Stage, count: number): Promise<void> {
	stage.later(() => stage.dialer.asterisk.cli('channel request hangup all'));
	await ring(stage, count);
	await sleep(1000);
}

/** A room of a dialer that a three-way call has left and that is counted down to be empty. */
const countedDown = (stage: Stage, serverIp: string): Promise<unknown> =>
	sql(
		stage,
		`UPDATE servers SET conf_engine='MEETME' WHERE server_ip=?;
		UPDATE vicidial_conferences SET extension='SIP/cc101Xtimeout2', leave_3way='1', leave_3way_datetime=NOW()
		WHERE server_ip=? AND extension='' LIMIT 1`,
		[stage.dialer.serverIp, serverIp],
	);

export const CODES: Area = {
	name: 'rarer codes',
	keepalives: '12379ES',
	options: ['-cu3way', '-recmon'],
	faults: [
		{
			says: 'the logger of SIP events is gone, and they are wanted',
			inject: (stage) => crash(stage, SIP_LOGGER),
			find: ['processes.absent AST_manager_sip'],
			do: ['start:AST_manager_sip'],
			after: 'well',
			twin: {
				but: 'they are not: sip_event_logging is off',
				inject: async (stage) => {
					await crash(stage, SIP_LOGGER);
					await sql(stage, "UPDATE system_settings SET sip_event_logging='0'");
				},
				proof: ({ dialer: { daemons } }) => daemons.pids(SIP_LOGGER).length === 0,
			},
		},
		{
			pains: [11],
			says: 'the logger of SIP events is connected and does not read what Asterisk sends',
			inject: async (stage) => {
				await hang(stage, SIP_LOGGER, 'loop');
				await ringing(stage, 4);
			},
			find: ['processes.deaf AST_manager_sip'],
			do: ['restart:AST_manager_sip'],
			after: 'well',
			env: { VICIKEEP_WARN_MANAGER_UNREAD: '1024' },
			// sockets are looked at now and then
			within: { found: 4, repaired: 6 },
			twin: { but: 'as many phones ring, and it takes in what it is told', inject: (stage) => ringing(stage, 4) },
		},
		{
			pains: [11],
			says: 'the monitor of recordings waits for a file server that does not come back',
			inject: (stage) => hang(stage, RECORDINGS, 'fifo'),
			find: ['processes.silent AST_rec_monitor'],
			do: ['restart:AST_rec_monitor'],
			after: 'well',
			env: SILENCE,
			between: 2000,
			within: { found: 4, repaired: 6 },
			twin: {
				but: 'it comes back after a second, over and over',
				inject: (stage) =>
					overAndOver(stage, 0, async () => {
						await stage.dialer.daemons.hang(RECORDINGS, 'fifo');
						await sleep(1000);
						await stage.dialer.daemons.release(RECORDINGS);
					}),
			},
		},
		{
			pains: [11],
			rows: [21],
			says: 'the distributor of e-mails waits for something that does not come',
			inject: (stage) => hang(stage, MAIL, 'fifo'),
			find: ['processes.silent VD_email_inbound'],
			do: ['restart:VD_email_inbound'],
			after: 'well',
			env: SILENCE,
			between: 2000,
			within: { found: 4, repaired: 6 },
			twin: {
				but: 'it waits for a table of the agents, which is locked for moments, and nobody is free for the e-mail',
				inject: async (stage) => {
					await sql(
						stage,
						"INSERT INTO vicidial_email_list (email_date, group_id, status, direction) VALUES (NOW(), 'MAILS', 'NEW', 'INBOUND')",
					);
					await lockForMoments(stage, 'LOCK TABLES vicidial_live_agents WRITE');
				},
			},
		},
		{
			pains: [11],
			says: 'the log of FILL stands still: it loops and does nothing',
			inject: (stage) => hang(stage, FILL, 'loop'),
			find: ['processes.heartbeat_old AST_VDauto_dial_FILL'],
			do: ['restart:AST_VDauto_dial_FILL'],
			after: 'well',
			env: LOG_SILENCE,
			between: 2500,
			within: { found: 9, repaired: 12 },
			twin: {
				but: 'logs were switched off',
				inject: (stage) => here(stage, "UPDATE servers SET vd_server_logs='N' WHERE server_ip=?"),
			},
		},
		{
			pains: [11],
			says: 'AST_conf_update_3way loops and does nothing',
			inject: (stage) => hang(stage, THREE_WAY, 'loop'),
			find: ['processes.heartbeat_old AST_conf_update_3way'],
			do: ['restart:AST_conf_update_3way'],
			after: 'well',
			env: LOG_SILENCE,
			between: 2500,
			within: { found: 9, repaired: 12 },
			twin: {
				but: 'it was started yesterday: its log keeps that name, and the one of today does not grow',
				inject: async (stage) => {
					const stock = readFileSync(join(stage.dialer.home, THREE_WAY), 'utf8');
					const yesterday = stock.replace('my $day = substr(local_time()', 'my $day = substr(local_time(86_400)');
					if (yesterday === stock) throw new Error('the stand-in no longer names its log so');
					rewrite(stage, THREE_WAY, yesterday);
					await crash(stage, THREE_WAY);
					stage.later(() => crash(stage, THREE_WAY));
					await stage.dialer.daemons.start(THREE_WAY);
				},
			},
		},
		{
			rows: [14],
			says: 'a room that a three-way call has left is not counted down: -cu3way loops and does nothing',
			inject: async (stage) => {
				await hang(stage, THREE_WAY, 'loop');
				await countedDown(stage, stage.dialer.serverIp);
			},
			find: ['queues.conference_countdown AST_conf_update_3way'],
			after: { stays: 2 },
			env: { ...soon('CONFERENCE_COUNTDOWN'), ...WITHOUT_CONF },
			between: 1100,
			within: IN_TURN,
			twin: {
				but: 'it is one of another dialer',
				inject: (stage) => countedDown(stage, OTHER_DIALER),
			},
		},
		{
			says: 'the end of the day was more than an hour ago, and nobody was logged out of the time clock',
			inject: (stage) => dayEnded(stage, 70),
			find: ['processes.not_done ADMIN_timeclock_auto_logout'],
			after: { stays: 2 },
			twin: { but: 'it was ten minutes ago', inject: (stage) => dayEnded(stage, 10) },
		},
	],
};
