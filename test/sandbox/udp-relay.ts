import { createSocket, type Socket } from 'node:dgram';

/** Passes datagrams on, as a long way would. */
export interface UdpRelay {
	/** where it takes them */
	port: number;
	/** milliseconds by which what comes in is late from now on; answers go back at once */
	delay: number;
	stop(): void;
}

/** Stands before a port of this address, with one of its own there. */
export async function udpRelay(address: string, to: number): Promise<UdpRelay> {
	const inside = createSocket('udp4');
	const outside = new Map<string, Socket>();
	await new Promise<void>((bound) => inside.bind(0, address, bound));
	const relay: UdpRelay = {
		port: inside.address().port,
		delay: 0,
		stop: () => {
			for (const socket of [inside, ...outside.values()]) socket.close();
			stopped = true;
		},
	};
	let stopped = false;
	inside.on('message', (data, client) => {
		const key = `${client.address}:${client.port}`;
		const socket = outside.get(key) ?? createSocket('udp4');
		if (!outside.has(key)) {
			outside.set(key, socket);
			socket.on('message', (answer) => inside.send(answer, client.port, client.address));
		}
		setTimeout(() => {
			if (!stopped) socket.send(data, to, address);
		}, relay.delay);
	});
	return relay;
}
