/** Address of the server that is measured. */
export const ME = '10.0.0.1';

const ROUTES = ['INGROUP', 'PHONE', 'CALLMENU', 'EXTENSION', 'HANGUP', 'AGI', 'VOICEMAIL', 'DID', 'INGROUP', 'PHONE'];
const PROTOCOLS = ['SIP', 'SIP', 'PJSIP', 'IAX2'];
const BATCH = 1000;

const range = (count: number) => Array.from({ length: count }, (_, index) => index);

/**
 * Fills an empty database with a voicemail server with this many phones, and 20 servers beside it. Menus of ten options
 * grow with the phones up to 500, carriers up to 200: each size has in full proportion what 10,000 phones have.
 */
export async function fillDialer(change: (sql: string) => Promise<void>, phones: number) {
	const menus = Math.min(500, Math.ceil(phones / 20));
	const carriers = Math.min(200, Math.ceil(phones / 50));
	await change(`INSERT INTO system_settings SET active_voicemail_server='${ME}', generate_cross_server_exten='1',
		default_codecs='ulaw,gsm', reload_timestamp='2024-01-02 03:04:05'`);
	const servers = [ME, ...range(20).map((n) => `10.0.1.${n + 1}`)].map((address, n) => ({
		server_id: `S${n}`,
		server_ip: address,
		asterisk_version: '16.30.0-vici',
		conf_engine: 'CONFBRIDGE',
		conf_secret: `secretOf${n}`,
	}));
	const tables: [string, readonly Record<string, string | null>[]][] = [
		['servers', servers],
		[
			'vicidial_conf_templates',
			[
				{
					template_id: 'DESK',
					template_name: 'Desk phones',
					template_contents: 'type=friend\nhost=dynamic\ncontext=default\ncall-limit=2',
				},
			],
		],
		['vicidial_server_carriers', range(carriers).map(carrier)],
		['phones', range(phones).map(phone)],
		[
			'vicidial_voicemail',
			range(100).map((n) => ({ voicemail_id: String(90_000 + n), pass: '1234', fullname: 'Box' })),
		],
		['vicidial_call_menu', range(menus).map(menu)],
		['vicidial_call_menu_options', range(menus).flatMap((n) => range(10).map((key) => option(n, key)))],
	];
	for (const [table, rows] of tables) await insert(change, table, rows);
	return { menus, carriers };
}

const carrier = (n: number) => ({
	carrier_id: `c${n}`,
	carrier_name: 'Carrier',
	carrier_description: 'Description',
	registration_string: `register => c${n}:pw@sip.example`,
	template_id: '--NONE--',
	account_entry: `[c${n}]\ntype=peer\nhost=192.0.2.1`,
	globals_string: `TRUNK_c${n} = SIP/c${n}`,
	dialplan_entry: `exten => _9${n}X.,1,Dial(SIP/\${EXTEN:1}@c${n},,tTo)`,
	protocol: ['SIP', 'IAX2', 'PJSIP', 'PJSIP_WIZ'][n % 4] ?? '',
	server_ip: ME,
});

const phone = (n: number) => ({
	extension: `cc${n}`,
	server_ip: ME,
	dialplan_number: String(20_000 + n),
	voicemail_id: String(20_000 + n),
	login: `cc${n}`,
	pass: '1234',
	active: 'Y',
	fullname: `Agent ${n}`,
	outbound_cid: '3125550100',
	email: `agent${n}@example.com`,
	protocol: PROTOCOLS[n % PROTOCOLS.length] ?? '',
	template_id: n % 2 === 0 ? 'DESK' : '--NONE--',
	conf_override: n % 5 === 0 ? 'nat=force_rport,comedia\ndirectmedia=no' : null,
	codecs_list: 'ulaw,alaw,g729',
	codecs_with_template: '1',
});

const menu = (n: number) => ({
	menu_id: `menu${n}`,
	menu_name: 'Menu',
	menu_prompt: 'welcome|choose',
	menu_timeout_prompt: 'too-late',
	menu_invalid_prompt: 'not-valid',
	menu_repeat: '1',
	dtmf_log: '1',
});

const option = (n: number, key: number) => ({
	menu_id: `menu${n}`,
	option_value: String(key),
	option_description: 'Option',
	option_route: ROUTES[key] ?? '',
	option_route_value: ROUTES[key] === 'PHONE' ? `cc${n % 100}` : '100',
	option_route_value_context: 'CID,LB,999,TESTCAMP,1,enter,number,confirm,9',
});

async function insert(
	change: (sql: string) => Promise<void>,
	table: string,
	rows: readonly Record<string, string | null>[],
): Promise<void> {
	const columns = Object.keys(rows[0] ?? {});
	for (let from = 0; from < rows.length; from += BATCH) {
		const values = rows
			.slice(from, from + BATCH)
			.map((row) => `(${columns.map((column) => quoted(row[column] ?? null)).join(',')})`);
		await change(`INSERT INTO ${table} (${columns.join(',')}) VALUES ${values.join(',')}`);
	}
}

const quoted = (value: string | null): string => (value === null ? 'NULL' : `'${value.replaceAll("'", "''")}'`);
