import type { Dialer } from './dialer.ts';
import { until } from './processes.ts';

/** What the morning's agents are known by. */
const PHONES = 'SIP/rush';

/** Everybody has gone home: no agents, no calls, no sessions, an empty action queue. The daemons go on. */
export async function idleNight({ database, serverIp }: Dialer): Promise<void> {
	await database.query(`DROP EVENT IF EXISTS browsers;
		DROP EVENT IF EXISTS manual_calls;
		DELETE FROM vicidial_live_agents;
		DELETE FROM vicidial_live_inbound_agents;
		DELETE FROM web_client_sessions;
		DELETE FROM vicidial_auto_calls;
		DELETE FROM vicidial_manager;
		DELETE FROM vicidial_campaign_server_stats;
		UPDATE vicidial_campaigns SET campaign_logindate = NOW() - INTERVAL 8 HOUR, campaign_calldate = NOW() - INTERVAL 8 HOUR`);
	await database.query("UPDATE vicidial_conferences SET extension='' WHERE server_ip=?", [serverIp]);
	await database.query("UPDATE vicidial_confbridges SET extension='' WHERE server_ip=?", [serverIp]);
}

/**
 * Agents log in to the campaign OUTBOUND and wait for calls; with code 3 the dialer places them, real ones. The database
 * plays the browsers, which keep the agents alive (`DROP EVENT browsers` lets all of them lag), and the hopper's job.
 */
export async function morningRush({ database, serverIp }: Dialer, agents = 5): Promise<void> {
	await database.query(
		`INSERT INTO vicidial_live_agents (user, server_ip, conf_exten, extension, status, campaign_id, random_id,
			last_call_time, last_call_finish, last_state_change, outbound_autodial)
		SELECT 3000 + seq, ?, 8600055 + seq, CONCAT('${PHONES}', seq), 'READY', 'OUTBOUND', 20000000 + seq, NOW(), NOW(), NOW(), 'Y'
		FROM seq_1_to_${agents}`,
		[serverIp],
	);
	await database.query(
		`INSERT INTO web_client_sessions SELECT CONCAT('${PHONES}', seq), ?, 'vicidial', NOW(), CONCAT('18000000', seq, 'rush')
		FROM seq_1_to_${agents}`,
		[serverIp],
	);
	for (const [table, first] of [
		['vicidial_conferences', 8600055],
		['vicidial_confbridges', 9600055],
	]) {
		await database.query(
			`UPDATE ${table} SET extension = CONCAT('${PHONES}', conf_exten - ${first}) WHERE server_ip=? AND conf_exten BETWEEN ? AND ?`,
			[serverIp, Number(first) + 1, Number(first) + agents],
		);
	}
	await database.query(`CREATE OR REPLACE EVENT browsers ON SCHEDULE EVERY 1 SECOND DO
		UPDATE vicidial_live_agents SET random_id = 20000000 + FLOOR(RAND() * 9000000) WHERE extension LIKE '${PHONES}%'`);
	await database.query(`CREATE OR REPLACE EVENT hopper_cron ON SCHEDULE EVERY 10 SECOND DO BEGIN
		REPLACE INTO vicidial_campaign_stats_debug (campaign_id, server_ip, entry_time, debug_output)
			SELECT campaign_id, 'HOPPER', NOW(), 'leads to call count: 200' FROM vicidial_campaigns WHERE active = 'Y';
		INSERT INTO vicidial_hopper (lead_id, campaign_id, status, user, list_id, source)
			SELECT lead_id, 'OUTBOUND', 'READY', '', list_id, 'S' FROM vicidial_list
			WHERE list_id = 101 AND lead_id NOT IN (SELECT lead_id FROM vicidial_hopper) LIMIT 20;
		END`);
}

/**
 * Makes this minute, or in its last 10 s the next one, the end-of-day minute and lets the stock keepalive do its work:
 * statistics and heartbeat rows are gone, AST_VDadapt and -cu3way have left. Resolves after that (up to 35 s); the minute
 * may still last.
 */
export async function endOfDay(dialer: Dialer): Promise<void> {
	const leaving = ['AST_VDadapt.pl', 'AST_conf_update_3way.pl'].flatMap((script) =>
		dialer.daemons.pids(script).map(({ perl }) => ({ script, perl })),
	);
	const now = new Date();
	const minute = new Date(now.getTime() + (now.getSeconds() < 50 ? 0 : 60_000));
	const hhmm = `${minute.getHours()}`.padStart(2, '0') + `${minute.getMinutes()}`.padStart(2, '0');
	await dialer.database.query('UPDATE system_settings SET timeclock_end_of_day=?', [hhmm]);
	await until('the end-of-day minute', 15_000, () => new Date().getMinutes() === minute.getMinutes());
	await dialer.cron('ADMIN_keepalive_ALL.pl');
	await until('the daily exits', 20_000, () =>
		leaving.every(({ script, perl }) => !dialer.daemons.pids(script).some((copy) => copy.perl === perl)),
	);
}
