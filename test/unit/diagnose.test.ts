import { describe, expect, it } from 'vitest';
import { aftermath, asteriskDown, diagnose, futile, rankOf } from '../../src/diagnose.ts';
import { DAEMONS } from '../../src/dialer/daemons.ts';
import type { Finding } from '../../src/types.ts';
import { finding } from './given.ts';

const named = (text: string, rest: Partial<Finding> = {}): Finding => {
	const [id = '', subject = ''] = text.split(' ');
	return finding(id, subject, rest);
};
const causes = (...texts: string[]): (string | undefined)[] =>
	diagnose(texts.map((text) => named(text))).map(({ cause }) => cause);
const daemon = (name: string) => {
	const found = DAEMONS.find((one) => one.name === name);
	if (!found) throw new Error(name);
	return found;
};

describe('one cause', () => {
	it('a statement that failed on a damaged table before the daemon that ended for it', () => {
		const failed = (evidence: Finding['evidence']) =>
			diagnose([named('queues.database queues', { evidence }), named('processes.absent AST_VDauto_dial')])[1]?.cause;
		expect(failed({ crashed_table: 'vicidial_campaigns' })).toBe('queues.database queues');
		expect(failed({})).toBeUndefined();
	});

	it.each<[string, string[], (string | undefined)[]]>([
		[
			'Asterisk before the listener before its followers',
			['asterisk.absent Asterisk', 'processes.absent AST_manager_listen', 'processes.absent AST_manager_send'],
			[undefined, 'asterisk.absent Asterisk', 'asterisk.absent Asterisk'],
		],
		[
			'the database before Asterisk',
			['asterisk.absent Asterisk', 'mysql.refused db', 'processes.absent AST_update'],
			[undefined, undefined, 'mysql.refused db'],
		],
		[
			'a queue under the listener that its sender ended with',
			[
				'processes.absent AST_manager_listen',
				'processes.absent AST_manager_send',
				'queues.manager_new AST_manager_send',
			],
			[undefined, 'processes.absent AST_manager_listen', 'processes.absent AST_manager_listen'],
		],
		[
			'the relays before the trunks behind them',
			['processes.absent ip_relay', 'registrations.loops ip_relay'],
			[undefined, 'processes.absent ip_relay'],
		],
		[
			'two listeners bring nobody down',
			['processes.duplicated AST_manager_listen', 'processes.absent AST_manager_send'],
			[undefined, undefined],
		],
		[
			'a lock that a check ran into',
			['mysql.locked db', 'queues.database queues', 'processes.heartbeat_old AST_update'],
			[undefined, 'mysql.locked db', 'mysql.locked db'],
		],
		['a lock that only a check ran into', ['queues.database queues'], [undefined]],
		[
			'a damaged table before what ends for it',
			['mysql.crashed vicidial_campaigns', 'queues.database queues', 'processes.absent AST_VDauto_dial'],
			[undefined, 'mysql.crashed vicidial_campaigns', 'mysql.crashed vicidial_campaigns'],
		],
		[
			'what is late under a slow database, not what is absent',
			['mysql.slow db', 'processes.heartbeat_old AST_update', 'processes.absent AST_manager_send'],
			[undefined, 'mysql.slow db', undefined],
		],
		[
			'a lock ends nobody: what is absent has another cause',
			['mysql.locked db', 'processes.absent AST_update', 'processes.slow FastAGI_log', 'queues.hopper_empty CAMPAIGN'],
			[undefined, undefined, 'mysql.locked db', 'mysql.locked db'],
		],
		[
			'what cron starts under the database that it waits for',
			['mysql.silent db', 'processes.piling ADMIN_keepalive_ALL', 'processes.keepalive_silent ADMIN_keepalive_ALL'],
			[undefined, 'mysql.silent db', 'mysql.silent db'],
		],
		[
			'the rows of a job under the job',
			['processes.overrunning AST_VDhopper', 'queues.hopper_job AST_VDhopper', 'queues.hopper_empty CAMPAIGN'],
			[undefined, 'processes.overrunning AST_VDhopper', undefined],
		],
		[
			'a clock that is off, told once',
			['mysql.clock_skew db', 'processes.clocks_differ AST_update', 'queues.manager_new AST_manager_send'],
			[undefined, 'mysql.clock_skew db', undefined],
		],
		[
			'deaf under an Asterisk that hangs, not under a database',
			['asterisk.hung Asterisk', 'processes.deaf AST_manager_listen', 'queues.action_children Asterisk'],
			[undefined, 'asterisk.hung Asterisk', 'asterisk.hung Asterisk'],
		],
		[
			'a deaf listener is no consequence of a database',
			['mysql.silent db', 'processes.deaf AST_manager_listen'],
			[undefined, undefined],
		],
		[
			'the variant that fits, beside a wrong version',
			['asterisk.version Asterisk', 'processes.wrong_variant AST_update', 'processes.frozen AST_update'],
			[undefined, 'asterisk.version Asterisk', undefined],
		],
		['what has its own cause', ['mysql.refused db', 'processes.frozen AST_update'], [undefined, undefined]],
		['what does not rest on it', ['asterisk.absent Asterisk', 'processes.absent FastAGI_log'], [undefined, undefined]],
	])('%s', (_, findings, expected) => {
		expect(causes(...findings)).toEqual(expected);
	});

	it('a variant that fits is a warning where the version is written down wrong: nothing is done about it', () => {
		const statuses = (...texts: string[]) => diagnose(texts.map((text) => named(text))).map(({ status }) => status);
		const variant = 'processes.wrong_variant AST_update';
		expect(statuses('asterisk.version Asterisk', variant)[1]).toBe('warning');
		expect(statuses(variant)).toEqual(['critical']);
		expect(statuses('asterisk.version Asterisk', 'processes.frozen AST_update')[1]).toBe('critical');
	});

	it('is named once and for all, also where a check knows its own', () => {
		const job = named('queues.hopper_job AST_VDhopper');
		const empty = named('queues.hopper_empty CAMPAIGN', { cause: 'queues.hopper_job AST_VDhopper' });
		expect(diagnose([job, empty])[1]?.cause).toBe('queues.hopper_job AST_VDhopper');
		const hung = named('processes.overrunning AST_VDhopper');
		expect(diagnose([hung, job, empty])[2]?.cause).toBe('processes.overrunning AST_VDhopper');
		const circle = [named('a.b c', { cause: 'd.e f' }), named('d.e f', { cause: 'a.b c' })];
		expect(diagnose(circle)[0]?.cause).toBe('d.e f');
	});

	describe('of a disk on which nothing can be written', () => {
		const disk = (id: string, holds: string[], writable = false) =>
			named(`system.${id} /data`, { evidence: { holds, writable } });
		it.each<[string, Finding, string, boolean]>([
			['what was cut off there', disk('disk_full', ['logs', 'conf files']), 'conf.truncated sip-vicidial.conf', true],
			['also where no daemon works there', disk('disk_space', ['conf files']), 'conf.empty sip-vicidial.conf', true],
			['a flag that stock cannot serve', disk('read_only', ['logs', 'conf files']), 'conf.flag servers.x', true],
			['not what lies elsewhere', disk('disk_full', ['logs', 'database']), 'conf.truncated sip-vicidial.conf', false],
			['not as long as there is room', disk('disk_space', ['conf files'], true), 'conf.empty x', false],
			['not what was edited', disk('disk_full', ['conf files']), 'conf.edited sip-vicidial.conf', false],
			[
				'an Asterisk that ends at its start',
				disk('disk_full', ["Asterisk's database"]),
				'asterisk.absent Asterisk',
				true,
			],
			['not where its database has room', disk('disk_full', ['logs']), 'asterisk.absent Asterisk', false],
			['not one that is frozen', disk('disk_full', ["Asterisk's database"]), 'asterisk.frozen Asterisk', false],
		])('%s', (_, full, text, follows) => {
			expect(diagnose([full, named(text)]).map(({ cause }) => cause)).toEqual([
				undefined,
				follows ? `${full.id} /data` : undefined,
			]);
		});
	});

	it('a wrong address explains everything', () => {
		expect(causes('config.server_unknown 10.0.0.1', 'mysql.refused db', 'processes.absent FastAGI_log')[2]).toBe(
			'config.server_unknown 10.0.0.1',
		);
	});
});

