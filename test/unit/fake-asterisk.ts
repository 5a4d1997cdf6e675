import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { AmiSession, type AmiTrace } from '../../src/adapters/ami.ts';

/** One action as the fake received it, header names in lower case. */
export type Received = Record<string, string>;

/** An Asterisk manager that says what a test tells it to: what a real one cannot be made to do at will. */
export class FakeAsterisk {
	readonly received: Received[] = [];
	readonly #sockets = new Set<Socket>();
	#server: Server | undefined;

	/** Starts it and opens a session; `answer` gets each action and writes what it likes. */
	async session(
		answer: (action: Received, write: (text: string | Buffer) => void) => void,
		trace?: AmiTrace,
	): Promise<AmiSession> {
		const server = createServer((socket) => {
			this.#sockets.add(socket);
			socket.on('error', () => {});
			socket.write('Asterisk Call Manager/5.0.5\r\n');
			let pending = '';
			socket.on('data', (data) => {
				const actions = (pending + data.toString('latin1')).split('\r\n\r\n');
				pending = actions.pop() ?? '';
				for (const text of actions) {
					const action = Object.fromEntries(
						text.split('\r\n').map((line) => {
							const colon = line.indexOf(': ');
							return [line.slice(0, colon).toLowerCase(), line.slice(colon + 2)];
						}),
					);
					this.received.push(action);
					answer(action, (bytes) => void socket.write(bytes));
				}
			});
		});
		this.#server = server;
		await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
		return AmiSession.open('127.0.0.1', this.port, 1000, trace);
	}

	/** The port of 127.0.0.1 that it listens on. */
	get port(): number {
		return (this.#server?.address() as AddressInfo | undefined)?.port ?? 0;
	}

	/** Cuts all connections. */
	stop(): void {
		for (const socket of this.#sockets) socket.destroy();
		this.#server?.close();
	}
}
