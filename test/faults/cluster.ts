import type { Area, Stage } from './fault.ts';
import { sql, WITHOUT_CONF } from './injections.ts';

/** The other dialer of the sandbox's database: an address under which nobody answers. */
const SISTER = '192.0.2.12';

/** The other dialer has not written its heartbeat for some minutes. */
async function silence(stage: Stage): Promise<void> {
	await sql(stage, 'ALTER EVENT other_dialer DISABLE');
	stage.later(() => sql(stage, 'ALTER EVENT other_dialer ENABLE'));
	await sql(stage, 'REPLACE INTO server_updater VALUES (?, NOW() - INTERVAL 400 SECOND, NOW() - INTERVAL 400 SECOND)', [
		SISTER,
	]);
	stage.later(() => sql(stage, 'REPLACE INTO server_updater (server_ip, last_update) VALUES (?, NOW())', [SISTER]));
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
			find: [`cluster.dead ${SISTER}`],
			tells: /neither its manager nor its FastAGI answers/,
			after: { stays: 2 },
			twin: {
				but: 'it was taken out of service on the admin page',
				inject: async (stage) => {
					await sql(stage, "UPDATE servers SET active='N' WHERE server_ip=?", [SISTER]);
					await silence(stage);
				},
			},
		},
		{
			says: 'the voicemail server is a machine that is gone',
			inject: (stage) => voicemailServer(stage, '10.9.9.9'),
			find: ['cluster.voicemail_server active_voicemail_server'],
			tells: /10\.9\.9\.9, which servers does not know/,
			after: { stays: 1 },
			env: WITHOUT_CONF,
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
