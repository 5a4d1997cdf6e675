import type { CheckId } from '../types.ts';
import { asterisk } from './asterisk.ts';
import { type AnyCheck, define } from './check.ts';
import { cluster } from './cluster.ts';
import { conf } from './conf.ts';
import { config } from './config.ts';
import { mysql } from './mysql.ts';
import { processes } from './processes.ts';
import { queues } from './queues.ts';
import { registrations } from './registrations.ts';
import { system } from './system.ts';

/** Every check, in the order in which they are judged and reported: what others need comes first. */
export const CHECKS: readonly AnyCheck[] = [
	define(config),
	define(system),
	define(mysql),
	define(asterisk),
	define(processes),
	define(queues),
	define(conf),
	define(registrations),
	define(cluster),
];

export const CHECK_IDS: readonly CheckId[] = CHECKS.map(({ id }) => id);

const FIRST: readonly CheckId[] = ['config', 'mysql'];

/** The same in the order in which they are looked at: the machine while the database works for others. */
export const IN_TURN: readonly AnyCheck[] = [
	...CHECKS.filter(({ id }) => FIRST.includes(id)),
	...CHECKS.filter(({ id }) => !FIRST.includes(id)),
];
