import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { connect, createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Dialer, startDialer } from '../sandbox/dialer.ts';
import { freeAddress } from '../sandbox/instance.ts';
import { until } from '../sandbox/processes.ts';
import { tick } from './support.ts';

const ONLY = ['--only', 'cluster'];
/** An address of the loopback network on which no dialer lives, and lower than that of any. */
const NOBODY = '127.0.0.2';

let first: Dialer;
let second: Dialer;
let third: Dialer;
const sql = (text: string, ...values: unknown[]) => first.database.query(text, values);

/** Sets the heartbeats of dialers back by so many seconds; without that they are fresh. */
const beats = async (ages: Record<string, number>): Promise<void> => {
	for (const [ip, age] of Object.entries(ages))
		await sql(
			'REPLACE INTO server_updater VALUES (?, NOW() - INTERVAL ? SECOND, NOW() - INTERVAL ? SECOND)',
			ip,
			age,
			age,
		);
};
const found = (ran: Awaited<ReturnType<typeof tick>>): string[] =>
	ran.check('cluster').findings.map(({ id, subject, status }) => `${id} ${subject} ${status}`);

beforeAll(async () => {
	first = await startDialer({ daemons: false });
	second = await startDialer({ daemons: false, sharesDatabaseOf: first });
	third = await startDialer({ daemons: false, asterisk: false, sharesDatabaseOf: first });
	await sql('DROP EVENT other_dialer');
	await sql('UPDATE servers SET server_ip=? WHERE server_ip=?', NOBODY, '192.0.2.12');
	await sql('DELETE FROM server_updater WHERE server_ip=?', '192.0.2.12');
	await beats({ [first.serverIp]: 0, [second.serverIp]: 0, [third.serverIp]: 0, [NOBODY]: 0 });
	await sql(`CREATE EVENT alive ON SCHEDULE EVERY 1 SECOND DO REPLACE INTO server_updater (server_ip, last_update)
		SELECT server_ip, NOW() FROM servers WHERE server_description <> 'silent'`);
});
afterAll(async () => {
	await third?.stop();
	await second?.stop();
	await first?.stop();
});

/** Lets nobody write the heartbeat of this dialer any more. */
const silence = async ({ serverIp }: { serverIp: string }): Promise<void> => {
	await sql("UPDATE servers SET server_description='silent' WHERE server_ip=?", serverIp);
	await beats({ [serverIp]: 400 });
};
const revive = async ({ serverIp }: { serverIp: string }): Promise<void> => {
	await sql("UPDATE servers SET server_description='' WHERE server_ip=?", serverIp);
	await beats({ [serverIp]: 0 });
};

describe('another dialer', () => {
	it('that writes its heartbeat is well, and is asked for nothing', async () => {
		const ran = await tick(first, ONLY);
		expect(found(ran)).toEqual([]);
		expect(
			ran
				.check('cluster')
				.metrics.map(({ labels }) => labels.server)
				.sort(),
		).toEqual([second.serverIp, third.serverIp, NOBODY].sort());
	});

	it('whose row has gone stale while its Asterisk lives is not dead', async () => {
		await silence(second);
		for (const _ of [1, 2, 3])
			expect(found(await tick(first, ONLY))).toEqual([`cluster.updater_silent ${second.serverIp} warning`]);
	});

	it('whose Asterisk is gone, too, is dead at the second look', async () => {
		second.asterisk.freeze();
		expect(found(await tick(first, ONLY))).toEqual([`cluster.dead ${second.serverIp} warning`]);
		const ran = await tick(first, ONLY);
		expect(found(ran)).toEqual([`cluster.dead ${second.serverIp} critical`]);
		expect(ran.exitCode).toBe(2);
		second.asterisk.thaw();
		expect(found(await tick(first, ONLY))).toEqual([`cluster.updater_silent ${second.serverIp} warning`]);
	});

	it('that was taken out of service is nobody', async () => {
		await sql("UPDATE servers SET active='N' WHERE server_ip=?", second.serverIp);
		expect(found(await tick(first, ONLY))).toEqual([]);
		await sql("UPDATE servers SET active='Y' WHERE server_ip=?", second.serverIp);
		await revive(second);
	});

	it.each([
		['is closed at once', (socket: Socket) => socket.end()],
		['is broken off at once', (socket: Socket) => socket.resetAndDestroy()],
	])('lives while each connection to its manager %s, and is dead once nobody listens there', async (_, close) => {
		const ip = await freeAddress();
		const manager = createServer(close);
		await new Promise<void>((resolve) => manager.listen(5038, ip, resolve));
		await sql(
			"INSERT INTO servers (server_id, server_ip, active, active_asterisk_server, telnet_port) VALUES ('BUSY', ?, 'Y', 'Y', '5038')",
			ip,
		);
		await silence({ serverIp: ip });
		try {
			// which dialers there are is asked in turn
			await until('the look at it', 60_000, async () =>
				found(await tick(first, ONLY)).includes(`cluster.updater_silent ${ip} warning`),
			);
			for (const _look of [1, 2])
				expect(found(await tick(first, ONLY))).toEqual([`cluster.updater_silent ${ip} warning`]);
			await new Promise<unknown>((resolve) => manager.close(resolve));
			expect(found(await tick(first, ONLY))).toEqual([`cluster.dead ${ip} warning`]);
			expect(found(await tick(first, ONLY))).toEqual([`cluster.dead ${ip} critical`]);
		} finally {
			manager.close();
			await sql('DELETE FROM servers WHERE server_ip=?', ip);
			await sql('DELETE FROM server_updater WHERE server_ip=?', ip);
			// until it is asked again who there is
			await tick(first, ONLY);
		}
	});

	it('whose Asterisk takes no further session lives', async () => {
		const conf = join(second.asteriskEtc, 'manager.conf');
		const stock = readFileSync(conf, 'utf8');
		writeFileSync(conf, stock.replace('[general]', '[general]\nauthlimit=1\nauthtimeout=300'));
		await second.asterisk.cli('manager reload');
		const waiting = [1, 2, 3].map(() => connect(5038, second.serverIp).on('error', () => {}));
		try {
			await until('the end of those too many', 10_000, () => waiting.filter((one) => one.readableEnded).length > 0);
			await silence(second);
			for (const _ of [1, 2, 3])
				expect(found(await tick(first, ONLY))).toEqual([`cluster.updater_silent ${second.serverIp} warning`]);
		} finally {
			for (const one of waiting) one.destroy();
			writeFileSync(conf, stock);
			await second.asterisk.cli('manager reload');
			await revive(second);
		}
	});
});

