import { describe, expect, it } from 'vitest';
import { renderText } from '../../../src/report/text.ts';
import type { Finding } from '../../../src/types.ts';
import { reportOf, STOPPED } from './given.ts';

type Parts = Parameters<typeof reportOf>[0];
const text = (parts: Parts, look: { width?: number; verbosity?: number } = {}): string =>
	renderText(reportOf(parts), { width: 80, verbosity: 0, paint: (_, word) => word, ...look });
const found = (kind: string, subject: string, rest: Partial<Finding> = {}): Finding => ({
	...STOPPED,
	id: `processes.${kind}`,
	subject,
	summary: `${subject} is ${kind}`,
	remedy: `start:${subject}`,
	...rest,
});
const withholds = (subject: string) => ({
	id: `start:${subject}`,
	kind: 'start' as const,
	subject,
	outcome: 'withheld' as const,
	reason: 'seen once; it is left alone until then',
});

describe('the report for a person', () => {
	it('is two lines when all is well', () => {
		expect(text({ checks: [{ id: 'config' }, { id: 'mysql' }] })).toMatch(
			/^OK {2}dialer 10\.0\.0\.1, .*, 0\.2 s\n\nok {8}config, mysql\n$/,
		);
	});

	it('puts the worst first, what stands before what is repaired, and says what is wrong, since when, why, what next', () => {
		const findings = [
			found('slow', 'AST_a', { status: 'warning', remedy: 'none' }),
			STOPPED,
			found('absent', 'AST_b', { advice: 'screen -ls; ls -lt /var/log/astguiclient | head' }),
		];
		const actions = [{ verified: true, reason: 'stopped 1425; started' }, withholds('AST_b')];
		const told = text({ status: 'critical', checks: [{ findings }], actions });
		expect([...told.matchAll(/^(CRITICAL|WARNING) +(\S+)/gm)].map(([, status, of]) => `${status} ${of}`)).toEqual([
			'CRITICAL dialer',
			'CRITICAL AST_b',
			'WARNING AST_a',
			'CRITICAL AST_update',
		]);
		expect(told).toMatch(
			/^CRITICAL {2}AST_b is absent\n {10}since .*\n {10}start AST_b withheld: seen once.*\n {10}next: screen -ls;/m,
		);
		expect(told).toContain('\n          repaired: stopped 1425; started\n');
	});

	it('says whose a repair was whose trouble is over, as after --wait', () => {
		const actions = [{ verified: true, reason: 'stopped 1425; started' }];
		expect(text({ actions })).toContain('\nrepaired AST_update: stopped 1425; started\n');
	});

	it('names something to type for all that stands', () => {
		const parts = (outcome: 'planned' | 'withheld' | 'done') => ({
			status: 'critical' as const,
			checks: [{ findings: [STOPPED] }],
			actions: [{ outcome, reason: 'so', verified: true }],
		});
		expect(text(parts('withheld'))).toContain('\n          next: vicikeep check -v --only processes\n');
		expect(text(parts('planned'))).toContain('\n          next: vicikeep check\n');
		expect(text(parts('done'))).not.toContain('next:');
	});

	it('lists followers under their cause, however long the chain', () => {
		const findings = [
			found('c', 'AST_c', { cause: 'processes.b AST_b' }),
			found('b', 'AST_b', { cause: 'mysql.refused db' }),
			{ ...found('refused', 'db'), id: 'mysql.refused' },
		];
		const told = text({ status: 'critical', checks: [{ findings }], actions: [withholds('AST_c')] });
		expect(
			told
				.split('\n')
				.slice(2, 8)
				.map((line) => line.trimEnd()),
		).toEqual([
			'CRITICAL  db is refused',
			expect.stringContaining('since'),
			'          therefore: AST_b is b',
			'            therefore: AST_c is c',
			'              start AST_c withheld: seen once; it is left alone until then',
			'          next: vicikeep check -v --only mysql',
		]);
	});

	it('tells once what would repair several, and below a cause not the cause again', () => {
		const withheld = (of: string, reason: string) => ({ ...withholds(of), reason });
		const findings = [
			found('refused', 'db', { remedy: 'none' }),
			found('a', 'AST_a', { cause: 'processes.refused db' }),
			found('b', 'AST_b', { remedy: 'start:AST_c' }),
			found('c', 'AST_c'),
		];
		const actions = [
			withheld('AST_a', 'it cannot work until this is over: db is refused'),
			withheld('AST_c', 'seen once'),
		];
		const told = text({ status: 'critical', checks: [{ findings }], actions });
		expect(told).toContain('start AST_a withheld: it cannot work until this is over\n');
		expect(told.match(/start AST_c withheld/g)).toHaveLength(1);
		// both stand, and both say what to type
		expect(told.match(/next:/g)).toHaveLength(3);
	});

	it.each([80, 60, 40])('fits %d columns, and keeps each command whole where it can', (width) => {
		const long = 'word '.repeat(60).trim();
		const findings = [
			found('absent', 'AST_a', {
				summary: long,
				advice: `screen -ls; ${long}; ls -lt /var/log | head`,
				evidence: { why: long, diff: `--- a\n+++ b\n+${'x'.repeat(200)}` },
			}),
			found('b', 'AST_b', { cause: 'processes.absent AST_a', summary: long }),
		];
		const told = text(
			{
				status: 'critical',
				checks: [{ findings }, { id: 'queues', status: 'skipped', skipped_because: long }],
				actions: [{ ...withholds('AST_a'), reason: long }],
			},
			{ width, verbosity: 1 },
		);
		expect(told.split('\n').filter((line) => line.length > width)).toEqual([]);
		expect(told).toContain('next: screen -ls;\n');
		expect(told).toMatch(/\n {16}ls -lt \/var\/log \| head\n/);
	});

	it('breaks no command that fits by itself', () => {
		const findings = [found('absent', 'AST_a', { advice: 'vicikeep check -v --only processes' })];
		expect(text({ status: 'critical', checks: [{ findings }] }, { width: 40 })).toMatch(
			/\n {10}next:\n {2}vicikeep check -v --only processes\n/,
		);
	});

	it('shows the rest with -v', () => {
		const parts: Parts = {
			status: 'critical',
			checks: [
				{
					findings: [STOPPED],
					metrics: [{ name: 'ami_answer', labels: { of: 'x' }, value: 2, unit: 'seconds' }],
				},
			],
			actions: [{ verified: true }],
		};
		expect(text(parts)).not.toMatch(/pid|ami_answer|processes\.frozen|2\.0 s/);
		expect(text(parts, { verbosity: 1 })).toMatch(
			/processes\.frozen\n +pid: 1425\n[\s\S]*\(2\.0 s\)[\s\S]*ami_answer x: 2 seconds/,
		);
	});

	it('lets nothing of others command the terminal', () => {
		const summary = 'a\u001b[2Jb\u0007\u009bc\nd';
		expect(text({ status: 'critical', checks: [{ findings: [{ ...STOPPED, summary }] }] })).toContain('a [2Jb c d\n');
	});

	it('colours the words that tell the state and nothing else', () => {
		const painted = renderText(reportOf({ status: 'critical', checks: [{ findings: [STOPPED] }, { status: 'ok' }] }), {
			width: 80,
			verbosity: 0,
			paint: (_, word) => `<${word}>`,
		});
		expect(painted.match(/<.*?>/g)).toEqual(['<CRITICAL>', '<CRITICAL  >', '<ok        >']);
	});
});
