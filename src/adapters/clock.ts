/** The deadline of a run, on the monotonic clock: a clock that is set while we run moves nothing here. */
export class Deadline {
	readonly #end: number;

	constructor(seconds: number) {
		this.#end = performance.now() + seconds * 1000;
	}

	/** Milliseconds left, never negative. */
	remaining(): number {
		return Math.max(0, this.#end - performance.now());
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
