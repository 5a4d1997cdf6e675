import { readIfThere } from '../adapters/files.ts';
import type { World } from '../world.ts';
import { parseManagerDoor } from './manager-conf.ts';

/** Secrets as VICIdial is shipped with them, and doors that stand open; each in words, without the secret. */
export type Exposure = string[];

const SHIPPED_PASSWORD = '1234';

/** What a stranger could use; none of it is a fault of today. */
export async function readExposure(world: World): Promise<Exposure> {
	const { database, asteriskEtc, astguiclientConf } = world.settings;
	const server = await world.server().catch(() => undefined);
	const hints: string[] = [];
	if (database.password === SHIPPED_PASSWORD)
		hints.push(
			`the password of database user ${database.user} is the shipped one; change it with VARDB_pass in ${astguiclientConf}`,
		);
	const path = `${asteriskEtc}/manager.conf`;
	const { open, unguarded, shipped } = parseManagerDoor(textOf(path));
	if (server?.ami.secret === SHIPPED_PASSWORD || shipped.length > 0)
		hints.push(
			`Asterisk's manager has the shipped secret${shipped.length > 0 ? ` for ${shipped.join(', ')}` : ''}; change ASTmgrSECRET of this server and ${path} together`,
		);
	if (open && unguarded.length > 0)
		hints.push(
			`Asterisk's manager listens on every address and takes ${unguarded.join(', ')} from anywhere; add deny and permit lines in ${path}, or a firewall`,
		);
	return hints;
}

function textOf(path: string): string {
	try {
		return readIfThere(path) ?? '';
	} catch {
		return '';
	}
}
