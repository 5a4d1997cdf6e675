import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { basename } from 'node:path';

/** Cron jobs whose work leaves nothing that a watchdog looks at: they are there and do nothing. */
export const IDLE_JOBS = [
	'AST_vm_update.pl',
	'AST_cleanup_agent_log.pl',
	'AST_DB_dead_cb_purge.pl',
	'ADMIN_adjust_GMTnow_on_leads.pl',
	'AST_DB_optimize.pl',
	'AST_CRON_audio_1_move_mix.pl',
	'AST_CRON_audio_2_compress.pl',
	'AST_CRON_audio_3_ftp.pl',
];

const every3From = (minute: number) => Array.from({ length: 20 }, (_, index) => minute + 3 * index).join(',');

/**
 * Root's crontab on the one dialer that also has the jobs of the cluster.
 * @param options of the stock keepalive, such as `-cu3way`
 */
export function crontabText(
	{ home, logs, folder }: { home: string; logs: string; folder: string },
	environment: { PATH: string; HOME: string },
	options: string[],
): string {
	return `PATH=${environment.PATH}
HOME=${environment.HOME}

### keepalive script for the daemons
* * * * * ${[`${home}/ADMIN_keepalive_ALL.pl`, ...options].join(' ')}

### recordings: mix, compress, transfer
${every3From(0)} * * * * ${home}/AST_CRON_audio_1_move_mix.pl
${every3From(1)} * * * * ${home}/AST_CRON_audio_2_compress.pl --GSM
${every3From(2)} * * * * ${home}/AST_CRON_audio_3_ftp.pl --GSM

### hung and congested calls
* * * * * ${home}/AST_manager_kill_hung_congested.pl

### voicemail counts
* * * * * ${home}/AST_vm_update.pl

### queues of the database
11 * * * * ${home}/AST_flush_DBqueue.pl -q

### agent log, only on one server
33 * * * * ${home}/AST_cleanup_agent_log.pl
50 0 * * * ${home}/AST_cleanup_agent_log.pl --last-24hours

### hopper, only on one server
* * * * * ${home}/AST_VDhopper.pl -q

### time zones of the leads, only on one server
1 1,7 * * * ${home}/ADMIN_adjust_GMTnow_on_leads.pl --debug

### nightly reset and optimisation
2 1 * * * ${home}/AST_reset_mysql_vars.pl
3 1 * * * ${home}/AST_DB_optimize.pl

### callbacks of dead leads, only on one server
25 0 * * * ${home}/AST_DB_dead_cb_purge.pl --purge-non-cb --quiet

### old logs
28 0 * * * /usr/bin/find ${logs} -maxdepth 1 -type f -mtime +2 -print | xargs rm -f
29 0 * * * /usr/bin/find ${folder}/log/asterisk -maxdepth 3 -type f -mtime +2 -print | xargs rm -f
`;
}

/** A cron job that runs, or has run. */
export interface CronJob {
	/** The shell that cron starts; a job of one program alone takes its place. */
	pid: number;
	/** Settles when the job and all that still holds its output have ended; rejects, and kills the job, after the time. */
	ended: Promise<{ exitCode: number; output: string }>;
}

/**
 * Starts a job as cron would: the command of its line in the crontab (the first with that script), by `sh -c`, with the
 * variables of the crontab and nothing else.
 */
export function startJob(crontab: string, script: string, logname: string, timeoutMs: number): CronJob {
	const lines = readFileSync(crontab, 'utf8').split('\n');
	const variables = lines.flatMap((line) => {
		const [, name, value] = /^(\w+)=(.*)$/.exec(line) ?? [];
		return name === undefined || value === undefined ? [] : [[name, value] as const];
	});
	const command = lines
		.map((line) => /^[\d*][^\s]*(?:\s+\S+){4}\s+(.*)$/.exec(line)?.[1] ?? '')
		.find((candidate) => basename(candidate.split(' ')[0] ?? '') === script);
	if (command === undefined) throw new Error(`no line for ${script} in ${crontab}`);
	const env: NodeJS.ProcessEnv = { SHELL: '/bin/sh', LOGNAME: logname, ...Object.fromEntries(variables) };
	const child = spawn('/bin/sh', ['-c', command], {
		env,
		cwd: env.HOME,
		detached: true,
		stdio: ['ignore', 'pipe', 'pipe'],
	});
	return { pid: child.pid ?? 0, ended: end(child, script, timeoutMs) };
}

function end(child: ChildProcess, script: string, timeoutMs: number): CronJob['ended'] {
	return new Promise((resolve, reject) => {
		let output = '';
		for (const stream of [child.stdout, child.stderr]) {
			stream?.setEncoding('utf8').on('data', (data) => {
				output += data;
			});
		}
		const timer = setTimeout(() => {
			child.kill('SIGKILL');
			reject(new Error(`${script} did not end within ${timeoutMs / 1000} s: ${output}`));
		}, timeoutMs);
		child.on('error', reject);
		child.on('close', (code) => {
			clearTimeout(timer);
			resolve({ exitCode: code ?? -1, output });
		});
	});
}
