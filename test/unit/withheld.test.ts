import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Proc } from '../../src/adapters/proc.ts';
import { reasonNotToRepair } from '../../src/permission.ts';
import { plan } from '../../src/plan.ts';
import { planAsterisk } from '../../src/plan-asterisk.ts';
import { planConf } from '../../src/plan-conf.ts';
import { planRegistrations } from '../../src/plan-registrations.ts';
import type { Action, Finding, Withheld } from '../../src/types.ts';
import { inWords, reportWithheld } from '../../src/withheld.ts';
import { finding, processOf, settingsOf } from './given.ts';
import { type Changes, situationOf } from './situation.given.ts';

const SCRIPT = '/usr/share/astguiclient/AST_update_AMI2.pl';
const absent = finding('processes.absent', 'AST_update', { remedy: 'start:AST_update' });
const frozen = finding('processes.frozen', 'AST_update', { remedy: 'restart:AST_update' });
const gone = finding('asterisk.absent', 'Asterisk', { remedy: 'start-asterisk:Asterisk' });
const dead = finding('asterisk.hung', 'Asterisk', { remedy: 'restart:Asterisk' });
const cut = finding('conf.truncated', 'sip-vicidial.conf', { remedy: 'rebuild:conf' });
const givenUp = finding('registrations.given_up', 'PJSIP/trunk', { remedy: 're-register:PJSIP/trunk' });
const down = finding('mysql.refused', 'db', { summary: 'the database refuses connections' });
const wrong = finding('config.server_unknown', '10.0.0.1', { summary: 'there is no such server' });

const withheldOf = (actions: Action[]): Withheld | undefined => actions.at(-1)?.withheld;
const daemon = (one: Finding, changes: Changes = {}): Withheld | undefined => {
	const table = one === frozen ? [processOf(100, 1, ['/usr/bin/perl', SCRIPT])] : [];
	return withheldOf(plan(situationOf([one], { table, ...changes })));
};
const asterisk = (one: Finding, changes: Changes = {}): Withheld | undefined => {
	const settings = settingsOf(one === dead ? { VICIKEEP_RESTART_ASTERISK: 'deadlock' } : {});
	const table = one === dead ? [processOf(50, 1, ['/usr/sbin/asterisk'])] : [];
	return withheldOf(planAsterisk(situationOf([one], { settings, table, ...changes })));
};
const conf = (changes: Changes = {}): Withheld | undefined => withheldOf(planConf(situationOf([cut], changes)));
const trunk = (changes: Changes = {}): Withheld | undefined =>
	withheldOf(planRegistrations(situationOf([givenUp], changes)));

const NOW = new Date(2026, 0, 1, 12, 0, 20);
// the folder of the dialer's programs is ours, whoever runs this
const OURS = { ...settingsOf(), home: import.meta.dirname };
const HELD = { state: 'held' as const, release: () => {} };
type Asked = Parameters<typeof reasonNotToRepair>;
const permission = (lock: Asked[2] = HELD, remembers: Asked[3] = { ready: true }, pause?: Asked[4]) =>
	reasonNotToRepair(OURS, { controlGroup: () => '' } as Proc, lock, remembers, pause, NOW);
const set = (environment: Record<string, string>) => ({ settings: settingsOf(environment) });
const tried = (name: string, ...attempts: number[]) => ({ memoryOf: { attempts: { [name]: attempts } } });

