import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { type Dialer, startDialer } from '../sandbox/dialer.ts';
import { lagOf, type Master, replicate } from '../sandbox/master.ts';
import { until } from '../sandbox/processes.ts';
import { tick } from './support.ts';

let dialer: Dialer;
let master: Master;
beforeAll(async () => {
	dialer = await startDialer({ daemons: false, asterisk: false });
	master = await replicate(dialer);
});
afterEach(() => readOnly(false));
afterAll(async () => {
	await master?.release();
	await dialer?.stop();
});

const readOnly = (on: boolean): Promise<unknown> => dialer.database.query(`SET GLOBAL read_only=${on ? 1 : 0}`);

/** What is told of the database once its replication has been looked at often enough: it is asked in turn with others. */
async function told(): Promise<string[]> {
	const found = new Set<string>();
	for (let look = 0; look < 14; look++) {
		const { findings } = (await tick(dialer, ['--only', 'mysql'])).check('mysql');
		found.clear();
		for (const { id, status, summary } of findings)
			found.add(`${id} ${status}${id === 'mysql.replica' ? ` ${summary}` : ''}`);
	}
	return [...found].sort();
}
const READ_ONLY = 'mysql.read_only critical';

it('a replica that follows is none of our troubles, whether it may be written or not', async () => {
	expect(await told()).toEqual([]);
	await readOnly(true);
	expect(await told()).toEqual([READ_ONLY]);
});

it('one that was stopped is critical while it may not be written, and a warning once it is made the master', async () => {
	await dialer.database.query('STOP SLAVE');
	await readOnly(true);
	expect(await told()).toEqual([
		READ_ONLY,
		'mysql.replica critical this database is a replica, and its replication has stopped',
	]);
	await readOnly(false);
	expect(await told()).toEqual([
		'mysql.replica warning this database may be written, and its replication was stopped: a replica that was made the master',
	]);
	await dialer.database.query('START SLAVE');
	await until('the replica', 20_000, async () => (await lagOf(dialer.database)) === 0);
	expect(await told()).toEqual([]);
});

it('one that has failed is told with the words of the server, as a warning where it may be written', async () => {
	await master.query('CREATE TABLE astray (id INT PRIMARY KEY)');
	await until('the table', 20_000, async () =>
		dialer.database.query('INSERT INTO astray VALUES (1)').then(
			() => true,
			() => false,
		),
	);
	await master.query('INSERT INTO astray VALUES (1)');
	await until('the failure', 20_000, async () => (await lagOf(dialer.database)) === null);
	const words = /its replication has stopped: .*Duplicate entry '1'.*astray/;
	expect(await told()).toEqual([expect.stringMatching(new RegExp(`^mysql.replica warning .*${words.source}`))]);
	await readOnly(true);
	expect(await told()).toEqual([
		READ_ONLY,
		expect.stringMatching(new RegExp(`^mysql.replica critical .*${words.source}`)),
	]);
});

it('is not seen with the rights of stock, whatever its state', async () => {
	await dialer.database.query("REVOKE SLAVE MONITOR ON *.* FROM cron@'%'");
	expect(await told()).toEqual([]);
});
