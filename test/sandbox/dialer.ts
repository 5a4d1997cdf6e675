import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { createConnection } from 'node:net';
import { userInfo } from 'node:os';
import { join, resolve } from 'node:path';
import { Asterisk } from './asterisk.ts';
import { layConfFiles } from './conf.ts';
import { Daemons } from './daemons.ts';
import { copyDatabase, Database, seed } from './database.ts';
import { layHome, writeWrappers } from './home.ts';
import { createFolder, freeAddress, removeInstance, removeStaleInstances } from './instance.ts';
import { until } from './processes.ts';
import { providePrograms } from './programs.ts';

export interface DialerOptions {
	/** VARactive_keepalives; `1236` unless told. */
	keepalives?: string;
	/** Whether the daemons are started; true unless told. Needs Asterisk. */
	daemons?: boolean;
	/** Whether Asterisk is started; true unless told. */
	asterisk?: boolean;
	/** VARDB_server; the address of the instance unless told. */
	databaseHost?: string;
	progress?: (line: string) => void;
}

/** What a run of vicikeep gave. */
export interface CheckResult {
	exitCode: number;
	stdout: string;
	stderr: string;
	/** stdout when it is JSON, else undefined. */
	// biome-ignore lint/suspicious/noExplicitAny: tests look at what they expect
	report: any;
}

/** A VICIdial dialer in a folder, with an address of its own. */
export interface Dialer {
	folder: string;
	/** Its loopback address: the dialer's server_ip, on which all stock ports are. */
	serverIp: string;
	/** PATHhome. */
	home: string;
	/** PATHlogs. */
	logs: string;
	astguiclientConf: string;
	asteriskEtc: string;
	stateDir: string;
	runDir: string;
	vicikeepLogDir: string;
	/** The environment of a cron job on this dialer. */
	env: Record<string, string>;
	database: Database;
	asterisk: Asterisk;
	daemons: Daemons;
	/** Runs the built `vicikeep check` in exactly `env` and what `extra` adds. Never throws on a non-zero exit; killed after 60 s unless told. */
	check(args?: string[], extra?: { env?: Record<string, string>; timeoutMs?: number }): Promise<CheckResult>;
	/** Ends every process of the instance and removes its folder. */
	stop(): Promise<void>;
}

/**
 * Starts a dialer: MariaDB with a working call centre in it, Asterisk, and the daemons in their screens. Resolves when
 * they work; rejects, leaving nothing behind, when they do not.
 */
export async function startDialer(options: DialerOptions = {}): Promise<Dialer> {
	const {
		keepalives = '1236',
		daemons: withDaemons = true,
		asterisk: withAsterisk = true,
		progress = () => {},
	} = options;
	const programs = await providePrograms(progress);
	removeStaleInstances();
	const serverIp = await freeAddress();
	const folder = createFolder();
	try {
		const home = join(folder, 'astguiclient');
		const env = {
			PATH: `${folder}/bin:/usr/bin:/bin`,
			HOME: folder,
			SHELL: '/bin/sh',
			LOGNAME: userInfo().username,
		};
		const crontab = join(folder, 'etc/crontab');
		const envFile = join(folder, 'etc/vicikeep.env');
		const database = new Database(programs, folder, serverIp);
		const asterisk = new Asterisk(programs, folder, serverIp);
		const daemons = new Daemons(home, keepalives, { ...env, PERL5LIB: join(home, 'libs') });
		const dialer: Dialer = {
			folder,
			serverIp,
			home,
			logs: join(folder, 'log/astguiclient'),
			astguiclientConf: join(folder, 'etc/astguiclient.conf'),
			asteriskEtc: asterisk.etc,
			stateDir: join(folder, 'lib/vicikeep'),
			runDir: join(folder, 'run/vicikeep'),
			vicikeepLogDir: join(folder, 'log/vicikeep'),
			env: {
				...env,
				VICIKEEP_ASTGUICLIENT_CONF: join(folder, 'etc/astguiclient.conf'),
				VICIKEEP_ASTERISK_ETC: asterisk.etc,
				VICIKEEP_STATE_DIR: join(folder, 'lib/vicikeep'),
				VICIKEEP_RUN_DIR: join(folder, 'run/vicikeep'),
				VICIKEEP_LOG_DIR: join(folder, 'log/vicikeep'),
				VICIKEEP_CRONTAB: crontab,
			},
			database,
			asterisk,
			daemons,
			check: (args = [], extra = {}) =>
				check(['--env-file', envFile, ...args], { ...dialer.env, ...extra.env }, extra.timeoutMs ?? 60_000),
			stop: async () => {
				await database.disconnect();
				removeInstance(folder);
			},
		};
		writeFileSync(dialer.astguiclientConf, astguiclientConf(dialer, keepalives, options.databaseHost ?? serverIp));
		writeFileSync(crontab, `PATH=${env.PATH}\nHOME=${env.HOME}\n`);
		// settings of the machine that the tests run on must not reach the dialer
		writeFileSync(envFile, '', { mode: 0o600 });
		writeWrappers(programs, folder);
		layHome(programs, home);
		asterisk.configure();
		progress(`dialer ${serverIp} in ${folder}`);
		await copyDatabase(programs, folder);
		await database.start();
		await seed(database, serverIp);
		await layConfFiles(database, asterisk.etc, serverIp);
		if (withAsterisk) await asterisk.start();
		if (withDaemons && withAsterisk && !keepalives.includes('X')) {
			await daemons.startAll();
			await until('heartbeats of the daemons', 15_000, () => beating(dialer, keepalives));
		}
		return dialer;
	} catch (error) {
		removeInstance(folder);
		throw error;
	}
}

