import type { Area } from './fault.ts';
import { freeze, hang, here, reap, rewrite, sleep, soon, sql } from './injections.ts';
import { keepRefreshed, OTHER_DIALER, overAndOver } from './near-misses.ts';
import { AUTO_DIALER, UPDATER } from './scripts.ts';
import { actions, agent, agents, call, hangUp, ring } from './traffic.ts';

/** Rare tables are read in turn, every fifth look at the latest, and what looks like trouble once more. */
const IN_TURN = { found: 7, repaired: 9 };
const OBSERVE = { VICIKEEP_RESTART: 'off' };

export const CALLS: Area = {
	name: 'calls',
	keepalives: '1236',
	faults: [
		{
			rows: [4],
			pains: [19],
			says: "Asterisk's manager answers nobody who sends an action",
			inject: async (stage) => {
				rewrite(stage, 'AST_send_action_child.pl', '#!/usr/bin/perl\nsleep 1 while 1;\n');
				reap(stage, 'AST_send_action_child.pl');
				await actions(stage, 'SENT', { count: 30, age: 120, action: 'Originate' });
				await actions(stage, 'NEW', { count: 3 });
				await sleep(8000);
			},
			find: ['queues.action_children Asterisk'],
			after: { stays: 2 },
			env: { VICIKEEP_WARN_ACTION_CHILD_AGE: '4', VICIKEEP_CRIT_ACTION_CHILD_AGE: '6' },
			twin: {
				but: 'it is slow: each of them waits for it, two seconds at most',
				inject: async (stage) => {
					rewrite(stage, 'AST_send_action_child.pl', '#!/usr/bin/perl\nsleep 2;\n');
					reap(stage, 'AST_send_action_child.pl');
					await actions(stage, 'DEAD', { count: 30, age: 120, action: 'Originate' });
					overAndOver(stage, 500, () => actions(stage, 'NEW'));
					await sleep(2000);
				},
			},
		},
		{
			rows: [9],
			says: 'shared drops stay, because the auto dialer does not delete them',
			inject: async (stage) => {
				freeze(stage, AUTO_DIALER);
				await here(stage, "INSERT INTO vicidial_shared_drops VALUES ('V1', ?, 'OUTBOUND', 'NEW', 1, NOW())");
			},
			find: ['processes.frozen AST_VDauto_dial', 'queues.shared_drops AST_VDauto_dial'],
			withhold: { 'restart:AST_VDauto_dial': /off/ },
			after: { stays: 2 },
			env: { ...OBSERVE, ...soon('SHARED_DROPS_AGE') },
			between: 1100,
			within: IN_TURN,
			twin: {
				but: 'they are those of another dialer',
				inject: (stage) =>
					sql(stage, "INSERT INTO vicidial_shared_drops VALUES ('V1', ?, 'OUTBOUND', 'NEW', 1, NOW())", [OTHER_DIALER]),
			},
		},
		{
			rows: [10],
			says: 'calls that nobody answered are not worked off',
			inject: (stage) =>
				here(
					stage,
					`UPDATE system_settings SET noanswer_log='Y'; INSERT INTO vicidial_log_extended (uniqueid, server_ip, call_date, lead_id, caller_code)
					SELECT CONCAT('1700000', seq), ?, NOW() - INTERVAL 17 MINUTE, seq, CONCAT('V', seq) FROM seq_1_to_30`,
				),
			find: ['queues.unprocessed_calls AST_VDauto_dial'],
			after: { stays: 1 },
			within: IN_TURN,
			twin: {
				but: 'the feature is off',
				inject: (stage) =>
					here(
						stage,
						`INSERT INTO vicidial_log_extended (uniqueid, server_ip, call_date, lead_id, caller_code)
						SELECT CONCAT('1700000', seq), ?, NOW() - INTERVAL 17 MINUTE, seq, CONCAT('V', seq) FROM seq_1_to_30`,
					),
			},
		},
		{
			rows: [11],
			pains: [25, 27],
			says: 'transferred calls have ended, and FastAGI has not heard of it',
			inject: (stage) => call(stage, 'XFER', 700, 15),
			find: ['queues.ghost_calls FastAGI_log'],
			after: { stays: 1 },
			within: IN_TURN,
			twin: {
				but: 'they have not: each still has its agent, and those without one are in their tenth minute',
				inject: async (stage) => {
					await call(stage, 'XFER', 560, 15);
					await here(stage, "UPDATE vicidial_auto_calls SET callerid='V_ALONE' WHERE server_ip=?");
					await call(stage, 'XFER', 700, 15);
					await agents(stage, 15, 0);
					// as `call` names them
					await here(
						stage,
						"UPDATE vicidial_live_agents SET callerid=CONCAT('V0000000000', user - 3000) WHERE server_ip=? AND user > 3000",
					);
					keepRefreshed(stage, 'vicidial_live_agents', "status='INCALL'");
				},
			},
		},
		{
			rows: [12],
			says: 'a parked customer has hung up, and the updater does not take the row away',
			inject: async (stage) => {
				await hang(stage, UPDATER, 'loop');
				await here(stage, "INSERT INTO parked_channels SET channel='SIP/gone-1', server_ip=?, parked_time=NOW()");
			},
			find: ['processes.heartbeat_old AST_update', 'queues.parked_channels AST_update'],
			withhold: { 'restart:AST_update': /off/ },
			after: { stays: 2 },
			env: {
				...OBSERVE,
				...soon('PARKED_ORPHAN'),
				VICIKEEP_WARN_UPDATER_HEARTBEAT: '3',
				VICIKEEP_CRIT_UPDATER_HEARTBEAT: '4',
			},
			between: 1100,
			within: IN_TURN,
			twin: {
				but: 'the row is that of another dialer',
				inject: (stage) =>
					sql(stage, "INSERT INTO parked_channels SET channel='SIP/gone-1', server_ip=?, parked_time=NOW()", [
						OTHER_DIALER,
					]),
			},
		},
		{
			rows: [13],
			says: 'most phones hung up at once, and the updater takes that for a bad reading for ever',
			inject: async (stage) => {
				await ring(stage, 14);
				await sleep(1500);
				await stage.dialer.asterisk.cli('channel request hangup all');
				await sleep(1000);
			},
			find: ['queues.channel_tables AST_update'],
			after: { stays: 1 },
			within: IN_TURN,
			twin: {
				but: 'most, but not so many that the updater doubts it',
				inject: async (stage) => {
					await ring(stage, 20);
					await sleep(1500);
					await hangUp(stage, 11);
					await sleep(1000);
				},
			},
		},
		{
			pains: [8],
			says: 'all agents lag at once',
			inject: (stage) => agents(stage, 12, 15),
			find: ['queues.agents_lagging web server'],
			after: { stays: 2 },
			twin: {
				but: 'one of them does',
				inject: async (stage) => {
					await agents(stage, 11, 0);
					keepRefreshed(stage, 'vicidial_live_agents', 'user > 3000');
					await agent(stage, 'INCALL', 15);
				},
			},
		},
		{
			rows: [18],
			pains: [18],
			says: 'the action queue has not been purged for hours',
			inject: (stage) => actions(stage, 'DEAD', { age: 5 * 3600 }),
			find: ['queues.manager_oldest AST_flush_DBqueue'],
			after: { stays: 2 },
			within: IN_TURN,
			twin: {
				but: 'it is purged every hour, and keeps what is younger than one: together almost two',
				inject: (stage) => actions(stage, 'DEAD', { age: 7100 }),
			},
		},
		{
			rows: [17],
			says: 'a process trigger is overdue: the stock keepalive does not run',
			inject: (stage) =>
				here(
					stage,
					"INSERT INTO vicidial_process_triggers SET trigger_id='T1', server_ip=?, trigger_time=NOW() - INTERVAL 2 HOUR, trigger_run='1'",
				),
			find: ['processes.trigger_overdue ADMIN_keepalive_ALL'],
			after: { stays: 2 },
			within: IN_TURN,
			twin: {
				but: 'it is one of another dialer, or was served; here one is due since a minute',
				inject: async (stage) => {
					const trigger = (id: string, serverIp: string, minutes: number, run: string) =>
						sql(
							stage,
							'INSERT INTO vicidial_process_triggers SET trigger_id=?, server_ip=?, trigger_time=NOW() - INTERVAL ? MINUTE, trigger_run=?',
							[id, serverIp, minutes, run],
						);
					const { serverIp } = stage.dialer;
					await trigger('T1', OTHER_DIALER, 120, '1');
					await trigger('T2', serverIp, 120, '0');
					await trigger('T3', serverIp, 1, '1');
				},
			},
		},
		{
			pains: [4],
			says: 'the auto dialer loops and does nothing: the hopper is full, agents wait, no call is placed',
			inject: async (stage) => {
				await hang(stage, AUTO_DIALER, 'loop');
				await agent(stage, 'READY', 0);
			},
			find: ['processes.heartbeat_old AST_VDauto_dial'],
			do: ['restart:AST_VDauto_dial'],
			after: 'well',
			env: { VICIKEEP_WARN_AUTO_DIALER_HEARTBEAT: '8', VICIKEEP_CRIT_AUTO_DIALER_HEARTBEAT: '10' },
			between: 3000,
			within: { found: 5, repaired: 7 },
			twin: {
				but: 'the dial level of the campaign is 0',
				inject: async (stage) => {
					await sql(stage, "UPDATE vicidial_campaigns SET auto_dial_level='0'");
					await agent(stage, 'READY', 0);
				},
			},
		},
	],
};
