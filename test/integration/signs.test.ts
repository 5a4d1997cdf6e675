import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Dialer, startDialer } from '../sandbox/dialer.ts';
import { footprint, tick } from './support.ts';

let dialer: Dialer;
beforeAll(async () => {
	dialer = await startDialer({ keepalives: '12345678CES9', options: ['-cu3way', '-recmon'] });
	await dialer.database.query('UPDATE servers SET conf_update_interval=2 WHERE server_ip=?', [dialer.serverIp]);
	await dialer.database.query(
		"INSERT INTO vicidial_remote_agents SET user_start='9001', number_of_lines=2, server_ip=?, conf_exten='8600', status='ACTIVE', campaign_id='TEST'",
		[dialer.serverIp],
	);
}, 60_000);
afterAll(() => dialer.stop());

describe('a dialer with every daemon that stock knows', () => {
	it('is well, and costs few statements', async () => {
		const first = await tick(dialer);
		expect(first.findings).toEqual([]);
		const second = await footprint(dialer);
		console.log(second.statements.length, second.statements.join(' '));
		expect(second.tick.findings).toEqual([]);
		expect(second.tick.exitCode).toBe(0);
	});
});
