import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Proc } from '../../src/adapters/proc.ts';
import { parseSockets, serves } from '../../src/adapters/sockets.ts';

// 10.0.0.1:4577 with three connections waiting, one to Asterisk's manager with 9216 bytes unread, one in TIME_WAIT
const TCP = `  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0100000A:11E1 00000000:0000 0A 00000000:00000003 00:00000000 00000000     0        0 4711 1 0000000000000000 100 0 0 10 0
   1: 0100007F:C350 0100007F:13AE 01 00000000:00002400 00:00000000 00000000     0        0 4712 1 0000000000000000 20 4 30 10 -1
   2: 0100007F:C351 0100007F:13AE 06 00000000:00000000 03:00000C1E 00000000     0        0 0 3 0000000000000000
`;
const TCP6 = `  sl  local_address                         remote_address                        st tx_queue rx_queue
   0: 00000000000000000000000000000000:11E1 00000000000000000000000000000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 4713 1
`;

describe('the sockets in /proc/net', () => {
	it('are read with their states, their queues and their inodes', () => {
		expect(parseSockets(TCP, [4577, 5038])).toEqual([
			{ address: '0100000A', port: 4577, remotePort: 0, state: 'listening', unread: 3, inode: '4711' },
			{ address: '0100007F', port: 50_000, remotePort: 5038, state: 'established', unread: 9216, inode: '4712' },
			{ address: '0100007F', port: 50_001, remotePort: 5038, state: 'other', unread: 0, inode: '0' },
		]);
		expect(parseSockets(TCP, [3306])).toEqual([]);
	});

	it.each<[string, string, string, boolean]>([
		['its own address', TCP, '10.0.0.1', true],
		['the address of another dialer', TCP, '10.0.0.2', false],
		['every address', TCP6, '10.0.0.2', true],
	])('serve %s', (_, text, ip, expected) => {
		const [socket] = parseSockets(text, [4577]);
		expect(socket && serves(socket, ip)).toBe(expected);
	});
});

describe('the sockets of a process', () => {
	let root: string;
	beforeEach(() => {
		root = mkdtempSync(join(tmpdir(), 'vicikeep-sockets-'));
		mkdirSync(join(root, '10/fd'), { recursive: true });
		mkdirSync(join(root, 'net'));
		symlinkSync('socket:[4712]', join(root, '10/fd/3'));
		symlinkSync('/var/log/x', join(root, '10/fd/4'));
		writeFileSync(join(root, 'net/tcp'), TCP);
	});
	afterEach(() => rmSync(root, { recursive: true }));

	it('are known by their inodes; nothing is said of a process that is not shown', () => {
		const proc = new Proc(root);
		expect(proc.sockets(10)).toEqual(new Set(['4712']));
		expect(proc.sockets(11)).toBe(undefined);
	});

	it('are found where the kernel has no IPv6', () => {
		expect(new Proc(root).socketsOn([4577], 'tcp').map(({ inode }) => inode)).toEqual(['4711']);
		expect(new Proc(root).socketsOn([40_569], 'udp')).toEqual([]);
	});
});
