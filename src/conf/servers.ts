import { Cells, NAMES } from './cells.ts';
import { dialString } from './dialect.ts';
import type { AgentEntry, Model, ServerPeer, Trunk } from './model.ts';
import { type Row, textOf } from './source.ts';
import type { Warnings } from './warnings.ts';

/** What the files say about this server's and the other servers' ways to each other. */
export type Network = Pick<Model, 'ownTrunks' | 'trunks' | 'servers' | 'serverPeers'>;

/** Cells of a row of `servers`. */
export function serverCells(row: Row, warnings: Warnings): Cells {
	return new Cells('servers', textOf(row, 'server_ip'), row, warnings);
}

/**
 * Trunks, peers and dialplan of the servers.
 *
 * Trunks carry the other server's secret, peers the own one: who logs in here has to know that.
 */
export function buildNetwork(me: Cells, others: readonly Row[], warnings: Warnings): Network {
	const secret = me.value('conf_secret');
	const qualify = me.isYes('conf_qualify');
	const user = me.name('server_id', NAMES.id, 'no trunks to other servers');
	const trunkSecret = me.name('conf_secret', NAMES.trunkSecret, 'the own trunks are left out');
	const trunks: Trunk[] = [];
	const servers: { id: string; address: string; dialString: string }[] = [];
	const peers = ['ASTloop', 'ASTblind', 'ASTplay'].map(
		(name): ServerPeer => ({ name, account: name, secret, qualify }),
	);
	for (const row of others) {
		const cells = serverCells(row, warnings);
		const id = cells.name('server_id', NAMES.id, 'server left out');
		const address = cells.name('server_ip', NAMES.address, 'server left out');
		if (id === undefined || address === undefined) continue;
		peers.push({ name: id, account: `IAX${id}`, secret, qualify });
		const theirSecret = cells.name('conf_secret', NAMES.trunkSecret, 'no trunk to this server');
		if (user !== undefined && theirSecret !== undefined) {
			trunks.push({ server: id, user, secret: theirSecret, address });
		}
		const dial = dialString(address);
		if (dial !== undefined) servers.push({ id, address, dialString: dial });
		else cells.warn('server_ip', 'is no dotted quad; the server gets no extensions');
	}
	return {
		ownTrunks: trunkSecret === undefined ? [] : [{ secret: trunkSecret }],
		trunks,
		servers,
		serverPeers: peers,
	};
}

/** Contexts through which agents enter their session with a sound; none if no sound is set. */
export function agentEntries(settings: Cells, engine: string): AgentEntry[] {
	const login = settings.argument('meetme_enter_login_filename');
	const leave = settings.argument('meetme_enter_leave3way_filename');
	if ((login === '' && leave === '') || (engine !== 'MEETME' && engine !== 'CONFBRIDGE')) return [];
	const entry = (which: AgentEntry['which'], sound: string): AgentEntry => ({
		which,
		sound: sound || 'sip-silence',
		meetme: engine === 'MEETME',
		confbridge: engine === 'CONFBRIDGE',
	});
	return [entry('login', login), entry('leave3way', leave)];
}
