import { describe, expect, it } from 'vitest';
import { isSpeaker, isStarting, type Moment, type OutsideMemory, wordsOf } from '../../src/announce.ts';
import { scopeOf } from '../../src/failover.ts';
import { afterTelling, type Fate } from '../../src/outside.ts';
import type { CheckId, Finding, Report } from '../../src/types.ts';
import { finding, settingsOf } from './given.ts';
import { reportOf } from './report/given.ts';

const DEAD = finding('cluster.dead', '10.0.0.2');
const ABSENT = finding('asterisk.absent', 'Asterisk');
const FROZEN = finding('asterisk.frozen', 'Asterisk');
const REFUSED = finding('mysql.refused', 'db:3306');
const SILENT = finding('mysql.silent', 'db:3306');
const WARNING = finding('config.open_file', '/etc/vicikeep.env', { status: 'warning' });

/** A report in which these checks were seen, with these findings. */
function reportWith(findings: Finding[], skipped: CheckId[] = []): Report {
	const ids: CheckId[] = ['config', 'mysql', 'asterisk', 'cluster'];
	return reportOf({
		checks: ids.map((id) => {
			const own = findings.filter((one) => one.id.startsWith(`${id}.`));
			const status = skipped.includes(id)
				? 'skipped'
				: own.some((one) => one.status === 'critical')
					? 'critical'
					: own.length > 0
						? 'warning'
						: 'ok';
			return { id, status, findings: own };
		}),
	});
}

const NOBODY = { speaks: false, starting: false, failoverAfter: 3, paused: false };

/** A dialer that lives through looks, and what it says at each as `program event key now`. */
function dialer(rest: Partial<Moment> = {}) {
	let memory: OutsideMemory | undefined;
	return (findings: Finding[], now: Partial<Moment> & { skipped?: CheckId[] } = {}): string[] => {
		const moment = { counts: () => true, ...NOBODY, ...rest, ...now };
		const { words, changes, failures } = wordsOf(reportWith(findings, now.skipped), memory, moment);
		memory = { changes, failures };
		return words.map(({ to, event, key, now, repeat }) => `${to} ${event} ${key} ${now}${repeat ? ' repeat' : ''}`);
	};
}
const failovers = (words: string[]): string[] => words.filter((word) => word.startsWith('ON_FAILOVER'));
const changes = (words: string[]): string[] => words.filter((word) => word.startsWith('ON_CHANGE'));

describe('a failure that a backup can take over', () => {
	it('is told once, after as many looks as are asked for, and once more when it is over', () => {
		const look = dialer();
		const said = [[ABSENT], [ABSENT], [ABSENT], [ABSENT], [ABSENT], [], []].map((found) => failovers(look(found)));
		expect(said).toEqual([
			[],
			[],
			['ON_FAILOVER failover asterisk Asterisk critical'],
			[],
			[],
			['ON_FAILOVER recovery asterisk Asterisk ok'],
			[],
		]);
	});

	it('is one failure, whatever it is called', () => {
		const look = dialer();
		const said = [[ABSENT], [FROZEN], [ABSENT], [FROZEN], [{ ...FROZEN, id: 'asterisk.ami_closed' }], []];
		expect(said.map((found) => failovers(look(found)).length)).toEqual([0, 0, 1, 0, 0, 1]);
	});

	it('is not told where it went away in time, and begins anew', () => {
		const look = dialer();
		const said = [[ABSENT], [ABSENT], [], [ABSENT], [ABSENT], [], []].flatMap((found) => failovers(look(found)));
		expect(said).toEqual([]);
	});

	it('does not come nearer by looks that do not count', () => {
		const look = dialer();
		const said = [1, 2, 3, 4, 5].flatMap(() => failovers(look([ABSENT], { counts: () => false })));
		expect(said).toEqual([]);
	});

	it('is neither there nor gone while nobody can see it', () => {
		const look = dialer({ failoverAfter: 1, speaks: true });
		expect(failovers(look([DEAD]))).toHaveLength(1);
		expect(failovers(look([], { skipped: ['cluster'] }))).toEqual([]);
		expect(failovers(look([DEAD]))).toEqual([]);
		expect(failovers(look([]))).toEqual(['ON_FAILOVER recovery cluster 10.0.0.2 ok']);
	});

	it('is not told while somebody works here on purpose', () => {
		const look = dialer({ failoverAfter: 1, paused: true });
		expect(failovers(look([ABSENT]))).toEqual([]);
		expect(failovers(look([ABSENT], { paused: false }))).toHaveLength(1);
	});

	it('of another dialer is told while somebody works on this one, which speaks for all', () => {
		const look = dialer({ failoverAfter: 1, paused: true, speaks: true });
		expect(failovers(look([DEAD]))).toEqual(['ON_FAILOVER failover cluster 10.0.0.2 critical']);
		expect(failovers(look([]))).toEqual(['ON_FAILOVER recovery cluster 10.0.0.2 ok']);
	});

	it('that was told before work began is not over because of it', () => {
		const look = dialer({ failoverAfter: 1 });
		expect(failovers(look([ABSENT]))).toHaveLength(1);
		expect(failovers(look([], { paused: true }))).toEqual([]);
		expect(failovers(look([]))).toEqual(['ON_FAILOVER recovery asterisk Asterisk ok']);
	});

	it('is told of the database by every dialer', () => {
		const look = dialer({ failoverAfter: 2 });
		expect(failovers(look([REFUSED]))).toEqual([]);
		expect(failovers(look([SILENT]))).toEqual(['ON_FAILOVER failover mysql db:3306 critical']);
	});

	it('is none where a twin would not do better', () => {
		const look = dialer({ failoverAfter: 1 });
		expect(failovers(look([WARNING, { ...DEAD, status: 'warning' }, finding('mysql.denied', 'db:3306')]))).toEqual([]);
	});
});