/** Whether every daemon that leaves a sign of life has done so. */
async function beating(dialer: Dialer, keepalives: string): Promise<boolean> {
	const signs = [
		{ code: '1', sql: 'SELECT 1 FROM server_updater WHERE server_ip = ? AND last_update IS NOT NULL' },
		{
			code: '3',
			sql: "SELECT 1 FROM vicidial_campaign_stats_debug WHERE campaign_id = '-SHARE-' AND server_ip = ? AND entry_time IS NOT NULL",
		},
	].filter(({ code }) => keepalives.includes(code));
	const rows = await Promise.all(signs.map(({ sql }) => dialer.database.query(sql, [dialer.serverIp])));
	if (rows.some((found) => found.length === 0)) return false;
	if (keepalives.includes('6') && !(await connects(dialer.serverIp, 4577))) return false;
	return !keepalives.includes('2') || /^ *listencron /m.test(await dialer.asterisk.cli('manager show connected'));
}

function connects(host: string, port: number): Promise<boolean> {
	return new Promise((resolve) => {
		const socket = createConnection({ host, port, timeout: 1_000 });
		const done = (answer: boolean) => {
			resolve(answer);
			socket.destroy();
		};
		socket
			.once('connect', () => done(true))
			.once('error', () => done(false))
			.once('timeout', () => done(false));
	});
}

function astguiclientConf(dialer: Dialer, keepalives: string, databaseHost: string): string {
	const { folder, serverIp, home, logs } = dialer;
	return `# astguiclient.conf - configuration elements for the astguiclient package

# Paths used by astGUIclient
PATHhome => ${home}
PATHlogs => ${logs}
PATHagi => ${folder}/lib/asterisk/agi-bin
PATHweb => ${folder}/www
PATHsounds => ${folder}/lib/asterisk/sounds
PATHmonitor => ${folder}/spool/asterisk/monitor
PATHDONEmonitor => ${folder}/spool/asterisk/monitorDONE

# The IP address of this machine
VARserver_ip => ${serverIp}

# Database connection information
VARDB_server => ${databaseHost}
VARDB_database => asterisk
VARDB_user => cron
VARDB_pass => 1234
VARDB_custom_user => custom
VARDB_custom_pass => custom1234
VARDB_port => 3306

# Alpha-Numeric list of the astGUIclient processes to be kept running
VARactive_keepalives => ${keepalives}

# Asterisk version VICIDIAL is installed for
VARasterisk_version => 16.X

# Settings for FastAGI logging server
VARfastagi_log_min_servers => 3
VARfastagi_log_max_servers => 16
VARfastagi_log_min_spare_servers => 2
VARfastagi_log_max_spare_servers => 8
VARfastagi_log_max_requests => 1000
VARfastagi_log_checkfordead => 30
VARfastagi_log_checkforwait => 60

# Expected DB Schema version for this install
ExpectedDBSchema => 1700
`;
}

const VICIKEEP = resolve(import.meta.dirname, '../../bin/vicikeep');

function check(args: string[], env: Record<string, string>, timeoutMs: number): Promise<CheckResult> {
	return new Promise((done, reject) => {
		const child = spawn(process.execPath, ['--', VICIKEEP, 'check', ...args], {
			env,
			cwd: env.HOME,
			stdio: ['ignore', 'pipe', 'pipe'],
			timeout: timeoutMs,
			killSignal: 'SIGKILL',
		});
		let stdout = '';
		let stderr = '';
		child.stdout.setEncoding('utf8').on('data', (data) => {
			stdout += data;
		});
		child.stderr.setEncoding('utf8').on('data', (data) => {
			stderr += data;
		});
		child.on('error', reject);
		child.on('exit', () => {
			setTimeout(() => {
				reject(new Error('vicikeep ended, but something it started still holds its output'));
				child.stdout.destroy();
				child.stderr.destroy();
			}, 5_000).unref();
		});
		child.on('close', (code) => done({ exitCode: code ?? -1, stdout, stderr, report: parsed(stdout) }));
	});
}

function parsed(text: string): unknown {
	try {
		return JSON.parse(text);
	} catch {
		return undefined;
	}
}
