import { type Carrier, enterEverything, SECRET, startCarrier } from '../sandbox/carrier.ts';
import { freeAddress } from '../sandbox/instance.ts';
import { until } from '../sandbox/processes.ts';
import type { Area, Stage } from './fault.ts';
import { sql, WITHOUT_CONF } from './injections.ts';

/** Where another dialer is that has an Asterisk of its own. */
const SISTER = await freeAddress();
/** Which dialers there are is asked for in every tenth look. */
const within = { found: 11 };

interface State {
	/** she writes her heartbeat */
	beats: boolean;
	/** she takes the registration of this dialer */
	takes?: boolean;
}

/** The other dialer of the database comes to life. */
async function sister(stage: Stage, { beats, takes = true }: State): Promise<Carrier> {
	const { dialer, later } = stage;
	const carrier = await startCarrier(SISTER);
	later(() => carrier.stop());
	if (takes) await carrier.accepts('DIALER1');
	await sql(stage, "UPDATE servers SET server_ip=?, telnet_host=?, conf_secret=? WHERE server_ip='192.0.2.12'", [
		SISTER,
		SISTER,
		SECRET,
	]);
	later(async () => {
		await sql(stage, 'DELETE FROM server_updater WHERE server_ip=?', [SISTER]);
		await sql(
			stage,
			"UPDATE servers SET server_ip='192.0.2.12', telnet_host='192.0.2.12', conf_secret='BoxSecret1' WHERE server_ip=?",
			[SISTER],
		);
		await enterEverything(dialer, {});
	});
	await sql(stage, 'REPLACE INTO server_updater VALUES (?, NOW() - INTERVAL 400 SECOND, NOW() - INTERVAL 400 SECOND)', [
		SISTER,
	]);
	if (beats) {
		await sql(
			stage,
			`CREATE EVENT sister ON SCHEDULE EVERY 1 SECOND DO REPLACE INTO server_updater VALUES ('${SISTER}', NOW(), NOW())`,
		);
		later(() => sql(stage, 'DROP EVENT sister'));
	}
	await enterEverything(dialer, {});
	const wanted = takes ? 'Registered' : 'Rejected';
	await until(`our registration ${wanted}`, 30_000, async () =>
		(await dialer.asterisk.cli('iax2 show registry'))
			.split('\n')
			.some((line) => line.includes(SISTER) && line.trim().endsWith(wanted)),
	);
	return carrier;
}

/** She stops in her tracks: the kernel takes connections for her, nobody answers. */
async function frozenSister(stage: Stage): Promise<void> {
	const { asterisk } = await sister(stage, { beats: false });
	asterisk.freeze();
}

const voicemailServer = (stage: Stage, ip: string): Promise<unknown> =>
	sql(stage, 'UPDATE system_settings SET active_voicemail_server=?', [ip]);

/** Rows of other dialers that have an Asterisk; those of one that is just gone are in the area of the cluster. */
export const SISTERS: Area = {
	name: 'sisters',
	keepalives: '1236',
	faults: [
		{
			pains: [32],
			says: 'another dialer of the cluster hangs as a whole',
			inject: frozenSister,
			find: [`cluster.dead ${SISTER}`],
			within,
			after: { stays: 2 },
			twin: {
				but: 'its Asterisk answers',
				inject: (stage) => sister(stage, { beats: false }),
				tells: [`cluster.updater_silent ${SISTER}`],
			},
		},
		{
			pains: [32],
			says: 'another dialer of the cluster lives, but its updater is silent',
			inject: (stage) => sister(stage, { beats: false }),
			find: [`cluster.updater_silent ${SISTER}`],
			within,
			tells: /its manager answers/,
			after: { stays: 1 },
			twin: { but: 'it writes its heartbeat', inject: (stage) => sister(stage, { beats: true }) },
		},
		{
			says: 'another dialer refuses the registration of this one',
			inject: (stage) => sister(stage, { beats: true, takes: false }),
			find: [`cluster.refused ${SISTER}`],
			within,
			tells: /Rejected.*conf_secret/,
			after: { stays: 1 },
			twin: { but: 'it takes it', inject: (stage) => sister(stage, { beats: true }) },
		},
		{
			says: 'nobody is the voicemail server',
			inject: (stage) => voicemailServer(stage, ''),
			find: ['cluster.voicemail_server active_voicemail_server'],
			tells: /active_voicemail_server is empty/,
			after: { stays: 1 },
			env: WITHOUT_CONF,
			twin: { but: 'it is this dialer', inject: (stage) => voicemailServer(stage, stage.dialer.serverIp) },
		},
	],
};
