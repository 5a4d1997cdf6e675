import type { Dialer } from '../sandbox/dialer.ts';

/** What a row may use to bring its trouble about. */
export interface Stage {
	dialer: Dialer;
	/** Takes back what was injected, after the row; the last one first. */
	later(undo: () => unknown): void;
}

/** What looks like the fault and is none: no finding, no repair. */
export interface Twin {
	/** the difference, in words */
	but: string;
	inject(stage: Stage): unknown;
	/** keys of findings that may be reported all the same, e.g. because they are about something else and true */
	tells?: string[];
	/** what must be true of the dialer in the end */
	proof?(stage: Stage): Promise<boolean> | boolean;
}

/** One trouble of a dialer, and what vicikeep must make of it. */
export interface Fault {
	/** numbers in `PAINS` */
	pains?: number[];
	/** numbers in `STUCK_ROWS` */
	rows?: number[];
	/** the trouble, in one sentence */
	says: string;
	inject(stage: Stage): unknown;
	/** `id subject` of what must be found: the root first, then what must be listed as its consequence */
	find: [root: string, ...followers: string[]];
	/** what the root must say about itself: part of its summary, evidence or advice */
	tells?: RegExp;
	/** findings beside the root that are neither its consequence nor wrong */
	beside?: string[];
	/** ids of the actions that must be done; every other one must not be */
	do?: string[];
	/** ids of actions that may be done or not, as it happens */
	may?: string[];
	/** what must be said of one of them that is done */
	doing?: RegExp;
	/** ids of actions that must be withheld, with the reason to be given */
	withhold?: Record<string, RegExp>;
	/** ids of actions that must be tried and fail, with the reason to be given */
	fail?: Record<string, RegExp>;
	/** `well`: repaired, exit status 0; `stays`: still told in every look, with this exit status */
	after: 'well' | { stays: 1 | 2 };
	/** it shows in most looks, not in each */
	fleeting?: true;
	/** what must be true of the dialer in the end */
	proof?(stage: Stage): Promise<boolean> | boolean;
	/** scripts of daemons that the trouble itself ends, without any doing of vicikeep's */
	ends?: string[];
	/** settings in which fault and twin are looked at, beside those that take the waiting out */
	env?: Record<string, string>;
	/** milliseconds from one look to the next; none unless told */
	between?: number;
	/** looks within which it must be found (2) and, where it is repaired, repaired (3) */
	within?: { found?: number; repaired?: number };
	twin: Twin;
}

/** Rows that share a dialer. */
export interface Area {
	name: string;
	/** VARactive_keepalives */
	keepalives: string;
	/** of the stock keepalive's line in the crontab */
	options?: string[];
	faults: Fault[];
}
