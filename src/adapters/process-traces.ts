import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

/** Threads and sockets of one process that are told at most. */
const MOST_THREADS = 60;
const MOST_SOCKETS = 60;
/** Lines of /proc/<pid>/status that tell something about a process that hangs. */
const TELLING = /^(State|PPid|TracerPid|FDSize|VmRSS|VmSwap|Threads|Sig|.*ctxt_switches)/;
/** States of TCP in /proc/net/tcp (include/net/tcp_states.h of Linux). */
const TCP_STATES = [
	'',
	'ESTABLISHED',
	'SYN_SENT',
	'SYN_RECV',
	'FIN_WAIT1',
	'FIN_WAIT2',
	'TIME_WAIT',
	'CLOSE',
	'CLOSE_WAIT',
	'LAST_ACK',
	'LISTEN',
	'CLOSING',
];

/**
 * What the kernel tells of a process: its state, in which system call and where in the kernel it waits, its threads, and
 * its sockets with what waits in their queues. proc(5). Never throws; what cannot be read is left out.
 * @param root `/proc`
 */
export function processTraces(root: string, pid: number): string[] {
	const file = (name: string): string => read(`${root}/${pid}/${name}`).trim();
	const status = file('status')
		.split('\n')
		.filter((line) => TELLING.test(line));
	const stack = file('stack');
	return [
		...status,
		`wchan: ${file('wchan') || '-'}`,
		`syscall: ${file('syscall') || '-'}`,
		...(stack === '' ? [] : ['stack:', ...stack.split('\n')]),
		...threads(root, pid),
		...sockets(root, pid),
	];
}

function threads(root: string, pid: number): string[] {
	const ids = list(`${root}/${pid}/task`);
	if (ids.length < 2) return [];
	const told = ids.slice(0, MOST_THREADS).map((id) => {
		const stat = read(`${root}/${pid}/task/${id}/stat`);
		const state = stat.slice(stat.lastIndexOf(')') + 2, stat.lastIndexOf(')') + 3);
		return `  ${id} ${state} ${read(`${root}/${pid}/task/${id}/wchan`) || '-'}`;
	});
	return [`threads (${ids.length}):`, ...told];
}

function sockets(root: string, pid: number): string[] {
	const held = new Map<string, string>();
	for (const fd of list(`${root}/${pid}/fd`)) {
		const [, inode] = /^socket:\[(\d+)\]$/.exec(link(`${root}/${pid}/fd/${fd}`)) ?? [];
		if (inode !== undefined) held.set(inode, fd);
	}
	if (held.size === 0) return ['sockets: none'];
	const told = ['tcp', 'tcp6', 'udp', 'udp6'].flatMap((protocol) =>
		read(`${root}/${pid}/net/${protocol}`)
			.split('\n')
			.slice(1)
			.flatMap((line) => socketLine(protocol, line, held) ?? []),
	);
	return [`sockets (${held.size}):`, ...told.slice(0, MOST_SOCKETS)];
}

function socketLine(protocol: string, line: string, held: ReadonlyMap<string, string>): string | undefined {
	const [, local = '', remote = '', state = '', queues = '', , , , , inode = ''] = line.trim().split(/\s+/);
	const fd = held.get(inode);
	if (fd === undefined) return undefined;
	const [send = '', receive = ''] = queues.split(':');
	const name = protocol.startsWith('tcp') ? ` ${TCP_STATES[Number.parseInt(state, 16)] ?? state}` : '';
	const waiting = `send queue ${Number.parseInt(send, 16)}, receive queue ${Number.parseInt(receive, 16)}`;
	return `  fd ${fd} ${protocol} ${address(local)} - ${address(remote)}${name}, ${waiting}`;
}

/** `0100007F:138E` as 127.0.0.1:5038; each group of four bytes stands in the order of the machine. */
function address(text: string): string {
	const [host = '', port = ''] = text.split(':');
	const bytes = (host.match(/.{8}/g) ?? []).flatMap((group) => (group.match(/../g) ?? []).reverse());
	const shown =
		bytes.length === 4
			? bytes.map((byte) => Number.parseInt(byte, 16)).join('.')
			: `[${(bytes.join('').match(/.{4}/g) ?? []).map((part) => part.toLowerCase()).join(':')}]`;
	return `${shown}:${Number.parseInt(port, 16)}`;
}

function read(path: string): string {
	try {
		return readFileSync(path, 'latin1');
	} catch {
		return '';
	}
}

function list(path: string): string[] {
	try {
		return readdirSync(path);
	} catch {
		return [];
	}
}

function link(path: string): string {
	try {
		return readlinkSync(path);
	} catch {
		return '';
	}
}
