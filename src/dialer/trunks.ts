import { readConf } from '../conf/reader.ts';
import { type Row, textOf } from '../conf/source.ts';

/** The channel drivers that carry trunks and phones. */
export type Driver = 'SIP' | 'PJSIP' | 'IAX2';

/** A trunk as the carrier page has it; holds no secrets. */
export interface Trunk {
	carrier: string;
	driver: Driver;
	/** names of the sections in its account entry, in lower case as Asterisk compares them */
	sections: string[];
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
	return rows.map(trunkOf);
}

/** What a row of `vicidial_server_carriers` means. Pure. */
export function trunkOf(row: Row): Trunk {
	const protocol = textOf(row, 'protocol');
	const sections = new Set<string>();
	readConf(textOf(row, 'account_entry'), (line) => {
		const [, name] = /^\[([^\]]+)\]/.exec(line) ?? [];
		if (name !== undefined) sections.add(name.toLowerCase());
	});
	const registers: Trunk['registers'] = [];
	// PJSIP has sections for it, and stock does not write the column there
	if (!protocol.startsWith('PJSIP')) {
		readConf(textOf(row, 'registration_string'), (line) => {
			const [, text] = /^register\s*=>?\s*(.+)$/i.exec(line) ?? [];
			const register = text === undefined ? undefined : parseRegister(text);
			if (register) registers.push(register);
		});
	}
	return {
		carrier: textOf(row, 'carrier_id'),
		driver: protocol.startsWith('PJSIP') ? 'PJSIP' : (protocol as Driver),
		sections: [...sections],
		registers,
	};
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
