import {
	mkdirSync,
	mkdtempSync,
	readdirSync,
	readFileSync,
	rmSync,
	statSync,
	symlinkSync,
	writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { EvidenceFolder, endOfFile, newestLog } from '../../src/adapters/evidence.ts';
import { processTraces } from '../../src/adapters/process-traces.ts';
import { DAEMONS } from '../../src/dialer/daemons.ts';
import { tracesOf } from '../../src/dialer/traces.ts';
import { compileMessage, diskTrouble } from '../../src/repairs/explain-start.ts';

let folder: string;
beforeEach(() => {
	folder = mkdtempSync(join(tmpdir(), 'vicikeep-unit-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('the evidence folder', () => {
	it('keeps the ten newest of a subject, each of bounded size, and those of a longer name', () => {
		const kept = new EvidenceFolder(join(folder, 'evidence'));
		kept.prepare();
		const at = (minute: number): Date => new Date(Date.UTC(2026, 0, 1, 12, minute));
		kept.keep('AST_VDauto_dial_FILL', at(0), 'x');
		for (let minute = 0; minute < 13; minute++) kept.keep('AST_VDauto_dial', at(minute), `${minute}`);
		const names = readdirSync(kept.path).sort();
		expect(names).toHaveLength(11);
		expect(names[0]).toContain('AST_VDauto_dial-20260101T120300');
		const path = kept.keep('Asterisk', at(0), 'y'.repeat(100_000));
		expect(statSync(path).size).toBeLessThanOrEqual(64 * 1024 + 4);
		expect(statSync(path).mode & 0o777).toBe(0o600);
		expect(readFileSync(path, 'utf8')).toMatch(/cut off here\n$/);
	});

	it('reads the end of the newest file of a log, in whole lines', () => {
		for (const name of ['listen.2026-01-01', 'listen.2026-01-02', 'listen_process.2026-01-03', 'listen.txt'])
			writeFileSync(join(folder, name), 'first\nsecond\nthird\n');
		expect(newestLog(folder, 'listen')).toBe(join(folder, 'listen.2026-01-02'));
		expect(endOfFile(join(folder, 'listen.2026-01-02'), 15)).toBe('second\nthird\n');
		expect(endOfFile(join(folder, 'absent'), 15)).toBeUndefined();
	});
});

it('is kept of every daemon that leaves logs or rows: each is known by its name', () => {
	const untraced = DAEMONS.filter(({ name }) => tracesOf(name).logs.length + tracesOf(name).rows.length === 0);
	// relays leave nothing, and the logout of the time clock is never stopped
	expect(untraced.map(({ name }) => name)).toEqual(['ip_relay', 'ADMIN_timeclock_auto_logout']);
});

describe('what the kernel tells', () => {
	it('of a process, with the queues of its own sockets alone', () => {
		const root = join(folder, 'proc');
		mkdirSync(join(root, '7/fd'), { recursive: true });
		mkdirSync(join(root, '7/net'));
		writeFileSync(join(root, '7/status'), 'Name:\tperl\nState:\tS (sleeping)\nvoluntary_ctxt_switches:\t9\n');
		writeFileSync(join(root, '7/wchan'), 'do_sys_poll');
		symlinkSync('socket:[111]', join(root, '7/fd/3'));
		symlinkSync('/dev/null', join(root, '7/fd/0'));
		const header = '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n';
		const line = (inode: number) =>
			`   0: 0100007F:9C40 0200007F:13AE 01 0000000A:00001000 00:00000000 00000000     0        0 ${inode} 1 0 20\n`;
		writeFileSync(join(root, '7/net/tcp'), header + line(111) + line(222));
		expect(processTraces(root, 7)).toEqual([
			'State:\tS (sleeping)',
			'voluntary_ctxt_switches:\t9',
			'wchan: do_sys_poll',
			'syscall: -',
			'sockets (1):',
			'  fd 3 tcp 127.0.0.1:40000 - 127.0.0.2:5038 ESTABLISHED, send queue 10, receive queue 4096',
		]);
		expect(processTraces(root, 8)).toEqual(['wchan: -', 'syscall: -', 'sockets: none']);
	});
});

describe('why a daemon does not stay', () => {
	it.each([
		[
			"Can't locate Net/Server.pm in @INC (you may need to install the Net::Server module)",
			'Perl module Net::Server is missing',
		],
		[
			'syntax error at - line 3, near "x y"\n- had compilation errors.',
			'Perl refuses it: syntax error at - line 3, near "x y"',
		],
	])('is in what Perl says: %s', (output, expected) => {
		expect(compileMessage(output)).toBe(expected);
	});

	it.each([
		[{ bytes: 0, inodes: 5 }, ['the disk under /logs is full']],
		[{ bytes: 4096, inodes: 0 }, ['the disk under /logs has no inode left']],
		[{ bytes: 4096, inodes: 1 }, []],
	])('is a full disk: %o', (space, expected) => {
		expect(diskTrouble('/logs', space)).toEqual(expected);
	});
});
