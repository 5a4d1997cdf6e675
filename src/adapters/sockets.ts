/** One line of /proc/net/tcp or udp (proc(5)). */
export interface Socket {
	/** local address as the kernel writes it, in hexadecimal; all zeros for every address */
	address: string;
	port: number;
	/** port of the other end; 0 where there is none */
	remotePort: number;
	state: 'established' | 'listening' | 'other';
	/** bytes that were received and not read; for a listening one, connections that wait to be accepted */
	unread: number;
	inode: string;
}

const STATES: Record<string, Socket['state']> = { '01': 'established', '0A': 'listening' };

/** The sockets of such a file, or those that have one of these ports at either end. */
export function parseSockets(text: string, ports?: readonly number[]): Socket[] {
	const marks = ports?.map((port) => `:${port.toString(16).toUpperCase().padStart(4, '0')} `);
	return text
		.split('\n')
		.filter((line) => marks?.some((mark) => line.includes(mark)) ?? true)
		.flatMap((line) => {
			const [, local = '', remote = '', state = '', queues = '', , , , , inode = ''] = line.trim().split(/\s+/);
			const port = Number.parseInt(local.split(':')[1] ?? '', 16);
			if (Number.isNaN(port)) return [];
			return [
				{
					address: local.split(':')[0] ?? '',
					port,
					remotePort: Number.parseInt(remote.split(':')[1] ?? '', 16),
					state: STATES[state] ?? 'other',
					unread: Number.parseInt(queues.split(':')[1] ?? '', 16),
					inode,
				},
			];
		});
}

/** An IPv4 address as the kernel writes it in /proc/net. */
export const kernelAddress = (address: string): string =>
	address
		.split('.')
		.reverse()
		.map((part) => Number(part).toString(16).toUpperCase().padStart(2, '0'))
		.join('');

/** Whether a listening socket serves this IPv4 address: its own, every address, or an IPv6 one that takes both in. */
export const serves = ({ address }: Socket, ip: string): boolean =>
	/^0+$/.test(address) || address.endsWith(kernelAddress(ip));
