import { createConnection, createServer, type Socket } from 'node:net';
import type { Stage } from './fault.ts';

/** What becomes of a piece of the client's words. */
export type Pass = (piece: string, session: { text: string }) => string | Promise<string>;

/**
 * Stands between the dialer and one of its servers, on a port of its own.
 * @param pass what of the client's words reaches the server; `session.text` is all that it has said
 * @returns the port
 */
export async function relay({ dialer, later }: Stage, to: number, pass: Pass): Promise<number> {
	const open = new Set<Socket>();
	const server = createServer((client) => {
		const upstream = createConnection({ host: dialer.serverIp, port: to });
		const session = { text: '' };
		let order: Promise<unknown> = Promise.resolve();
		for (const [one, other] of [
			[client, upstream],
			[upstream, client],
		] as const) {
			open.add(one);
			one.on('error', () => {}).on('close', () => other.destroy());
		}
		upstream.pipe(client);
		client.on('data', (data) => {
			const piece = data.toString('latin1');
			session.text += piece;
			order = order.then(async () => upstream.write(Buffer.from(await pass(piece, session), 'latin1')));
		});
	});
	await new Promise<void>((listening) => server.listen({ host: dialer.serverIp, port: 0 }, listening));
	later(() => {
		server.close();
		for (const socket of open) socket.destroy();
	});
	const address = server.address();
	if (address === null || typeof address === 'string') throw new Error('the relay has no port');
	return address.port;
}

/** Drops actions of these names, whoever sends them or only this user. */
export const without =
	(names: readonly string[], user = ''): Pass =>
	(piece, { text }) =>
		text.includes(`Username: ${user}`)
			? piece.replace(/(?:[^\r\n]+\r\n)+\r\n/g, (message) =>
					names.some((name) => new RegExp(`^Action: ${name}\r$`, 'm').test(message)) ? '' : message,
				)
			: piece;

/** Lets everything pass, but late. */
export const late =
	(milliseconds: number): Pass =>
	async (piece) => {
		await new Promise((done) => setTimeout(done, milliseconds));
		return piece;
	};
