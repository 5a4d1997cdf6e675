import { cpSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { tick } from '../integration/support.ts';
import type { Dialer } from '../sandbox/dialer.ts';
import { signal, until } from '../sandbox/processes.ts';

/** Rows that their daemons make only when they start. */
const HEARTBEATS = {
	'AST_update_AMI2.pl': 'SELECT 1 FROM server_updater WHERE server_ip = ?',
	'AST_VDauto_dial.pl': "SELECT 1 FROM vicidial_campaign_stats_debug WHERE campaign_id = '-SHARE-' AND server_ip = ?",
} as const;
/** Written by daemons all the time: never put back. */
const LIVE = ['server_updater', 'vicidial_campaign_stats_debug'];

/** One row after the other makes daemons start as often as no dialer's do. */
export const IN_A_ROW = { VICIKEEP_WARN_DAEMON_STARTS: 'never', VICIKEEP_CRIT_DAEMON_STARTS: 'never' };

/** What a dialer was like when it was healthy, kept beside it. */
export class Reset {
	readonly #etc: string;

	private constructor(private readonly dialer: Dialer) {
		this.#etc = join(dialer.folder, 'etc-kept');
	}

	/** Keeps the rows and conf files of a dialer that was just started. */
	static async keeping(dialer: Dialer): Promise<Reset> {
		const kept = new Reset(dialer);
		cpSync(dialer.asteriskEtc, kept.#etc, { recursive: true });
		await dialer.database.query('CREATE DATABASE kept');
		for (const table of await kept.#tables()) {
			// not MEMORY: it has to outlive the server
			await dialer.database.query(`CREATE TABLE kept.${table} ENGINE=MyISAM AS SELECT * FROM asterisk.${table}`);
		}
		return kept;
	}

	/** Makes it healthy again and vicikeep's memory new; one tick has seen it so. */
	async restore(): Promise<void> {
		const { database, asterisk, daemons, home, stateDir, runDir } = this.dialer;
		database.thaw();
		if (database.pid === undefined) await database.start();
		await this.#restoreRows();
		cpSync(this.#etc, this.dialer.asteriskEtc, { recursive: true, preserveTimestamps: true });
		asterisk.thaw();
		if (asterisk.pid === undefined) await asterisk.start();
		for (const name of readdirSync(home)) if (name.endsWith('.kill')) rmSync(join(home, name));
		for (const folder of [stateDir, runDir]) {
			for (const name of readdirSync(folder)) rmSync(join(folder, name), { recursive: true });
		}
		let left: string[] = [];
		await until('a healthy dialer', 60_000, async () => {
			for (const { script } of daemons.wanted) if (!(await this.#works(script))) await this.#end(script);
			// only those: a second copy leaves after a moment, and until then there are two
			for (const { script } of daemons.wanted) if (daemons.pids(script).length === 0) await daemons.start(script);
			left = (await tick(this.dialer, [], IN_A_ROW)).findings;
			return left.length === 0;
		}).catch((error) => {
			throw new Error(`${error.message}: ${left.join(', ')}`);
		});
	}

	async #tables(): Promise<string[]> {
		const rows = await this.dialer.database.query(
			"SELECT TABLE_NAME AS name FROM information_schema.TABLES WHERE TABLE_SCHEMA = 'asterisk' AND TABLE_TYPE = 'BASE TABLE'",
		);
		return rows.map(({ name }) => name).filter((name) => !LIVE.includes(name));
	}

	/** Only what differs: tables that were written are looked at more closely by the conf check. */
	async #restoreRows(): Promise<void> {
		const { database } = this.dialer;
		const tables = await this.#tables();
		const names = tables.flatMap((table) => [`asterisk.${table}`, `kept.${table}`]);
		const sums = new Map(
			(await database.query(`CHECKSUM TABLE ${names.join(', ')}`)).map((row) => [row.Table, row.Checksum]),
		);
		for (const table of tables) {
			if (sums.get(`asterisk.${table}`) === sums.get(`kept.${table}`)) continue;
			await database.query(`DELETE FROM asterisk.${table}; INSERT INTO asterisk.${table} SELECT * FROM kept.${table}`);
		}
	}

	async #works(script: string): Promise<boolean> {
		const { daemons, database, serverIp } = this.dialer;
		const copies = daemons.pids(script);
		if (copies.length === 0) return true; // nothing to end
		const several = script !== 'FastAGI_log.pl' && copies.length > 1;
		const stopped = copies.some(({ perl, screen }) =>
			[perl, screen].some((pid) => pid !== undefined && isStopped(pid)),
		);
		if (several || stopped) return false;
		const heartbeat = HEARTBEATS[script as keyof typeof HEARTBEATS];
		return heartbeat === undefined || (await database.query(heartbeat, [serverIp])).length > 0;
	}

	async #end(script: string): Promise<void> {
		const { daemons } = this.dialer;
		for (const { perl, screen } of daemons.pids(script)) {
			signal(perl, 'SIGKILL');
			if (screen !== undefined) signal(screen, 'SIGKILL');
		}
		await until(`the end of ${script}`, 5000, () => daemons.pids(script).length === 0);
	}
}

const isStopped = (pid: number): boolean => {
	try {
		return /^State:\s+[Tt]/m.test(readFileSync(`/proc/${pid}/status`, 'latin1'));
	} catch {
		return false;
	}
};
