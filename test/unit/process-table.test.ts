import { describe, expect, it } from 'vitest';
import { DAEMONS, scriptGeneration } from '../../src/dialer/daemons.ts';
import { findAsterisk, findDaemon, isSeenByStock, processesOf, surplusCopy } from '../../src/dialer/process-table.ts';
import type { Process } from '../../src/types.ts';

const HOME = '/usr/share/astguiclient';
const SEND = `${HOME}/AST_manager_send.pl`;

const process = (pid: number, ppid: number, argv: string[], state = 'S'): Process => ({
	pid,
	ppid,
	argv,
	state,
	comm: 'x',
	startTicks: pid,
	started: pid / 100,
	foreign: false,
});
const pids = (processes: Process[]): number[] => processes.map(({ pid }) => pid);
const find = (...table: Process[]) => findDaemon(table, HOME, ['AST_manager_send.pl']);

describe('finding a daemon in the process table', () => {
	it('tells the program, its screen and those that merely mention it apart', () => {
		const found = find(
			process(10, 1, ['SCREEN', '-d', '-m', '-S', 'ASTsend', SEND]),
			process(11, 10, ['/usr/bin/perl', SEND]),
			process(12, 1, ['vi', SEND]),
			process(13, 1, ['sh', '-c', `tail -f ${SEND}`]),
			process(14, 1, ['/usr/bin/perl', `${HOME}/AST_manager_security_AMI2.pl`]),
			process(15, 1, ['perl', '/home/x/AST_manager_send.pl']),
		);
		expect({ copies: pids(found.copies), screens: pids(found.screens), mentions: pids(found.mentions) }).toEqual({
			copies: [11],
			screens: [10],
			mentions: [12, 13],
		});
	});

	it.each([
		['/usr/bin/perl', true],
		['perl', true],
		['perl5.36.0', true],
		['perldoc', false],
		['/usr/bin/python3', false],
	])('takes %s for the interpreter: %s', (interpreter, counts) => {
		expect(find(process(11, 1, [interpreter, SEND])).copies).toHaveLength(counts ? 1 : 0);
	});

	it.each<[string, Partial<Process> & { argv: string[] }, boolean, boolean]>([
		['as stock starts it', { argv: ['/usr/bin/perl', SEND] }, true, true],
		['with options of the interpreter', { argv: ['/usr/bin/perl', '-w', SEND] }, true, false],
		['with another interpreter', { argv: ['/usr/local/bin/perl', SEND] }, true, false],
		['from its folder', { argv: ['perl', './AST_manager_send.pl'], cwd: HOME }, true, false],
		['from another folder', { argv: ['perl', './AST_manager_send.pl'], cwd: '/root' }, false, false],
		['as a program given to -e', { argv: ['/usr/bin/perl', '-e', SEND] }, false, false],
	])('sees a copy that was started %s, and whether stock does', (_, rest, counts, seen) => {
		const copy = { ...process(11, 1, rest.argv), ...rest };
		expect([find(copy).copies.length === 1, isSeenByStock(copy)]).toEqual([counts, seen]);
	});

	it('knows the relays by their exact command lines, at whichever of the addresses of this server', () => {
		const relay = DAEMONS.find(({ name }) => name === 'ip_relay');
		const table = [
			process(11, 1, ['ip_relay', '40569', '127.0.0.1', '4569', '9999999']),
			process(12, 1, ['/usr/local/bin/ip_relay', '41569', '10.0.0.1', '4569', '9999999']),
			process(13, 1, ['ip_relay', '42569', '10.0.0.2', '4569', '9999999']),
			process(14, 1, ['ip_relay', '5060', '127.0.0.1', '5060', '60']),
			process(15, 1, ['vi', 'ip_relay']),
		];
		expect(relay && pids(processesOf(relay, table, { home: HOME, serverIp: '10.0.0.1' }).copies)).toEqual([11, 12]);
	});

	it('takes a screen only for the program that it was started with', () => {
		const admin = process(10, 1, ['SCREEN', '-dmS', 'admin', 'tail', '-f', SEND]);
		const editor = process(11, 1, ['SCREEN', 'vi', SEND]);
		const own = process(12, 1, ['SCREEN', '-dmS', 'ASTsend', SEND]);
		const found = find(admin, editor, own);
		expect([pids(found.screens), pids(found.mentions)]).toEqual([[12], [10, 11]]);
	});

	it('never counts what is of another namespace or user', () => {
		const found = find({ ...process(11, 1, ['/usr/bin/perl', SEND]), foreign: true });
		expect([pids(found.copies), pids(found.mentions)]).toEqual([[], [11]]);
	});

	it('never takes a script whose name merely begins the same way', () => {
		const fill = process(11, 1, ['/usr/bin/perl', `${HOME}/AST_VDauto_dial_FILL.pl`]);
		expect(findDaemon([fill], HOME, ['AST_VDauto_dial.pl'])).toMatchObject({ copies: [], mentions: [] });
	});

	it('counts forks and workers as children, however deep', () => {
		const found = find(
			process(11, 1, ['/usr/bin/perl', SEND]),
			process(12, 11, ['/usr/bin/perl', SEND]),
			process(13, 11, ['sh', '-c', 'x']),
			process(14, 13, ['/usr/bin/perl', SEND]),
		);
		expect([pids(found.copies), pids(found.children)]).toEqual([[11], [12, 14]]);
	});

	it('survives a circle of parents', () => {
		expect(
			find(process(11, 12, ['/usr/bin/perl', SEND]), process(12, 13, ['a']), process(13, 12, ['b'])).copies,
		).toHaveLength(1);
	});

	it('finds a zombie by the screen that does not reap it', () => {
		const found = find(process(10, 1, ['SCREEN', SEND], 'T'), process(11, 10, [], 'Z'), process(12, 1, [], 'Z'));
		expect([pids(found.copies), pids(found.zombies)]).toEqual([[], [11]]);
	});

	it('lets the stopped copy go, else the lifeless one, else the younger', () => {
		expect(surplusCopy([process(11, 1, [], 'T'), { ...process(12, 1, []), lifeless: true }]).pid).toBe(11);
		expect(surplusCopy([{ ...process(11, 1, []), lifeless: true }, process(12, 1, [])]).pid).toBe(11);
		expect(surplusCopy([process(12, 1, []), process(11, 1, [])]).pid).toBe(12);
	});
});

