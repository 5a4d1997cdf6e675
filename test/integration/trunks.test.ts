import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Carrier, enterTrunks, startCarrier, TRUNKS, type TrunkRow } from '../sandbox/carrier.ts';
import { type Dialer, startDialer } from '../sandbox/dialer.ts';
import { until } from '../sandbox/processes.ts';
import { holdThread } from '../sandbox/thread.ts';
import { udpRelay } from '../sandbox/udp-relay.ts';
import { generalSip, lookAt, lookThrough, lookUntil, troublesOf } from './registrations.support.ts';

const ON = { VICIKEEP_REREGISTER: 'on' };

let dialer: Dialer;
let carrier: Carrier;
let other: Carrier;
const undo: (() => unknown)[] = [];
beforeAll(async () => {
	[dialer, carrier, other] = await Promise.all([startDialer({ daemons: false }), startCarrier(), startCarrier()]);
	// a trunk that comes back to the dialer itself answers always
	await dialer.database.query("UPDATE vicidial_server_carriers SET active='N' WHERE carrier_id='BOXTRUNK'");
	await Promise.all([carrier.accepts('acct'), other.accepts('acct')]);
});
beforeEach(() => {
	// what chan_sip is set to is asked for once an hour
	rmSync(join(dialer.stateDir, 'state.json'), { force: true });
	undo.push(generalSip(dialer, 'minexpiry=1', 'registertimeout=1'));
});
afterEach(async () => {
	for (const one of undo.splice(0).reverse()) await one();
	await enterTrunks(dialer, {});
});
afterAll(async () => {
	carrier?.stop();
	other?.stop();
	await dialer?.stop();
});

const lookFor = (wanted: string[], seconds: number, env: Record<string, string> = {}) =>
	lookUntil(dialer, wanted, seconds, env);
const freeze = ({ asterisk }: Carrier): void => {
	asterisk.freeze();
	undo.push(() => asterisk.thaw());
};
/** A trunk to a port of a carrier that is asked once a second and may take one for its answer. */
const asked = (protocol: 'SIP' | 'IAX2', name: string, host: string, port: number): TrunkRow => ({
	protocol,
	registration: '',
	account: `[${name}]\ntype=peer\nhost=${host}\nport=${port}\nqualify=1000\n${
		protocol === 'SIP' ? 'qualifyfreq=1' : 'qualifyfreqok=1000\nqualifyfreqnotok=5000'
	}\n`,
});

describe('a trunk', () => {
	it('that answers later than its qualify allows is told so, and well again once it answers in time', async () => {
		const sip = await udpRelay(carrier.address, 5060);
		const iax = await udpRelay(carrier.address, 4569);
		undo.push(sip.stop, iax.stop);
		await enterTrunks(dialer, {
			T1: asked('SIP', 'farsip', carrier.address, sip.port),
			T2: asked('IAX2', 'fariax', carrier.address, iax.port),
		});
		await lookFor([], 20);
		sip.delay = 1300;
		iax.delay = 1300;
		const seen = await lookFor(['lagged SIP/farsip'], 30);
		expect(seen.check('registrations').findings[0]?.summary).toMatch(/answers late in 1\d{3} ms/);
		await lookThrough(dialer, ['lagged IAX2/fariax'], 60);
		sip.delay = 0;
		iax.delay = 0;
		// one that is late is asked every ten seconds
		await lookFor([], 30);
	});

	it('that does not answer, along with everything else, is a matter of this machine', async () => {
		await enterTrunks(dialer, {
			T1: asked('SIP', 'first', carrier.address, 5060),
			T2: asked('SIP', 'second', other.address, 5060),
		});
		await lookFor([], 20);
		freeze(carrier);
		const one = await lookFor(['unreachable SIP/first'], 20);
		expect(troublesOf(one)).toEqual(['unreachable SIP/first']);
		freeze(other);
		const all = 'all_unreachable network';
		const seen = await lookFor([all, `unreachable SIP/first < ${all}`, `unreachable SIP/second < ${all}`], 20);
		expect(seen.check('registrations').findings[0]?.summary).toContain('all 2 trunks that are asked are unreachable');
	});
});

