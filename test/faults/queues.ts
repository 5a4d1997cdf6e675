import type { Area, Stage } from './fault.ts';
import { crash, freeze, hang, here, sleep, sql } from './injections.ts';
import { AUTO_DIALER, LISTENER, SENDER } from './scripts.ts';

/** Actions as agents and dialers leave them; `?` is the dialer's address. */
const ACTION = `INSERT INTO vicidial_manager (entry_date, status, response, server_ip, channel, action, callerid, cmd_line_b, cmd_line_c)
	SELECT NOW() - INTERVAL @age SECOND, @status, 'N', ?, '', @action, CONCAT('TEST', LPAD(seq, 6, '0')),
		'Channel: Local/8600999@default', 'Context: default' FROM seq_1_to_40 WHERE seq <= @count`;

/** @param age seconds */
const actions = (stage: Stage, status: string, { count = 1, age = 0, action = 'Command' } = {}): Promise<unknown> =>
	here(stage, `SET @count=${count}, @age=${age}, @status='${status}', @action='${action}'; ${ACTION}`);

/** A call of this dialer. @param age seconds since it was placed and updated last */
const call = (stage: Stage, status: string, age: number, count = 1): Promise<unknown> =>
	here(
		stage,
		`INSERT INTO vicidial_auto_calls (server_ip, campaign_id, status, lead_id, callerid, channel, call_time, call_type, last_update_time)
		SELECT ?, 'OUTBOUND', '${status}', 1000 + seq, CONCAT('V0000000000', seq), CONCAT('Local/8600999@default-', seq),
			NOW() - INTERVAL ${age} SECOND, 'OUT', NOW() - INTERVAL ${age} SECOND FROM seq_1_to_100 WHERE seq <= ${count}`,
	);

/** An agent of this dialer gets a status; its browser was heard of that many seconds ago. */
const agent = (stage: Stage, status: string, age: number): Promise<unknown> =>
	here(
		stage,
		`UPDATE vicidial_live_agents SET status='${status}', last_update_time=NOW() - INTERVAL ${age} SECOND,
		last_state_change=NOW() - INTERVAL ${age} SECOND WHERE server_ip=? AND user='1001'`,
	);

/** Queues are judged within seconds instead of half a minute. */
const IMPATIENT = {
	VICIKEEP_WARN_MANAGER_NEW_AGE: '1',
	VICIKEEP_CRIT_MANAGER_NEW_AGE: '2',
	VICIKEEP_WARN_MANAGER_QUEUE_AGE: '1',
	VICIKEEP_CRIT_MANAGER_QUEUE_AGE: '2',
};