it('is looked at in the order in which a dialer rests on its parts', () => {
	const order = [
		'config.server_unknown x',
		'mysql.refused db',
		'mysql.locked db',
		'asterisk.absent Asterisk',
		'processes.absent AST_manager_listen',
		'processes.absent AST_manager_send',
		'processes.absent AST_update',
		'processes.absent AST_VDauto_dial',
		'queues.hopper_empty CAMPAIGN',
	];
	const ranks = order.map((text) => rankOf(named(text)));
	expect(ranks).toEqual([...ranks].sort((a, b) => a - b));
	expect(new Set(ranks).size).toBe(ranks.length);
});

describe('what is of no use', () => {
	it.each<[string, string, boolean, string | undefined]>([
		['mysql.refused db', 'AST_update', false, 'repairs'],
		['mysql.locked db', 'AST_update', false, undefined],
		['mysql.locked db', 'AST_update', true, 'stops'],
		['queues.database queues', 'FastAGI_log', true, 'stops'],
		['asterisk.hung Asterisk', 'AST_update', false, 'repairs'],
		['asterisk.hung Asterisk', 'FastAGI_log', true, undefined],
		['processes.absent AST_manager_listen', 'AST_manager_send', true, undefined],
		['asterisk.version Asterisk', 'AST_update', true, 'stops'],
		['asterisk.version Asterisk', 'AST_manager_listen', false, undefined],
		['asterisk.version Asterisk', 'AST_manager_send', true, undefined],
	])('%s, for %s, stopping: %s', (text, name, stops, forbids) => {
		expect(futile(daemon(name), stops, [named(text)])?.forbids).toBe(forbids);
	});
});