describe('a PJSIP carrier', () => {
	const endpoint = (name: string, host: string): string =>
		`[${name}]\ntype=aor\ncontact=sip:acct@${host}:5061\nqualify_frequency=1\nqualify_timeout=0.5\n` +
		`[${name}]\ntype=endpoint\ncontext=default\ndisallow=all\nallow=ulaw\naors=${name}\n`;

	it('with two ends is told of the one that does not answer, whichever it is', async () => {
		await enterTrunks(dialer, {
			T1: {
				protocol: 'PJSIP',
				registration: '',
				account: endpoint('one', carrier.address) + endpoint('two', other.address),
			},
		});
		const answering = (): Promise<string[]> =>
			lookAt(dialer).then(({ report }) =>
				report.checks.flatMap(({ metrics }) =>
					metrics.flatMap(({ name, labels }) => (name === 'trunk_answer' ? [labels.trunk ?? ''] : [])),
				),
			);
		await until('both ends', 20_000, async () => (await answering()).sort().join() === 'PJSIP/one,PJSIP/two');
		expect(troublesOf(await lookAt(dialer))).toEqual([]);
		freeze(other);
		expect(troublesOf(await lookFor(['unreachable PJSIP/two'], 30))).toEqual(['unreachable PJSIP/two']);
		other.asterisk.thaw();
		freeze(carrier);
		expect(troublesOf(await lookFor(['unreachable PJSIP/one'], 30))).toContain('unreachable PJSIP/one');
	});
});

describe('a PJSIP registration', () => {
	it('that lasts longer than it was asked for is told of', async () => {
		carrier.leastExpiry = 200;
		undo.push(() => {
			carrier.leastExpiry = 5;
			return carrier.accepts('acct');
		});
		await carrier.accepts('acct');
		await enterTrunks(dialer, { T1: TRUNKS.pjsip(carrier.address) });
		const seen = await lookFor(['timer PJSIP/pjtrunk'], 20);
		expect(seen.check('registrations').findings[0]?.summary).toMatch(
			/renewed before \d+ s, but was asked for 12 s only/,
		);
	});
});

describe('a registration that does not come about', () => {
	it('is given time after a start or reload of Asterisk', async () => {
		freeze(carrier);
		// nobody asks whether the carrier is there
		const { registration } = TRUNKS.sip(carrier.address);
		await enterTrunks(dialer, { T1: { protocol: 'SIP', registration, account: '' } });
		await dialer.asterisk.cli('core reload');
		const grace = { VICIKEEP_GRACE_START: '600' };
		// as many looks as would be told at once
		for (const _ of [1, 2, 3, 4]) expect(troublesOf(await lookAt(dialer, grace))).toEqual([]);
		await lookFor([`unregistered SIP/acct@${carrier.address}`], 20);
	});
});

describe('a chan_sip registration', () => {
	it('that is shown as registered, but that nobody renews, is overdue', async () => {
		await enterTrunks(dialer, { T1: TRUNKS.sip(carrier.address) });
		// a look in the grace after a reload finds nothing either
		await until('its registration', 20_000, async () =>
			/ Registered /.test(await dialer.asterisk.cli('sip show registry')),
		);
		await lookFor([], 20);
		const release = await holdThread(dialer.asterisk, 'do_monitor');
		undo.push(release);
		const seen = await lookFor(['overdue SIP/siptrunk'], 90);
		expect(seen.exitCode).toBe(2);
		expect(await dialer.asterisk.cli('sip show registry')).toMatch(/acct .* Registered /);
		await release();
		await lookFor([], 20);
	});

	it('that was given up is left to a person: chan_sip cannot ask for one alone', async () => {
		undo.push(generalSip(dialer, 'registerattempts=2'));
		await enterTrunks(dialer, {
			T1: TRUNKS.sip(carrier.address),
			T2: { ...TRUNKS.sip(other.address), registration: `register => acct:TrunkSecret1@${other.address}~300` },
		});
		await lookFor([], 20);
		const cli = (command: string): Promise<string> => dialer.asterisk.cli(command);
		freeze(carrier);
		await until('the last try', 30_000, async () => / Failed /.test(await cli('sip show registry')));
		carrier.asterisk.thaw();
		const seen = await lookFor(['given_up SIP/siptrunk'], 30, ON);
		const finding = seen.check('registrations').findings.find(({ id }) => id === 'registrations.given_up');
		expect(finding?.advice).toMatch(/one alone it cannot/);
		for (const _ of [1, 2, 3]) expect((await lookAt(dialer, ON)).actions).toEqual([]);

		expect(await cli('core show help sip')).not.toMatch(/^sip register/m);
		expect(await cli('sip unregister siptrunk')).toContain('not registered');
		expect(await cli('manager show commands')).not.toMatch(/SIPregister /);
		// what a person can do takes all others along
		const since = async () => (await cli('sip show registry')).split('\n').find((line) => line.includes(other.address));
		const before = await since();
		await cli('sip reload');
		await lookFor([], 20);
		expect(await since()).not.toBe(before);
	});
});

