import { connect, type Socket } from 'node:net';
import { md5 } from '@noble/hashes/legacy.js';
import { AmiRefusal, AmiTrouble } from './ami-trouble.ts';
import { AmiList, type AmiMessage, AmiSplitter, header, headers } from './ami-wire.ts';
import { Overdue, withDeadline } from './clock.ts';

export { AmiRefusal, type AmiStage, AmiTrouble } from './ami-trouble.ts';

export interface AmiAccount {
	host: string;
	port: number;
	user: string;
	secret: string;
}

/** Most that is read at once. */
const READ_BYTES = 64 * 1024;

/** Called with each line sent or received when traffic is to be shown; secrets are masked. */
export type AmiTrace = (line: string) => void;

/**
 * One session with the Asterisk Manager Interface. Every wait has its own deadline, replies are matched by ActionID and
 * never by order, events are off. Source: main/manager.c of Asterisk 13 to 22.
 */
export class AmiSession {
	readonly #socket: Socket;
	readonly #splitter = new AmiSplitter();
	/** undefined where nobody follows: on a busy dialer most of a tick's text would be masked for nothing */
	readonly #trace: AmiTrace | undefined;
	readonly #waiting = new Map<string, { take: (message: AmiMessage) => void; reject: (trouble: AmiTrouble) => void }>();
	#bannerCame: (() => void) | undefined;
	#ended: ((trouble: AmiTrouble) => void) | undefined;
	#trouble: AmiTrouble | undefined;
	#count = 0;

