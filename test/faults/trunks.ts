import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { generalSip, logIn, lookUntil } from '../integration/registrations.support.ts';
import { type Carrier, enterEverything, TRUNKS as KINDS, startCarrier, type TrunkRow } from '../sandbox/carrier.ts';
import { until } from '../sandbox/processes.ts';
import { registerPhone } from '../sandbox/sip-phone.ts';
import { holdThread } from '../sandbox/thread.ts';
import { udpRelay } from '../sandbox/udp-relay.ts';
import type { Area, Stage } from './fault.ts';
import { here, sleep, sql } from './injections.ts';
import { IN_A_ROW } from './reset.ts';

/** A carrier that takes the account of the dialer's trunks. */
async function carrier({ later }: Stage): Promise<Carrier> {
	const one = await startCarrier();
	later(() => one.stop());
	await one.accepts('acct');
	return one;
}

/** Trunks, and lines in the general part of sip.conf. */
async function enter({ dialer, later }: Stage, rows: Record<string, TrunkRow>, ...general: string[]): Promise<void> {
	const takeBack = generalSip(dialer, 'registertimeout=1', ...general);
	later(async () => {
		takeBack();
		await enterEverything(dialer, {});
	});
	await enterEverything(dialer, rows);
}

const freeze = ({ later }: Stage, { asterisk }: Carrier): void => {
	asterisk.freeze();
	later(() => asterisk.thaw());
};

/** Waits for the word of chan_sip on a peer. */
const status = ({ dialer }: Stage, peer: string, wanted: RegExp): Promise<unknown> =>
	until(`${peer} ${wanted}`, 60_000, async () => wanted.test(await dialer.asterisk.cli(`sip show peer ${peer}`)));

/** A trunk without a registration that is asked once a second and may take one for its answer. */
const asked = (name: string, host: string, port = 5060): TrunkRow => ({
	protocol: 'SIP',
	registration: '',
	account: `[${name}]\ntype=peer\nhost=${host}\nport=${port}\nqualify=1000\nqualifyfreq=1\n`,
});

