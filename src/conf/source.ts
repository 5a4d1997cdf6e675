import { type SourceName, selectRows, statementOf } from './statements.ts';

/** A database row: column name to value. */
export type Row = Readonly<Record<string, unknown>>;

/**
 * Runs one statement.
 *
 * Bytes have to come through as stock's Perl sees them: connect with `SET NAMES latin1` (mysql2: `charset:
 * 'LATIN1_SWEDISH_CI'`), so that a JavaScript string holds one character per byte, and write the finished files with
 * the encoding `latin1`. Lengths are then bytes, as the rules of the generator count them.
 */
export type Query = (sql: string, parameters: readonly string[]) => Promise<readonly Row[]>;

/** Everything the generated files are made of, as read at one moment. */
export interface Source {
	readonly serverIp: string;
	readonly settings: Row;
	readonly servers: readonly Row[];
	readonly carriers: readonly Row[];
	readonly templates: readonly Row[];
	readonly phones: readonly Row[];
	readonly remotePhones: readonly Row[];
	readonly menus: readonly Row[];
	readonly menuOptions: readonly Row[];
	readonly routePhones: readonly Row[];
	readonly mailboxPhones: readonly Row[];
	readonly mailboxes: readonly Row[];
	readonly music: readonly Row[];
	readonly agentConferences: readonly Row[];
	readonly conferences: readonly Row[];
}

/** A column as text; NULL is nothing. */
export function textOf(row: Row | undefined, column: string): string {
	const value = row?.[column];
	if (value === null || value === undefined) return '';
	return value instanceof Uint8Array ? Buffer.from(value).toString('latin1') : String(value);
}

/** Key under which the database's usual collations take two ids for the same: case and trailing blanks do not count. */
export function fold(id: string): string {
	return id.replace(/ +$/, '').toLowerCase();
}

/** Told of the rows of each statement as they come. */
export type Told = (name: SourceName, values: readonly string[], rows: readonly Row[]) => void;

/**
 * Reads all rows in at most 14 statements, however many phones, menus or carriers there are.
 *
 * For one consistent picture run it in a `START TRANSACTION WITH CONSISTENT SNAPSHOT` (MyISAM has none).
 *
 * @param serverIp own address as configured on this dialer (`VARserver_ip`)
 * @throws whatever `query` throws
 */
export async function readSource(query: Query, serverIp: string, told: Told = () => {}): Promise<Source> {
	const read = async (name: SourceName, values: readonly string[] = []): Promise<readonly Row[]> => {
		const rows = await query(selectRows(statementOf(name, values)), values);
		told(name, values, rows);
		return rows;
	};
	const [settings = {}] = await read('settings');
	const servers = await read('servers');
	const carriers = await read('carriers', [serverIp]);
	const templates = await read('templates');
	const phones = await read('phones', [serverIp]);
	const crossServer = Number(textOf(settings, 'generate_cross_server_exten')) > 0 && servers.length > 1;
	const remotePhones = crossServer ? await read('remotePhones', [serverIp]) : [];
	const menus = await read('menus');
	const menuOptions = await read('menuOptions');
	const logins = phoneRoutes(menuOptions);
	const routePhones = logins.length > 0 ? await read('routePhones', logins) : [];
	const isVoicemailServer = fold(textOf(settings, 'active_voicemail_server')) === fold(serverIp);
	const mailboxPhones = isVoicemailServer ? await read('mailboxPhones') : [];
	const mailboxes = isVoicemailServer ? await read('mailboxes') : [];
	const music = await read('music');
	const meetme = servers.some(
		(row) => fold(textOf(row, 'server_ip')) === fold(serverIp) && textOf(row, 'conf_engine') === 'MEETME',
	);
	const agentConferences = meetme ? await read('agentConferences', [serverIp]) : [];
	const conferences = meetme ? await read('conferences', [serverIp]) : [];
	return {
		serverIp,
		settings,
		servers,
		carriers,
		templates,
		phones,
		remotePhones,
		menus,
		menuOptions,
		routePhones,
		mailboxPhones,
		mailboxes,
		music,
		agentConferences,
		conferences,
	};
}

function phoneRoutes(options: readonly Row[]): string[] {
	const logins = new Set<string>();
	for (const row of options) {
		if (textOf(row, 'option_route').includes('PHONE')) logins.add(textOf(row, 'option_route_value'));
	}
	return [...logins];
}
