import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { QUICK } from '../integration/support.ts';
import { type Dialer, startDialer } from '../sandbox/dialer.ts';
import { execute, type Ran, VICIKEEP } from './support.ts';

const SENDER = 'AST_manager_send.pl';
const CRONTAB = readFileSync(join(import.meta.dirname, '../../crontab.example'), 'utf8');

let dialer: Dialer;
let settings: string;
beforeAll(async () => {
	dialer = await startDialer();
	// cron has no variables of ours: what the sandbox needs stands in the settings file
	settings = join(dialer.folder, 'etc/cron.env');
	const lines = Object.entries({ ...dialer.env, ...QUICK }).filter(([name]) => name.startsWith('VICIKEEP_'));
	writeFileSync(settings, lines.map(([name, value]) => `${name}=${value}\n`).join(''), { mode: 0o600 });
});
afterAll(() => dialer.stop());

const command = (): string => /^\* \* \* \* \* (.+)$/m.exec(CRONTAB)?.[1] ?? '';

/** The line of crontab.example as cron runs it, with nothing in the environment that cron does not put there. */
function tick(): Promise<Ran> {
	const line = command()
		.replace('sleep 15', 'sleep 0')
		.replace('/usr/local/bin/vicikeep check', `${VICIKEEP} check --env-file ${settings}`);
	const cron = [
		`PATH=${dirname(process.execPath)}:/usr/bin:/bin`,
		'SHELL=/bin/sh',
		`HOME=${dialer.folder}`,
		'LOGNAME=root',
	];
	return execute('/usr/bin/env', ['-i', ...cron, '/bin/sh', '-c', line], { env: {}, cwd: '/' });
}
const SILENT: Ran = { code: 0, stdout: '', stderr: '' };

describe('the line of crontab.example', () => {
	it('comes after the second 0 of a minute, tells why, and holds nothing that cron takes for a line break', () => {
		expect(command()).toBe('sleep 15; /usr/local/bin/vicikeep check --quiet');
		expect(CRONTAB).toMatch(/^# .*second 0/m);
		expect(CRONTAB.replace(/^#.*$/gm, '')).not.toContain('%');
	});

	it('says nothing while all is well', async () => {
		expect(await tick()).toEqual(SILENT);
		expect(await tick()).toEqual(SILENT);
	});

	it('mails a repair once', async () => {
		dialer.daemons.freeze(SENDER);
		expect(await tick()).toEqual({ ...SILENT, code: 1 });
		const repaired = await tick();
		expect([repaired.code, repaired.stderr]).toEqual([0, '']);
		expect(repaired.stdout).toMatch(
			/^vicikeep on dialer .*: ok\nCRITICAL {2}AST_manager_send is stopped[\s\S]*repaired: /,
		);
		expect(repaired.stdout).not.toContain('\u001b');
		expect(await tick()).toEqual(SILENT);
	});

	it('mails a trouble that stays once, and its end once', async () => {
		dialer.asterisk.freeze();
		const mail = await tick();
		expect([mail.code, mail.stderr]).toEqual([2, '']);
		expect(mail.stdout).toContain('CRITICAL  ');
		expect(await tick()).toEqual({ ...SILENT, code: 2 });
		dialer.asterisk.thaw();
		const end = await tick();
		expect(end.stdout).toMatch(/^recovered: Asterisk \(asterisk\.frozen\)$/m);
		expect(await tick()).toEqual(SILENT);
	});
});
