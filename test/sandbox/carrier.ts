import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Asterisk } from './asterisk.ts';
import { layConfFiles } from './conf.ts';
import type { Dialer } from './dialer.ts';
import { createFolder, freeAddress, removeInstance } from './instance.ts';
import { providePrograms } from './programs.ts';

/** Secret of every account of the carrier. */
export const SECRET = 'TrunkSecret1';

/** The other end of trunks and phones: a second Asterisk with an address of its own. */
export interface Carrier {
	address: string;
	folder: string;
	asterisk: Asterisk;
	/** seconds for which its PJSIP grants a registration at least, from the next `accepts` on */
	leastExpiry: number;
	/** Takes registrations of these accounts, by SIP (5060), PJSIP (5061) and IAX2 (4569), and of no others. */
	accepts(...accounts: string[]): Promise<void>;
	/** Registers as these phones of a dialer, each with its secret, for so many seconds; with chan_sip unless a port is told. */
	registerPhones(dialer: string, phones: readonly PhoneAccount[], expiry: number): Promise<void>;
	stop(): void;
}

/** What registers at a dialer; its PJSIP listens on port 5061. */
export interface PhoneAccount {
	name: string;
	secret: string;
	port?: number;
}

/** Starts a carrier that knows nobody, at an address of its own. */
export async function startCarrier(at?: string): Promise<Carrier> {
	const programs = await providePrograms();
	const address = at ?? (await freeAddress());
	const folder = createFolder();
	const asterisk = new Asterisk(programs, folder, address);
	let phones = '';
	let known: readonly string[] = [];
	const lay = (): void => {
		writeFileSync(join(asterisk.etc, 'sip.conf'), sipConf(address, phones, known));
		writeFileSync(join(asterisk.etc, 'pjsip.conf'), pjsipConf(address, known, carrier.leastExpiry));
		writeFileSync(join(asterisk.etc, 'iax.conf'), iaxConf(address, known));
	};
	const reload = async (): Promise<void> => {
		lay();
		for (const module of ['chan_sip.so', 'res_pjsip.so', 'chan_iax2.so']) await asterisk.cli(`module reload ${module}`);
	};
	const carrier: Carrier = {
		address,
		folder,
		asterisk,
		leastExpiry: 5,
		accepts: async (...accounts) => {
			known = accounts;
			await reload();
		},
		registerPhones: async (dialer, wanted, expiry) => {
			phones = wanted
				.map(({ name, secret, port = 5060 }) => `register => ${name}:${secret}@${dialer}:${port}/${name}~${expiry}\n`)
				.join('');
			await reload();
		},
		stop: () => removeInstance(folder),
	};
	try {
		asterisk.configure();
		lay();
		await asterisk.start();
	} catch (error) {
		removeInstance(folder);
		throw error;
	}
	return carrier;
}

const sipConf = (address: string, phones: string, accounts: readonly string[]): string =>
	`[general]
context=default
udpbindaddr=${address}:5060
allowguest=no
alwaysauthreject=no
minexpiry=1
registertimeout=1
${phones}${accounts.map((name) => `[${name}]\ntype=friend\nhost=dynamic\nsecret=${SECRET}\n`).join('\n')}`;

const pjsipConf = (address: string, accounts: readonly string[], leastExpiry: number): string =>
	`[transport-udp]
type=transport
protocol=udp
bind=${address}:5061

${accounts
	.map(
		(name) => `[${name}]
type=endpoint
context=default
disallow=all
allow=ulaw
auth=${name}
aors=${name}

[${name}]
type=auth
auth_type=userpass
username=${name}
password=${SECRET}

[${name}]
type=aor
max_contacts=1
remove_existing=yes
minimum_expiration=${leastExpiry}
`,
	)
	.join('\n')}`;

const iaxConf = (address: string, accounts: readonly string[]): string =>
	`[general]
bindaddr=${address}
bindport=4569
context=default

${accounts.map((name) => `[${name}]\ntype=friend\nhost=dynamic\nauth=md5\nrequirecalltoken=no\nsecret=${SECRET}\n`).join('\n')}`;

/** A trunk of the dialer as an administrator enters it on the carrier page. */
export interface TrunkRow {
	protocol: 'SIP' | 'PJSIP' | 'PJSIP_WIZ' | 'IAX2';
	registration: string;
	account: string;
}

/** A trunk to a carrier by each channel driver, with intervals of seconds: what a carrier page would hold. */
export const TRUNKS = {
	sip: (address: string): TrunkRow => ({
		protocol: 'SIP',
		registration: `register => acct:${SECRET}@${address}~4`,
		account: `[siptrunk]\ntype=peer\nhost=${address}\ndefaultuser=acct\nsecret=${SECRET}\nqualify=500\nqualifyfreq=1\n`,
	}),
	pjsip: (address: string): TrunkRow => ({
		protocol: 'PJSIP',
		registration: '',
		account: `[pjtrunk]
type=registration
outbound_auth=pjtrunk
server_uri=sip:${address}:5061
client_uri=sip:acct@${address}:5061
expiration=12
retry_interval=1
max_retries=1
max_random_initial_delay=0

[pjtrunk]
type=auth
auth_type=userpass
username=acct
password=${SECRET}

[pjtrunk]
type=aor
contact=sip:acct@${address}:5061
qualify_frequency=1
qualify_timeout=0.5

[pjtrunk]
type=endpoint
context=default
disallow=all
allow=ulaw
outbound_auth=pjtrunk
aors=pjtrunk
`,
	}),
	iax: (address: string): TrunkRow => ({
		protocol: 'IAX2',
		registration: `register => acct:${SECRET}@${address}:4569`,
		account: `[iaxtrunk]\ntype=peer\nhost=${address}\nusername=acct\nsecret=${SECRET}\nqualify=500\nqualifyfreqok=1000\nqualifyfreqnotok=1000\n`,
	}),
} as const;

/** Enters trunks for a dialer, or takes them away, has the conf files made as stock does, and Asterisk read them. */
export async function enterTrunks(
	{ database, asterisk, serverIp }: Dialer,
	rows: Record<string, TrunkRow>,
): Promise<void> {
	await database.query("DELETE FROM vicidial_server_carriers WHERE carrier_description='of a test'");
	for (const [id, { protocol, registration, account }] of Object.entries(rows)) {
		await database.query(
			`INSERT INTO vicidial_server_carriers (carrier_id, carrier_name, carrier_description, registration_string, template_id,
			account_entry, globals_string, dialplan_entry, protocol, server_ip, active)
			VALUES (?, ?, 'of a test', ?, '--NONE--', ?, '', '', ?, ?, 'Y')`,
			[id, id, registration, account, protocol, serverIp],
		);
	}
	await layConfFiles(database, asterisk.etc, serverIp);
	for (const module of ['chan_sip.so', 'res_pjsip.so', 'res_pjsip_outbound_registration.so', 'chan_iax2.so'])
		await asterisk.cli(`module reload ${module}`);
}

/** The same where rows of servers or phones have changed, too: dialplan and mailboxes follow them. */
export async function enterEverything(dialer: Dialer, rows: Record<string, TrunkRow>): Promise<void> {
	await enterTrunks(dialer, rows);
	for (const module of ['pbx_config.so', 'app_voicemail.so']) await dialer.asterisk.cli(`module reload ${module}`);
}
