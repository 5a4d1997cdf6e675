import { insertPoison } from '../sandbox/traffic.ts';
import type { Area } from './fault.ts';
import { crash, freeze, hang, sql } from './injections.ts';
import { keepRefreshed, OTHER_DIALER } from './near-misses.ts';
import { AUTO_DIALER, SENDER } from './scripts.ts';
import { actions, agent, call } from './traffic.ts';

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
			rows: [1],
			says: 'actions wait, and an X in the keepalive codes says that nobody is to send them here',
			inject: async (stage) => {
				await crash(stage, SENDER);
				await actions(stage, 'NEW', { count: 3 });
			},
			find: ['queues.manager_new AST_manager_send'],
			tells: /VARactive_keepalives/,
			after: { stays: 1 },
			env: { ...IMPATIENT, VICIKEEP_KEEPALIVES: '1236X' },
			between: 1500,
			ends: [SENDER],
			twin: { but: 'somebody sends them all the same', inject: (stage) => actions(stage, 'NEW', { count: 3 }) },
		},
		{
			pains: [15],
			rows: [2],
			says: 'one action is taken up again and again, and every other one waits behind it',
			inject: async (stage) => {
				await insertPoison(stage.dialer);
				await actions(stage, 'NEW', { count: 3 });
			},
			find: ['queues.poison_row AST_manager_send'],
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
			twin: {
				but: 'they are those of another dialer, or were answered; those that dial here do for less than two minutes',
				inject: async (stage) => {
					await call(stage, 'RINGING', 300, 1, OTHER_DIALER);
					await call(stage, 'XFER', 300);
					await call(stage, 'RINGING', 100);
				},
			},
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
			twin: {
				but: 'they have waited as long, and their AGI says so; the silent ones are those of another dialer',
				inject: async (stage) => {
					await call(stage, 'LIVE', 200, 1, OTHER_DIALER);
					await call(stage, 'LIVE', 200);
					keepRefreshed(stage, 'vicidial_auto_calls', "status='LIVE'");
				},
			},
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
				await sql(stage, 'DELETE FROM vicidial_hopper; UPDATE vicidial_campaign_stats SET dialable_leads=0');
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
