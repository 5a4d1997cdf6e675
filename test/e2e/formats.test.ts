import {
	chmodSync,
	cpSync,
	existsSync,
	lstatSync,
	mkdirSync,
	readdirSync,
	readFileSync,
	symlinkSync,
	writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { renderNagios } from '../../src/report/nagios.ts';
import type { Report } from '../../src/types.ts';
import { type Dialer, startDialer } from '../sandbox/dialer.ts';
import { until } from '../sandbox/processes.ts';
import { lintMetrics } from '../sandbox/promtool.ts';
import { readPluginOutput } from '../unit/report/plugin-output.ts';
import { faultsOf } from '../unit/report/schema.ts';
import { environmentOf, execute, VICIKEEP } from './support.ts';

const NOBODY = 65534;

let dialer: Dialer;
let env: Record<string, string>;
beforeAll(async () => {
	dialer = await startDialer();
	env = environmentOf(dialer);
});
afterAll(() => dialer.stop());

const run = (args: string[]) => execute(VICIKEEP, ['check', ...args], { env });

/** The same moment in every format; each must be well-formed, tell the same state and leave by it. */
async function inEveryFormat(...args: string[]): Promise<Report> {
	const json = await run([...args, '--json']);
	const report = JSON.parse(json.stdout) as Report;
	expect(faultsOf(report)).toEqual([]);
	expect([json.code, json.stderr]).toEqual([report.exit_code, '']);

	const nagios = await run([...args, '--format', 'nagios']);
	const { first, data } = readPluginOutput(nagios.stdout);
	// other rows are asked in another run
	expect(data.length).toBeGreaterThan(5);
	expect(readPluginOutput(renderNagios(report)).data).toHaveLength(
		1 + report.checks.flatMap(({ metrics }) => metrics).length,
	);
	expect([nagios.code, nagios.stderr]).toEqual([report.exit_code, '']);
	expect(first).toMatch(`VICIKEEP ${report.status.toUpperCase()}: `);

	const prometheus = await run([...args, '--format', 'prometheus']);
	expect(await lintMetrics(prometheus.stdout)).toBe('');
	expect([prometheus.code, prometheus.stderr]).toEqual([report.exit_code, '']);
	expect(prometheus.stdout).toContain(`\nvicikeep_status ${report.exit_code}\n`);
	return report;
}

describe('one state in every format', () => {
	it('healthy, with limits in the performance data', async () => {
		expect((await inEveryFormat()).status).toBe('ok');
		const { stdout } = await run(['--format', 'nagios']);
		expect(readPluginOutput(stdout).data).toContainEqual(
			expect.objectContaining({ label: 'ami_answer', unit: 's', warn: 2, crit: 10 }),
		);
	});

	it('broken, as a monitor sees it', async () => {
		dialer.daemons.freeze('AST_update_AMI2.pl');
		await run([]);
		const report = await inEveryFormat('-n', '-t', '9');
		expect(report.status).toBe('critical');
		expect(report.actions.map(({ id }) => id)).toEqual(['restart:AST_update']);
		const { stdout } = await run(['-n', '-t', '9', '--format', 'nagios']);
		expect(readPluginOutput(stdout).first).toMatch(/^VICIKEEP CRITICAL: AST_update is stopped/);
		const metrics = await run(['-n', '--format', 'prometheus']);
		expect(metrics.stdout).toContain('vicikeep_finding_status{finding="processes.frozen",subject="AST_update"} 2');
	});

	it('the same for an unprivileged monitor', async () => {
		// on a dialer the folders above astguiclient.conf are open to all
		chmodSync(dialer.folder, 0o755);
		chmodSync(join(dialer.folder, 'etc'), 0o755);
		// so may be those above this project, but not always
		const program = join(dialer.folder, 'program');
		const root = join(import.meta.dirname, '../..');
		for (const name of ['bin', 'dist', 'templates', 'package.json'])
			cpSync(join(root, name), join(program, name), { recursive: true });
		const run = (args: string[], options: { uid?: number; gid?: number; cwd?: string }) =>
			execute(join(program, 'bin/vicikeep'), ['check', ...args], { env, ...options });
		const asNobody = process.geteuid?.() === 0 ? { uid: NOBODY, gid: NOBODY, cwd: '/' } : {};
		const { code, stdout, stderr } = await run(['-n', '-t', '9', '--format', 'nagios'], asNobody);
		const { first, long } = readPluginOutput(stdout);
		expect([code, stderr]).toEqual([1, '']);
		expect(first).toMatch(/^VICIKEEP WARNING: AST_update is stopped/);
		if (asNobody.uid === undefined) return;
		expect(long.join()).toContain('nobody may not act on the daemons');

		// each of its looks would be the first one: what a first one costs is left to those that remember
		const told = await run(['-n', '-vv', '--only', 'conf'], asNobody);
		expect(told.stderr).not.toMatch(/FROM phones WHERE/);
		expect(told.stdout.replace(/\s+/g, ' ')).toContain('the conf files are not compared with the database');

		// what it may not read is unknown to it, not broken
		const closed = join(dialer.asteriskEtc, 'sip-vicidial.conf');
		chmodSync(closed, 0o640);
		const blind = await run(['-n', '-t', '9', '--only', 'conf', '--format', 'nagios'], asNobody);
		chmodSync(closed, 0o644);
		expect(blind.code).toBe(3);
		expect(readPluginOutput(blind.stdout).long[0]).toMatch(/^UNKNOWN: .*sip-vicidial.conf cannot be read/);
	});

	it('repaired', async () => {
		const { code, stdout } = await run(['--format', 'nagios']);
		expect(code).toBe(0);
		expect(readPluginOutput(stdout).first).toMatch(/^VICIKEEP OK: \d checks passed after restart:AST_update$/);
	});
});

describe('the metrics file', () => {
	const folder = () => join(dialer.folder, 'textfile');
	const file = () => join(folder(), 'vicikeep.prom');

	it('is whole, readable by others, and takes the place of a link instead of following it', async () => {
		mkdirSync(folder());
		const elsewhere = join(dialer.folder, 'elsewhere');
		writeFileSync(elsewhere, 'mine');
		symlinkSync(elsewhere, file());
		expect(await run(['--quiet', '--metrics-file', file()])).toEqual({ code: 0, stdout: '', stderr: '' });
		expect(readFileSync(elsewhere, 'utf8')).toBe('mine');
		expect(lstatSync(file()).isFile()).toBe(true);
		expect(lstatSync(file()).mode & 0o777).toBe(0o644);
		const text = readFileSync(file(), 'utf8');
		expect(await lintMetrics(text)).toBe('');
		expect(text).toMatch(/^vicikeep_last_run_timestamp_seconds \d+(\.\d+)?$/m);
		expect(text).toMatch(/^vicikeep_run_duration_seconds 0?\.\d+|^vicikeep_run_duration_seconds \d/m);
		expect(readdirSync(folder())).toEqual(['vicikeep.prom']);
	});

	it('is left alone by a dry run, which says so', async () => {
		const other = join(folder(), 'other.prom');
		const { code, stdout } = await run(['-n', '--metrics-file', other]);
		expect([code, existsSync(other)]).toEqual([0, false]);
		expect(stdout).toContain('a dry run writes no metrics file');
	});

	it.each([
		['/nonexistent/x.prom', '--metrics-file: there is no folder /nonexistent; make it first'],
		['/dev/null/x.prom', '--metrics-file: /dev/null is not a folder'],
		['/tmp/', '--metrics-file: /tmp/ is a folder; expected a file, e.g. /tmp/vicikeep.prom'],
	])('refuses %s before anything is looked at', async (path, message) => {
		expect(await run(['--metrics-file', path])).toEqual({ code: 3, stdout: '', stderr: `vicikeep: ${message}\n` });
	});
});

describe('a monitor that calls it wrongly', () => {
	it.each([
		[['--format', 'nagios', '--bogus'], /^VICIKEEP UNKNOWN: unknown option '--bogus'/],
		[['--format', 'nagios', '--env-file', '/nonexistent'], /^VICIKEEP UNKNOWN: \/nonexistent: there is no such file$/],
	])('%j gets its line on stdout and 3', async (args, line) => {
		const { code, stdout, stderr } = await run(args);
		expect([code, stderr]).toEqual([3, '']);
		expect(readPluginOutput(stdout).first).toMatch(line);
	});
});

describe('without a database', () => {
	it('every format tells what was skipped', async () => {
		await dialer.database.stop();
		await until('the daemons to die of it', 10_000, () => dialer.daemons.pids('AST_update_AMI2.pl').length === 0);
		const report = await inEveryFormat('-t', '20', '-n');
		expect(report.checks.find(({ id }) => id === 'queues')?.status).toBe('skipped');
		const { stdout } = await run(['-n', '--format', 'nagios']);
		expect(stdout).toContain('SKIPPED: queues: mysql is down');
	});
});
