import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Area, Stage } from './fault.ts';
import { byHand, IN_TURN, rewrite, sleep, soon, sql, stranger } from './injections.ts';
import { agent } from './traffic.ts';

const HOPPER = 'AST_VDhopper.pl';
const KEEPALIVE = 'ADMIN_keepalive_ALL.pl';

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

export const JOBS: Area = {
	name: 'jobs of cron',
	keepalives: '12356',
	faults: [
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
			says: "the hopper's job hangs and, started with --run-check, keeps the next ones from beginning",
			inject: async (stage) => {
				await hopperStops(stage, 15);
				await jobs(stage, HOPPER, 1);
				await sql(stage, 'DELETE FROM vicidial_hopper');
				await agent(stage, 'READY', 0);
				await sleep(21_000);
			},
			find: ['queues.hopper_job AST_VDhopper', 'queues.hopper_empty OUTBOUND'],
			tells: /hangs.*1 copy runs/,
			after: { stays: 2 },
			env: { VICIKEEP_WARN_HOPPER_EMPTY: '1', VICIKEEP_WARN_HOPPER_RUN: '20' },
			between: 1100,
			within: IN_TURN,
			twin: {
				but: 'a run of it takes long, and gets on',
				inject: async (stage) => {
					await jobs(stage, HOPPER, 1);
					await sleep(21_000);
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
	],
};
