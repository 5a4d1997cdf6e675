import { chmodSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import mysql from 'mysql2/promise';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { layConfFiles } from '../sandbox/conf.ts';
import { type Dialer, startDialer } from '../sandbox/dialer.ts';
import { until } from '../sandbox/processes.ts';
import { tick } from './support.ts';

/** An address of the loopback network on which no dialer lives. */
const NOBODY = '127.0.0.2';

let first: Dialer;
let second: Dialer;
const undo: (() => unknown)[] = [];
const sql = (text: string, ...values: unknown[]) => first.database.query(text, values);

beforeAll(async () => {
	first = await startDialer({ daemons: false });
	second = await startDialer({ daemons: false, sharesDatabaseOf: first });
	await sql('DROP EVENT other_dialer');
	await sql('UPDATE servers SET server_ip=? WHERE server_ip=?', NOBODY, '192.0.2.12');
	await sql('DELETE FROM server_updater WHERE server_ip=?', '192.0.2.12');
	await sql(`CREATE EVENT alive ON SCHEDULE EVERY 1 SECOND DO REPLACE INTO server_updater (server_ip, last_update)
		SELECT server_ip, NOW() FROM servers WHERE server_description <> 'silent'`);
	await until('heartbeats', 10_000, async () => (await sql('SELECT 1 FROM server_updater')).length === 3);
});
beforeEach(() => {
	for (const { folder, stateDir, vicikeepLogDir } of [first, second])
		for (const path of [join(folder, 'told'), join(stateDir, 'state.json'), join(vicikeepLogDir, 'vicikeep.log')])
			rmSync(path, { force: true });
});
afterEach(async () => {
	for (const one of undo.splice(0).reverse()) await one();
});
afterAll(async () => {
	await second?.stop();
	await first?.stop();
});

/** Lets nobody write the heartbeat of this dialer any more. */
async function silence(ip: string): Promise<void> {
	undo.push(() => revive(ip));
	await sql("UPDATE servers SET server_description='silent' WHERE server_ip=?", ip);
	await sql('REPLACE INTO server_updater VALUES (?, NOW() - INTERVAL 400 SECOND, NOW() - INTERVAL 400 SECOND)', ip);
}
async function revive(ip: string): Promise<void> {
	await sql("UPDATE servers SET server_description='' WHERE server_ip=?", ip);
	await sql('REPLACE INTO server_updater VALUES (?, NOW(), NOW())', ip);
}

/** Both dialers, the one with the lower address, which speaks, first. */
const inOrder = (): [Dialer, Dialer] => {
	const number = (ip: string): number => ip.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
	return number(first.serverIp) < number(second.serverIp) ? [first, second] : [second, first];
};

/** A look whose program for failures keeps what it is told; it is called at the second of a failure. */
function look(dialer: Dialer, only: string, env: Record<string, string> = {}): Promise<unknown> {
	const hook = join(dialer.folder, 'hook');
	writeFileSync(hook, `#!/bin/sh\ncat >>${dialer.folder}/told\n`);
	chmodSync(hook, 0o700);
	return tick(dialer, ['--only', only], { VICIKEEP_ON_FAILOVER: hook, VICIKEEP_FAILOVER_AFTER: '2', ...env });
}
/** `event scope id`, and whether it is a repeat, of all that the program of this dialer was told. */
const told = ({ folder }: Dialer): string[] =>
	linesOf(join(folder, 'told')).map(
		({ event, scope, finding, repeat }) => `${event} ${scope} ${finding.id}${repeat === true ? ' repeat' : ''}`,
	);
const logged = ({ vicikeepLogDir }: Dialer): string[] =>
	linesOf(join(vicikeepLogDir, 'vicikeep.log'))
		.filter(({ event }) => event === 'hook')
		.map(({ outcome, reason }) => `${outcome}: ${reason}`);
// biome-ignore lint/suspicious/noExplicitAny: JSON of the program's own
const linesOf = (path: string): any[] =>
	existsSync(path)
		? readFileSync(path, 'utf8')
				.trim()
				.split('\n')
				.map((line) => JSON.parse(line))
		: [];

describe('a sister', () => {
	const lay = (dialer: Dialer): Promise<void> =>
		layConfFiles(first.database, dialer.asteriskEtc, dialer.serverIp).then(async () => {
			await dialer.asterisk.cli('iax2 reload');
		});
	const found = async (): Promise<string[]> =>
		(await tick(first, ['--only', 'registrations,cluster'])).findings.filter((one) => !one.includes('intervals'));
	const state = async (): Promise<string> =>
		(await first.asterisk.cli('iax2 show registry')).split('\n').find((line) => line.includes(second.serverIp)) ?? '';

	it('that takes our IAX2 registration is well; one that refuses it is named, until the secrets agree again', async () => {
		for (const dialer of [second, first]) await lay(dialer);
		await until('our registration there', 20_000, async () => state().then((line) => / Registered/.test(line)));
		expect(await found()).toEqual([]);

		// the secret of the sister was changed, and only she was told
		await sql("UPDATE servers SET conf_secret='Changed1' WHERE server_ip=?", second.serverIp);
		await lay(second);
		await first.asterisk.cli('iax2 reload');
		await until('her refusal', 20_000, async () => state().then((line) => / Rejected/.test(line)));
		// a secret that is just being changed is refused once
		expect(await found()).toEqual([]);
		const ran = await tick(first, ['--only', 'registrations,cluster']);
		expect(ran.check('cluster').findings).toMatchObject([
			{ id: 'cluster.refused', subject: second.serverIp, status: 'warning' },
		]);
		expect(ran.check('cluster').findings[0]?.summary).toMatch(/refuses the IAX2 registration.*\(Rejected\)/);
		expect(ran.findings.filter((one) => one.includes('registrations.'))).toEqual([]);
		expect(ran.exitCode).toBe(1);

		// whoever looks at the cluster alone, or has no session with Asterisk, has not seen it end
		const known = [`cluster.refused ${second.serverIp}`];
		for (const _ of [1, 2]) expect((await tick(first, ['--only', 'cluster'])).findings).toEqual(known);
		const lockedOut = await tick(first, ['--only', 'registrations,cluster'], { VICIKEEP_AMI_PORT: '1' });
		expect(lockedOut.findings.filter((one) => one.startsWith('cluster.'))).toEqual(known);
		expect(await found()).toEqual(known);

		await lay(first);
		await until('our registration there', 20_000, async () => state().then((line) => / Registered/.test(line)));
		expect(await found()).toEqual([]);
	});
});

describe('who speaks for the cluster', () => {
	/** Another session of the database's server holds this lock until it is released. */
	async function holding(name: string): Promise<() => Promise<void>> {
		const session = await mysql.createConnection({ socketPath: first.database.socket, user: 'root' });
		const end = () => session.end().catch(() => {});
		undo.push(end);
		const [rows] = await session.query('SELECT GET_LOCK(?, 0) AS got', [name]);
		expect(rows).toEqual([{ got: 1 }]);
		return end;
	}

	it('waits while another session speaks, and then repeats what that one may have said', async () => {
		const [speaker] = inOrder();
		const release = await holding('vicikeep speaks asterisk');
		await silence(NOBODY);
		for (const _ of [1, 2, 3, 4]) await look(speaker, 'cluster');
		expect(told(speaker)).toEqual([]);
		expect(logged(speaker)).not.toEqual([]);
		expect(
			logged(speaker).filter((line) => !line.startsWith('withheld: another dialer speaks at this moment')),
		).toEqual([]);

		await release();
		for (const _ of [1, 2, 3]) await look(speaker, 'cluster');
		expect(told(speaker)).toEqual(['failover cluster cluster.dead repeat']);
	});

	it('takes no notice of who speaks for another cluster on the same server', async () => {
		const [speaker] = inOrder();
		await holding('vicikeep speaks elsewhere');
		await silence(NOBODY);
		for (const _ of [1, 2, 3, 4]) await look(speaker, 'cluster');
		expect(told(speaker)).toEqual(['failover cluster cluster.dead']);
	});

	it('changes when that dialer falls silent itself: the next one says it again, marked as a repeat', async () => {
		const [low, high] = inOrder();
		await silence(NOBODY);
		for (const _ of [1, 2, 3, 4]) for (const dialer of [low, high]) await look(dialer, 'cluster');
		expect([told(low), told(high)]).toEqual([['failover cluster cluster.dead'], []]);

		await silence(low.serverIp);
		for (const _ of [1, 2, 3]) for (const dialer of [low, high]) await look(dialer, 'cluster');
		expect([told(low), told(high)]).toEqual([
			['failover cluster cluster.dead'],
			['failover cluster cluster.dead repeat'],
		]);

		await revive(NOBODY);
		for (const _ of [1, 2]) for (const dialer of [low, high]) await look(dialer, 'cluster');
		expect([told(low).slice(1), told(high).slice(1)]).toEqual([
			['recovery cluster cluster.dead'],
			['recovery cluster cluster.dead repeat'],
		]);
	});
});

describe('with the database down', () => {
	it('every dialer speaks for itself', async () => {
		const both = inOrder();
		await first.database.stop();
		try {
			for (const _ of [1, 2, 3]) for (const dialer of both) await look(dialer, 'mysql,cluster');
			for (const dialer of both) expect(told(dialer)).toEqual(['failover database mysql.refused']);
		} finally {
			await first.database.start();
		}
		for (const _ of [1, 2]) for (const dialer of both) await look(dialer, 'mysql,cluster');
		for (const dialer of both) expect(told(dialer).slice(1)).toEqual(['recovery database mysql.refused']);
	});
});

describe('a dead dialer, when the database was started just now', () => {
	it('is told as a change, and taken over only once it has had time to start, too', async () => {
		const [speaker] = inOrder();
		await silence(NOBODY);
		const starting = { VICIKEEP_GRACE_DATABASE: '86400', VICIKEEP_ON_CHANGE: join(speaker.folder, 'hook') };
		for (const _ of [1, 2, 3, 4, 5]) await look(speaker, 'cluster', starting);
		expect(told(speaker)).toContain('change cluster cluster.dead');
		expect(told(speaker).filter((one) => one.startsWith('failover'))).toEqual([]);
		for (const _ of [1, 2, 3]) await look(speaker, 'cluster');
		expect(told(speaker).filter((one) => one.startsWith('failover'))).toEqual(['failover cluster cluster.dead']);
	});
});

describe('a trouble of the database that all dialers see', () => {
	it('is told by the speaker alone while the database can be worked with', async () => {
		const both = inOrder();
		// it would speak otherwise
		await silence(NOBODY);
		const crowded = { VICIKEEP_WARN_DATABASE_CONNECTIONS: '0', VICIKEEP_CRIT_DATABASE_CONNECTIONS: '0' };
		for (const _ of [1, 2])
			for (const dialer of both)
				await look(dialer, 'mysql,cluster', { ...crowded, VICIKEEP_ON_CHANGE: join(dialer.folder, 'hook') });
		const [ofSpeaker, ofOther] = both.map((dialer) => told(dialer).filter((one) => one.includes('mysql')));
		expect(ofSpeaker).toEqual(['change cluster mysql.connections']);
		expect(ofOther).toEqual([]);
	});
});
