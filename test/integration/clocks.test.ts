import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Dialer, startDialer } from '../sandbox/dialer.ts';
import { clockAhead } from '../sandbox/faketime.ts';
import { tick } from './support.ts';

/** This dialer works on the database of the first one: two addresses, two servers, three clocks. */
let first: Dialer;
let dialer: Dialer;
beforeAll(async () => {
	first = await startDialer({ daemons: false, asterisk: false });
	dialer = await startDialer({ daemons: false, sharesDatabaseOf: first });
});
afterAll(async () => {
	await dialer?.stop();
	await first?.stop();
});

/** Restarts servers with other clocks than this machine's, by so many seconds. */
async function clocks({ database = 0, asterisk = 0 }): Promise<void> {
	await first.database.stop();
	await first.database.start(database === 0 ? {} : await clockAhead(database));
	await dialer.asterisk.kill();
	await dialer.asterisk.start(asterisk === 0 ? {} : await clockAhead(asterisk));
}

/** The address of Asterisk in a notation that nobody takes for one of this machine's. */
const elsewhere = (): Record<string, string> => ({
	VICIKEEP_AMI_HOST: `0x${dialer.serverIp
		.split('.')
		.map((part) => Number(part).toString(16).padStart(2, '0'))
		.join('')}`,
});

/** What is told of clocks: key, words behind the difference, cause. */
async function told(env: Record<string, string> = {}) {
	const { report } = await tick(dialer, ['--only', 'mysql,asterisk'], env);
	return report.checks.flatMap(({ findings }) =>
		findings.map(({ id, summary, evidence, cause }) => ({
			id,
			summary: summary.replace(/(39|40|41) s/, 'N s'),
			wrong: evidence.wrong,
			cause,
		})),
	);
}

it('a database that is ahead is named where Asterisk elsewhere agrees with us, not where it is our own', async () => {
	await clocks({ database: 40 });
	const words = "the database's clock is N s ahead of this machine's; ";
	expect(await told(elsewhere())).toEqual([
		{
			id: 'mysql.clock_skew',
			summary: `${words}Asterisk's agrees with this machine's: the database's is wrong`,
			wrong: 'the database',
			cause: undefined,
		},
	]);
	expect(await told()).toEqual([
		{
			id: 'mysql.clock_skew',
			summary: `${words}one of the two is wrong: Asterisk's is the one of this machine`,
			wrong: null,
			cause: undefined,
		},
	]);
});

it('this machine is named, once, where both others agree against it', async () => {
	await clocks({ database: -40, asterisk: -40 });
	expect(await told()).toEqual([
		{
			id: 'mysql.clock_skew',
			summary: "this machine's clock is N s ahead of the others: the database's and Asterisk's agree with each other",
			wrong: 'this machine',
			cause: undefined,
		},
		{
			id: 'asterisk.clock_skew',
			summary: "Asterisk's clock is N s behind this machine's",
			wrong: undefined,
			cause: `mysql.clock_skew ${first.serverIp}:3306`,
		},
	]);
});

it('nobody is named where all three differ', async () => {
	await clocks({ database: 40, asterisk: -40 });
	expect((await told()).map(({ id, wrong, cause }) => [id, wrong, cause])).toEqual([
		['mysql.clock_skew', null, undefined],
		['asterisk.clock_skew', null, undefined],
	]);
});
