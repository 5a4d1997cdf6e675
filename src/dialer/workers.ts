import { basename } from 'node:path';
import type { Proc } from '../adapters/proc.ts';
import type { ThresholdName } from '../thresholds.ts';
import type { Process, ProcessId } from '../types.ts';
import { type Crontab, jobsFor, KEEPALIVE } from './crontab.ts';
import { findDaemon } from './process-table.ts';

/** A script that cron starts, every minute or every hour. It is never ours to start. */
export interface Worker {
	name: string;
	script: string;
	/** how old one copy may get */
	age: ThresholdName;
	/** one server of a cluster runs it */
	onePerCluster?: true;
}

/** The stock keepalive and the workers whose hanging is felt; those for reports, recordings and archives are not. */
export const WORKERS: readonly Worker[] = [
	{ name: 'ADMIN_keepalive_ALL', script: KEEPALIVE, age: 'keepalive_age' },
	{ name: 'AST_VDhopper', script: 'AST_VDhopper.pl', age: 'worker_age', onePerCluster: true },
	{ name: 'AST_flush_DBqueue', script: 'AST_flush_DBqueue.pl', age: 'worker_age', onePerCluster: true },
	{
		name: 'AST_manager_kill_hung_congested',
		script: 'AST_manager_kill_hung_congested.pl',
		age: 'worker_age',
	},
	{ name: 'AST_vm_update', script: 'AST_vm_update.pl', age: 'worker_age' },
	{ name: 'AST_conf_update', script: 'AST_conf_update.pl', age: 'worker_age' },
];

export interface WorkerCopy extends ProcessId {
	state: string;
	/** seconds since it was started */
	age: number;
}

export interface WorkerObservation {
	worker: Worker;
	/** whether root's crontab of this server starts it; undefined where that cannot be read */
	scheduled: boolean | undefined;
	/** the oldest first; what a copy has started itself is not among them */
	copies: WorkerCopy[];
}

/** The copies of each worker that run now, and whether cron starts it here. Pure. */
export function observeWorkers(
	table: readonly Process[],
	home: string,
	crontab: Crontab | undefined,
	uptime: number,
): WorkerObservation[] {
	return WORKERS.map((worker) => ({
		worker,
		scheduled: crontab && jobsFor(crontab, worker.script).length > 0,
		copies: findDaemon(table, home, [worker.script])
			.copies.map(({ pid, startTicks, state, started }) => ({ pid, startTicks, state, age: uptime - started }))
			.sort((a, b) => b.age - a.age),
	}));
}

/**
 * What a process waits for, in words: a program that it has started, the database, Asterisk, or the kernel; undefined when
 * that does not show. Arguments of programs are never told: they may hold secrets.
 */
export function blockerOf(
	{ pid }: ProcessId,
	table: readonly Process[],
	proc: Proc,
	ports: { database: number; manager: number },
): string | undefined {
	const [child] = table
		.filter(({ ppid, state }) => ppid === pid && state !== 'Z')
		.sort((a, b) => a.started - b.started);
	if (child) {
		const [program = '', ...args] = child.argv;
		const script = args.find((argument) => argument.endsWith('.pl'));
		return `its ${basename(script ?? (program || child.comm))} (process ${child.pid}) that does not end`;
	}
	if (proc.process(pid)?.state === 'D') return 'the kernel (state D: disk or network file system)';
	const inodes = proc.sockets(pid);
	const open = proc.socketsOn([ports.database, ports.manager], 'tcp').filter(({ inode }) => inodes?.has(inode));
	if (open.some(({ remotePort }) => remotePort === ports.manager)) return "Asterisk's manager";
	return open.some(({ remotePort }) => remotePort === ports.database) ? 'the database' : undefined;
}
