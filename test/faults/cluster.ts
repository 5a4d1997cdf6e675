import { createServer } from 'node:net';
import type { Area, Stage } from './fault.ts';
import { sql } from './injections.ts';

/** The other dialer of the sandbox's database, and an address under which nobody answers. */
const SISTER = '192.0.2.12';
const NOBODY = '127.0.0.3';

/** The other dialer has moved to an address of this machine, and has not written its heartbeat for some minutes. */
async function silence(stage: Stage): Promise<void> {
	await sql(stage, 'UPDATE servers SET server_ip=? WHERE server_ip=?', [NOBODY, SISTER]);
	await sql(stage, 'REPLACE INTO server_updater VALUES (?, NOW() - INTERVAL 400 SECOND, NOW() - INTERVAL 400 SECOND)', [
		NOBODY,
	]);
	stage.later(() => sql(stage, 'DELETE FROM server_updater WHERE server_ip=?', [NOBODY]));
}

/** An Asterisk that greets there. */
async function greets(stage: Stage): Promise<void> {
	const server = createServer((socket) => {
		socket.on('error', () => {});
		socket.write('Asterisk Call Manager/5.0.5\r\n');
	});
	await new Promise<void>((resolve) => server.listen(5038, NOBODY, resolve));
	stage.later(() => server.close());
}

const voicemailServer = (stage: Stage, ip: string): Promise<unknown> =>
	sql(stage, 'UPDATE system_settings SET active_voicemail_server=?', [ip]);

export const CLUSTER: Area = {
	name: 'cluster',
	keepalives: '1236',
	faults: [
		{
			pains: [32],
			says: 'another dialer of the cluster has died',
			inject: silence,
			find: [`cluster.dead ${NOBODY}`],
			tells: /neither its manager nor its FastAGI answers/,
			after: { stays: 2 },
			twin: {
				but: 'only its updater has: its Asterisk greets',
				inject: async (stage) => {
					await greets(stage);
					await silence(stage);
				},
				tells: [`cluster.updater_silent ${NOBODY}`],
			},
		},
		{
			says: 'the voicemail server is a machine that is gone',
			inject: (stage) => voicemailServer(stage, '10.9.9.9'),
			find: ['cluster.voicemail_server active_voicemail_server'],
			tells: /10\.9\.9\.9, which servers does not know/,
			after: { stays: 1 },
			twin: {
				but: 'it is the other dialer, which does its work',
				inject: async (stage) => {
					await voicemailServer(stage, SISTER);
					await sql(
						stage,
						`REPLACE INTO vicidial_campaign_stats_debug (campaign_id, server_ip, entry_time, debug_output)
						VALUES ('-SHARE-', ?, NOW(), '')`,
						[SISTER],
					);
					stage.later(() => sql(stage, 'DELETE FROM vicidial_campaign_stats_debug WHERE server_ip=?', [SISTER]));
				},
			},
		},
	],
};
