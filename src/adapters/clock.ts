/** The deadline of a run, on the monotonic clock: a clock that is set while we run moves nothing here. */
export class Deadline {
	readonly #total: number;
	#end: number;

	constructor(seconds: number) {
		this.#total = seconds * 1000;
		this.#end = performance.now() + this.#total;
	}

	/** Milliseconds left, never negative. */
	remaining(): number {
		return Math.max(0, this.#end - performance.now());
	}

	/** What one wait may take of it, so that others get their turn: as asked, but at most a third of the whole. Milliseconds. */
	share(milliseconds: number): number {
		return Math.min(milliseconds, this.#total / 3, this.remaining());
	}

	/** Leaves at least so many milliseconds: a repair that was begun is also seen to its proof. */
	grant(milliseconds: number): void {
		this.#end = Math.max(this.#end, performance.now() + milliseconds);
	}

	/** The smaller of what is asked for and what is left, in milliseconds. */
	within(milliseconds: number): number {
		return Math.min(milliseconds, this.remaining());
	}
}

/** A promise that took longer than it may. */
export class Overdue extends Error {}

/**
 * Settles as `work` does, or rejects with Overdue after `milliseconds`. The work itself is not stopped: who starts it
 * must make it end, for instance by destroying its socket.
 */
export async function withDeadline<T>(work: Promise<T>, milliseconds: number): Promise<T> {
	let timer: NodeJS.Timeout | undefined;
	const overdue = new Promise<never>((_, reject) => {
		timer = setTimeout(
			() => reject(new Overdue(`no answer within ${(milliseconds / 1000).toFixed(1)} s`)),
			milliseconds,
		);
	});
	try {
		return await Promise.race([work, overdue]);
	} finally {
		clearTimeout(timer);
	}
}

export const sleep = (milliseconds: number): Promise<void> =>
	new Promise((resolve) => setTimeout(resolve, milliseconds));
