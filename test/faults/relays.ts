import { join } from 'node:path';
import { isAlive, signal, until } from '../sandbox/processes.ts';
import type { Area, Stage } from './fault.ts';
import { stranger } from './injections.ts';

/** Some of the three relays end; those of the area are whole again after the row. */
async function lose({ dialer: { daemons }, later }: Stage, count: number): Promise<void> {
	later(async () => {
		await daemons.relayControl('stop');
		await daemons.relayControl('start');
	});
	const lost = daemons.relays().slice(0, count);
	for (const pid of lost) signal(pid, 'SIGKILL');
	await until('the end of relays', 5000, () => !lost.some(isAlive));
}

const whole = ({ dialer: { daemons } }: Stage): boolean => daemons.relays().length === 3;

/** What code 8 runs on old systems: three programs without a screen, a log or a heartbeat. */
export const RELAYS: Area = {
	name: 'relays',
	keepalives: '12368',
	faults: [
		{
			says: 'one of the three relays has ended, and stock starts them only when none is there',
			inject: (stage) => lose(stage, 1),
			find: ['processes.incomplete ip_relay'],
			tells: /2 of 3 processes of ip_relay run; nobody holds UDP \d+; stock starts them only when none does/,
			do: ['restart:ip_relay'],
			after: 'well',
			proof: whole,
			twin: {
				but: 'what has stopped is a reader of their script, and another program whose name begins like theirs',
				inject: async (stage) => {
					await stranger(stage, '/usr/bin/tail', '-f', join(stage.dialer.home, 'ip_relay/relay_control'));
					const other = await stranger(
						stage,
						'/bin/bash',
						'-c',
						'exec -a ip_relay_old /usr/bin/perl -e "sleep 1 while 1" -- "$0" 127.0.0.1 4569 9999999',
						'40569',
					);
					signal(other, 'SIGSTOP');
				},
			},
		},
		{
			says: 'all three relays have ended',
			inject: (stage) => lose(stage, 3),
			find: ['processes.absent ip_relay'],
			do: ['start:ip_relay'],
			after: 'well',
			proof: whole,
			twin: {
				but: 'stock has started them again',
				inject: async (stage) => {
					await lose(stage, 3);
					await stage.dialer.daemons.relayControl('start');
				},
			},
		},
	],
};
