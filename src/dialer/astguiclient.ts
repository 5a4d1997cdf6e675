/** Settings of /etc/astguiclient.conf with the line that each was taken from. */
export type AstguiclientConf = Map<string, { value: string; line: number }>;

/** Keys that vicikeep reads; stock matches a key as a prefix of the line, longest first keeps them apart. */
const KEYS = [
	'PATHhome',
	'PATHlogs',
	'PATHmonitor',
	'PATHDONEmonitor',
	'ExpectedDBSchema',
	'VARserver_ip',
	'VARDB_server',
	'VARDB_database',
	'VARDB_user',
	'VARDB_pass',
	'VARDB_port',
	'VARactive_keepalives',
] as const;

export type AstguiclientKey = (typeof KEYS)[number];

/**
 * Reads the file exactly as the stock programs do, because a cleverer reader would log in with another password than
 * the daemons: every space, tab, `>` and everything from the first `#` or `;` on is dropped, the value is what follows
 * the last `=`, and the last line for a key wins. Source: every program in VICIdial's bin/.
 */
export function parseAstguiclient(text: string): AstguiclientConf {
	const conf: AstguiclientConf = new Map();
	for (const [index, raw] of text.split('\n').entries()) {
		const line = raw.replace(/[ >\t\r]/g, '').replace(/[#;].*$/, '');
		const key = KEYS.find((candidate) => line.startsWith(candidate));
		if (key) conf.set(key, { value: line.slice(line.lastIndexOf('=') + 1), line: index + 1 });
	}
	return conf;
}
