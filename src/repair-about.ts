import type { About } from './checks/check.ts';

/** What holds for the repairs of every check. */
export const EVERY_REPAIR: Omit<About, 'finds'> = {
	looksAt: `a repair is withheld, with its reason and the moment when it is due, until two looks agree; while the database or Asterisk
beneath it is down; shortly after boot and starts; at times when stock keeps the tables busy; while this machine is drowning or
vicikeep is paused; and when it has not helped before.`,
	settings: [
		'RESTART',
		'GRACE_BOOT',
		'GRACE_DATABASE',
		'GRACE_START',
		'START_WINDOW',
		'QUIET_TIMES',
		'LOOK_GAP',
		'RATION',
		'ON_CHANGE',
		'ON_FAILOVER',
		'FAILOVER_AFTER',
		'HEARTBEAT_URL',
	],
	limits: [],
	does: `starts what is absent all at once, in the order of a dialer; stops at most one living daemon a run; sees afterwards that there
is exactly one and that it lives; gives up loudly when its ration is used up.`,
};
