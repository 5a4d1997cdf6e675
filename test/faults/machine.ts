import { readFileSync, rmSync, truncateSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Area } from './fault.ts';
import { crash, here, rewriteConf, sleep, sql } from './injections.ts';
import { deadDisk, restingRecording, smallDisk } from './machine-injections.ts';
import { UPDATER } from './scripts.ts';

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
				but: "it is stock's draft of that file, and the file itself was only touched",
				inject: ({ dialer, later }) => {
					const file = join(dialer.asteriskEtc, SIP);
					const draft = join(dialer.asteriskEtc, `BUILD${SIP}`);
					writeFileSync(draft, readFileSync(file).subarray(0, 300));
					later(() => rmSync(draft));
					utimesSync(file, new Date(), new Date());
				},
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
				but: 'it is that of another dialer; the one of this one, stock has served',
				inject: async (stage) => {
					await sql(stage, "UPDATE servers SET rebuild_conf_files='Y'");
					await sleep(500);
					await here(stage, "UPDATE servers SET rebuild_conf_files='N' WHERE server_ip=?");
				},
			},
		},
		{
			pains: [10],
			says: 'the disk under the logs is full: daemons end when they are started',
			inject: async (stage) => {
				smallDisk(stage, stage.dialer.logs, 4);
				await crash(stage, UPDATER);
			},
			find: ['system.disk_full FOLDER/log/astguiclient', 'processes.absent AST_update'],
			withhold: { 'start:AST_update': /it cannot work until this is over: .* is full/ },
			after: { stays: 2 },
			twin: {
				but: 'nearly: a little more than a MiB is left',
				inject: (stage) => smallDisk(stage, stage.dialer.logs, 2.8),
			},
		},
		{
			says: 'the disk of another machine on which recordings lie does not answer',
			inject: (stage) => deadDisk(stage, join(stage.dialer.folder, 'spool/asterisk/monitorDONE')),
			find: ['system.disk_silent FOLDER/spool/asterisk/monitorDONE'],
			tells: /\(recordings\) lies on another machine, which does not answer/,
			after: { stays: 2 },
			within: { found: 8 },
			twin: {
				but: 'it is one that the dialer does not use',
				inject: (stage) => deadDisk(stage, join(stage.dialer.folder, 'archive')),
			},
		},
		{
			pains: [26],
			says: 'recordings are not moved on',
			inject: (stage) => restingRecording(stage, 9000),
			find: ['system.recordings FOLDER/spool/asterisk/monitor'],
			after: { stays: 1 },
			within: { found: 6 },
			twin: {
				but: 'they have been, and stay where they were moved; the next ones wait for less than two hours',
				inject: (stage) => {
					restingRecording(stage, 9000, 'monitorDONE/MP3');
					restingRecording(stage, 6900);
				},
			},
		},
	],
};
