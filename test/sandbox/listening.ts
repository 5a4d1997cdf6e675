import type { AddressInfo, Server } from 'node:net';

/** Lets a server listen on a free port of 127.0.0.1 and gives that port. */
export async function listeningPort(server: Server): Promise<number> {
	await new Promise<void>((resolve, reject) => server.once('error', reject).listen(0, '127.0.0.1', resolve));
	return (server.address() as AddressInfo).port;
}
