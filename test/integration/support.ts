import { createHash } from 'node:crypto';
import { existsSync, lstatSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { COMMON_FINDINGS } from '../../src/checks/check.ts';
import { CHECKS } from '../../src/checks/index.ts';
import type { ActionReport, CheckReport, Report } from '../../src/types.ts';
import type { Dialer } from '../sandbox/dialer.ts';
import { QUICK } from '../sandbox/quick.ts';
import { faultsOf } from '../unit/report/schema.ts';

export { QUICK };

/** Every finding that --explain tells of. */
const DOCUMENTED = new Set(
	CHECKS.flatMap(({ id, about }) => Object.keys({ ...about.finds, ...COMMON_FINDINGS }).map((kind) => `${id}.${kind}`)),
);

export interface Tick {
	exitCode: number;
	report: Report;
	stderr: string;
	/** `outcome id` of each action */
	actions: string[];
	/** `id subject` of each finding */
	findings: string[];
	check(id: string): CheckReport;
	action(id: string): ActionReport | undefined;
}

/** One run of the built program as cron would run it, with quick settings; a run without a report fails the test. */
export async function tick(dialer: Dialer, args: string[] = [], env: Record<string, string> = {}): Promise<Tick> {
	const { exitCode, stdout, stderr } = await dialer.check([...args, '--json'], { env: { ...QUICK, ...env } });
	if (stdout === '') throw new Error(`no report, exit ${exitCode}: ${stderr}`);
	const report = JSON.parse(stdout) as Report;
	const faults = faultsOf(report);
	if (faults.length > 0) throw new Error(`the report does not keep to its schema: ${faults.join('; ')}`);
	const untold = report.checks.flatMap(({ findings }) => findings).filter(({ id }) => !DOCUMENTED.has(id));
	if (untold.length > 0) throw new Error(`--explain does not tell of ${untold.map(({ id }) => id).join(', ')}`);
	return {
		exitCode,
		report,
		stderr,
		actions: report.actions.map(({ outcome, id }) => `${outcome} ${id}`),
		findings: report.checks.flatMap(({ findings }) => findings.map(({ id, subject }) => `${id} ${subject}`)),
		check: (id) => {
			const found = report.checks.find((check) => check.id === id);
			if (!found) throw new Error(`no check ${id} in the report`);
			return found;
		},
		action: (id) => report.actions.find((action) => action.id === id),
	};
}

/** Every file below a folder with mode, owner, time of change and content. */
export function treeHash(folder: string, except: string[] = []): string {
	const hash = createHash('sha256');
	const walk = (path: string): void => {
		if (except.includes(path)) return;
		const stat = lstatSync(path);
		// a folder's own time moves when a temporary file comes and goes in it: that is what must not happen either
		const time = except.some((one) => one.startsWith(`${path}/`)) ? 0 : stat.mtimeMs;
		hash.update(`${path} ${stat.mode} ${stat.uid} ${time} `);
		if (stat.isDirectory()) for (const name of readdirSync(path).sort()) walk(join(path, name));
		else if (stat.isFile()) hash.update(readFileSync(path));
	};
	if (existsSync(folder)) walk(folder);
	return hash.digest('hex');
}

export interface Footprint {
	tick: Tick;
	/** first word of each statement in the database's general log for vicikeep's account */
	statements: string[];
	/** signals sent and programs started */
	deeds: string[];
	/** what changed: names of the folders */
	changed: string[];
	/** processes that came or went on the dialer */
	processes: { before: string[]; after: string[] };
}

/**
 * Runs one tick with an account of its own and everything that it leaves behind written down.
 * @param except files that may change
 */
export async function footprint(dialer: Dialer, args: string[] = [], except: string[] = []): Promise<Footprint> {
	const file = join(dialer.folder, 'footprint');
	rmSync(file, { force: true });
	const folders = [dialer.asteriskEtc, dialer.runDir, dialer.vicikeepLogDir, dialer.stateDir];
	const hashes = folders.map((folder) => treeHash(folder, except));
	const before = daemonsOf(dialer);
	const database = dialer.database.pid !== undefined && (await answers(dialer));
	if (database) {
		await dialer.database.query("SET GLOBAL log_output='TABLE', GLOBAL general_log=1");
		await dialer.database.query("CREATE USER IF NOT EXISTS vicikeep@'%' IDENTIFIED BY 'watch'");
		await dialer.database.query("GRANT SELECT ON asterisk.* TO vicikeep@'%'");
		await dialer.database.query('TRUNCATE mysql.general_log');
	}
	const ran = await tick(dialer, args, {
		VICIKEEP_DB_USER: 'vicikeep',
		VICIKEEP_DB_PASS: 'watch',
		NODE_OPTIONS: `--require=${import.meta.dirname}/footprint.cjs`,
		FOOTPRINT_FILE: file,
	});
	const log = database
		? await dialer.database.query(
				"SELECT argument FROM mysql.general_log WHERE user_host LIKE 'vicikeep%' AND command_type NOT IN ('Connect', 'Quit')",
			)
		: [];
	return {
		tick: ran,
		statements: (log as { argument: Buffer | string }[]).map(
			({ argument }) => String(argument).trim().split(/\s/)[0] ?? '',
		),
		deeds: existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n').filter(isDeed) : [],
		changed: folders.filter((folder, index) => treeHash(folder, except) !== hashes[index]),
		processes: { before, after: daemonsOf(dialer) },
	};
}

/** The chronyd of the machine that the tests run on is asked whether it has the time. */
const isDeed = (line: string): boolean => line !== 'program chronyc';

async function answers(dialer: Dialer): Promise<boolean> {
	const timeout = new Promise<boolean>((resolve) => setTimeout(() => resolve(false), 1000));
	return Promise.race([
		dialer.database.query('SELECT 1').then(
			() => true,
			() => false,
		),
		timeout,
	]);
}

/** Every daemon and screen of the dialer as `pid start name`, so that a restart shows. */
export function daemonsOf(dialer: Dialer): string[] {
	return readdirSync('/proc')
		.filter((name) => /^\d+$/.test(name))
		.flatMap((pid) => {
			try {
				const argv = readFileSync(`/proc/${pid}/cmdline`, 'latin1').split('\0');
				if (
					!argv.some((argument) => argument.startsWith(`${dialer.home}/`)) ||
					argv.some((argument) => argument.includes('AST_send_action_child'))
				)
					return [];
				const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
				return [
					`${pid} ${stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]} ${argv[0]} ${argv.find((argument) => argument.startsWith(dialer.home))}`,
				];
			} catch {
				return [];
			}
		});
}
