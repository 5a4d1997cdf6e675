import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Carrier, enterTrunks, startCarrier, TRUNKS } from '../sandbox/carrier.ts';
import { type Dialer, startDialer } from '../sandbox/dialer.ts';
import { until } from '../sandbox/processes.ts';
import { lookAt } from './registrations.support.ts';

let dialer: Dialer;
let carrier: Carrier;
beforeAll(async () => {
	[dialer, carrier] = await Promise.all([startDialer({ daemons: false }), startCarrier()]);
	// a carrier that does not know the account, asked again all the same, as often as it says
	const { account, ...row } = TRUNKS.pjsip(carrier.address);
	await enterTrunks(dialer, {
		T1: { ...row, account: account.replace('max_retries=1', 'max_retries=1\nauth_rejection_permanent=no') },
	});
});
afterAll(async () => {
	carrier?.stop();
	await dialer?.stop();
});

/** Whether a look says of the trunk that it was given up. */
const givenUp = async (): Promise<boolean> =>
	(await lookAt(dialer))
		.check('registrations')
		.findings.some(
			({ subject, summary }) => subject === 'PJSIP/pjtrunk' && summary.endsWith('given up: nobody tries again'),
		);
const isRejected = async (): Promise<boolean> =>
	/ Rejected /.test(await dialer.asterisk.cli('pjsip show registrations'));

it('a trunk that was given up is tried anew after a restart of Asterisk, and no longer called given up', async () => {
	await until('a trunk that was given up', 90_000, givenUp);
	await dialer.asterisk.kill();
	const file = join(dialer.asteriskEtc, 'pjsip-vicidial.conf');
	writeFileSync(
		file,
		readFileSync(file, 'utf8')
			.replace('max_retries=1', 'max_retries=9')
			.replace('retry_interval=1', 'retry_interval=60'),
	);
	await dialer.asterisk.start();
	await until('its first try there', 20_000, isRejected);
	expect(await givenUp()).toBe(false);
	// Asterisk was started again, not the trunk mended
	expect(await isRejected()).toBe(true);
});
