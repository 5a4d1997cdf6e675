import { readConf } from '../conf/reader.ts';
import { type Row, textOf } from '../conf/source.ts';

/** The channel drivers that carry trunks and phones. */
export type Driver = 'SIP' | 'PJSIP' | 'IAX2';

/** A trunk as the carrier page has it; holds no secrets. */
export interface Trunk {
	carrier: string;
	driver: Driver;
	/** names of the sections in its account entry; of PJSIP endpoints first */
	sections: string[];
	/** of PJSIP: those of them that calls go through */
	endpoints?: string[];
	/** account and host of each `register =>` line */
	registers: { user: string; host: string }[];
}

/** More carriers than anybody has. */
const MOST_CARRIERS = 500;

/** Reads the active carriers of this dialer, stock's own rule for what belongs into its conf files. @throws DatabaseTrouble */
export async function readTrunks(
	query: (sql: string, values: readonly string[]) => Promise<Row[]>,
	serverIp: string,
): Promise<Trunk[]> {
	const rows = await query(
		`SELECT carrier_id, protocol, registration_string, account_entry FROM vicidial_server_carriers
		WHERE server_ip IN (?, '0.0.0.0') AND active='Y' AND protocol IN ('IAX2', 'SIP', 'PJSIP_WIZ', 'PJSIP')
		ORDER BY carrier_id LIMIT ${MOST_CARRIERS}`,
		[serverIp],
	);
	return rows.map(trunkFrom);
}

/** What a row of `vicidial_server_carriers` means. Pure. */
export function trunkFrom(row: Row): Trunk {
	const protocol = textOf(row, 'protocol');
	const driver = protocol.startsWith('PJSIP') ? 'PJSIP' : (protocol as Driver);
	// PJSIP has sections for it, and stock does not write the column there
	const registers = driver === 'PJSIP' ? [] : registersIn(textOf(row, 'registration_string'));
	const { sections, endpoints } = sectionsIn(textOf(row, 'account_entry'));
	const carrier = textOf(row, 'carrier_id');
	return { carrier, driver, sections, ...(endpoints.length > 0 && { endpoints }), registers };
}

/** Sections, and which of them are endpoints: by their own type or that of a template, and none themselves. */
function sectionsIn(text: string): { sections: string[]; endpoints: string[] } {
	const names: string[] = [];
	const endpoints = new Set<string>();
	const templates = new Set<string>();
	readConf(text, (line) => {
		const [, name, from = ''] = /^\[([^\]]+)\](?:\s*\(([^)]*)\))?/.exec(line) ?? [];
		if (name !== undefined) {
			names.push(name);
			const parents = from.split(',').map((parent) => parent.trim());
			if (parents.includes('!')) templates.add(name);
			if (parents.some((parent) => endpoints.has(parent))) endpoints.add(name);
		} else if (/^type\s*=\s*(endpoint|wizard)$/i.test(line)) endpoints.add(names.at(-1) ?? '');
	});
	const through = [...endpoints].filter((name) => !templates.has(name));
	return { sections: [...new Set([...through, ...names])], endpoints: through };
}

function registersIn(text: string): Trunk['registers'] {
	const registers: Trunk['registers'] = [];
	readConf(text, (line) => {
		const [, what] = /^register\s*=>?\s*(.+)$/i.exec(line) ?? [];
		const register = what === undefined ? undefined : parseRegister(what);
		if (register) registers.push(register);
	});
	return registers;
}

/** `[peer?][transport://]user[:secret[:authuser]]@host[:port][/extension][~expiry]`; a secret may hold an @ of its own. */
function parseRegister(text: string): Trunk['registers'][number] | undefined {
	const at = text.lastIndexOf('@');
	if (at < 0) return undefined;
	const [host = ''] = text.slice(at + 1).split(/[:/~?]/);
	const [user = ''] = text
		.slice(0, at)
		.replace(/^[^?@:]*\?/, '')
		.replace(/^[a-z]+:\/\//i, '')
		.split(/[:@]/);
	return host === '' ? undefined : { user, host };
}
