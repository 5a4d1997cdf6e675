import { connect } from 'node:net';
import { withDeadline } from './clock.ts';

/**
 * Asks a FastAGI server for VD_hangup, a request that it accepts, for which it reads its settings from the database, and
 * to which it does nothing else (FastAGI_log.pl).
 * @returns true when it closed the connection as it does after serving
 */
export async function fastAgiServes(host: string, port: number, milliseconds: number): Promise<boolean> {
	const socket = connect({ host, port });
	const served = new Promise<boolean>((resolve) => {
		socket.on('connect', () => socket.write(`agi_network: yes\nagi_request: agi://${host}:${port}/VD_hangup\n\n`));
		socket.on('error', () => resolve(false));
		socket.on('end', () => resolve(true));
		socket.resume();
	});
	try {
		return await withDeadline(served, milliseconds).catch(() => false);
	} finally {
		socket.destroy();
	}
}