/** chan_sip's only thread for signalling stands still for so long: nothing is renewed, nobody is asked. */
async function stuck(stage: Stage, milliseconds: number, release: boolean): Promise<void> {
	const { address } = await carrier(stage);
	await enter(stage, { T1: KINDS.sip(address) });
	await status(stage, 'siptrunk', /OK \(/);
	await until('the registration', 30_000, async () =>
		/ Registered /.test(await stage.dialer.asterisk.cli('sip show registry')),
	);
	const goOn = await holdThread(stage.dialer.asterisk, 'do_monitor');
	stage.later(goOn);
	await sleep(milliseconds);
	if (release) await goOn();
}

/** A trunk that answers so late. */
async function far(stage: Stage, delay: number): Promise<void> {
	const { address } = await carrier(stage);
	const way = await udpRelay(address, 5060);
	stage.later(way.stop);
	way.delay = delay;
	await enter(stage, { T1: asked('fartrunk', address, way.port) });
	await status(stage, 'fartrunk', delay > 1000 ? /LAGGED/ : /OK \(/);
}

/** Trunks to two carriers, of which so many go silent; without the trunk that leads back to the dialer itself. */
async function silentCarriers(stage: Stage, count: number): Promise<void> {
	const carriers = [await carrier(stage), await carrier(stage)];
	stage.later(() => sql(stage, "UPDATE vicidial_server_carriers SET active='Y' WHERE carrier_id='BOXTRUNK'"));
	await sql(stage, "UPDATE vicidial_server_carriers SET active='N' WHERE carrier_id='BOXTRUNK'");
	const names = ['one', 'two'];
	await enter(
		stage,
		Object.fromEntries(carriers.map(({ address }, at) => [`T${at}`, asked(names[at] ?? '', address)])),
	);
	for (const name of names) await status(stage, name, /OK \(/);
	for (const [at, one] of carriers.slice(0, count).entries()) {
		freeze(stage, one);
		await status(stage, names[at] ?? '', /UNREACHABLE/);
	}
}

const PHONES = ['cc111', 'cc112', 'cc113', 'cc114'];
/** Four phones that vicikeep has seen, and a fifth that has just been switched off. */
async function phones(stage: Stage): Promise<Carrier> {
	const { dialer } = stage;
	const all = [...PHONES, 'cc115'];
	for (const name of all)
		await here(
			stage,
			`INSERT INTO phones (extension, dialplan_number, voicemail_id, server_ip, login, pass, active, fullname, protocol, template_id, conf_override, conf_secret)
			VALUES ('${name}', '${name.slice(2)}', '${name.slice(2)}', ?, '${name}', '1', 'Y', '${name}', 'SIP', '--NONE--', '', 'PhoneSecret')`,
		);
	stage.later(() => sql(stage, "DELETE FROM phones WHERE conf_secret='PhoneSecret'"));
	const handsets = await carrier(stage);
	await enter(stage, {}, 'qualify=1000', 'qualifyfreq=1');
	await handsets.registerPhones(
		dialer.serverIp,
		PHONES.map((name) => ({ name, secret: 'PhoneSecret' })),
		300,
	);
	for (const name of PHONES) await status(stage, name, /OK \(/);
	await registerPhone(dialer.serverIp, 'cc115', 'PhoneSecret');
	await lookUntil(dialer, [], 30, IN_A_ROW);
	await status(stage, 'cc115', /UNREACHABLE/);
	return handsets;
}

/** All four become unreachable. */
async function losePhones(stage: Stage): Promise<void> {
	freeze(stage, await phones(stage));
	for (const name of PHONES) await status(stage, name, /UNREACHABLE/);
}

/** A trunk that registers here; it goes on doing so, or has stopped for good. */
async function inbound(stage: Stage, goesOn: boolean): Promise<void> {
	const other = await carrier(stage);
	const account = '[insip]\ntype=friend\nhost=dynamic\nsecret=InSecret1\nqualify=no\n';
	await enter(stage, { T1: { protocol: 'SIP', registration: '', account } }, 'minexpiry=1');
	await other.registerPhones(stage.dialer.serverIp, [{ name: 'insip', secret: 'InSecret1' }], 5);
	// which peers are carriers is read every ten minutes
	rmSync(join(stage.dialer.stateDir, 'state.json'));
	await status(stage, 'insip', /Addr->IP\s*: 127/);
	if (goesOn) return;
	freeze(stage, other);
	await status(stage, 'insip', /Addr->IP\s*: \(null\)/);
}

const intervals = (trunk: string): string => `registrations.intervals SIP/${trunk}`;

/** Trunks and phones by what Asterisk says of them; those of a carrier that refuses or is silent are in the area of the network. */
export const TRUNKS: Area = {
	name: 'trunks',
	keepalives: '1236',
	faults: [
		{
			pains: [5],
			says: 'a registration is shown as registered, but nobody has renewed it',
			inject: (stage) => stuck(stage, 52_000, false),
			find: ['registrations.overdue SIP/siptrunk'],
			tells: /shown as registered, but ran out/,
			beside: [intervals('siptrunk')],
			after: { stays: 2 },
			twin: {
				but: 'its renewal was only late',
				inject: (stage) => stuck(stage, 6000, true),
				tells: [intervals('siptrunk')],
			},
		},
		{
			pains: [5],
			says: 'a trunk answers too late',
			inject: (stage) => far(stage, 1300),
			find: ['registrations.lagged SIP/fartrunk'],
			after: { stays: 1 },
			twin: { but: 'it is far away, but within its time', inject: (stage) => far(stage, 200) },
		},
		{
			pains: [5],
			says: 'the death of a trunk would never be seen: qualify is off',
			inject: async (stage) => {
				const { address } = await carrier(stage);
				const account = `[offtrunk]\ntype=peer\nhost=${address}\nqualify=no\n`;
				await enter(stage, { T1: { protocol: 'SIP', registration: '', account } });
			},
			find: [intervals('offtrunk')],
			tells: /qualify is off.*qualifyfreq=25/,
			after: { stays: 1 },
			twin: {
				but: 'it is on',
				inject: async (stage) => {
					const { address } = await carrier(stage);
					await enter(stage, { T1: asked('ontrunk', address) });
					await status(stage, 'ontrunk', /OK \(/);
				},
			},
		},
		{
			pains: [5, 35],
			says: 'nobody outside can be reached: it is this machine or its network',
			inject: (stage) => silentCarriers(stage, 2),
			find: [
				'registrations.all_unreachable network',
				'registrations.unreachable SIP/one',
				'registrations.unreachable SIP/two',
			],
			tells: /look at this machine, its network/,
			after: { stays: 2 },
			twin: {
				but: 'it is one carrier of two',
				inject: (stage) => silentCarriers(stage, 1),
				tells: ['registrations.unreachable SIP/one'],
			},
		},
		{
			pains: [5],
			says: 'a trunk that registers here does so no longer',
			inject: (stage) => inbound(stage, false),
			find: ['registrations.no_address SIP/insip'],
			tells: /it has not registered here/,
			beside: [intervals('insip')],
			after: { stays: 2 },
			twin: { but: 'it renews its registration', inject: (stage) => inbound(stage, true), tells: [intervals('insip')] },
		},
		{
			says: 'the phones of agents at work have become unreachable at once',
			inject: async (stage) => {
				stage.later(() =>
					here(stage, "DELETE FROM vicidial_live_agents WHERE extension LIKE 'SIP/cc11%' AND server_ip=?"),
				);
				await logIn(stage.dialer, PHONES);
				await losePhones(stage);
			},
			find: ['registrations.phones_lost phones'],
			tells: /[45] of [45] phones went away/,
			after: { stays: 1 },
			twin: {
				but: 'their agents have gone home; those who stay work by telephones elsewhere',
				inject: async (stage) => {
					const move = (from: string, to: string): Promise<unknown> =>
						here(
							stage,
							`UPDATE vicidial_live_agents SET extension=REPLACE(extension, '${from}', '${to}') WHERE server_ip=?`,
						);
					stage.later(() => move('Local/', 'SIP/'));
					await move('SIP/', 'Local/');
					await losePhones(stage);
				},
			},
		},
	],
};
