import { ASTERISK } from './asterisk.ts';
import { CALLS } from './calls.ts';
import { CAUSES } from './causes.ts';
import { CLOCKS } from './clocks.ts';
import { CLUSTER } from './cluster.ts';
import { CODES } from './codes.ts';
import { DATABASE } from './database.ts';
import { DEADLOCK } from './deadlock.ts';
import type { Area } from './fault.ts';
import { HALVES } from './halves.ts';
import { JOBS } from './jobs.ts';
import { LISTENERS } from './listeners.ts';
import { MACHINE } from './machine.ts';
import { MEMORY_TABLES } from './memory-tables.ts';
import { NETWORK } from './network.ts';
import { PROCESSES } from './processes.ts';
import { QUEUES } from './queues.ts';
import { RELAYS } from './relays.ts';
import { REPLICA } from './replica.ts';
import { RESOURCES } from './resources.ts';
import { SISTERS } from './sisters.ts';
import { STALLS } from './stalls.ts';
import { STARTS } from './starts.ts';
import { TABLES } from './tables.ts';
import { TIME } from './time.ts';
import { TRUNKS } from './trunks.ts';
import { WORKERS } from './workers.ts';

/** The whole table, the longest first: two are walked at a time. */
export const AREAS: readonly Area[] = [
	CALLS,
	WORKERS,
	STALLS,
	JOBS,
	DATABASE,
	QUEUES,
	LISTENERS,
	STARTS,
	PROCESSES,
	TIME,
	HALVES,
	CODES,
	CAUSES,
	RESOURCES,
	TRUNKS,
	NETWORK,
	ASTERISK,
	DEADLOCK,
	MACHINE,
	RELAYS,
	REPLICA,
	MEMORY_TABLES,
	CLUSTER,
	CLOCKS,
	SISTERS,
	TABLES,
];
