import { readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { createConnection } from 'node:net';
import { join } from 'node:path';
import { until } from '../sandbox/processes.ts';
import type { Area, Stage, Twin } from './fault.ts';
import { crash, gone, hang, here, rewrite, rewriteConf, sleep, sql, WITHOUT_CONF } from './injections.ts';
import { relay } from './relay.ts';
import { FASTAGI } from './scripts.ts';

const REMOTE_AGENTS = 'AST_VDremote_agents.pl';
const FILL = 'AST_VDauto_dial_FILL.pl';

/** Calls in progress, and so many more than there are workers that one waits. */
const REQUESTS = 4;
const REQUEST = 'agi_network: yes\nagi_request: agi://127.0.0.1:4577/VD_hangup\n\n';

/** FastAGI_log with calls to serve, whose workers ask the database something that takes so many seconds. */
async function askingFor(stage: Stage, seconds: number): Promise<void> {
	const stock = readFileSync(join(stage.dialer.home, FASTAGI), 'utf8');
	const asks = `$idle_dbh = database();\n\t\t$idle_dbh->do('SELECT SLEEP(${seconds})');`;
	stage.later(() => crash(stage, FASTAGI));
	rewrite(stage, FASTAGI, stock.replace('$idle_dbh = database();', asks));
	await crash(stage, FASTAGI);
	await stage.dialer.daemons.start(FASTAGI);
	await until('FastAGI', 5000, () => request(stage));
	for (let at = 1; at < REQUESTS; at++) await request(stage);
}

/** Whether a call could be handed to FastAGI. */
async function request({ dialer, later }: Stage): Promise<boolean> {
	const socket = createConnection({ host: dialer.serverIp, port: 4577 });
	later(() => socket.destroy());
	const connected = await new Promise<boolean>((done) => {
		socket.once('connect', () => done(true)).once('error', () => done(false));
	});
	socket.on('error', () => {});
	if (connected) socket.write(REQUEST);
	return connected;
}

/** Damages the index of a table, as a crash of the database's machine leaves it. */
async function damage({ dialer, later }: Stage, table: string): Promise<void> {
	const index = join(dialer.folder, `mysql/asterisk/${table}.MYI`);
	await dialer.database.query(`FLUSH TABLES ${table}`);
	const whole = readFileSync(index);
	truncateSync(index, 100);
	later(async () => {
		await dialer.database.query('FLUSH TABLES');
		writeFileSync(index, whole);
	});
}

const WATCHER = { VICIKEEP_DB_USER: 'watch', VICIKEEP_DB_PASS: 'watch1234' };

/** An account of our own, which may read what the check reads and nothing else. */
async function watcher(stage: Stage): Promise<void> {
	await sql(stage, "GRANT SELECT ON asterisk.* TO watch@'%' IDENTIFIED BY 'watch1234'");
	stage.later(() => sql(stage, "DROP USER watch@'%'"));
}

/** What is started from now on reaches the database through a program that passes everything on. */
async function behindProxy(stage: Stage): Promise<void> {
	const port = await relay(stage, 3306, (piece) => piece);
	rewriteConf(stage, 'VARDB_port', String(port));
}

/** The same account, and an answer that comes before anybody waits for long. */
const SEEN_SOON: Twin = {
	but: 'it gets it after half a second',
	inject: async (stage) => {
		await watcher(stage);
		await askingFor(stage, 0.5);
	},
};

/** Troubles that show at one daemon and have their reason elsewhere. */
export const CAUSES: Area = {
	name: 'causes',
	keepalives: '123467',
	faults: [
		{
			pains: [7, 27],
			says: "FastAGI serves nobody, because its workers wait for the database's answer",
			inject: (stage) => askingFor(stage, 600),
			find: ['processes.awaits_database FastAGI_log'],
			tells: /the database has worked on its statement for \d+ s \(SELECT SLEEP/,
			after: { stays: 2 },
			twin: { but: 'it gets it after half a second', inject: (stage) => askingFor(stage, 0.5) },
		},
		{
			pains: [7, 27],
			says: 'the same, while we come to the database by an account that is not shown what the daemons ask',
			inject: async (stage) => {
				await watcher(stage);
				await askingFor(stage, 600);
			},
			find: ['processes.hung FastAGI_log'],
			withhold: { 'restart:FastAGI_log': /statements of cron are not shown to watch.* until they are: GRANT PROCESS/ },
			after: { stays: 2 },
			env: WATCHER,
			twin: SEEN_SOON,
		},
		{
			pains: [7, 27],
			says: 'the same, while we come to the database by an account that is shown what everybody asks',
			inject: async (stage) => {
				await watcher(stage);
				await sql(stage, "GRANT PROCESS ON *.* TO watch@'%'");
				await askingFor(stage, 600);
			},
			find: ['processes.awaits_database FastAGI_log'],
			tells: /"certain":true/,
			after: { stays: 2 },
			env: WATCHER,
			twin: SEEN_SOON,
		},
		{
			pains: [7, 27],
			says: 'the same, while daemons come to the database by a proxy, so that nobody sees who asks what',
			inject: async (stage) => {
				await behindProxy(stage);
				await askingFor(stage, 600);
			},
			find: ['processes.awaits_database FastAGI_log'],
			tells: /a statement that is perhaps its own.*"certain":false/,
			after: { stays: 2 },
			twin: {
				but: 'it gets it after half a second',
				inject: async (stage) => {
					await behindProxy(stage);
					await askingFor(stage, 0.5);
				},
			},
		},
		{
			pains: [6],
			says: 'a table has crashed that a dialer daemon writes, and that no look at the queues reads',
			inject: async (stage) => {
				await damage(stage, 'vicidial_campaign_stats');
				await gone(stage, FILL);
			},
			find: ['mysql.crashed vicidial_campaign_stats', 'processes.absent AST_VDauto_dial_FILL'],
			fail: { 'start:AST_VDauto_dial_FILL': /does not stay up/ },
			after: { stays: 2 },
			twin: {
				but: 'it is empty',
				inject: (stage) => sql(stage, 'TRUNCATE vicidial_campaign_stats'),
			},
		},
		{
			rows: [8],
			says: 'remote agents are on duty, and their daemon does not bring them in',
			inject: async (stage) => {
				await hang(stage, REMOTE_AGENTS, 'loop');
				await here(stage, "UPDATE vicidial_remote_agents SET status='ACTIVE' WHERE server_ip=?");
			},
			find: ['queues.remote_agents AST_VDremote_agents'],
			tells: /no line of them has been in vicidial_live_agents/,
			after: { stays: 1 },
			env: { VICIKEEP_WARN_REMOTE_AGENTS_SILENCE: '5', VICIKEEP_CRIT_REMOTE_AGENTS_SILENCE: '9' },
			between: 1500,
			within: { found: 12 },
			twin: {
				but: 'it has brought them in',
				inject: async (stage) => {
					await here(stage, "UPDATE vicidial_remote_agents SET status='ACTIVE' WHERE server_ip=?");
					await sleep(2500);
				},
			},
		},
		{
			says: 'conferences are those of ConfBridge, and nobody looks after them',
			inject: (stage) => here(stage, "UPDATE servers SET conf_engine='CONFBRIDGE' WHERE server_ip=?"),
			find: ['config.code_missing C'],
			after: { stays: 1 },
			env: WITHOUT_CONF,
			twin: {
				but: 'they are those of MeetMe',
				inject: (stage) => here(stage, "UPDATE servers SET conf_engine='MEETME' WHERE server_ip=?"),
			},
		},
	],
};
