import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Area, Stage } from './fault.ts';
import { crash, hang, olderThan, rewrite, sleep } from './injections.ts';
import { overAndOver } from './near-misses.ts';
import { LISTENER } from './scripts.ts';
import { actions, dial, ring } from './traffic.ts';

/** Seconds after which what was sent before the listener came no longer matters: it is asked about the last minutes. */
const LONG_THERE = 65;

/** What the sender's account may do is taken from it, or given back to it in other words, and Asterisk told. */
async function senderMay({ dialer: { asterisk }, later }: Stage, rights: string): Promise<void> {
	const path = join(asterisk.etc, 'manager.conf');
	const stock = readFileSync(path, 'utf8');
	writeFileSync(path, stock.replace(/(\[sendcron\][^[]*?\nwrite = ).*/, `$1${rights}`));
	later(async () => {
		writeFileSync(path, stock);
		await asterisk.cli('manager reload');
	});
	await asterisk.cli('manager reload');
}

/** Thirty calls of the last minutes, sent to Asterisk by the sender, beside two of which nobody knows. */
async function sendCalls(stage: Stage): Promise<void> {
	await olderThan(stage, LISTENER, LONG_THERE);
	await ring(stage, 2);
	await actions(stage, 'NEW', { count: 30, age: 61, action: 'Originate' });
	await sleep(8000);
}

/** A listener that takes a little at a time from its connection. */
async function readsSlowly(stage: Stage): Promise<void> {
	const stock = readFileSync(join(stage.dialer.home, LISTENER), 'utf8');
	const slow = `use Sandbox::Ami; { no warnings; *Sandbox::Ami::fill = sub {
	my ($self, $deadline) = @_;
	return 0 if time > $deadline;
	select(undef, undef, undef, 0.05);
	return sysread($self->{socket}, $self->{buffer}, 100, length $self->{buffer});
} }
refuse_second_start();`;
	rewrite(stage, LISTENER, stock.replace('refuse_second_start();', slow));
	await crash(stage, LISTENER);
	stage.later(() => crash(stage, LISTENER));
	await stage.dialer.daemons.startAll();
}

/** Calls that no action has asked for: each is told to the listeners in a dozen events. */
const keepCalling = (stage: Stage): void =>
	overAndOver(stage, 300, () =>
		stage.dialer.asterisk.cli('channel originate Local/8600999@default application Wait 1'),
	);

/** What stands between Asterisk and the rows of calls. */
export const LISTENERS: Area = {
	name: 'listeners',
	keepalives: '123',
	faults: [
		{
			pains: [16],
			rows: [3],
			says: 'the listener is connected and deaf: no call of the last minutes was seen again, and Asterisk runs some of them',
			inject: async (stage) => {
				await olderThan(stage, LISTENER, LONG_THERE);
				await hang(stage, LISTENER, 'loop');
				await actions(stage, 'SENT', { count: 30, age: 61, action: 'Originate' });
				await dial(stage, 2, 61);
				await sleep(1000);
			},
			find: ['queues.manager_sent AST_manager_listen'],
			tells: /Asterisk runs 2 of them now/,
			after: 'well',
			between: 1100,
			within: { found: 6, repaired: 9 },
			do: ['restart:AST_manager_listen'],
			twin: {
				but: 'a few of them were, though the carrier refused most',
				inject: async (stage) => {
					await olderThan(stage, LISTENER, LONG_THERE);
					await actions(stage, 'SENT', { count: 30, age: 61, action: 'Originate' });
					await actions(stage, 'DEAD', { count: 5, age: 61, action: 'Originate' });
					await ring(stage, 2);
				},
			},
		},
		{
			pains: [16, 24],
			rows: [3],
			says: "the sender's account may not originate: no call of the last minutes was seen again, and the listener is well",
			inject: async (stage) => {
				await senderMay(stage, 'system,call,log,verbose,command,agent,user');
				await sendCalls(stage);
			},
			find: ['queues.manager_sent AST_manager_listen'],
			tells: /Asterisk runs none of them now: .*sendcron may not originate.*manager show user sendcron/,
			after: { stays: 2 },
			between: 1100,
			within: { found: 9 },
			twin: {
				but: 'it may, in another order of words',
				inject: async (stage) => {
					await senderMay(stage, 'originate,command,call,system');
					await sendCalls(stage);
				},
			},
		},
		{
			pains: [16],
			says: 'the listener is connected and reads nothing of what it is sent',
			inject: async (stage) => {
				await hang(stage, LISTENER, 'loop');
				keepCalling(stage);
			},
			find: ['processes.deaf AST_manager_listen'],
			tells: /none was read since an earlier sample/,
			after: 'well',
			env: { VICIKEEP_WARN_MANAGER_UNREAD: '4096' },
			between: 1500,
			within: { found: 12, repaired: 16 },
			do: ['restart:AST_manager_listen'],
			twin: {
				but: 'it reads all the while, and is far behind',
				inject: async (stage) => {
					await readsSlowly(stage);
					keepCalling(stage);
					await sleep(5000);
				},
				proof: ({ dialer }) => unread(dialer.serverIp) > 4096,
			},
		},
	],
};

/** The most bytes that wait unread in a connection to the manager at this address. */
function unread(address: string): number {
	const remote = address
		.split('.')
		.reverse()
		.map((part) => Number(part).toString(16).toUpperCase().padStart(2, '0'))
		.join('');
	const queues = readFileSync('/proc/net/tcp', 'latin1')
		.split('\n')
		.filter((line) => line.trim().split(/\s+/)[2] === `${remote}:13AE`)
		.map((line) => Number.parseInt(line.trim().split(/\s+/)[4]?.split(':')[1] ?? '0', 16));
	return Math.max(0, ...queues);
}
