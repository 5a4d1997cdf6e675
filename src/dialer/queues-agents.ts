import type { World } from '../world.ts';
import { type TableReader, type Timed, timed } from './queues-ask.ts';

/** Agents of this dialer, by status and campaign. */
export interface AgentRow {
	status: string;
	campaign: string;
	/** lines of remote agents, kept by AST_VDremote_agents */
	remote: boolean;
	count: number;
	/** seconds since the one that was not heard of for longest, by the database's clock */
	oldestUpdate: number;
	/** the same of the one that was heard of last */
	newestUpdate: number | null;
	/** not heard of for 10 to 30 s */
	lagging: number;
	/** when the one that has been in its status for longest came into it, and who; as written by web server or dialer */
	oldestState: string | null;
}

/**
 * One short scan, because this table is locked by every answered call; read once in a look, whoever needs it first.
 * @throws DatabaseTrouble
 */
export function readAgents(world: World): Promise<Timed<readonly AgentRow[]>> {
	world.agents ??= timed(askForAgents(world));
	return world.agents;
}

async function askForAgents(world: World): Promise<AgentRow[]> {
	const rows = await world.query<{
		status: string;
		campaign: string;
		remote: number;
		count: number;
		silence: number | null;
		newest: number | null;
		lagging: number | null;
		oldestState: string | null;
	}>(
		`SELECT status, campaign_id AS campaign, LEFT(extension, 2)='R/' AS remote, COUNT(*) AS count,
		TIMESTAMPDIFF(SECOND, MIN(last_update_time), NOW()) AS silence,
		TIMESTAMPDIFF(SECOND, MAX(last_update_time), NOW()) AS newest,
		SUM(last_update_time BETWEEN NOW() - INTERVAL 30 SECOND AND NOW() - INTERVAL 10 SECOND) AS lagging,
		MIN(CONCAT(last_state_change, ' ', user)) AS oldestState
		FROM vicidial_live_agents WHERE server_ip=? GROUP BY status, campaign_id, remote LIMIT 1000`,
		[world.settings.serverIp],
	);
	return rows.map(({ status, campaign, remote, count, silence, newest, lagging, oldestState }) => ({
		status,
		campaign,
		remote: remote === 1,
		count,
		oldestUpdate: Math.max(0, silence ?? 0),
		newestUpdate: newest,
		lagging: Number(lagging ?? 0),
		oldestState,
	}));
}

/** How many entries of remote agents of this server are switched on and have lines. */
export async function readRemoteAgents(tables: TableReader, serverIp: string): Promise<number> {
	const rows = await tables.askIfThere<{ id: number }>(
		'vicidial_remote_agents',
		"SELECT remote_agent_id AS id FROM vicidial_remote_agents WHERE server_ip=? AND status='ACTIVE' AND number_of_lines > 0 LIMIT 1000",
		[serverIp],
	);
	return rows?.length ?? 0;
}
