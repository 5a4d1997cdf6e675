import { writeFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { Asterisk } from './asterisk.ts';
import { astguiclientConf } from './astguiclient-conf.ts';
import { beating } from './beating.ts';
import { type CheckResult, check } from './check.ts';
import { layConfFiles } from './conf.ts';
import { type CronJob, crontabText, startJob } from './cron.ts';
import { Daemons } from './daemons.ts';
import { addServer, copyDatabase, Database, seed } from './database.ts';
import { layHome, writeWrappers } from './home.ts';
import { createFolder, freeAddress, removeInstance, removeStaleInstances } from './instance.ts';
import { until } from './processes.ts';
import { providePrograms } from './programs.ts';

export interface DialerOptions {
	/** VARactive_keepalives; `1236` unless told. */
	keepalives?: string;
	/** Options of the stock keepalive in root's crontab, such as `-cu3way`; none unless told. */
	options?: string[];
	/** Whether the daemons are started; true unless told. Needs Asterisk. */
	daemons?: boolean;
	/** Whether Asterisk is started; true unless told. */
	asterisk?: boolean;
	/** Another dialer of the same cluster: its database serves this one, too. Stop this one first. */
	sharesDatabaseOf?: Dialer;
	/** VARDB_server; the address of the instance unless told. */
	databaseHost?: string;
	progress?: (line: string) => void;
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
	/** Root's crontab. */
	crontab: string;
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
	/**
	 * Runs a script once as cron would: the command of its line in the crontab. Rejects, killing it, after 90 s unless told.
	 */
	cron(script: string, timeoutMs?: number): Promise<{ exitCode: number; output: string }>;
	/** The same without waiting for its end: for a job that hangs. */
	startCron(script: string): CronJob;
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
		options: keepaliveOptions = [],
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
		const database = options.sharesDatabaseOf?.database ?? new Database(programs, folder, serverIp);
		const asterisk = new Asterisk(programs, folder, serverIp);
		const daemons = new Daemons(home, keepalives, keepaliveOptions, { ...env, PERL5LIB: join(home, 'libs') });
		const dialer: Dialer = {
			folder,
			serverIp,
			home,
			logs: join(folder, 'log/astguiclient'),
			astguiclientConf: join(folder, 'etc/astguiclient.conf'),
			crontab,
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
				// a matter of the machine that the tests run on
				VICIKEEP_WARN_TIME_SERVICES_MISSING: 'never',
				// the loop trunks go to 127.0.0.1, where the relays of one box alone could listen
				...(keepalives.includes('8') && {
					VICIKEEP_WARN_UNREGISTERED_LOOKS: 'never',
					VICIKEEP_CRIT_UNREGISTERED_LOOKS: 'never',
				}),
			},
			database,
			asterisk,
			daemons,
			check: (args = [], extra = {}) =>
				check(['--env-file', envFile, ...args], { ...dialer.env, ...extra.env }, extra.timeoutMs ?? 60_000),
			cron: (script, timeoutMs = 90_000) => startJob(crontab, script, env.LOGNAME, timeoutMs).ended,
			startCron: (script) => startJob(crontab, script, env.LOGNAME, 600_000),
			stop: async () => {
				if (!options.sharesDatabaseOf) await database.disconnect();
				removeInstance(folder);
			},
		};
		writeFileSync(
			dialer.astguiclientConf,
			astguiclientConf(dialer, keepalives, options.databaseHost ?? options.sharesDatabaseOf?.serverIp ?? serverIp),
		);
		writeFileSync(crontab, crontabText(dialer, env, keepaliveOptions), { mode: 0o600 });
		// settings of the machine that the tests run on must not reach the dialer
		writeFileSync(envFile, '', { mode: 0o600 });
		writeWrappers(programs, folder);
		layHome(programs, home);
		asterisk.configure();
		progress(`dialer ${serverIp} in ${folder}`);
		if (options.sharesDatabaseOf) await addServer(database, serverIp);
		else {
			await copyDatabase(programs, folder);
			await database.start();
			await seed(database, serverIp);
		}
		// what the admin pages would have set for these codes
		if (keepalives.includes('S')) await database.query("UPDATE system_settings SET sip_event_logging='1'");
		if (keepalives.includes('E')) await database.query("UPDATE system_settings SET allow_emails='1'");
		// rooms of ConfBridge are freed by code C alone
		if (!/[CX]/.test(keepalives))
			await database.query("UPDATE servers SET conf_engine='MEETME' WHERE server_ip=?", [serverIp]);
		await layConfFiles(database, asterisk.etc, serverIp);
		if (withAsterisk) await asterisk.start();
		if (withDaemons && withAsterisk && !keepalives.includes('X')) {
			await daemons.startAll();
			await until('heartbeats of the daemons', 15_000, () => beating(dialer, keepalives, keepaliveOptions));
		}
		return dialer;
	} catch (error) {
		removeInstance(folder);
		throw error;
	}
}
