import type { Condition, Memory } from './memory.ts';

/** Tells how long something has been the case; the same key noted twice in a run is one thing. */
export type Note = (key: string) => { looks: number; seconds: number; since: string };

/** Seconds, or gaps between looks, after which an earlier look says nothing about now. */
const FORGET_SECONDS = 300;
const FORGET_GAPS = 5;

/** The check that a condition belongs to: every key begins with its id. */
const checkOf = (key: string): string => /^[a-z]+/.exec(key)?.[0] ?? '';

/**
 * Keeps account of conditions over looks. A look of a check counts when `gap` seconds have passed since the last one that
 * did, so that a monitor or a person who looks more often never speeds anything up.
 */
export class Notebook {
	readonly #memory: Memory;
	readonly #gap: number;
	readonly #uptime: number;
	readonly #now: string;
	readonly #seen: Record<string, Condition> = {};

	constructor(memory: Memory, gap: number, clock: { uptime: number; now: Date }) {
		this.#memory = memory;
		this.#gap = gap;
		this.#uptime = clock.uptime;
		this.#now = clock.now.toISOString();
	}

	/** Seconds until a look of this check counts again; 0 when this one does. */
	countsIn(check: string): number {
		const last = this.#memory.counted[check];
		return last === undefined ? 0 : Math.max(0, last + this.#gap - this.#uptime);
	}

	readonly note: Note = (key) => {
		const check = checkOf(key);
		const counts = this.countsIn(check) === 0;
		const before = this.#isFresh(check) ? this.#memory.conditions[key] : undefined;
		const condition: Condition = before
			? { ...before, looks: before.looks + (counts ? 1 : 0) }
			: { since: this.#now, sinceUptime: this.#uptime, looks: counts ? 1 : 0 };
		this.#seen[key] = condition;
		return {
			looks: condition.looks,
			seconds: Math.max(0, this.#uptime - condition.sinceUptime),
			since: condition.since,
		};
	};

	/**
	 * What to remember when these checks have been seen: their conditions of this look where it counts; all others stay as
	 * they were, because what was not seen is not gone.
	 */
	remember(checks: readonly string[]): Pick<Memory, 'conditions' | 'counted'> {
		const counting = checks.filter((check) => this.countsIn(check) === 0);
		const of = (conditions: Record<string, Condition>, counted: boolean) =>
			Object.entries(conditions).filter(([key]) => counting.includes(checkOf(key)) === counted);
		return {
			conditions: Object.fromEntries([...of(this.#memory.conditions, false), ...of(this.#seen, true)]),
			counted: { ...this.#memory.counted, ...Object.fromEntries(counting.map((check) => [check, this.#uptime])) },
		};
	}

	#isFresh(check: string): boolean {
		const last = this.#memory.counted[check] ?? Number.NEGATIVE_INFINITY;
		return this.#uptime - last <= Math.max(FORGET_SECONDS, FORGET_GAPS * this.#gap);
	}
}
