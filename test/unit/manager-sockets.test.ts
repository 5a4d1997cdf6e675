import { type ChildProcess, spawn } from 'node:child_process';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Proc } from '../../src/adapters/proc.ts';
import { processKey } from '../../src/dialer/pulses.ts';
import { readManagerSockets } from '../../src/dialer/read-signs.ts';
import { until } from '../sandbox/processes.ts';

const proc = new Proc('/proc');
const READS = {
	nothing: 'sleep 1 while 1',
	'nothing, though it works': '1 while 1',
	'a little at a time, and is always behind':
		'while (1) { sysread($in, my $some, 64); select(undef, undef, undef, 0.05) }',
	'all that comes': '1 while sysread($in, my $all, 65536)',
};

let server: Server;
let listener: ChildProcess;
let asterisk: Socket | undefined;
beforeEach(async () => {
	asterisk = undefined;
	server = createServer((socket) => {
		asterisk = socket.on('error', () => {});
	});
	await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
});
afterEach(() => {
	listener.kill('SIGKILL');
	asterisk?.destroy();
	server.close();
});

const port = (): number => (server.address() as AddressInfo).port;

/** A listener that is sent nine thousand bytes, and how it looks once they have come. */
async function listening(how: keyof typeof READS) {
	const text = `use IO::Socket::INET; my $in = IO::Socket::INET->new(PeerAddr => '127.0.0.1', PeerPort => ${port()}); ${READS[how]}`;
	listener = spawn('/usr/bin/perl', ['-e', text], { stdio: 'ignore' });
	await until('its connection', 20_000, () => asterisk !== undefined);
	asterisk?.write('Event: Newchannel\r\n'.repeat(500));
	const pid = listener.pid ?? 0;
	const waits = how === 'all that comes' ? 0 : 4096;
	await until('what was sent', 20_000, () =>
		proc.socketsOn([port()], 'tcp').some(({ remotePort, unread }) => remotePort === port() && unread >= waits),
	);
	return proc.process(pid) ?? { pid, startTicks: 0 };
}

describe('a listener that reads', () => {
	it.each<[keyof typeof READS, object]>([
		['nothing', { connections: 1, unread: 9500, reads: false }],
		['nothing, though it works', { connections: 1, unread: 9500, reads: false }],
		['a little at a time, and is always behind', { connections: 1, reads: true }],
		['all that comes', { connections: 1, unread: 0 }],
	])('%s', async (how, expected) => {
		const process = await listening(how);
		expect((await readManagerSockets({ proc }, [process], port())).get(process.pid)).toMatchObject(expected);
	});

	it('nothing now, but did since the look before, is only behind', async () => {
		const process = await listening('nothing');
		const read = proc.bytesRead(process.pid) ?? 0;
		const since = async (earlier: number) =>
			(await readManagerSockets({ proc }, [process], port(), { [processKey(process)]: earlier })).get(process.pid)
				?.reads;
		expect(await since(read - 1)).toBe(true);
		expect(await since(read)).toBe(false);
	});
});