describe('a dead sister', () => {
	it('is told by the speaker alone', () => {
		const speaker = dialer({ failoverAfter: 2, speaks: true });
		const other = dialer({ failoverAfter: 2 });
		const said = [[DEAD], [DEAD], [DEAD], []];
		expect(said.flatMap((found) => failovers(speaker(found)))).toHaveLength(2);
		expect(said.flatMap((found) => [...other(found)])).toEqual([]);
	});

	it('is told again, marked so, by a dialer that becomes the speaker', () => {
		const look = dialer({ failoverAfter: 1 });
		expect(look([DEAD])).toEqual([]);
		expect(failovers(look([DEAD], { speaks: true }))).toEqual([
			'ON_FAILOVER failover cluster 10.0.0.2 critical repeat',
		]);
		expect(failovers(look([DEAD], { speaks: true }))).toEqual([]);
		expect(failovers(look([], { speaks: true }))).toEqual(['ON_FAILOVER recovery cluster 10.0.0.2 ok repeat']);
	});

	it('that comes back and speaks for the cluster itself is told of by the one that told of its death', () => {
		const look = dialer({ failoverAfter: 1 });
		expect(failovers(look([DEAD], { speaks: true }))).toHaveLength(1);
		expect(failovers(look([]))).toEqual(['ON_FAILOVER recovery cluster 10.0.0.2 ok']);
	});
});

describe('after a power cut or a restart of the database', () => {
	const starting = { starting: true, speaks: true, failoverAfter: 2 };
	const settings = settingsOf({ VICIKEEP_GRACE_BOOT: '300', VICIKEEP_GRACE_DATABASE: '180' });
	it.each([
		['long after both', 301, 181, false],
		['the machine has just booted', 299, 181, true],
		['the database has just started', 301, 179, true],
		['the database cannot be asked', 301, undefined, false],
	])('%s', (_, uptime, databaseUptime, expected) => {
		expect(isStarting(uptime, databaseUptime, settings)).toBe(expected);
	});

	it('a dead sister is told as a change, and does not come nearer to a failover', () => {
		const look = dialer(starting);
		const said = [1, 2, 3, 4].map(() => look([DEAD]));
		expect(said).toEqual([['ON_CHANGE change cluster.dead 10.0.0.2 critical'], [], [], []]);
		const later = [1, 2, 3].map(() => look([DEAD], { starting: false }));
		expect(later).toEqual([[], ['ON_FAILOVER failover cluster 10.0.0.2 critical'], []]);
	});

	it('a database that is still starting elsewhere is not taken over, what fails here is', () => {
		expect([1, 2, 3].flatMap(() => failovers(dialer(starting)([REFUSED])))).toEqual([]);
		const look = dialer(starting);
		expect([1, 2].flatMap(() => failovers(look([ABSENT])))).toEqual([
			'ON_FAILOVER failover asterisk Asterisk critical',
		]);
	});

	it('what was told before stands, and is over when it is over', () => {
		const look = dialer({ ...starting, starting: false });
		look([DEAD]);
		expect(failovers(look([DEAD]))).toHaveLength(1);
		expect(failovers(look([DEAD], { starting: true }))).toEqual([]);
		expect(failovers(look([], { starting: true }))).toEqual(['ON_FAILOVER recovery cluster 10.0.0.2 ok']);
	});
});

describe('who speaks of it', () => {
	const LOST = ['refused', 'unknown_host', 'no_schema', 'silent', 'denied', 'full', 'failed', 'read_only'];
	const SHARED = ['crashed', 'schema', 'column_without_update', 'replica', 'connections', 'locked'];
	it.each([
		...LOST.map((kind) => [`mysql.${kind}`, 'database']),
		...SHARED.map((kind) => [`mysql.${kind}`, 'cluster']),
		...['mysql.slow', 'mysql.clock_skew', 'cluster.refused', 'asterisk.absent'].map((id) => [id, 'dialer']),
		...['cluster.dead', 'cluster.updater_silent', 'cluster.voicemail_server'].map((id) => [id, 'cluster']),
	])('%s: %s', (id, scope) => {
		expect(scopeOf({ id: String(id) })).toBe(scope);
	});

	it('of a damaged table one of many dialers does', () => {
		const crashed = finding('mysql.crashed', 'vicidial_log');
		expect([true, false, false].flatMap((speaks) => dialer({ speaks })([crashed]))).toEqual([
			'ON_CHANGE change mysql.crashed vicidial_log critical',
		]);
	});

	it.each([
		['the speaker', '10.0.0.1', 'ok', true],
		['another dialer', '10.0.0.2', 'ok', false],
		['each dialer where the speaker cannot be seen', undefined, 'unknown', true],
		['nobody while the cluster is left out for another trouble', undefined, 'skipped', false],
		['nobody who did not look', undefined, undefined, false],
	] as const)('%s', (_, speaker, status, expected) => {
		const report = reportOf({ checks: status ? [{ id: 'cluster', status }] : [] });
		expect(isSpeaker(report, speaker)).toBe(expected);
	});
});

