import { ASTERISK } from './asterisk.ts';
import { CALLS } from './calls.ts';
import { CLUSTER } from './cluster.ts';
import { DATABASE } from './database.ts';
import { DEADLOCK } from './deadlock.ts';
import type { Area } from './fault.ts';
import { MACHINE } from './machine.ts';
import { NETWORK } from './network.ts';
import { PROCESSES } from './processes.ts';
import { QUEUES } from './queues.ts';
import { TIME } from './time.ts';
import { WORKERS } from './workers.ts';

/** The whole table, the longest first: two are walked at a time. */
export const AREAS: readonly Area[] = [
	WORKERS,
	CALLS,
	PROCESSES,
	DATABASE,
	QUEUES,
	TIME,
	NETWORK,
	ASTERISK,
	DEADLOCK,
	MACHINE,
	CLUSTER,
];
