import type { Threshold } from './thresholds.ts';

/** The limits of the machine that everything runs on. */
export const SYSTEM_THRESHOLDS = {
	disk_used: {
		unit: 'percent',
		warn: 90,
		crit: 97,
		meaning: 'share of a disk that is in use, where less than 50 GiB of it are left',
	},
	inodes_used: { unit: 'percent', warn: 90, crit: 97, meaning: 'share of the inodes of a disk that are in use' },
	memory_used: {
		unit: 'percent',
		warn: 92,
		crit: 97,
		meaning: 'share of the memory that no program could get any more (MemAvailable)',
	},
	oom_kills: {
		unit: 'count',
		warn: 1,
		crit: Number.POSITIVE_INFINITY,
		meaning: 'processes that the kernel has killed for want of memory; told for ten minutes',
	},
	load_per_core: {
		unit: 'count',
		warn: 1.5,
		crit: 3,
		meaning: 'load average of the last minute per core; from the critical limit on nothing that lives is stopped',
	},
	cpu_pressure: {
		unit: 'percent',
		warn: 60,
		crit: 85,
		meaning: 'share of the last 10 s in which some task waited for a CPU; critical: nothing that lives is stopped',
	},
	io_pressure: {
		unit: 'percent',
		warn: 40,
		crit: 75,
		meaning: 'share of the last 10 s in which some task waited for a disk; critical: nothing that lives is stopped',
	},
	memory_pressure: {
		unit: 'percent',
		warn: 10,
		crit: 40,
		meaning: 'share of the last 10 s in which some task waited for memory; critical: nothing that lives is stopped',
	},
	open_files: {
		unit: 'percent',
		warn: 80,
		crit: 95,
		meaning: 'share of the file descriptors that Asterisk may open',
	},
	conf_log_size: {
		unit: 'mebibytes',
		warn: 1024,
		crit: 5120,
		meaning: 'size of conf_telnet_log.txt, which AST_conf_update_screen writes and nobody rotates',
	},
	recordings_waiting: {
		unit: 'seconds',
		warn: 7200,
		crit: 86_400,
		meaning: 'age of the oldest recording that the audio jobs of the crontab have not moved on',
	},
	jobs_missing: {
		unit: 'count',
		warn: 1,
		crit: Number.POSITIVE_INFINITY,
		meaning: "stock jobs of a dialer that root's crontab does not run, though it runs the keepalive",
	},
	time_services_missing: {
		unit: 'count',
		warn: 1,
		crit: Number.POSITIVE_INFINITY,
		meaning:
			'1 where neither a time service (systemd-timesyncd, chronyd, ntpd, linuxptp) nor ntpdate in the crontab sets the clock; not in a container',
	},
	default_secrets: {
		unit: 'count',
		warn: Number.POSITIVE_INFINITY,
		crit: Number.POSITIVE_INFINITY,
		meaning:
			'shipped secrets and AMI doors that are open to the world; a hint by default, a warning where a limit is set',
	},
} as const satisfies Record<string, Threshold>;
