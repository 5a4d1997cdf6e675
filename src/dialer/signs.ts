import type { ThresholdName } from '../thresholds.ts';

/**
 * Something that moves while a daemon works. What its limit says of the age of a row or of a file holds idle or not; a
 * sign that is not there to be seen says nothing, and the next one of the list counts.
 */
export type Sign =
	/** its row in `server_updater`, which it writes in every loop and makes only when it starts */
	| { by: 'updater'; limit: ThresholdName }
	/** its row in `vicidial_campaign_stats_debug`; it may be missing, because the end of day empties that table */
	| { by: 'stats'; row: StatsRow; limit: ThresholdName }
	/** rows of remote agents, which move only while this server has an active one */
	| { by: 'remote_agents'; limit: ThresholdName }
	/** a file of PATHlogs that it writes in every loop */
	| { by: 'log'; file: LogFile; limit: ThresholdName }
	/** its connection to Asterisk's manager: what it was sent is read */
	| { by: 'manager_socket'; limit: ThresholdName }
	/** it accepts connections and serves them */
	| { by: 'port'; port: number; limit: ThresholdName }
	/** it holds these UDP ports */
	| { by: 'udp_ports'; ports: readonly number[] }
	/** a date that it sets once a day, after the end of day */
	| { by: 'reset_date'; limit: ThresholdName };

/** Rows of `vicidial_campaign_stats_debug` that daemons write whether there is work or not. */
export type StatsRow = '-SHARE-' | '--CALLBACK-QUEUE--' | 'INBOUND';

export interface LogFile {
	name: string;
	/** the name is followed by a dot and the date, which moves with the clock */
	dated: boolean;
	/** it is written only while `servers.vd_server_logs` is Y */
	optional: boolean;
}
