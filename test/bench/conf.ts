// Cost of generating all files: CPU time, memory and statements for growing numbers of phones.
import type { Environment } from '../../src/conf/build-model.ts';
import { generateConf } from '../../src/conf/generate.ts';
import { readSource, type Source } from '../../src/conf/source.ts';
import { carrier, HEADER, ME, mailbox, menu, option, phone, queryOf, server, source } from '../unit/conf/rows.ts';
import { TEMPLATES } from '../unit/conf/templates.ts';

const environment: Environment = { voicemailConf: HEADER };
const range = (count: number) => Array.from({ length: count }, (_, index) => index);
const ROUTES = ['INGROUP', 'PHONE', 'CALLMENU', 'EXTENSION', 'HANGUP', 'AGI', 'VOICEMAIL', 'DID', 'INGROUP', 'PHONE'];
const PROTOCOLS = ['SIP', 'SIP', 'PJSIP', 'IAX2'];

/** A voicemail server with this many phones; menus and carriers grow with them up to 500 and 200. */
function dialer(phones: number): Source {
	const menus = Math.min(500, Math.ceil(phones / 20));
	const carriers = Math.min(200, Math.ceil(phones / 50));
	const phoneRows = range(phones).map((n) =>
		phone(`cc${n}`, {
			dialplan_number: String(20_000 + n),
			voicemail_id: String(20_000 + n),
			protocol: PROTOCOLS[n % PROTOCOLS.length],
			template_id: n % 2 === 0 ? 'DESK' : '--NONE--',
			conf_override: n % 5 === 0 ? 'nat=force_rport,comedia\ndirectmedia=no' : null,
			codecs_list: 'ulaw,alaw,g729',
			codecs_with_template: '1',
		}),
	);
	return source(
		{
			servers: [server('ONE', ME), ...range(20).map((n) => server(`S${n}`, `10.0.1.${n + 1}`))],
			templates: [
				{ template_id: 'DESK', template_contents: 'type=friend\nhost=dynamic\ncontext=default\ncall-limit=2' },
			],
			carriers: range(carriers).map((n) =>
				carrier(`c${n}`, { protocol: ['SIP', 'IAX2', 'PJSIP', 'PJSIP_WIZ'][n % 4] }),
			),
			phones: phoneRows,
			mailboxPhones: phoneRows,
			mailboxes: range(100).map((n) => mailbox(String(90_000 + n))),
			routePhones: phoneRows.slice(0, 100),
			menus: range(menus).map((n) => menu(`menu${n}`, { dtmf_log: '1' })),
			menuOptions: range(menus).flatMap((n) =>
				range(10).map((key) =>
					option(`menu${n}`, String(key), {
						option_route: ROUTES[key],
						option_route_value: ROUTES[key] === 'PHONE' ? `cc${n % 100}` : '100',
						option_route_value_context: 'CID,LB,999,TESTCAMP,1,enter,number,confirm,9',
					}),
				),
			),
		},
		{ active_voicemail_server: ME, generate_cross_server_exten: '1', default_codecs: 'ulaw,gsm' },
	);
}

interface Cost {
	readonly statements: number;
	readonly bytes: number;
	readonly warnings: number;
	readonly cpuMs: number;
}

async function run(rows: Source): Promise<Cost> {
	const { query, statements } = queryOf(rows);
	const before = process.cpuUsage();
	const { files, warnings } = generateConf(await readSource(query, ME), TEMPLATES, environment);
	const { user, system } = process.cpuUsage(before);
	const bytes = Object.values(files).reduce((sum, text) => sum + text.length, 0);
	return { statements: statements(), bytes, warnings: warnings.length, cpuMs: (user + system) / 1000 };
}

process.stdout.write(`${'phones  menus  carriers  statements  CPU ms   output MB  peak memory MB'}\n`);
for (const phones of [100, 1_000, 10_000]) {
	const rows = dialer(phones);
	const { statements, bytes, cpuMs } = await run(rows);
	const columns = [
		String(phones).padStart(6),
		String(rows.menus.length).padStart(5),
		String(rows.carriers.length).padStart(8),
		String(statements).padStart(10),
		cpuMs.toFixed(0).padStart(6),
		(bytes / 1e6).toFixed(2).padStart(10),
		(process.resourceUsage().maxRSS / 1024).toFixed(0).padStart(14),
	];
	process.stdout.write(`${columns.join('  ')}\n`);
}
