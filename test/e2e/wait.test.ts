import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Report } from '../../src/types.ts';
import { type Dialer, startDialer } from '../sandbox/dialer.ts';
import { until } from '../sandbox/processes.ts';
import { faultsOf } from '../unit/report/schema.ts';
import { environmentOf, execute, onTerminal, VICIKEEP } from './support.ts';

const SENDER = 'AST_manager_send.pl';
const UPDATER = 'AST_update_AMI2.pl';
const DEPLOY = join(import.meta.dirname, '../../share/deploy-example.sh');

let dialer: Dialer;
let env: Record<string, string>;
beforeAll(async () => {
	dialer = await startDialer();
	env = environmentOf(dialer);
	await execute(VICIKEEP, ['check'], { env });
});
afterAll(() => dialer.stop());

const senderPid = (): number => dialer.daemons.pids(SENDER)[0]?.perl ?? 0;
async function kill(script: string): Promise<void> {
	dialer.daemons.kill(script, 'SIGKILL');
	await until('its end', 5000, () => dialer.daemons.pids(script).length === 0);
}

describe('--wait', () => {
	it('repairs in the second look and tells both, with plain lines while it waits', async () => {
		await kill(SENDER);
		const { code, stdout, stderr } = await execute(VICIKEEP, ['check', '--wait', '40', '--json'], { env });
		const report = JSON.parse(stdout) as Report;
		expect(faultsOf(report)).toEqual([]);
		expect([code, report.status]).toEqual([0, 'ok']);
		expect(report.actions.filter(({ outcome }) => outcome === 'done')).toHaveLength(1);
		expect(stderr).toMatch(/^vicikeep: \d+ s of 40: warning: AST_manager_send is not running; .* seen once/);
		expect(stderr).not.toContain('\u001b');
		expect(dialer.daemons.pids(SENDER)).toHaveLength(1);
	});

	it('rewrites one line on a terminal', async () => {
		await kill(UPDATER);
		const { code, screen } = await onTerminal(`${VICIKEEP} check --wait 40 >/dev/null`, { env });
		expect(code).toBe(0);
		expect(screen).toMatch(/^\r<ESC>\[K\d+ s of 40: warning: AST_update is not running[\s\S]*\r<ESC>\[K$/);
		expect(screen).not.toContain('\n');
	});

	it('takes its line away when it is interrupted', async () => {
		dialer.asterisk.freeze();
		const waiting = `${VICIKEEP} check --wait 60 & sleep 10; kill -INT $!; wait $!`;
		const { code, screen } = await onTerminal(waiting, { env });
		dialer.asterisk.thaw();
		expect(code).toBe(3);
		expect(screen).toMatch(/of 60: critical: Asterisk is stopped.*\r<ESC>\[Kvicikeep: ended by SIGINT\n$/);
	});

	it('waits for the lock of another run, and says nothing more when quiet', async () => {
		mkdirSync(dialer.runDir, { recursive: true });
		const hold = () => spawn('flock', [join(dialer.runDir, 'lock'), 'sleep', '2'], { env });
		const lock = hold();
		await until('the lock', 5000, async () => {
			const { code } = await execute('flock', ['-n', join(dialer.runDir, 'lock'), 'true'], { env });
			return code === 1;
		});
		const { code, stdout, stderr } = await execute(VICIKEEP, ['check', '--wait', '40'], { env });
		expect(code).toBe(0);
		expect(stderr).toMatch(/^vicikeep: \d+ s of 40: another run is repairing; waiting for its end\n/);
		expect(stdout).toMatch(/^OK {2}dialer/);
		lock.kill();
	});

	it('leaves by what it saw, quiet or not, when another run keeps the lock all the time', async () => {
		const lock = spawn('flock', [join(dialer.runDir, 'lock'), 'sleep', '60'], { env, detached: true });
		await until('the lock', 5000, async () => {
			const { code } = await execute('flock', ['-n', join(dialer.runDir, 'lock'), 'true'], { env });
			return code === 1;
		});
		dialer.asterisk.freeze();
		const args = ['check', '--wait', '2', '--only', 'asterisk'];
		const quiet = await execute(VICIKEEP, [...args, '--quiet'], { env });
		const usual = await execute(VICIKEEP, args, { env });
		dialer.asterisk.thaw();
		// with the program that it runs and that holds the lock too
		process.kill(-(lock.pid ?? 0));
		expect([quiet.code, usual.code]).toEqual([2, 2]);
		expect(usual.stdout).toMatch(/^CRITICAL/);
	});

	it('leaves by what it saw when the time is up', async () => {
		dialer.asterisk.freeze();
		const { code, stdout } = await execute(VICIKEEP, ['check', '--wait', '2', '--only', 'asterisk'], { env });
		dialer.asterisk.thaw();
		expect(code).toBe(2);
		expect(stdout).toMatch(/^CRITICAL/);
	});
});

describe('--wait with a daemon that hangs', () => {
	/** Nobody has looked before; a loop that stands still is found within seconds. */
	const fresh = () => ({
		...env,
		VICIKEEP_STATE_DIR: mkdtempSync(join(dialer.folder, 'fresh-')),
		VICIKEEP_WARN_DAEMON_SILENCE: '4',
		VICIKEEP_CRIT_DAEMON_SILENCE: '300',
	});
	const wait = async (args: string[], settings: Record<string, string>) => {
		const { code, stdout, stderr } = await execute(VICIKEEP, ['check', '--json', '--wait', ...args], { env: settings });
		const report = JSON.parse(stdout) as Report;
		const findings = report.checks.flatMap((check) => check.findings);
		return { code, stderr, findings: findings.map(({ id, subject }) => `${id} ${subject}`), actions: report.actions };
	};
	const SILENT = ['processes.silent AST_manager_send'];

	it('looks twice at daemons that work, and finds nothing', async () => {
		const { code, findings, stderr } = await wait(['30'], fresh());
		expect([code, findings]).toEqual([0, []]);
		expect(stderr).toMatch(
			/^vicikeep: \d+ s of 30: nothing is critical; waiting for \w+ and \w+ \(\+\d+ more\) to move\n$/,
		);
	});

	it('finds it by two samples of that run, and leaves it alone until a second look that counts', async () => {
		await dialer.daemons.hang(SENDER, 'fifo');
		const before = senderPid();
		for (const args of [['12'], ['12', '--dry-run']]) {
			const { code, findings, actions } = await wait(args, { ...fresh(), VICIKEEP_LOOK_GAP: '50' });
			expect({ args, code, findings }).toEqual({ args, code: 1, findings: SILENT });
			const [action] = actions;
			expect(action).toMatchObject({ id: 'restart:AST_manager_send', outcome: 'withheld' });
		}
		expect(senderPid()).toBe(before);
	});

	it('repairs it where looks count, and sees the new one move', async () => {
		const before = senderPid();
		const { code, findings, actions } = await wait(['60'], fresh());
		expect([code, findings]).toEqual([0, []]);
		expect(actions).toMatchObject([{ id: 'restart:AST_manager_send', outcome: 'done', verified: true }]);
		expect(senderPid()).not.toBe(before);
	});
});

describe('the example of a deployment', () => {
	const deploy = (...command: string[]) => execute(DEPLOY, command, { env });
	const pause = () => join(dialer.runDir, 'pause');

	it('pauses vicikeep meanwhile, and has it put right what the deployment took down', async () => {
		const before = senderPid();
		const script = `test "$(cat "${pause()}")" = 15 && kill -9 ${before}`;
		const { code, stdout } = await deploy('sh', '-c', script);
		expect(code).toBe(0);
		expect(stdout).toMatch(/^OK after repair[\s\S]*deploy: the dialer works\n$/);
		expect(existsSync(pause())).toBe(false);
		expect(dialer.daemons.pids(SENDER)).toHaveLength(1);
		expect(senderPid()).not.toBe(before);
	});

	it('fails with what it was to do, and takes its pause back', async () => {
		const { code, stdout, stderr } = await deploy('false');
		expect([code, stdout, stderr]).toEqual([1, '', 'deploy: false failed with 1\n']);
		expect(existsSync(pause())).toBe(false);
	});
});
