import { describe, expect, it } from 'vitest';
import type { Memory } from '../../../src/memory.ts';
import { renderQuiet } from '../../../src/report/quiet.ts';
import type { ActionReport, Finding, Report } from '../../../src/types.ts';
import { reportOf, STOPPED } from './given.ts';

const HOUR = 3_600_000;

/** Quiet reports of several runs, each at its time with its findings and actions; what each prints. */
function mails(
	...runs: { hour: number; findings?: Finding[]; actions?: Partial<ActionReport>[]; unseen?: true }[]
): string[] {
	let told: Memory['told'];
	return runs.map(({ hour, findings = [], actions = [], unseen }) => {
		const status = findings.length > 0 ? 'critical' : 'ok';
		const checks = unseen ? [{ status: 'skipped' as const, skipped_because: 'mysql is down' }] : [{ findings }];
		const report: Report = reportOf({ status, checks, actions });
		const quiet = renderQuiet(report, told, new Date(hour * HOUR), true);
		told = quiet.told;
		return quiet.text;
	});
}

const REPAIRED = { verified: true, reason: 'stopped 1425; started' };
const GAVE_UP = { outcome: 'withheld' as const, reason: 'gave up after 3 restarts in 15 minutes' };

describe('the mail from cron', () => {
	it('is silent while all is well', () => {
		expect(mails({ hour: 0 }, { hour: 1 }, { hour: 8 })).toEqual(['', '', '']);
	});

	it('tells a trouble once, reminds every six hours, and tells its end once', () => {
		const standing = { findings: [STOPPED] };
		const [first, second, almost, reminder, after, end, silence] = mails(
			{ hour: 0, ...standing },
			{ hour: 1, ...standing },
			{ hour: 5.9, ...standing },
			{ hour: 6, ...standing },
			{ hour: 7, ...standing },
			{ hour: 8 },
			{ hour: 9 },
		);
		expect(first).toMatch(/^vicikeep on dialer 10\.0\.0\.1: critical\nCRITICAL {2}AST_update is stopped/);
		expect([second, almost, after, silence]).toEqual(['', '', '', '']);
		expect(reminder).toContain('AST_update is stopped');
		expect(end).toBe('vicikeep on dialer 10.0.0.1: ok\nrecovered: AST_update (processes.frozen)\n');
	});

	it('reminds of what stays though other things come and go meanwhile', () => {
		const other = { ...STOPPED, id: 'processes.slow', subject: 'FastAGI_log', summary: 'another trouble' };
		const [, meanwhile, gone, reminder, after] = mails(
			{ hour: 0, findings: [STOPPED] },
			{ hour: 4, findings: [STOPPED, other] },
			{ hour: 5, findings: [STOPPED] },
			{ hour: 6, findings: [STOPPED] },
			{ hour: 11.9, findings: [STOPPED] },
		);
		expect(meanwhile).toContain('another trouble');
		expect(meanwhile).not.toContain('AST_update');
		expect(gone).toContain('recovered: FastAGI_log');
		expect(reminder).toContain('AST_update is stopped');
		expect(after).toBe('');
	});

	it('says whose a repair is that no trouble of this run asked for', () => {
		const [mail] = mails({ hour: 0, actions: [REPAIRED] });
		expect(mail).toContain('repaired AST_update: stopped 1425; started');
	});

	it('tells a repair with its trouble, and nothing of it afterwards', () => {
		const [mail, after] = mails({ hour: 0, findings: [STOPPED], actions: [REPAIRED] }, { hour: 1 });
		expect(mail).toMatch(/AST_update is stopped[\s\S]*repaired: stopped 1425; started\n$/);
		expect(after).toBe('');
	});

	it('tells a trouble again when it grows worse', () => {
		const warning = { ...STOPPED, status: 'warning' as const };
		const [first, worse] = mails({ hour: 0, findings: [warning] }, { hour: 1, findings: [STOPPED] });
		expect(first).toMatch(/^WARNING/m);
		expect(worse).toMatch(/^CRITICAL/m);
	});

	it('keeps to itself a warning that was seen for the first time', () => {
		const fresh = { ...STOPPED, status: 'warning' as const, since: reportOf({}).started_at };
		expect(mails({ hour: 0, findings: [fresh] })).toEqual(['']);
	});

	it('says once that it gave up, and once why it withholds', () => {
		const withheld = { outcome: 'withheld' as const, reason: 'VICIKEEP_RESTART=off' };
		const [first, second, third, fourth] = mails(
			{ hour: 0, findings: [STOPPED], actions: [withheld] },
			{ hour: 1, findings: [STOPPED], actions: [withheld] },
			{ hour: 2, findings: [STOPPED], actions: [GAVE_UP] },
			{ hour: 3, findings: [STOPPED], actions: [GAVE_UP] },
		);
		expect(first).toContain('restart AST_update withheld: VICIKEEP_RESTART=off');
		expect([second, fourth]).toEqual(['', '']);
		expect(third).toContain('restart AST_update withheld: gave up after 3 restarts');
	});

	it('takes what could not be seen for neither gone nor new', () => {
		const standing = { findings: [STOPPED] };
		expect(mails({ hour: 0, ...standing }, { hour: 1, unseen: true }, { hour: 2, ...standing }).slice(1)).toEqual([
			'',
			'',
		]);
	});

	it('tells followers under their cause, and fits a mail', () => {
		const follower = {
			...STOPPED,
			id: 'queues.new_stuck',
			summary: 'word '.repeat(40),
			cause: 'processes.frozen AST_update',
		};
		const [mail = ''] = mails({ hour: 0, findings: [STOPPED, follower] });
		expect(mail.match(/^CRITICAL/gm)).toHaveLength(1);
		expect(mail).toContain('          therefore: word');
		expect(mail.split('\n').filter((line) => line.length > 80)).toEqual([]);
	});

	it('without a memory tells what is critical each time, and warnings once an hour', () => {
		const warning = { ...STOPPED, status: 'warning' as const };
		const text = (finding: Finding, minute: number) =>
			renderQuiet(
				reportOf({ status: 'critical', checks: [{ findings: [finding] }] }),
				undefined,
				new Date(2026, 0, 1, 1, minute),
				false,
			).text;
		expect(text(STOPPED, 7)).not.toBe('');
		expect(text(warning, 7)).toBe('');
		expect(text(warning, 0)).not.toBe('');
	});
});
