import { spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { isAlive, signal, until } from './processes.ts';

/** A server of the instance that runs in a session of its own, so that Ctrl-C reaches only its owner. */
export class Background {
	#pid: number | undefined;

	constructor(
		private readonly what: string,
		private readonly log: string,
	) {}

	/** Its process id; undefined while it does not run. */
	get pid(): number | undefined {
		return this.#pid !== undefined && isAlive(this.#pid) ? this.#pid : undefined;
	}

	/** Starts it; its output goes to the log. Rejects when it is still running or cannot be started. */
	async spawn(program: string, args: string[], env: Record<string, string>, cwd: string): Promise<void> {
		if (this.pid !== undefined) throw new Error(`${this.what} is running already`);
		const log = openSync(this.log, 'a');
		const child = spawn(program, args, { detached: true, stdio: ['ignore', log, log], env, cwd });
		closeSync(log);
		await new Promise((resolve, reject) => child.once('spawn', resolve).once('error', reject));
		child.unref();
		this.#pid = child.pid;
	}

	/** Waits until `ready` holds; rejects with the end of the log when it ends before, or after `timeoutMs`. */
	async ready(timeoutMs: number, ready: () => Promise<boolean>): Promise<void> {
		try {
			await until(`${this.what} ready`, timeoutMs, async () => {
				if (this.pid === undefined) throw new Error(`${this.what} ended at start`);
				return ready();
			});
		} catch (error) {
			const tail = readFileSync(this.log, 'utf8').trim().split('\n').slice(-10).join('\n');
			throw new Error(`${(error as Error).message}\n${tail}`);
		}
	}

	/** Sends a signal if it runs. */
	signal(name: NodeJS.Signals): void {
		if (this.pid !== undefined) signal(this.pid, name);
	}

	/** Sends a signal and waits until it is gone. */
	async end(name: NodeJS.Signals, timeoutMs: number): Promise<void> {
		this.signal(name);
		await until(`end of ${this.what}`, timeoutMs, () => this.pid === undefined);
	}
}
