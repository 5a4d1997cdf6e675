import { renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Dialer, startDialer } from '../sandbox/dialer.ts';
import { until } from '../sandbox/processes.ts';
import { tick } from './support.ts';

const SENDER = 'AST_manager_send.pl';

let dialer: Dialer;
beforeEach(async () => {
	dialer = await startDialer();
	await tick(dialer);
});
afterEach(() => dialer.stop());

describe('Asterisk that is stopped and started', () => {
	it('is the one living process of its run', async () => {
		const env = { VICIKEEP_RESTART_ASTERISK: 'deadlock' };
		await dialer.database.query("UPDATE servers SET auto_restart_asterisk='Y' WHERE server_ip=?", [dialer.serverIp]);
		const [before] = dialer.daemons.pids('FastAGI_log.pl');
		dialer.asterisk.freeze();
		await tick(dialer, [], env);
		dialer.daemons.freeze('FastAGI_log.pl');
		await tick(dialer, [], env);
		const ran = await tick(dialer, [], env);
		// whether it comes up again within the run is another matter
		expect(ran.action('restart:Asterisk')?.reason).toMatch(/stopped \d+/);
		expect(ran.action('restart:FastAGI_log')).toMatchObject({
			outcome: 'withheld',
			reason: 'one living process a run: Asterisk comes first; it waits until the next run',
		});
		expect(dialer.daemons.pids('FastAGI_log.pl')[0]).toEqual(before);
		expect((await tick(dialer, [], env)).action('restart:FastAGI_log')?.outcome).toBe('done');
	});
});

/** Has these commands run between the decision to start a daemon and its start: when screen's dead sockets are looked for. */
function meanwhile(commands: (script: string, screen: string) => string): void {
	const screen = join(dialer.folder, 'bin/screen');
	const real = `${screen}.real`;
	renameSync(screen, real);
	const text = commands(join(dialer.home, SENDER), real);
	writeFileSync(screen, `#!/bin/bash\nif [ "$1" = -ls ]; then\n${text}\nsleep 1\nfi\nexec '${real}' "$@"\n`, {
		mode: 0o755,
	});
}

async function repair() {
	dialer.daemons.kill(SENDER, 'SIGKILL');
	await until('its end', 5000, () => dialer.daemons.pids(SENDER).length === 0);
	await tick(dialer);
	return tick(dialer);
}

describe('a daemon that somebody else starts in the moment of its repair', () => {
	it('is well when it is the only one and lives', async () => {
		meanwhile((script, screen) => `'${screen}' -d -m -S ASTsend '${script}'`);
		const ran = await repair();
		expect(ran.action('start:AST_manager_send')).toMatchObject({
			outcome: 'done',
			verified: true,
			reason: expect.stringMatching(/process \d+ was started by somebody else meanwhile; process \d+ is the only one/),
		});
		expect(ran.exitCode).toBe(0);
		expect(dialer.daemons.pids(SENDER)).toHaveLength(1);
	});

	it('is not when it does not live', async () => {
		meanwhile(
			(script) =>
				`(setsid /usr/bin/perl '${script}' >/dev/null 2>&1 & echo $! >'${script}.pid'; sleep 0.3; kill -STOP $(cat '${script}.pid'))`,
		);
		const ran = await repair();
		expect(ran.action('start:AST_manager_send')).toMatchObject({ outcome: 'failed', verified: false });
		expect(ran.exitCode).toBe(2);
	});
});
