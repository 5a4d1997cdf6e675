import { describe, expect, it } from 'vitest';
import { type Moment, type OutsideMemory, wordsOf } from '../../src/announce.ts';
import type { CheckId, Finding, Report } from '../../src/types.ts';
import { finding } from './given.ts';
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

/** A dialer that lives through looks, and what it says at each as `program event key now`. */
function dialer(rest: Partial<Moment> = {}) {
	let memory: OutsideMemory | undefined;
	return (findings: Finding[], now: Partial<Moment> & { skipped?: CheckId[] } = {}): string[] => {
		const moment = { counts: () => true, speaks: false, failoverAfter: 3, paused: false, ...rest, ...now };
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

describe('a change of state', () => {
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
