import { describe, expect, it } from 'vitest';
import { renderNagios, renderNagiosTrouble } from '../../../src/report/nagios.ts';
import { THRESHOLDS } from '../../../src/thresholds.ts';
import type { Metric } from '../../../src/types.ts';
import { reportOf, STOPPED } from './given.ts';
import { readPluginOutput } from './plugin-output.ts';

const read = (...parts: Parameters<typeof reportOf>) => readPluginOutput(renderNagios(reportOf(...parts)));

describe('the report for a monitor', () => {
	it('says OK in a line, with what the run took', () => {
		const { first, data } = read({
			checks: [{ status: 'ok' }, { status: 'skipped', skipped_because: 'mysql is down' }],
		});
		expect(first).toBe('VICIKEEP OK: 1 check passed, 1 skipped');
		expect(data).toEqual([{ label: 'run_duration', value: 0.234, unit: 's' }]);
	});

	it('puts the worst root first and counts the others', () => {
		const { first, long } = read({
			status: 'critical',
			checks: [
				{
					findings: [
						{
							...STOPPED,
							id: 'processes.silent',
							subject: 'AST_VDadapt',
							status: 'warning',
							summary: 'AST_VDadapt rests',
						},
						STOPPED,
						{ ...STOPPED, id: 'queues.new_stuck', summary: 'follows', cause: 'processes.frozen AST_update' },
					],
				},
			],
			actions: [{ outcome: 'withheld', reason: 'another run is repairing' }],
		});
		expect(first).toBe('VICIKEEP CRITICAL: AST_update is stopped (process 1425, state T); ... (+1 more)');
		expect(long[0]).toBe(`CRITICAL: ${STOPPED.summary}`);
		expect(long).toContain('  because of processes.frozen AST_update');
		expect(long).toContain('restart AST_update withheld: another run is repairing');
		expect(long.at(-1)).toBe('dialer 10.0.0.1, vicikeep 1.2.3');
	});

	it('says OK after a repair, and keeps the trouble in the long text', () => {
		const { first, long } = read({
			checks: [{ findings: [STOPPED] }],
			actions: [{ verified: true, reason: 'stopped 1425; started' }],
		});
		expect(first).toBe('VICIKEEP OK: 1 check passed after restart:AST_update');
		expect(long[0]).toBe(`REPAIRED: ${STOPPED.summary}`);
		expect(long).toContain('repaired AST_update: stopped 1425; started');
	});

	it('tells what stands before what is repaired', () => {
		const standing = { ...STOPPED, id: 'processes.slow', summary: 'slow', status: 'warning' as const, remedy: 'none' };
		const { long } = read({
			status: 'warning',
			checks: [{ findings: [STOPPED, standing] }],
			actions: [{ verified: true, reason: 'so' }],
		});
		expect(long[0]).toBe('WARNING: slow');
	});

	it('advises no command that its missing bar would make another one', () => {
		const advised = (advice: string) =>
			read({ status: 'critical', checks: [{ findings: [{ ...STOPPED, advice }] }] }).long;
		expect(advised('uptime; df -h')).toContain('  next: uptime; df -h');
		expect(advised('du -xh / | sort -h | tail -20')).toContain('  next: vicikeep check -n');
	});

	it('gives performance data with limits, units and ranges', () => {
		const metrics: Metric[] = [
			{ name: 'manager_new', labels: {}, value: 7, unit: 'count', warn: 100, crit: 500 },
			{ name: 'ami_answer', labels: {}, value: 0.0000001, unit: 'seconds', warn: 2, crit: 10 },
			{ name: 'manager_sent_unanswered', labels: {}, value: 12.3456, unit: 'percent', warn: 90, crit: 100 },
			{ name: 'hopper_empty', labels: { campaign: "A'B=C D" }, value: 1, unit: 'seconds', warn: 300 },
			{ name: 'asterisk_channels', labels: {}, value: Number.NaN, unit: 'count' },
		];
		const output = renderNagios(reportOf({ checks: [{ metrics }] }));
		expect(output.slice(output.lastIndexOf('| '))).toBe(
			"| manager_new=7;100;500;0 ami_answer=0s;2;10;0 manager_sent_unanswered=12.346%;90;100;0;100 'hemp_A_B_C D'=1s;300;;0\n",
		);
		expect(readPluginOutput(output).data).toHaveLength(5);
	});

	it('keeps the labels of daemons apart in their first 19 characters', () => {
		const metrics = ['AST_VDauto_dial', 'AST_VDauto_dial_FILL', 'AST_manager_listen', 'AST_manager_send'].flatMap(
			(daemon): Metric[] =>
				['daemon_processes', 'daemon_silence', 'daemon_starts'].map((name) => ({
					name,
					labels: { daemon },
					value: 1,
					unit: 'count',
				})),
		);
		expect(read({ checks: [{ metrics }] }).data).toHaveLength(13);
	});

	it('has names of limits that differ in their first 19 characters', () => {
		const short = Object.keys(THRESHOLDS).map((name) => name.slice(0, 19));
		expect(short.filter((name, index) => short.indexOf(name) !== index)).toEqual([]);
	});

	it('lets no bar, line break or colour of others into its text', () => {
		const summary = 'a | b\n\u001b[31mc\u001b[0m';
		const output = renderNagios(reportOf({ status: 'warning', checks: [{ findings: [{ ...STOPPED, summary }] }] }));
		expect(readPluginOutput(output).first).toBe('VICIKEEP WARNING: a / b [31mc [0m');
	});

	it('gives the evidence with -v', () => {
		const report = reportOf({ status: 'critical', checks: [{ findings: [STOPPED] }] });
		expect(readPluginOutput(renderNagios(report)).long).not.toContain('  pid: 1425');
		expect(readPluginOutput(renderNagios(report, 1)).long).toContain('  pid: 1425');
	});

	it('says UNKNOWN when it could not do its work', () => {
		const { first, long } = readPluginOutput(renderNagiosTrouble(['a'.repeat(200), 'b']));
		expect(first).toHaveLength(79);
		expect(long).toEqual(['a'.repeat(200), 'b']);
		expect(renderNagiosTrouble(["unknown option '--x'"])).toBe("VICIKEEP UNKNOWN: unknown option '--x'\n");
	});
});
