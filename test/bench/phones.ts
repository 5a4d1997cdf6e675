// Cost of a look at the trunks and phones of a dialer with 5,000 phones, told by a fake manager in a process of its own:
// the median of several full lists, and of looks between them.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { AmiSession } from '../../src/adapters/ami.ts';
import { Deadline } from '../../src/adapters/clock.ts';
import { type Asked, askAll } from '../../src/dialer/registrations-asking.ts';
import { FakeAsterisk } from '../unit/fake-asterisk.ts';
import { manyPhones } from '../unit/many-phones.ts';
import { memory } from '../unit/registrations.given.ts';

const PHONES = 5000;
const ROUNDS = 9;

async function serve(): Promise<void> {
	const asterisk = new FakeAsterisk();
	(await asterisk.session(manyPhones(PHONES))).close();
	process.send?.(asterisk.port);
	process.on('disconnect', () => process.exit(0));
}

async function measure(): Promise<void> {
	const child = fork(import.meta.filename, ['serve'], { execArgv: process.execArgv });
	const [port] = (await once(child, 'message')) as [number];
	const session = await AmiSession.open('127.0.0.1', port, 5000);
	const look = (turn: number, counts: Asked['counts']): Promise<Asked> =>
		askAll(
			{ deadline: new Deadline(45), uptime: 10_000, asteriskTimes: undefined, endAmi: () => {} },
			session,
			memory({ turn, counts }),
			[],
		);
	const full: number[] = [];
	const between: number[] = [];
	for (let round = 0; round < ROUNDS; round++) {
		const before = process.cpuUsage();
		const { counts } = await look(4, {});
		const middle = process.cpuUsage(before);
		full.push((middle.user + middle.system) / 1000);
		const again = process.cpuUsage();
		await look(0, counts);
		const after = process.cpuUsage(again);
		between.push((after.user + after.system) / 1000);
	}
	session.close();
	child.disconnect();
	const median = (values: number[]): string => ([...values].sort((a, b) => a - b)[values.length >> 1] ?? 0).toFixed(1);
	console.log(`\n${PHONES} phones: ${median(full)} ms CPU for a full list, ${median(between)} ms between full lists`);
}

await (process.argv[2] === 'serve' ? serve() : measure());
