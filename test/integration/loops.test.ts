import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { layConfFiles } from '../sandbox/conf.ts';
import { type Dialer, startDialer } from '../sandbox/dialer.ts';
import { withLock } from '../sandbox/lock.ts';
import { signal, until } from '../sandbox/processes.ts';
import { lookAt, troublesOf } from './registrations.support.ts';

/** The limits as they are by default; where code 8 is kept, other dialers in a box have none. */
const LIMITS = { VICIKEEP_WARN_UNREGISTERED_LOOKS: '2', VICIKEEP_CRIT_UNREGISTERED_LOOKS: '3' };

let dialer: Dialer;
beforeAll(async () => {
	dialer = await startDialer({ daemons: false, keepalives: '12368' });
	// the loop trunks of all dialers of this machine lead to the same ports: those of others are to be turned away
	await dialer.database.query("UPDATE servers SET conf_secret='LoopSecret1' WHERE server_ip=?", [dialer.serverIp]);
	await layConfFiles(dialer.database, dialer.asteriskEtc, dialer.serverIp);
});
afterAll(() => dialer?.stop());

const loops = async (): Promise<string[]> =>
	(await dialer.asterisk.cli('iax2 show registry')).split('\n').filter((line) => line.startsWith('127.0.0.1:'));
/** Waits for so many registered loop trunks; Asterisk asks for them once a minute, or when it is reloaded. */
async function registered(count: number): Promise<void> {
	await dialer.asterisk.cli('iax2 reload');
	await until(`${count} loop trunks`, 90_000, async () => {
		const states = (await loops()).map((line) =>
			line
				.trim()
				.split(/\s{2,}/)
				.at(-1),
		);
		return states.filter((state) => state === 'Registered').length === count && states.length === 3;
	});
}
const looks = async (env: Record<string, string> = {}): Promise<string[]> => {
	const found: string[] = [];
	for (const _ of [1, 2, 3]) {
		const { report } = await lookAt(dialer, { ...LIMITS, ...env });
		for (const { id, subject, status } of report.checks.flatMap(({ findings }) => findings))
			found.push(`${id} ${subject} ${status}`.replace('registrations.', ''));
	}
	return found;
};
/** One relay machine-wide may listen on the stock ports of 127.0.0.1. */
const alone = (work: () => Promise<void>): Promise<void> =>
	withLock(join(tmpdir(), 'vicikeep-loop-trunks.lock'), 300_000, work);

describe('the loop trunks behind ip_relay', () => {
	it(
		'are registered while it passes packets on, and tell that it does not, though its processes are there',
		() =>
			alone(async () => {
				await dialer.daemons.relayControl('start', '127.0.0.1');
				try {
					await registered(3);
					expect(await looks()).toEqual([]);

					const relays = dialer.daemons.relays();
					expect(relays).toHaveLength(3);
					const [one = 0, ...others] = relays;
					signal(one, 'SIGSTOP');
					await registered(2);
					expect(await looks()).toEqual(['loops ip_relay warning', 'loops ip_relay warning']);

					for (const relay of others) signal(relay, 'SIGSTOP');
					await registered(0);
					expect((await looks()).at(-1)).toBe('loops ip_relay critical');
					// where code 8 is not kept alive nobody has ever listened
					expect(await looks({ VICIKEEP_KEEPALIVES: '1236' })).toEqual([]);

					for (const relay of relays) signal(relay, 'SIGCONT');
					await registered(3);
					expect(troublesOf(await lookAt(dialer, LIMITS))).toEqual([]);
				} finally {
					await dialer.daemons.relayControl('stop');
				}
			}),
		600_000,
	);
});
