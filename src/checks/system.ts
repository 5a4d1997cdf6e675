import { inMebibytes, type MachineObservation, readMachine } from '../dialer/machine.ts';
import { exceeded, measured } from '../thresholds.ts';
import type { Finding, Metric } from '../types.ts';
import type { Check, Context } from './check.ts';
import { about } from './system-about.ts';
import { judgeDisk } from './system-disks.ts';
import { judgeLoad } from './system-load.ts';

export const system: Check<MachineObservation> = {
	id: 'system',
	needs: [],
	about,

	observe: readMachine,

	judge(seen, context) {
		const { limits } = context.settings;
		const parts = [
			...seen.disks.map((disk) => judgeDisk(disk, limits)),
			judgeLoad(seen, context),
			{ findings: standing(seen, context), metrics: measurements(seen, context) },
		];
		const exposure = seen.samples.exposure?.answer ?? [];
		const overlap = seen.hopperMayOverlap
			? ['add --run-check to the line of AST_VDhopper.pl in the crontab: without it a slow run meets the next one']
			: [];
		return {
			findings: parts.flatMap(({ findings }) => findings),
			metrics: parts.flatMap(({ metrics }) => metrics),
			hints: [...exposure, ...overlap],
		};
	},

	remember: ({ turns, oom, dataFolder }) => ({
		turns: { system: turns },
		...(oom && { oom }),
		...(dataFolder !== undefined && { dataFolder }),
	}),
};

/** What stands until somebody changes it. */
function standing(seen: MachineObservation, { settings: { limits, logs } }: Context): Finding[] {
	const findings: Finding[] = [];
	const add = (
		id: string,
		subject: string,
		status: Finding['status'] | undefined,
		summary: string,
		advice: string,
		evidence: Finding['evidence'] = {},
	): void => {
		if (status) findings.push({ id: `system.${id}`, subject, status, summary, evidence, advice });
	};
	for (const mount of seen.silent) {
		const use = seen.disks.find((disk) => disk.mount === mount)?.uses.map((one) => one.use) ?? [];
		const what = `${mount} (${[...new Set(use)].join(', ')})`;
		add(
			'disk_silent',
			mount,
			'critical',
			`${what} lies on another machine, which does not answer`,
			`mount | grep ${mount}`,
			{ uses: [...new Set(use)] },
		);
	}
	if (seen.descriptors) {
		const { most, used } = seen.descriptors;
		const status = exceeded(limits, 'open_files', (100 * used) / most);
		const summary = `Asterisk has ${used} of ${most} file descriptors in use; without one it takes no call`;
		add('open_files', 'Asterisk', status, summary, 'raise "maxfiles" in asterisk.conf, or LimitNOFILE of its unit');
	}
	if (seen.confLog !== undefined) {
		const size = inMebibytes(seen.confLog);
		const path = `${logs}/conf_telnet_log.txt`;
		const summary = `${path} has grown to ${size} MiB; stock never rotates it`;
		add('conf_log', path, exceeded(limits, 'conf_log_size', size), summary, `: > ${path}`);
	}
	for (const { folder, job, count, oldest, newest } of seen.samples.recordings?.answer ?? []) {
		const hours = (oldest / 3600).toFixed(0);
		// what came later was moved on, if anything came: a file that the job passes over is no stall
		const isLeft = newest >= limits.recordings_waiting.crit;
		const summary = `${count} recordings lie in ${folder}, the oldest for ${hours} hours: ${job} does not move them on`;
		const evidence = { count, oldest_seconds: oldest, newest_seconds: newest, job };
		add(
			'recordings',
			folder,
			isLeft ? 'warning' : exceeded(limits, 'recordings_waiting', oldest),
			summary,
			`ls -ltr ${folder} | head`,
			evidence,
		);
	}
	const missing = seen.missingJobs;
	const summary = `root's crontab runs the keepalive, but not ${missing.join(', ')}`;
	const status = exceeded(limits, 'jobs_missing', missing.length);
	add('jobs_missing', missing.join(' '), status, summary, 'crontab -e -u root; stock runs them on every dialer');
	const { keepers, unset } = seen.timeService;
	if (unset !== undefined) {
		const text = `${unset} runs, but has not found the time`;
		const advice = unset === 'chronyd' ? 'chronyc sources; chronyc tracking' : 'timedatectl timesync-status';
		add('clock_unset', unset, 'warning', text, advice);
	}
	if (keepers) {
		const text = 'nothing keeps the clock right: no time service runs on this machine';
		const status = exceeded(limits, 'time_services_missing', keepers.length === 0 ? 1 : 0);
		add('no_time_service', 'machine', status, text, 'install chrony, or: timedatectl set-ntp true');
	}
	const exposure = seen.samples.exposure?.answer ?? [];
	const exposed = exceeded(limits, 'default_secrets', exposure.length);
	if (exposed) for (const hint of exposure) add('exposed', hint.split(' ')[0] ?? '', exposed, hint, 'see the text');
	return findings;
}

function measurements(seen: MachineObservation, { settings: { limits } }: Context): Metric[] {
	const oldest = Math.max(0, ...(seen.samples.recordings?.answer ?? []).map((backlog) => backlog.oldest));
	return [
		...(seen.descriptors
			? [measured(limits, 'open_files', (100 * seen.descriptors.used) / seen.descriptors.most)]
			: []),
		...(seen.confLog === undefined ? [] : [measured(limits, 'conf_log_size', inMebibytes(seen.confLog))]),
		measured(limits, 'recordings_waiting', oldest),
		measured(limits, 'jobs_missing', seen.missingJobs.length),
		...(seen.timeService.keepers
			? [measured(limits, 'time_services_missing', seen.timeService.keepers.length === 0 ? 1 : 0)]
			: []),
		measured(limits, 'default_secrets', seen.samples.exposure?.answer.length ?? 0),
	];
}
