import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { tick } from '../integration/support.ts';
import { type Dialer, startDialer } from '../sandbox/dialer.ts';
import { endOfDay, idleNight, morningRush } from '../sandbox/scenarios.ts';
import { startFlow } from '../sandbox/traffic.ts';

/** Daemons that end by themselves, each at its own time of the day; stock starts them again. */
const SELF_EXITS = ['AST_VDremote_agents.pl', 'VD_email_inbound.pl'];

/** Every look counts, nothing is too young to be looked at; for the rest as on a dialer. */
const FAST = { VICIKEEP_GRACE_START: '3' };

let dialer: Dialer;
beforeAll(async () => {
	dialer = await startDialer({ keepalives: '1234567ECS', options: ['-cu3way', '-recmon'] });
});
afterAll(() => dialer?.stop());

let ticks = 0;

/** Looks while something goes on, at least so many. */
async function look(count: number, goingOn: Promise<unknown> = Promise.resolve()): Promise<void> {
	let ended = false;
	const done = goingOn.finally(() => {
		ended = true;
	});
	for (let looks = 0; looks < count || !ended; looks++) {
		const { findings, actions, exitCode } = await tick(dialer, [], FAST);
		ticks++;
		expect({ tick: ticks, findings, actions, exitCode }).toEqual({
			tick: ticks,
			findings: [],
			actions: [],
			exitCode: 0,
		});
	}
	await done;
}

describe('a healthy day in fast motion', () => {
	it('gives no finding, no repair and no line in the log', { timeout: 600_000 }, async () => {
		await idleNight(dialer);
		await look(40);
		await look(5, dialer.cron('AST_reset_mysql_vars.pl'));

		await morningRush(dialer, 3);
		await startFlow(dialer, 2);
		// a look stands for a minute, and so does a run of the hopper's job
		await dialer.database.query('ALTER EVENT hopper_cron ON SCHEDULE EVERY 1 SECOND');
		// the dial plan of the box calls no FastAGI
		await dialer.database.query(
			`CREATE EVENT fastagi ON SCHEDULE EVERY 1 SECOND DO INSERT INTO call_log (uniqueid, server_ip, start_time)
			VALUES (UUID_SHORT(), '${dialer.serverIp}', NOW())`,
		);
		await look(40);
		await look(5, dialer.cron('AST_VDhopper.pl'));
		for (const script of SELF_EXITS) {
			await dialer.daemons.stop(script);
			await look(5);
			await look(5, dialer.cron('ADMIN_keepalive_ALL.pl'));
		}
		await look(5, dialer.cron('AST_flush_DBqueue.pl'));
		await look(20);

		await look(10, endOfDay(dialer));
		await look(30);
		await idleNight(dialer);
		await look(Math.max(20, 200 - ticks));
		expect(ticks).toBeGreaterThanOrEqual(200);

		const log = join(dialer.vicikeepLogDir, 'vicikeep.log');
		expect(existsSync(log) ? readFileSync(log, 'utf8') : '').toBe('');
		expect(await dialer.check(['--quiet'], { env: { VICIKEEP_LOOK_GAP: '0' } })).toMatchObject({
			exitCode: 0,
			stdout: '',
			stderr: '',
		});
	});
});