describe('a column that no longer updates itself', () => {
	const lost = named('mysql.column_without_update vicidial_live_agents.last_update_time', { status: 'warning' });

	it('explains what stands still in it, and nothing else', () => {
		const followers = [
			'processes.heartbeat_old AST_VDremote_agents',
			'queues.remote_agents AST_VDremote_agents',
			'queues.live_agents AST_VDauto_dial',
			'queues.agents_lagging web server',
		];
		const others = ['queues.auto_calls_live AST_VDauto_dial', 'processes.heartbeat_old AST_VDadapt'];
		const found = diagnose([lost, ...[...followers, ...others].map((text) => named(text))]);
		expect(found.map(({ cause }) => cause !== undefined)).toEqual([false, true, true, true, true, false, false]);
	});

	it('has nobody stopped for it', () => {
		expect(futile(daemon('AST_VDremote_agents'), true, [lost])?.forbids).toBe('stops');
		expect(futile(daemon('AST_VDremote_agents'), false, [lost])).toBeUndefined();
		expect(futile(daemon('AST_VDauto_dial'), true, [lost])).toBeUndefined();
	});
});

describe('what came with a foundation that is well again', () => {
	const listener = named('processes.frozen AST_manager_listen');
	it.each<[string, string | undefined]>([
		['processes.absent AST_manager_send', 'processes.frozen AST_manager_listen'],
		['processes.frozen AST_manager_send', undefined],
		['processes.absent FastAGI_log', undefined],
	])('%s', (text, cause) => {
		expect(aftermath([named(text)], [listener])[0]?.cause).toBe(cause);
	});

	it('leads to the root', () => {
		const root = { ...listener, cause: 'asterisk.absent Asterisk' };
		expect(aftermath([named('processes.absent AST_manager_send')], [root])[0]?.cause).toBe('asterisk.absent Asterisk');
	});
});

describe('an Asterisk', () => {
	it.each(['slow', 'clock_skew', 'timing', 'rights', 'version'])('with %s is asked for its registrations', (kind) => {
		expect(asteriskDown([finding(`asterisk.${kind}`, 'Asterisk', { status: 'critical' })])).toBeUndefined();
	});

	it.each(['absent', 'frozen', 'hung', 'ami_refused', 'authentication', 'no_account', 'deadlocked'])(
		'with %s is not',
		(kind) => {
			const down = finding(`asterisk.${kind}`, 'Asterisk', { status: 'critical' });
			expect(asteriskDown([finding('asterisk.slow', 'Asterisk', { status: 'critical' }), down])).toBe(down);
		},
	);
});
