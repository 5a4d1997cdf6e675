import { ASTERISK } from './asterisk.ts';
import { CALLS } from './calls.ts';
import { CLUSTER } from './cluster.ts';
import { DATABASE } from './database.ts';
import type { Area } from './fault.ts';
import { MACHINE } from './machine.ts';
import { NETWORK } from './network.ts';
import { PROCESSES } from './processes.ts';
import { QUEUES } from './queues.ts';
import { SISTERS } from './sisters.ts';
import { TABLES } from './tables.ts';
import { TIME } from './time.ts';
import { TRUNKS } from './trunks.ts';
import { WORKERS } from './workers.ts';

/** The whole table, the longest first: two are walked at a time. */
export const AREAS: readonly Area[] = [
	WORKERS,
	CALLS,
	PROCESSES,
	DATABASE,
	QUEUES,
	TIME,
	TRUNKS,
	NETWORK,
	ASTERISK,
	MACHINE,
	CLUSTER,
	SISTERS,
	TABLES,
];
