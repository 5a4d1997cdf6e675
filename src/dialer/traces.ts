/** What a daemon leaves behind in logs and rows, and what is worth keeping of it before the daemon is killed. */
export interface Traces {
	/** logs in PATHlogs, without the date */
	logs: readonly string[];
	/** bounded statements; `?` stands for the dialer's address */
	rows: readonly string[];
}

const manager = (where: string): string =>
	`SELECT man_id, entry_date, status, action, callerid, channel FROM vicidial_manager WHERE server_ip=? AND ${where} LIMIT 20`;
const WAITING = manager("status IN ('NEW','QUEUE')");
const UNANSWERED = manager("status='SENT'");
const heartbeat = (where: string): string =>
	`SELECT campaign_id, server_ip, entry_time, update_time FROM vicidial_campaign_stats_debug WHERE ${where} LIMIT 5`;

/** Sources: processes and logs as the VICIdial 2.14 programs of these names write them. */
const TRACES: Record<string, Traces> = {
	FastAGI_log: { logs: ['FASTagiout', 'FastAGIchildLOG'], rows: [] },
	AST_manager_listen: { logs: ['listen_process', 'listen'], rows: [UNANSWERED] },
	AST_update: {
		logs: ['update', 'updateERROR'],
		rows: ['SELECT server_ip, last_update, db_time FROM server_updater WHERE server_ip=? LIMIT 1'],
	},
	AST_manager_send: { logs: ['action_process', 'action_launch'], rows: [WAITING] },
	AST_VDauto_dial: {
		logs: ['vdautodial', 'vdad-JAM'],
		rows: [
			heartbeat("campaign_id='-SHARE-' AND server_ip=?"),
			'SELECT auto_call_id, campaign_id, status, call_time, last_update_time FROM vicidial_auto_calls WHERE server_ip=? LIMIT 20',
		],
	},
	AST_VDremote_agents: {
		logs: ['remoteagent'],
		rows: [
			"SELECT user, extension, status, last_update_time FROM vicidial_live_agents WHERE server_ip=? AND extension LIKE 'R/%' LIMIT 20",
		],
	},
	AST_VDadapt: { logs: ['adapt'], rows: [heartbeat("server_ip='ADAPT' AND campaign_id='--CALLBACK-QUEUE--'")] },
	AST_VDauto_dial_FILL: { logs: ['vdautodial_FILL'], rows: [] },
	AST_manager_sip: { logs: ['sip_event_process', 'sip_event'], rows: [] },
	VD_email_inbound: {
		logs: [],
		rows: [
			`SELECT email_row_id, group_id, status, email_date FROM (SELECT email_row_id, group_id, status, email_date
			FROM vicidial_email_list ORDER BY email_row_id DESC LIMIT 1000) AS newest WHERE status IN ('NEW','QUEUE') LIMIT 20`,
		],
	},
	AST_conf_update_screen: { logs: ['conf_update', 'conf_telnet_log.txt'], rows: [] },
	AST_conf_update_3way: { logs: ['3way_conf'], rows: [] },
	AST_rec_monitor: { logs: ['rec_log'], rows: [] },
	Asterisk: { logs: ['screenlog.0'], rows: [] },
};

/** By daemon; nothing where a program is not known to leave any. */
export const tracesOf = (subject: string): Traces => TRACES[subject] ?? { logs: [], rows: [] };