/** Every reason there is, each as it is told; that none is without its end is what the type Withheld sees to. */
const REASONS: [string, Withheld | undefined, string][] = [
	[
		'another run',
		permission({ state: 'taken', age: 15, limit: 45 }),
		'another run is repairing; nothing is repaired by this one until that run, begun at 12:00:05, ends, at the latest at 12:00:50',
	],
	[
		'another run that hangs',
		permission({ state: 'taken', age: 60, limit: 45 }),
		'another run is repairing; nothing is repaired by this one until that run, begun at 11:59:20, ends, which was due at 12:00:05',
	],
	[
		'another run that is not shown to us',
		permission({ state: 'taken', age: undefined, limit: 45 }),
		'another run is repairing; nothing is repaired by this one until that run ends',
	],
	[
		'no lock',
		permission({ state: 'impossible', problem: '/run is full' }),
		'the lock cannot be taken (/run is full); nothing is repaired until it can',
	],
	[
		'no memory',
		permission(HELD, { ready: false, problem: '/var is full' }),
		'nothing can be remembered (/var is full); nothing is repaired until it can',
	],
	[
		'a pause',
		permission(HELD, { ready: true }, { until: new Date(2026, 0, 1, 13), trouble: [] }),
		'paused by /run/vicikeep/pause until 13:00:00',
	],
	[
		'switched off',
		daemon(absent, set({ VICIKEEP_RESTART: 'off' })),
		'VICIKEEP_RESTART=off: nothing is started or stopped as long as that stands in the environment',
	],
	[
		'left to stock',
		daemon(absent, set({ VICIKEEP_RESTART: 'kill-only' })),
		'VICIKEEP_RESTART=kill-only: every start is left to the stock keepalive as long as that stands in the environment',
	],
	[
		'left out',
		daemon(absent, { looked: ['processes'], seen: ['processes'] }),
		'mysql was not looked at; it is left alone until a run looks at mysql: leave out --skip',
	],
	[
		'not seen',
		daemon(absent, { seen: ['processes'] }),
		'mysql could not be seen; it is left alone until a run sees mysql again',
	],
	[
		'no database',
		withheldOf(plan(situationOf([down, absent]))),
		'it cannot work until this is over: the database refuses connections',
	],
	[
		'what is hidden',
		daemon(frozen, {
			findings: [finding('processes.silent', 'AST_update', { evidence: { hidden_statements_of: 'cron' } }), frozen],
			settings: settingsOf({ VICIKEEP_DB_USER: 'watch' }),
		}),
		"it may wait for the database's answer, which a restart cannot help, and the statements of cron are not shown to watch; it is left alone until they are: GRANT PROCESS ON *.* TO watch, or leave VICIKEEP_DB_USER to /etc/astguiclient.conf",
	],
	[
		'its own statement',
		daemon(frozen, {
			findings: [finding('processes.awaits_database', 'AST_update', { summary: 'the database works' }), frozen],
		}),
		'a restart cannot help until this is over: the database works',
	],
	[
		'out of reach',
		daemon(frozen, { table: [processOf(100, 1, ['/usr/bin/perl', SCRIPT], { state: 'D' })] }),
		'process 100 waits for a disk: a restart cannot help until that answers',
	],
	[
		'no listener',
		withheldOf(
			plan(
				situationOf(
					['AST_manager_listen', 'AST_manager_send'].map((name) =>
						finding('processes.absent', name, { remedy: `start:${name}` }),
					),
					tried('AST_manager_listen', 9990),
				),
			),
		),
		'it exits without AST_manager_listen; it is not started until that one is',
	],
	[
		'seen once',
		daemon(absent, { looks: () => 1 }),
		'seen once; it is left alone until a second look confirms it, from 12:01:10 on',
	],
	[
		'too soon',
		daemon(absent, { countsIn: () => 30 }),
		'the last look that counts was less than 50 s ago; it is left alone until the next one, due at 12:00:50',
	],
	[
		'given up',
		daemon(absent, tried('AST_update', 9500, 9600, 9700)),
		'gave up after 3 restarts in 15 minutes (11:52:00, 11:53:40, 11:55:20); nothing is tried until 12:55:20; look at: ls -lt /var/log/astguiclient | head',
	],
	[
		'tried just now',
		daemon(absent, tried('AST_update', 9960)),
		'it was tried at 11:59:40, and each try waits longer than the one before: it is left alone until 12:00:30',
	],
	['after boot', daemon(frozen, { uptime: 299 }), 'this machine has just booted; nothing is stopped until 12:00:21'],
	[
		'after a start of the database',
		daemon(frozen, { databaseUptime: 179 }),
		'the database has just started; nothing is stopped until 12:00:21',
	],
	[
		'after its start',
		daemon(frozen, { table: [processOf(100, 1, ['/usr/bin/perl', SCRIPT], { started: 9950 })] }),
		'it was started just now; it is not stopped until 12:01:00',
	],
	[
		'at the end of the day',
		daemon(frozen, { now: new Date(2026, 0, 1, 0, 4, 20) }),
		'stock keeps the database busy at this time of the day; nothing is stopped until 00:05',
	],
	[
		'saturated',
		daemon(frozen, {
			pressure: () => ({ load_per_core: 9, cpu_pressure: 5, io_pressure: 1, memory_pressure: 0 }),
		}),
		'this machine is drowning (load per core: 9.0); nothing is stopped until that is below 3',
	],
	[
		'at the end of a run',
		daemon(absent, { remaining: 7 }),
		'only 7 s are left of this run, it needs 8; it waits until the next run; see --timeout',
	],
	[
		'outside of the window',
		daemon(frozen, { now: new Date(2026, 0, 1, 12, 0, 35) }),
		'a stop begins only between second 10 and 30 of a minute, so as not to meet the stock keepalive; it waits until 12:01:10',
	],
	[
		'after another stop',
		daemon(frozen, {
			done: [{ id: 'stop:X', kind: 'stop', subject: 'X', outcome: 'done', duration_ms: 0 }],
		}),
		'one living process a run: X comes first; it waits until the next run',
	],
	[
		'an editor on its script',
		daemon(absent, { table: [processOf(7, 1, ['vi', SCRIPT])] }),
		'its start check would refuse it: vi (process 7) carries the path of its script; it is not started until that has ended',
	],
	[
		'a guest in its session',
		daemon(absent, { table: [processOf(90, 1, ['SCREEN', '-S', 'ASTupdate', SCRIPT]), processOf(8, 90, ['top'])] }),
		'its screen session is in use: top (process 8) runs there; it is left alone until that has ended',
	],
	[
		'Asterisk, never',
		asterisk(gone, set({ VICIKEEP_RESTART_ASTERISK: 'never' })),
		'VICIKEEP_RESTART_ASTERISK=never: it is left alone as long as that stands in the environment',
	],
	[
		'Asterisk, wrongly set up',
		asterisk(gone, { findings: [wrong, gone] }),
		'nothing can be relied on until this is over: there is no such server',
	],
	[
		'Asterisk, safe_asterisk',
		asterisk(gone, { table: [processOf(40, 1, ['/bin/sh', '/usr/sbin/safe_asterisk'])] }),
		'safe_asterisk (process 40) starts it by itself; it is left to that as long as that runs',
	],
	[
		'Asterisk, nobody knows',
		asterisk(gone, { mayStartAsterisk: undefined }),
		'the database cannot say whether it may be started; it is left alone until it can',
	],
	[
		'Asterisk, vetoed',
		asterisk(gone, { mayStartAsterisk: { asked: true, vetoed: true } }),
		'servers.asterisk_temp_no_restart=Y: it is left alone until an administrator sets that to N',
	],
	[
		'Asterisk, not asked for',
		asterisk(gone, { mayStartAsterisk: { asked: false, vetoed: false } }),
		'servers.auto_restart_asterisk=N: it is left alone until an administrator sets that to Y',
	],
	[
		'Asterisk, after boot',
		asterisk(gone, { uptime: 299 }),
		'this machine has just booted and starts it by itself; it is left alone until 12:00:21',
	],
	[
		'Asterisk, seen twice',
		asterisk(dead, { looks: () => 2 }),
		'seen in 2 looks; it is left alone until 3 agree, the next from 12:01:10 on',
	],
	[
		'conf, two writers',
		conf({ findings: [finding('conf.two_writers', 'conf'), cut] }),
		'stock writes these files too; they are left to it as long as generate_vicidial_conf=Y',
	],
	[
		'conf, no database',
		conf({ findings: [down, cut] }),
		'nothing can be read until this is over: the database refuses connections',
	],
	[
		'conf, given up',
		conf(tried('conf', 9500, 9600, 9700)),
		'gave up after 3 rebuilds (conf.truncated sip-vicidial.conf); nothing is tried until 12:55:20',
	],
	[
		'a trunk with a cause',
		trunk({ findings: [{ ...givenUp, cause: 'registrations.unreachable PJSIP/trunk' }] }),
		'it cannot work until this is over: registrations.unreachable PJSIP/trunk',
	],
	[
		'a trunk within the hour',
		trunk(tried('PJSIP/trunk', 6_401)),
		'it was tried at 11:00:21, and once an hour is enough; it is left alone until 12:00:21',
	],
];

describe('a repair that is withheld', () => {
	it.each(REASONS)('says why and until when: %s', (_, withheld, told) => {
		expect(withheld && inWords(withheld)).toBe(told);
	});

	it('is reported with both', () => {
		const withheld: Withheld = { why: 'paused', until: 'until noon' };
		expect(reportWithheld({ id: 'start:X', kind: 'start', subject: 'X' }, withheld)).toMatchObject({
			outcome: 'withheld',
			reason: 'paused until noon',
		});
	});

	it('is reported in one place, which takes nothing else for a reason', () => {
		const src = join(import.meta.dirname, '../../src');
		const files = readdirSync(src, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'));
		const reporting = files.filter((name) => /outcome: 'withheld'/.test(readFileSync(join(src, name), 'utf8')));
		expect(reporting).toEqual(['withheld.ts']);
	});
});
