import { createServer, type Server, type Socket } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { AmiSession, AmiTrouble } from '../../src/adapters/ami.ts';
import { header } from '../../src/adapters/ami-wire.ts';

/** What a real Asterisk cannot be made to do at will. Each test says how this one misbehaves. */
let server: Server | undefined;
const sockets = new Set<Socket>();

async function fakeAsterisk(onConnect: (socket: Socket) => void): Promise<number> {
	server = createServer((socket) => {
		sockets.add(socket);
		socket.on('error', () => {});
		onConnect(socket);
	});
	await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve));
	return (server.address() as { port: number }).port;
}

afterEach(() => {
	for (const socket of sockets) socket.destroy();
	server?.close();
});

const BANNER = 'Asterisk Call Manager/5.0.5\r\n';
const idOf = (data: Buffer): string => /ActionID: (\S+)/.exec(data.toString())?.[1] ?? '';

async function stageOf(work: Promise<unknown>): Promise<string> {
	try {
		await work;
		return 'none';
	} catch (error) {
		return error instanceof AmiTrouble ? error.stage : `not told apart: ${error}`;
	}
}

describe('an Asterisk that misbehaves', () => {
	it.each([
		['accepts and stays silent', () => {}, 'no-banner'],
		['sends half a greeting', (socket: Socket) => void socket.write('Asterisk Call'), 'no-banner'],
		['closes at once', (socket: Socket) => void socket.destroy(), 'closed-before-banner'],
		['is another service', (socket: Socket) => void socket.write('220 mail ready\r\n'), 'other-service'],
	])('%s', async (_, behaviour, stage) => {
		const port = await fakeAsterisk(behaviour);
		expect(await stageOf(AmiSession.open('127.0.0.1', port, 300))).toBe(stage);
	});

	it('is not there at all', async () => {
		const port = await fakeAsterisk(() => {});
		await new Promise((resolve) => server?.close(resolve));
		expect(await stageOf(AmiSession.open('127.0.0.1', port, 300))).toBe('refused');
	});

	it.each([
		['never answers the login', () => {}, 'no-login-answer'],
		['closes during the login', (socket: Socket) => void socket.destroy(), 'lost'],
		[
			'refuses the login',
			(socket: Socket, data: Buffer) =>
				void socket.write(`Response: Error\r\nActionID: ${idOf(data)}\r\nMessage: Authentication failed\r\n\r\n`),
			'authentication-failed',
		],
	])('%s', async (_, behaviour, stage) => {
		const port = await fakeAsterisk((socket) => {
			socket.write(BANNER);
			socket.on('data', (data) => behaviour(socket, data));
		});
		const session = await AmiSession.open('127.0.0.1', port, 300);
		expect(await stageOf(session.login('cron', '1234', 300))).toBe(stage);
		session.close();
	});

	it('interleaves events and answers out of order', async () => {
		const ids: string[] = [];
		const port = await fakeAsterisk((socket) => {
			socket.write(BANNER);
			socket.on('data', (data) => {
				ids.push(...[...data.toString().matchAll(/ActionID: (\S+)/g)].map(([, id]) => id ?? ''));
				if (ids.length < 2) return;
				for (const id of ids.reverse())
					socket.write(`Event: Noise\r\n\r\nResponse: Success\r\nActionID: ${id}\r\nMine: ${id}\r\n\r\n`);
			});
		});
		const session = await AmiSession.open('127.0.0.1', port, 300);
		const answers = await Promise.all([session.action('A', {}, 1000), session.action('B', {}, 1000)]);
		expect(answers.map((answer) => header(answer, 'Mine'))).toEqual(['vicikeep-1', 'vicikeep-2']);
		session.close();
	});

	it('closes between two actions: the next one says so at once', async () => {
		const port = await fakeAsterisk((socket) => {
			socket.write(BANNER);
			setTimeout(() => socket.destroy(), 50);
		});
		const session = await AmiSession.open('127.0.0.1', port, 300);
		await new Promise((resolve) => setTimeout(resolve, 150));
		expect(await stageOf(session.action('Ping', {}, 60_000))).toBe('lost');
	});
});

describe('what is sent', () => {
	it('never holds a line break from outside, nor shows a key to the trace', async () => {
		const seen: string[] = [];
		const port = await fakeAsterisk((socket) => {
			socket.write(BANNER);
			socket.on('data', (data) => socket.write(`Response: Success\r\nActionID: ${idOf(data)}\r\nChallenge: 1\r\n\r\n`));
		});
		const session = await AmiSession.open('127.0.0.1', port, 300, (line) => seen.push(line));
		expect(await stageOf(session.action('Status', { Channel: 'x\r\nAction: Command' }, 300))).toBe('lost');
		await session.login('cron', 'a secret', 300);
		expect(seen).toContain('> Key: ***');
		expect(seen.join('\n')).not.toMatch(/[0-9a-f]{32}/);
		session.close();
	});
});
