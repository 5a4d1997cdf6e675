import { appendLog } from './adapters/log.ts';
import { StateFolder } from './adapters/state.ts';
import type { Told } from './outside.ts';
import { type Look, lockFor, type Session } from './session.ts';

/**
 * What the looks of a run have to tell outside: one after the other and in the background, without the lock. Neither the
 * next look nor the next run waits for it.
 */
export class Tellings {
	readonly #told: Told[] = [];
	readonly #problems: string[] = [];
	#latest: Promise<void> = Promise.resolve();

	/** @param last this is the last look of the run */
	begin({ tell }: Pick<Look, 'tell'>, last = false): void {
		this.#latest = this.#latest.then(() =>
			tell(last).then(
				(told) => void (told && this.#told.push(told)),
				(error: Error) => void this.#problems.push(`nothing was told outside: ${error.message}`),
			),
		);
	}

	/**
	 * Waits until all is told, and writes down what became of it: into the log, and for the next report, unless another run
	 * is at work by now, whose memory is not to be touched.
	 * @returns what could not be done, in words
	 */
	async end(session: Session, remembers: boolean): Promise<string[]> {
		await this.#latest;
		if (!remembers || this.#told.length === 0) return this.#problems;
		const { afterTelling } = await import('./outside.ts');
		const { settings, proc } = session;
		const lock = lockFor(session);
		try {
			if (lock?.state === 'held') {
				const state = new StateFolder(settings.stateDir);
				const memory = state.load(proc.bootId());
				const outside = this.#told.reduce(afterTelling, memory.outside ?? { changes: {}, failures: {} });
				state.save({ ...memory, outside });
			}
			appendLog(
				settings.logDir,
				this.#told.flatMap(({ lines }) => lines),
			);
		} catch (error) {
			this.#problems.push(`what became of the calls is not remembered: ${(error as Error).message}`);
		} finally {
			if (lock?.state === 'held') lock.release();
		}
		return this.#problems;
	}
}
