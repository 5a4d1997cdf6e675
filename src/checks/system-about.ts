import type { About } from './check.ts';

export const about: About = {
	looksAt: `the machine under the dialer: space and inodes of every disk that is written to, memory and what the kernel killed for
want of it, load and pressure, file descriptors of Asterisk, recordings that are not moved on, stock's cron jobs, the time
service. Local files and /proc only; remote disks, recordings, secrets and chronyd are looked at every few minutes.`,
	settings: [],
	limits: [
		'disk_used',
		'inodes_used',
		'memory_used',
		'oom_kills',
		'load_per_core',
		'cpu_pressure',
		'io_pressure',
		'memory_pressure',
		'open_files',
		'conf_log_size',
		'recordings_waiting',
		'jobs_missing',
		'time_services_missing',
		'default_secrets',
	],
	finds: {
		disk_full: 'nothing more can be written where the daemons log, or where the database lies',
		read_only: 'the disk under the logs or the database is mounted read-only',
		disk_space: 'a disk is nearly full',
		inodes: 'a disk has hardly an inode left',
		disk_silent: 'a remote disk does not answer',
		memory: 'hardly any memory is left',
		oom: 'the kernel has killed processes for want of memory',
		load: 'more wants to run than the machine has cores for',
		pressure: 'tasks wait for a CPU, a disk or memory most of the time',
		open_files: 'Asterisk has hardly a file descriptor left',
		conf_log: 'conf_telnet_log.txt, which nobody rotates, has grown large',
		recordings: 'recordings are not moved on',
		jobs_missing: "root's crontab does not run what stock runs on every dialer",
		clock_unset: 'systemd-timesyncd or chronyd has not found the time',
		no_time_service: 'nothing sets the clock: no time service runs',
		exposed: 'shipped secrets or open doors, where a limit asks for a warning',
	},
	does: `nothing. While a disk is full or read-only under the logs or the database, or does not answer under the logs, no daemon is
started or stopped: it could not work. While load or pressure are critical, nothing that lives is stopped.`,
};