describe('the voicemail server', () => {
	const set = (ip: string) => sql('UPDATE system_settings SET active_voicemail_server=?', ip);
	it('is to be named, known, and to run AST_VDauto_dial', async () => {
		for (const ip of ['', '10.9.9.9', second.serverIp]) {
			await set(ip);
			await tick(first, ONLY);
			await tick(first, ONLY);
			expect(found(await tick(first, ONLY))).toEqual(['cluster.voicemail_server active_voicemail_server warning']);
		}
		await set(first.serverIp);
		expect(found(await tick(first, ONLY))).toEqual([]);
		const withoutIt = await tick(first, ONLY, { VICIKEEP_KEEPALIVES: '126' });
		expect(found(withoutIt)).toEqual(['cluster.voicemail_server active_voicemail_server warning']);
	});
});

describe('a dialer that has died, among three others', () => {
	/** What the program of each dialer was told, one line a call. */
	const told = (): { server_ip: string; event: string; scope: string; repeat?: boolean }[] =>
		[first, second, third].flatMap(({ folder }) => {
			const path = join(folder, 'told');
			return existsSync(path)
				? readFileSync(path, 'utf8')
						.trim()
						.split('\n')
						.map((line) => JSON.parse(line))
				: [];
		});
	const ticks = (): Promise<unknown> =>
		Promise.all(
			[first, second, third].map((dialer) => {
				const hook = join(dialer.folder, 'hook');
				writeFileSync(hook, `#!/bin/sh\ncat >>${dialer.folder}/told\n`);
				chmodSync(hook, 0o700);
				return tick(dialer, ONLY, { VICIKEEP_ON_FAILOVER: hook });
			}),
		);

	it('is told once in ten ticks, and its recovery once', async () => {
		await sql('UPDATE system_settings SET active_voicemail_server=?', first.serverIp);
		await ticks();
		await silence({ serverIp: NOBODY });
		for (let n = 0; n < 10; n++) await ticks();
		const [call, ...others] = told();
		const speaker = [first, second, third].map(({ serverIp }) => serverIp).sort((a, b) => number(a) - number(b))[0];
		expect(others).toEqual([]);
		expect(call).toMatchObject({
			server_ip: speaker,
			event: 'failover',
			scope: 'cluster',
			finding: { id: 'cluster.dead', subject: NOBODY, status: 'critical' },
			status: 'critical',
		});
		expect(call?.repeat).toBeUndefined();

		// the one that comes back has the lowest address and speaks for the cluster from then on
		await revive({ serverIp: NOBODY });
		for (let n = 0; n < 3; n++) await ticks();
		expect(told().map(({ event, server_ip }) => `${event} ${server_ip}`)).toEqual([
			`failover ${speaker}`,
			`recovery ${speaker}`,
		]);
	});
});

const number = (ip: string): number => ip.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