describe('a trunk that only sends calls here', () => {
	it('and is known by its address, is not missed', async () => {
		const endpoint = (name: string, rest: string): TrunkRow => ({
			protocol: 'PJSIP',
			registration: '',
			account: `[${name}]\ntype=endpoint\ncontext=default\ndisallow=all\nallow=ulaw\n${rest}\n[${name}]\ntype=identify\nendpoint=${name}\nmatch=192.0.2.9\n`,
		});
		await enterTrunks(dialer, {
			T1: endpoint('plain', ''),
			T2: endpoint('empty', 'aors=empty\n\n[empty]\ntype=aor\n'),
		});
		const { stderr } = await dialer.check(['-vv', '--only', 'registrations']);
		expect(stderr).toMatch(/AMI < ObjectName: empty/);
		for (const _ of [1, 2, 3, 4]) expect(troublesOf(await lookAt(dialer))).toEqual([]);
	});
});

describe('a trunk that registers here', () => {
	const account = 'context=default\ndisallow=all\nallow=ulaw\n';
	const INBOUND: Record<string, TrunkRow> = {
		T1: { protocol: 'SIP', registration: '', account: '[insip]\ntype=friend\nhost=dynamic\nsecret=InSecret1\n' },
		T2: {
			protocol: 'PJSIP',
			registration: '',
			account: `[inpj]\ntype=endpoint\n${account}auth=inpj\naors=inpj\n\n[inpj]\ntype=auth\nauth_type=userpass\nusername=inpj\npassword=InSecret1\n\n[inpj]\ntype=aor\nmax_contacts=1\nremove_existing=yes\nminimum_expiration=5\n`,
		},
	};

	it('is well while it renews its registration, and told of once it does not', async () => {
		await enterTrunks(dialer, INBOUND);
		await carrier.registerPhones(
			dialer.serverIp,
			[
				{ name: 'insip', secret: 'InSecret1' },
				{ name: 'inpj', secret: 'InSecret1', port: 5061 },
			],
			12,
		);
		undo.push(() => carrier.registerPhones(dialer.serverIp, [], 12));
		// a few quick looks would take it for one that does not come
		await until('both registrations', 20_000, async () => {
			const [sip, pjsip] = [
				await dialer.asterisk.cli('sip show peers'),
				await dialer.asterisk.cli('pjsip show contacts'),
			];
			return /^insip\S*\s+\d/m.test(sip) && /inpj\//.test(pjsip);
		});
		const told = [
			/^SIP\/insip .*may register here for 1 s only/m,
			/^PJSIP\/inpj .*may register here for 5 s only/m,
			/phones of chan_sip may register for 1 s only/,
		];
		await until('all is well but the intervals', 20_000, async () => {
			const seen = await lookAt(dialer);
			const lints = seen.check('registrations').findings.map(({ subject, summary }) => `${subject} ${summary}`);
			const text = [...lints, ...(seen.report.hints ?? [])].join('\n');
			return troublesOf(seen).length === 0 && told.every((one) => one.test(text));
		});
		// more than one registration's time
		for (const began = Date.now(); Date.now() - began < 20_000; ) expect(troublesOf(await lookAt(dialer))).toEqual([]);

		freeze(carrier);
		const wanted = ['not_renewed SIP/insip', 'not_renewed PJSIP/inpj', 'no_address SIP/insip', 'no_address PJSIP/inpj'];
		expect((await lookThrough(dialer, wanted, 90)).sort()).toEqual(wanted.sort());
		carrier.asterisk.thaw();
		await lookFor([], 30);
	});
});
