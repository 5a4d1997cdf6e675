import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Carrier, enterTrunks, startCarrier, TRUNKS } from '../sandbox/carrier.ts';
import { type Dialer, startDialer } from '../sandbox/dialer.ts';
import { until } from '../sandbox/processes.ts';
import { generalSip, logIn, lookAt, lookUntil, troublesOf } from './registrations.support.ts';
import type { Tick } from './support.ts';

const PHONES = ['cc111', 'cc112', 'cc113', 'cc114'];
const ON = { VICIKEEP_REREGISTER: 'on' };

let dialer: Dialer;
let carrier: Carrier;
let phones: Carrier;
beforeAll(async () => {
	[dialer, carrier, phones] = await Promise.all([startDialer({ daemons: false }), startCarrier(), startCarrier()]);
	// as the sample does, in seconds
	generalSip(dialer, 'qualify=1000', 'qualifyfreq=1', 'registertimeout=1');
	for (const name of PHONES) {
		await dialer.database.query(
			`INSERT INTO phones (extension, dialplan_number, voicemail_id, server_ip, login, pass, active, fullname, protocol, template_id, conf_override, conf_secret)
			VALUES (?, ?, ?, ?, ?, '1', 'Y', ?, 'SIP', '--NONE--', '', 'PhoneSecret')`,
			[name, name.slice(2), name.slice(2), dialer.serverIp, name, name],
		);
	}
	await carrier.accepts('acct');
	await enterTrunks(dialer, {
		T1: TRUNKS.sip(carrier.address),
		T2: TRUNKS.pjsip(carrier.address),
		T3: TRUNKS.iax(carrier.address),
		T4: { protocol: 'SIP', registration: '', account: `[offtrunk]\ntype=peer\nhost=${carrier.address}\nqualify=no\n` },
	});
	await phones.registerPhones(
		dialer.serverIp,
		PHONES.map((name) => ({ name, secret: 'PhoneSecret' })),
		30,
	);
});
afterAll(async () => {
	carrier?.stop();
	phones?.stop();
	await dialer?.stop();
});

const look = (env: Record<string, string> = {}): Promise<Tick> => lookAt(dialer, env);
const lookFor = (wanted: string[], seconds: number, env: Record<string, string> = {}): Promise<Tick> =>
	lookUntil(dialer, wanted, seconds, env);

describe('trunks and phones of a real carrier', () => {
	it('are well once they are registered; trunks that leave their death unseen are named', async () => {
		const seen = await lookFor([], 20);
		const lints = seen.check('registrations').findings.map(({ subject, summary }) => `${subject}: ${summary}`);
		expect(lints.find((one) => one.startsWith('SIP/offtrunk'))).toMatch(/qualify is off/);
		expect(lints.find((one) => one.startsWith('PJSIP/pjtrunk'))).toMatch(/given up for ever after 1 tries/);
		expect(seen.exitCode).toBe(1);
		// with loop trunks and the sister dialer, which nobody answers here
		const wanted = { registrations_up: 3, registrations_known: 7, phones_present: PHONES.length };
		await until('everybody', 10_000, async () => {
			const { metrics } = (await look()).check('registrations');
			return Object.entries(wanted).every(([name, value]) =>
				metrics.some((one) => one.name === name && one.value === value),
			);
		});
	});

	it('are asked with all else in one session of at most 16 actions', async () => {
		// the conf check asks more until it has seen each file held
		for (let run = 0; run < 2; run++) await dialer.check(['-vv']);
		const { stderr } = await dialer.check(['-vv']);
		const actions = [...stderr.matchAll(/AMI > Action: (\w+)/g)].map(([, action]) => action);
		expect(actions.filter((action) => action === 'Login')).toHaveLength(1);
		expect(actions).toEqual(expect.arrayContaining(['CoreStatus', 'SIPpeers', 'IAXpeerlist', 'PJSIPShowEndpoint']));
		// the goodbye is not shown
		expect(actions.slice(15)).toEqual([]);
	});

	it('phones that go away at once while their agents work are told as one, and no trunk with them', async () => {
		// a drop is one from what was there before
		await lookFor([], 40);
		await logIn(dialer, PHONES);
		phones.asterisk.freeze();
		try {
			await lookFor(['phones_lost phones'], 20);
			// the same at the end of a shift
			await dialer.database.query('DELETE FROM vicidial_live_agents WHERE server_ip=?', [dialer.serverIp]);
			expect(troublesOf(await look())).toEqual([]);
		} finally {
			phones.asterisk.thaw();
		}
		await lookFor([], 20);
	});

	it('a carrier that has gone silent explains what is not registered with it', async () => {
		carrier.asterisk.freeze();
		const unreachable = ['SIP/siptrunk', 'PJSIP/pjtrunk', 'IAX2/iaxtrunk'].map((trunk) => `unreachable ${trunk}`);
		const seen = await lookFor([...unreachable, 'unregistered SIP/siptrunk < unreachable SIP/siptrunk'], 20, ON);
		expect(seen.exitCode).toBe(2);
		// PJSIP still shows it as registered
		await lookFor(['overdue PJSIP/pjtrunk < unreachable PJSIP/pjtrunk'], 20, ON);
	});

	it('a trunk that was given up meanwhile is registered again once the carrier is back, the others come by themselves', async () => {
		const still = await lookFor(['given_up PJSIP/pjtrunk < unreachable PJSIP/pjtrunk'], 90, ON);
		expect(still.action('re-register:PJSIP/pjtrunk')?.reason).toMatch(/cannot work until/);
		carrier.asterisk.thaw();
		await dialer.asterisk.cli('iax2 reload'); // it asks once a minute
		await lookFor(['given_up PJSIP/pjtrunk'], 20);
		expect((await look()).actions).toEqual([]);
		const repaired = await look(ON);
		expect(repaired.actions).toEqual(['done re-register:PJSIP/pjtrunk']);
		expect(repaired.action('re-register:PJSIP/pjtrunk')?.verified).toBe(true);
		await lookFor([], 20);
	});

	it('a refused registration is told as such by every driver, and never asked for again', async () => {
		await carrier.accepts();
		await dialer.asterisk.cli('iax2 reload');
		const refused = ['refused SIP/siptrunk', 'refused PJSIP/pjtrunk', 'refused IAX2/iaxtrunk'];
		const seen = await lookFor(refused, 30, ON);
		expect(seen.exitCode).toBe(2);
		expect(seen.report.actions).toEqual([]);
	});
});