describe('finding Asterisk', () => {
	it.each([
		[['/usr/sbin/asterisk', '-vvvvgcT'], true],
		[['asterisk'], true],
		[['/usr/sbin/asterisk', '-r'], false],
		[['/usr/sbin/asterisk', '-cvvvr'], false],
		[['/usr/sbin/asterisk', '-rx', 'core show channels'], false],
		[['/usr/sbin/asterisk', '-C', '/srv/other/asterisk.conf', '-f'], false],
		[['/usr/sbin/safe_asterisk'], false],
		[['vi', '/usr/sbin/asterisk'], false],
	])('%j counts: %s', (argv, counts) => {
		expect(findAsterisk([process(20, 1, argv)], '/etc/asterisk')).toHaveLength(counts ? 1 : 0);
	});

	it('goes by the configuration that it was started with', () => {
		const other = process(20, 1, ['/usr/sbin/asterisk', '-C', '/srv/b/asterisk/asterisk.conf']);
		expect(findAsterisk([other], '/srv/b/asterisk')).toHaveLength(1);
	});
});

describe('the generation of scripts by servers.asterisk_version', () => {
	it.each([
		['1.4.21.2', 'ami1'],
		['1.8.32', 'ami1'],
		['11.25.1-vici', 'ami1'],
		['', 'ami1'],
		['12.8', 'ami2'],
		['13.29.2-vici', 'ami2'],
		['16.28.0', 'ami2'],
		['1.13.0', 'ami2'],
	])('%s: %s', (version, generation) => {
		expect(scriptGeneration(version)).toBe(generation);
	});
});