export const QUEUES: Area = {
	name: 'queues',
	keepalives: '1236',
	faults: [
		{
			pains: [15],
			rows: [1],
			says: 'the sender sleeps and wakes and sends nothing',
			inject: async (stage) => {
				await hang(stage, SENDER, 'loop');
				await actions(stage, 'NEW');
			},
			find: ['queues.manager_new AST_manager_send'],
			do: ['restart:AST_manager_send'],
			after: 'well',
			env: IMPATIENT,
			between: 1500,
			within: { repaired: 4 },
			proof: async ({ dialer }) =>
				(await dialer.database.query("SELECT 1 FROM vicidial_manager WHERE status='NEW'")).length === 0,
			twin: {
				but: 'there is a burst: the queue is long, and its head moves',
				inject: (stage) => actions(stage, 'NEW', { count: 40 }),
			},
		},
		{
			pains: [15],
			rows: [2],
			says: 'one action is taken up again and again, and every other one waits behind it',
			inject: async (stage) => {
				await sql(
					stage,
					`CREATE TRIGGER poison BEFORE UPDATE ON vicidial_manager FOR EACH ROW
					IF OLD.callerid='TEST000001' AND OLD.status='QUEUE' THEN SET NEW.status='QUEUE'; END IF`,
				);
				stage.later(() => sql(stage, 'DROP TRIGGER poison'));
				await actions(stage, 'DEAD', { action: 'Hangup' });
				await actions(stage, 'QUEUE', { action: 'Hangup' });
				await actions(stage, 'NEW', { count: 3 });
			},
			find: ['queues.manager_queue AST_manager_send'],
			after: { stays: 2 },
			env: IMPATIENT,
			between: 1500,
			twin: {
				but: 'one action was left in QUEUE by a sender that was killed; the next one sends it',
				inject: async (stage) => {
					await crash(stage, SENDER);
					await actions(stage, 'QUEUE');
					await stage.dialer.daemons.start(SENDER);
				},
			},
		},
		{
			pains: [16],
			rows: [3],
			says: 'the listener is connected and deaf: no call of the last minutes was seen again',
			inject: async (stage) => {
				await hang(stage, LISTENER, 'loop');
				await actions(stage, 'SENT', { count: 30, age: 120, action: 'Originate' });
			},
			find: ['queues.manager_sent AST_manager_listen'],
			after: 'well',
			do: ['restart:AST_manager_listen'],
			twin: {
				but: 'most of them were seen, the last ones are still on their way',
				inject: async (stage) => {
					await actions(stage, 'DEAD', { count: 30, age: 120, action: 'Originate' });
					await actions(stage, 'SENT', { count: 10, age: 120, action: 'Originate' });
				},
			},
		},
		{
			pains: [25],
			rows: [5],
			says: 'calls dial for ever, because nobody clears them away',
			inject: async (stage) => {
				await freeze(stage, AUTO_DIALER);
				await call(stage, 'RINGING', 300);
			},
			find: ['processes.frozen AST_VDauto_dial', 'queues.auto_calls_dialing AST_VDauto_dial'],
			do: ['restart:AST_VDauto_dial'],
			after: 'well',
			within: { repaired: 4 },
			twin: { but: 'they dial for two minutes', inject: (stage) => call(stage, 'RINGING', 100) },
		},
		{
			pains: [25],
			rows: [6],
			says: 'callers wait whose AGI has gone, because nobody clears them away',
			inject: async (stage) => {
				await freeze(stage, AUTO_DIALER);
				await call(stage, 'LIVE', 200);
			},
			find: ['processes.frozen AST_VDauto_dial', 'queues.auto_calls_live AST_VDauto_dial'],
			do: ['restart:AST_VDauto_dial'],
			after: 'well',
			within: { repaired: 4 },
			twin: { but: 'they wait, and their AGI says so', inject: (stage) => call(stage, 'LIVE', 5) },
		},
		{
			pains: [8, 25],
			rows: [7],
			says: 'agents whose browser has gone stay ready, because nobody pauses them',
			inject: async (stage) => {
				await freeze(stage, AUTO_DIALER);
				await agent(stage, 'READY', 200);
			},
			find: ['processes.frozen AST_VDauto_dial', 'queues.live_agents AST_VDauto_dial'],
			do: ['restart:AST_VDauto_dial'],
			after: 'well',
			within: { repaired: 4 },
			twin: { but: 'they are on a break', inject: (stage) => agent(stage, 'PAUSED', 3000) },
		},
		{
			pains: [1],
			says: 'there are no leads left: the hopper is empty and its job says so',
			inject: async (stage) => {
				await sql(
					stage,
					"DELETE FROM vicidial_hopper; UPDATE vicidial_campaign_stats SET dialable_leads=0; UPDATE vicidial_campaigns SET auto_dial_level='0'",
				);
				await agent(stage, 'READY', 0);
			},
			find: ['queues.hopper_empty OUTBOUND'],
			after: { stays: 1 },
			env: { VICIKEEP_WARN_HOPPER_EMPTY: '1' },
			between: 1500,
			twin: {
				but: 'its agents are on a break',
				inject: (stage) =>
					sql(stage, 'DELETE FROM vicidial_hopper; UPDATE vicidial_campaign_stats SET dialable_leads=0'),
			},
		},
	],
};
void sleep;