	private constructor(socket: Socket, trace: AmiTrace | undefined) {
		this.#socket = socket;
		this.#trace = trace;
		socket.on('error', (error) => this.#end(new AmiTrouble('lost', error.message)));
		socket.on('close', () => this.#end(new AmiTrouble('lost', 'Asterisk closed the connection')));
	}

	/**
	 * Connects and reads the greeting.
	 * @throws AmiTrouble refused, unreachable, closed-before-banner, no-banner, other-service
	 */
	static async open(host: string, port: number, milliseconds: number, trace?: AmiTrace): Promise<AmiSession> {
		let session: AmiSession | undefined;
		// no stream in between: lists come in hundreds of pieces
		const callback = (length: number, bytes: Uint8Array): boolean => {
			// the greeting is read in a later turn of the loop than the one in which the session is made
			if (session) session.#receive(Buffer.from(bytes.buffer, bytes.byteOffset, length));
			return true;
		};
		const socket = connect({ host, port, onread: { buffer: Buffer.allocUnsafe(READ_BYTES), callback } });
		try {
			await withDeadline(
				new Promise<void>((resolve, reject) => {
					socket.once('connect', resolve);
					socket.once('error', reject);
				}),
				milliseconds,
			);
		} catch (error) {
			socket.destroy();
			// a later error of the abandoned attempt has no listener any more and must not end the program
			socket.on('error', () => {});
			const code = (error as NodeJS.ErrnoException).code;
			// one that breaks off before we have noticed that it took the connection
			if (code === 'ECONNRESET')
				throw new AmiTrouble('closed-before-banner', `${host}:${port} closes without a greeting`);
			if (code === 'ECONNREFUSED') throw new AmiTrouble('refused', `${host}:${port} refuses connections`);
			throw new AmiTrouble(
				'unreachable',
				error instanceof Overdue ? `${host}:${port} does not answer` : (error as Error).message,
			);
		}
		socket.removeAllListeners('error');
		session = new AmiSession(socket, trace);
		try {
			await withDeadline(session.#greeting(), milliseconds);
		} catch (error) {
			session.close();
			if (error instanceof Overdue) {
				throw new AmiTrouble('no-banner', `${host}:${port} accepts the connection but sends no greeting`);
			}
			throw error instanceof AmiTrouble
				? new AmiTrouble('closed-before-banner', `${host}:${port} closes without a greeting`)
				: error;
		}
		const banner = session.#splitter.banner ?? '';
		if (banner.startsWith('Asterisk Call Manager/')) return session;
		session.close();
		throw new AmiTrouble(
			'other-service',
			`${host}:${port} is not Asterisk's manager: it greets with "${banner.slice(0, 40).replace(/[^\x20-\x7e]/g, '?')}"`,
		);
	}

	/** AMI version that the greeting names, e.g. 5.0.5. */
	get version(): string {
		return (this.#splitter.banner ?? '').split('/')[1] ?? '';
	}

	/**
	 * Logs in by MD5 challenge, so that the secret never crosses the network. A refusal takes Asterisk a second, hence
	 * the deadline must be longer than that.
	 * @throws AmiTrouble authentication-failed, no-login-answer, lost
	 */
	async login(user: string, secret: string, milliseconds: number): Promise<void> {
		try {
			const challenge = header(await this.action('Challenge', { AuthType: 'MD5' }, milliseconds), 'Challenge');
			if (challenge === '') throw new AmiTrouble('authentication-failed', 'Asterisk offers no MD5 challenge');
			const Key = Buffer.from(md5(Buffer.from(challenge + secret, 'latin1'))).toString('hex');
			const answer = await this.action('Login', { AuthType: 'MD5', Username: user, Key, Events: 'off' }, milliseconds);
			if (header(answer, 'Response') === 'Success') return;
			throw new AmiTrouble('authentication-failed', `"${header(answer, 'Message')}" for AMI user ${user}`);
		} catch (error) {
			if (error instanceof AmiTrouble && error.stage === 'no-answer') {
				throw new AmiTrouble('no-login-answer', 'Asterisk greets but does not answer the login');
			}
			throw error;
		}
	}

	/**
	 * Sends one action and returns its reply, whatever its Response is.
	 * @throws AmiTrouble no-answer after the deadline, lost when the connection ends
	 */
	async action(name: string, headers: Record<string, string>, milliseconds: number): Promise<AmiMessage> {
		let reply: AmiMessage = [];
		await this.#exchange(name, headers, milliseconds, (message) => {
			reply = message;
			return header(message, 'Response') !== '';
		});
		return reply;
	}

	/**
	 * Runs a CLI command. `ok` says no more than that Asterisk did not answer with an error (13 and older never do): read
	 * the lines. Without output they are the error message, e.g. `Permission denied`.
	 * @param milliseconds a command of Asterisk 14 and later answers only when it is done
	 * @throws AmiTrouble no-answer, lost
	 */
	async command(cli: string, milliseconds: number): Promise<{ ok: boolean; lines: string[] }> {
		const reply = await this.action('Command', { Command: cli }, milliseconds);
		const ok = header(reply, 'Response') !== 'Error';
		const lines = headers(reply, 'Output');
		return { ok, lines: ok || lines.length > 0 ? lines : [header(reply, 'Message')] };
	}

	/**
	 * Sends an action that answers with a list, and returns its items.
	 * @param completeEvent name of the event that ends the list, for versions that do not mark it
	 * @param read what is wanted of an item; all of it unless told
	 * @throws AmiRefusal when Asterisk answers with an error
	 * @throws AmiTrouble no-answer, lost, also when there are more than 20,000 items
	 */
	async list<Item = AmiMessage>(
		name: string,
		headers: Record<string, string>,
		milliseconds: number,
		completeEvent?: string,
		read: (item: AmiMessage) => Item = (item) => item as Item,
	): Promise<Item[]> {
		const list = new AmiList(completeEvent, read);
		await this.#exchange(name, headers, milliseconds, (message) => list.take(message));
		if (list.refusal !== undefined) throw new AmiRefusal(list.refusal);
		return list.items;
	}

	/** Sends an action and hands over the messages with its ActionID until `take` says that it was the last. */
	async #exchange(
		name: string,
		headers: Record<string, string>,
		milliseconds: number,
		take: (message: AmiMessage) => boolean,
	): Promise<void> {
		if (this.#trouble) throw this.#trouble;
		const id = `vicikeep-${++this.#count}`;
		const lines = Object.entries({ Action: name, ActionID: id, ...headers }).map(([key, value]) => {
			if (/[\r\n]/.test(key + value))
				throw new AmiTrouble('lost', `a line break in AMI header ${key} was kept from being sent`);
			return `${key}: ${value}`;
		});
		for (const line of lines) this.#trace?.(`> ${line.replace(/^(Key|Secret): .*/, '$1: ***')}`);
		const done = new Promise<void>((resolve, reject) => {
			const takeSafely = (message: AmiMessage) => {
				try {
					if (take(message)) resolve();
				} catch (error) {
					reject(new AmiTrouble('lost', (error as Error).message));
				}
			};
			this.#waiting.set(id, { take: takeSafely, reject });
		});
		this.#socket.write(`${lines.join('\r\n')}\r\n\r\n`, 'latin1');
		try {
			await withDeadline(done, milliseconds);
		} catch (error) {
			throw error instanceof Overdue ? new AmiTrouble('no-answer', `${name}: ${error.message}`) : error;
		} finally {
			this.#waiting.delete(id);
		}
	}

	/** Says goodbye without waiting for the answer and lets go of the socket. */
	close(): void {
		if (!this.#trouble) this.#socket.write('Action: Logoff\r\n\r\n');
		this.#socket.destroySoon();
		// a stopped Asterisk never closes its end: do not keep the program alive for it
		this.#socket.unref();
	}

	#greeting(): Promise<void> {
		return new Promise((resolve, reject) => {
			if (this.#splitter.banner !== undefined) resolve();
			else if (this.#trouble) reject(this.#trouble);
			this.#bannerCame = resolve;
			this.#ended = reject;
		});
	}

	#receive(chunk: Buffer): void {
		try {
			const messages = this.#splitter.push(chunk);
			if (this.#splitter.banner !== undefined) this.#bannerCame?.();
			for (const message of messages) this.#deliver(message);
		} catch (error) {
			this.#end(new AmiTrouble('lost', (error as Error).message));
			this.#socket.destroy();
		}
	}

	#deliver(message: AmiMessage): void {
		if (this.#trace) for (const [key, value] of message) this.#trace(`< ${key}: ${shown(key, value)}`);
		this.#waiting.get(header(message, 'ActionID'))?.take(message);
	}

	#end(trouble: AmiTrouble): void {
		this.#trouble ??= trouble;
		this.#ended?.(this.#trouble);
		for (const { reject } of this.#waiting.values()) reject(this.#trouble);
	}
}

/** A header's value as a trace may show it: lines of configuration, and what some lists tell of an account, hold secrets. */
const shown = (key: string, value: string): string =>
	/^(Line-|Password|Md5Cred|Secret)/i.test(key) ? '***' : value.replace(/\p{Cc}/gu, '?');
