import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Dialer, startDialer } from '../sandbox/dialer.ts';
import { providePrograms } from '../sandbox/programs.ts';
import { callsOf, command, installed, runHook } from './examples.support.ts';
import { tick } from './support.ts';

let dialer: Dialer;
let primary: Dialer;
beforeAll(async () => {
	dialer = await startDialer({ daemons: false });
	primary = await startDialer({ daemons: false, sharesDatabaseOf: dialer });
	const { mariadbd } = await providePrograms();
	command(dialer, 'mysql', join(mariadbd.base, 'bin/mysql'), mariadbd.libraries);
	await sql('DROP EVENT other_dialer');
	await sql("DELETE FROM servers WHERE server_ip='192.0.2.12'");
	await sql('UPDATE system_settings SET active_voicemail_server=?', primary.serverIp);
	await beats(primary);
});
afterAll(async () => {
	await primary?.stop();
	await dialer?.stop();
});
const sql = (text: string, ...values: unknown[]) => dialer.database.query(text, values);
/** Writes its heartbeat, `age` seconds ago. */
const beats = ({ serverIp }: Dialer, age = 0) =>
	sql(
		'REPLACE INTO server_updater VALUES (?, NOW() - INTERVAL ? SECOND, NOW() - INTERVAL ? SECOND)',
		serverIp,
		age,
		age,
	);
const state = async () => {
	const [settings] = await sql('SELECT active_voicemail_server AS server FROM system_settings');
	const rebuild = await sql("SELECT server_ip FROM servers WHERE rebuild_conf_files='Y'");
	await sql("UPDATE servers SET rebuild_conf_files='N'");
	return { voicemail: settings.server, rebuild: rebuild.map(({ server_ip }) => server_ip).sort() };
};

it('on-failover-twin takes the role of a dead dialer once, and gives it back once', async () => {
	const account = join(dialer.folder, 'etc/twin.cnf');
	writeFileSync(account, `[client]\nhost=${dialer.serverIp}\nuser=cron\npassword=1234\n[mysql]\ndatabase=asterisk\n`, {
		mode: 0o600,
	});
	const hook = installed(dialer, 'on-failover-twin', {
		PRIMARY: primary.serverIp,
		TWIN: dialer.serverIp,
		ACCOUNT: account,
	});
	const look = async (age: number) => {
		await beats(dialer);
		await beats(primary, age);
		return tick(dialer, ['--only', 'cluster'], { VICIKEEP_ON_FAILOVER: hook });
	};
	const both = [dialer.serverIp, primary.serverIp].sort();
	await look(0);
	await primary.asterisk.kill();
	for (let n = 0; n < 10; n++) await look(400);
	expect(callsOf(dialer)).toEqual([`done the voicemail server is ${dialer.serverIp} now`]);
	expect(await state()).toEqual({ voicemail: dialer.serverIp, rebuild: both });

	await primary.asterisk.start();
	for (let n = 0; n < 4; n++) await look(0);
	expect(callsOf(dialer).slice(1)).toEqual([`done the voicemail server is ${primary.serverIp} now`]);
	expect(await state()).toEqual({ voicemail: primary.serverIp, rebuild: both });
});

it('on-failover-twin moves nothing for another trouble, to a dialer without a sign of life, twice, or from somebody else', async () => {
	const hook = join(dialer.folder, 'on-failover-twin');
	const dead = { id: 'cluster.dead', subject: primary.serverIp };
	const told = async (event: string, finding: object): Promise<string> =>
		(await runHook(dialer, hook, { event, finding })).output;
	expect(await told('failover', { id: 'mysql.refused', subject: 'x' })).toContain('nothing for the twin to do');
	expect(await told('failover', { ...dead, subject: '192.0.2.12' })).toContain('nothing for the twin to do');
	await beats(dialer, 400);
	expect(await told('failover', dead)).toBe('the voicemail server stays\n');
	await beats(dialer);
	expect(await told('failover', dead)).toContain(`is ${dialer.serverIp} now`);
	expect(await told('failover', dead)).toBe('the voicemail server stays\n');
	expect((await state()).voicemail).toBe(dialer.serverIp);
	await sql("UPDATE system_settings SET active_voicemail_server='192.0.2.12'");
	expect(await told('failover', dead)).toBe('the voicemail server stays\n');
	expect(await state()).toEqual({ voicemail: '192.0.2.12', rebuild: [] });
});