describe('what became of a call', () => {
	/** A failover of Asterisk, written down as said before it is told. */
	const due = () => {
		const before: OutsideMemory = { changes: {}, failures: {} };
		const moment = { counts: () => true, ...NOBODY, failoverAfter: 1 };
		const { words, changes, failures } = wordsOf(reportWith([ABSENT]), before, moment);
		return { words: words.filter(({ to }) => to === 'ON_FAILOVER'), outside: { changes, failures } };
	};
	const result = (outcome: 'done' | 'failed', reason: string) => ({
		id: 'hook:ON_FAILOVER',
		kind: 'hook' as const,
		subject: 'ON_FAILOVER',
		outcome,
		reason,
		duration_ms: 1,
	});

	it.each<[string, Fate, string | undefined]>([
		['was said', 'said', 'here'],
		['is left to another dialer', 'elsewhere', 'elsewhere'],
		['is due again', 'again', undefined],
	])('that %s', (_, fate, said) => {
		const { words, outside } = due();
		expect(words).toHaveLength(1);
		const unsaid = fate === 'said' ? [] : [{ words, fate }];
		const after = afterTelling(outside, { results: [], unsaid, lines: [] });
		expect(after.failures['asterisk Asterisk']?.said).toBe(said);
	});

	it('that failed is for the next report, once, until it succeeds', () => {
		const told = (outcome: 'done' | 'failed', reason = '') => ({
			results: [result(outcome, reason)],
			unsaid: [],
			lines: [],
		});
		let outside: OutsideMemory = { changes: {}, failures: {} };
		const reasons = [told('failed', 'a'), told('failed', 'a'), told('done'), told('failed', 'a')].map((one) => {
			// the next run reports results and forgets them
			const { results, ...rest } = afterTelling(outside, one);
			outside = rest;
			return (results ?? []).map(({ reason }) => reason);
		});
		expect(reasons).toEqual([['a'], [], [], ['a']]);
	});

	it('is added to what another run has written down meanwhile', () => {
		const { words, outside } = due();
		const meanwhile = {
			...outside,
			changes: { other: { finding: WARNING, looks: 1 } },
			results: [result('failed', 'b')],
		};
		const after = afterTelling(meanwhile, {
			results: [result('failed', 'c')],
			unsaid: [{ words, fate: 'again' }],
			lines: [],
		});
		expect(after.failures).toEqual({});
		expect(Object.keys(after.changes)).toEqual(['other']);
		expect(after.results?.map(({ reason }) => reason)).toEqual(['b', 'c']);
	});
});

describe('a change of state', () => {
	it('is not told of what was repaired in the same run', () => {
		const repaired = { ...ABSENT, remedy: 'start-asterisk:Asterisk' };
		const report = reportWith([repaired]);
		report.actions = [
			{
				id: 'start-asterisk:Asterisk',
				kind: 'start-asterisk',
				subject: 'Asterisk',
				outcome: 'done',
				verified: true,
				duration_ms: 1,
			},
		];
		const moment = { counts: () => true, ...NOBODY };
		expect(wordsOf(report, undefined, moment).words).toEqual([]);
		expect(wordsOf({ ...report, actions: [] }, undefined, moment).words).toHaveLength(1);
	});

	it('is told of what is critical at once, of the rest when two looks agree, and of its end', () => {
		const look = dialer();
		const said = [[ABSENT, WARNING], [ABSENT, WARNING], [WARNING], []].map((found) => changes(look(found)));
		expect(said).toEqual([
			['ON_CHANGE change asterisk.absent Asterisk critical'],
			['ON_CHANGE change config.open_file /etc/vicikeep.env warning'],
			['ON_CHANGE change asterisk.absent Asterisk ok'],
			['ON_CHANGE change config.open_file /etc/vicikeep.env ok'],
		]);
	});

	it('is told when a warning becomes critical', () => {
		const look = dialer({ speaks: true });
		const warned = { ...DEAD, status: 'warning' as const };
		expect([[warned], [warned], [DEAD], [DEAD]].map((found) => changes(look(found)).length)).toEqual([0, 1, 1, 0]);
	});

	it('is not told of what has become the consequence of something else', () => {
		const look = dialer();
		look([ABSENT]);
		expect(changes(look([REFUSED, { ...ABSENT, cause: 'mysql.refused db:3306' }]))).toEqual([
			'ON_CHANGE change mysql.refused db:3306 critical',
		]);
	});
});
