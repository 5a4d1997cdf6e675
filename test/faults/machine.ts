import { truncateSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import type { Area } from './fault.ts';
import { here, rewriteConf, sleep } from './injections.ts';

const SIP = 'sip-vicidial.conf';

export const MACHINE: Area = {
	name: 'configuration',
	keepalives: '1236',
	faults: [
		{
			pains: [35],
			says: 'VARserver_ip names a server that the database does not know',
			inject: (stage) => rewriteConf(stage, 'VARserver_ip', '127.9.9.9'),
			find: ['config.server_unknown 127.9.9.9', 'processes.not_listening FastAGI_log'],
			after: { stays: 2 },
			twin: {
				but: 'the server is taken out of service on the admin page',
				inject: (stage) => here(stage, "UPDATE servers SET active='N' WHERE server_ip=?"),
			},
		},
		{
			pains: [9, 10],
			says: 'a conf file was cut off, as a full disk does',
			inject: ({ dialer }) => truncateSync(join(dialer.asteriskEtc, SIP), 300),
			find: [`conf.truncated ${SIP}`],
			do: ['rebuild:conf'],
			after: 'well',
			proof: async ({ dialer }) => (await dialer.asterisk.cli('sip show peers')).includes('cc102'),
			twin: {
				but: 'it was only touched',
				inject: ({ dialer }) => utimesSync(join(dialer.asteriskEtc, SIP), new Date(), new Date()),
			},
		},
		{
			pains: [9],
			rows: [17],
			says: 'the rebuild flag stands, and no stock keepalive serves it',
			inject: (stage) => here(stage, "UPDATE servers SET rebuild_conf_files='Y' WHERE server_ip=?"),
			find: ['conf.flag servers.rebuild_conf_files'],
			do: ['rebuild:conf'],
			after: 'well',
			env: { VICIKEEP_WARN_REBUILD_FLAG: '1', VICIKEEP_CRIT_REBUILD_FLAG: '2' },
			between: 1500,
			within: { found: 3, repaired: 4 },
			twin: {
				but: 'stock has served it',
				inject: async (stage) => {
					await here(stage, "UPDATE servers SET rebuild_conf_files='Y' WHERE server_ip=?");
					await sleep(500);
					await here(stage, "UPDATE servers SET rebuild_conf_files='N' WHERE server_ip=?");
				},
			},
		},
	],
};
