import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { type Carrier, enterTrunks, startCarrier, TRUNKS } from '../sandbox/carrier.ts';
import { type Dialer, startDialer } from '../sandbox/dialer.ts';
import { settableClock } from '../sandbox/faketime.ts';
import { until } from '../sandbox/processes.ts';
import { holdThread } from '../sandbox/thread.ts';
import { generalSip, lookAt, lookUntil, troublesOf } from './registrations.support.ts';

let dialer: Dialer;
let carrier: Carrier;
let set: (seconds: number) => void;
const undo: (() => unknown)[] = [];
beforeAll(async () => {
	[dialer, carrier] = await Promise.all([startDialer({ daemons: false, asterisk: false }), startCarrier()]);
	await dialer.database.query("UPDATE vicidial_server_carriers SET active='N' WHERE carrier_id='BOXTRUNK'");
	await carrier.accepts('acct');
	const clock = await settableClock(join(dialer.folder, 'clock'));
	set = clock.set;
	generalSip(dialer, 'minexpiry=1', 'registertimeout=1');
	await dialer.asterisk.start(clock.environment);
});
afterEach(async () => {
	for (const one of undo.splice(0).reverse()) await one();
});
afterAll(async () => {
	carrier?.stop();
	await dialer?.stop();
});

const registry = (): Promise<string> => dialer.asterisk.cli('sip show registry');

/** The clock of the whole machine would be set: Asterisk's does not differ from ours. */
const ONE_CLOCK = { VICIKEEP_WARN_ASTERISK_CLOCK_SKEW: 'never', VICIKEEP_CRIT_ASTERISK_CLOCK_SKEW: 'never' };

/** What one look finds at registrations that were seen. */
async function look(): Promise<string[]> {
	const seen = await lookAt(dialer, ONE_CLOCK);
	expect(seen.check('registrations').metrics).toContainEqual(
		expect.objectContaining({ name: 'registrations_up', value: 1 }),
	);
	return troublesOf(seen);
}

it('trunks are not overdue because the clock was set, but those that nobody renews are in the end', async () => {
	await enterTrunks(dialer, { T1: TRUNKS.sip(carrier.address) });
	await until('the registration', 20_000, async () => / Registered /.test(await registry()));
	expect(await look()).toEqual([]);
	// whoever would renew it at once by the new clock
	undo.push(await holdThread(dialer.asterisk, 'do_monitor'));
	set(3600);
	expect(await look()).toEqual([]);
	expect(await registry()).toMatch(/acct .* Registered /);
	await lookUntil(dialer, ['overdue SIP/siptrunk'], 90, ONE_CLOCK);
});
