import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Carrier, enterTrunks, startCarrier, TRUNKS } from '../sandbox/carrier.ts';
import { until } from '../sandbox/processes.ts';
import type { Area, Stage } from './fault.ts';
import { sleep } from './injections.ts';

/** A trunk to a carrier that takes these accounts; registered, where it takes the dialer's. */
async function trunk(stage: Stage, accounts: string[], general = ''): Promise<Carrier> {
	const { dialer, later } = stage;
	const carrier = await startCarrier();
	later(() => carrier.stop());
	await carrier.accepts(...accounts);
	const path = join(dialer.asteriskEtc, 'sip.conf');
	const before = readFileSync(path, 'utf8');
	writeFileSync(path, before.replace('allowguest=no', `allowguest=no\nregistertimeout=1\n${general}`));
	later(async () => {
		writeFileSync(path, before);
		await enterTrunks(dialer, {});
	});
	await enterTrunks(dialer, { T1: TRUNKS.sip(carrier.address) });
	await sleep(3000);
	return carrier;
}

/** Stops a carrier in its tracks, so long that its trunk has noticed. */
async function silent({ asterisk }: Carrier, { later }: Stage): Promise<void> {
	asterisk.freeze();
	later(() => asterisk.thaw());
	await sleep(2500);
}

/** The same until the registration of its trunk is in a state, and for some tries more; its trunk has heard that it is back. */
async function away(carrier: Carrier, stage: Stage, state: RegExp): Promise<void> {
	const { asterisk } = stage.dialer;
	await silent(carrier, stage);
	await until('the registration', 20_000, async () => state.test(await asterisk.cli('sip show registry')));
	// two more tries in vain, where there are any
	await sleep(2500);
	carrier.asterisk.thaw();
	// one that is unreachable is asked every ten seconds
	await until('the trunk', 15_000, async () => /OK \(\d+ ms\)/.test(await asterisk.cli('sip show peer siptrunk')));
}

/** A phone of the dialer, registered there and then switched off. */
async function lostPhone({ dialer, later }: Stage): Promise<void> {
	const phones = await startCarrier();
	later(async () => {
		phones.stop();
		await dialer.asterisk.cli('sip unregister cc101');
	});
	await phones.registerPhones(dialer.serverIp, [{ name: 'cc101', secret: 'PhoneSecret101' }], 30);
	const state = (wanted: RegExp): Promise<boolean> =>
		until('the state of the phone', 15_000, async () => wanted.test(await dialer.asterisk.cli('sip show peers')));
	await state(/^cc101\b.* OK /m);
	phones.asterisk.freeze();
	await state(/^cc101\b.* UNREACHABLE/m);
}

const INTERVALS = 'registrations.intervals SIP/siptrunk';

export const NETWORK: Area = {
	name: 'network',
	keepalives: '1236',
	faults: [
		{
			pains: [5],
			says: 'a carrier has gone silent',
			inject: async (stage) => silent(await trunk(stage, ['acct']), stage),
			find: ['registrations.unreachable SIP/siptrunk', 'registrations.unregistered SIP/siptrunk'],
			beside: [INTERVALS],
			after: { stays: 2 },
			twin: {
				but: 'it is a phone that somebody has switched off',
				inject: async (stage) => {
					await trunk(stage, ['acct'], 'qualify=500\nqualifyfreq=1\n');
					await lostPhone(stage);
				},
				tells: [INTERVALS],
			},
		},
		{
			pains: [5],
			says: 'a carrier refuses the registration of a trunk',
			inject: (stage) => trunk(stage, []),
			find: ['registrations.refused SIP/siptrunk'],
			tells: /Rejected|No Authentication/,
			beside: [INTERVALS],
			after: { stays: 2 },
			twin: {
				but: 'it wants none: it knows the dialer by its address',
				inject: async (stage) => {
					const { address } = await trunk(stage, []);
					await enterTrunks(stage.dialer, { T1: { ...TRUNKS.sip(address), registration: '' } });
					await sleep(1000);
				},
				tells: [INTERVALS],
			},
		},
		{
			pains: [44],
			says: 'a registration was given up for ever while the carrier was away for a moment',
			inject: async (stage) => away(await trunk(stage, ['acct'], 'registerattempts=2'), stage, /acct .* Failed/),
			find: ['registrations.given_up SIP/siptrunk'],
			tells: /registerattempts/,
			beside: [INTERVALS],
			after: { stays: 2 },
			twin: {
				but: 'it is tried for ever',
				inject: async (stage) => away(await trunk(stage, ['acct']), stage, /acct .* Request Sent/),
				tells: [INTERVALS],
			},
		},
	],
};
