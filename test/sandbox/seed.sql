-- A working call centre at a quiet moment, seen from the dialer @server_ip. Loaded into every instance, because the
-- MEMORY tables of a copied database are empty.

INSERT INTO system_settings SET db_schema_version = 1700, timeclock_last_reset_date = CURDATE(),
	active_voicemail_server = @server_ip, reload_timestamp = NOW(), highest_lead_id = '1240';

INSERT INTO servers SET server_id = 'DIALER1', server_description = 'Dialer in a box', server_ip = @server_ip, active = 'Y',
	asterisk_version = '16.28.0', max_vicidial_trunks = 96, telnet_host = @server_ip, local_gmt = '0.00',
	rebuild_conf_files = 'N', rebuild_music_on_hold = 'N';
INSERT INTO servers SET server_id = 'DIALER2', server_description = 'The other dialer', server_ip = '192.0.2.12', active = 'Y',
	asterisk_version = '16.28.0', max_vicidial_trunks = 96, telnet_host = '192.0.2.12', local_gmt = '0.00',
	rebuild_conf_files = 'N', rebuild_music_on_hold = 'N';

INSERT INTO vicidial_campaigns SET campaign_id = 'OUTBOUND', active = 'Y', dial_method = 'RATIO', auto_dial_level = '1.5',
	hopper_level = 20, local_call_time = '24hours', campaign_logindate = NOW();
INSERT INTO vicidial_campaigns SET campaign_id = 'MANUAL1', active = 'Y', dial_method = 'MANUAL', no_hopper_dialing = 'Y',
	local_call_time = '24hours', campaign_logindate = NOW();
INSERT INTO vicidial_campaign_stats (campaign_id, dialable_leads) VALUES ('OUTBOUND', 40), ('MANUAL1', 0);

-- On a break, all of them: nobody's browser is there to keep a READY agent alive.
INSERT INTO vicidial_live_agents
	(user, server_ip, conf_exten, extension, campaign_id, random_id, last_call_time, last_call_finish, last_state_change, outbound_autodial)
VALUES
	('1001', @server_ip, '8600051', 'SIP/cc101', 'OUTBOUND', 10000001, NOW(), NOW(), NOW(), 'Y'),
	('1002', @server_ip, '8600052', 'SIP/cc102', 'OUTBOUND', 10000002, NOW(), NOW(), NOW(), 'Y'),
	('1003', @server_ip, '8600053', 'SIP/cc103', 'MANUAL1', 10000003, NOW(), NOW(), NOW(), 'N'),
	('2001', '192.0.2.12', '8600051', 'SIP/cc201', 'OUTBOUND', 10000004, NOW(), NOW(), NOW(), 'Y');
INSERT INTO vicidial_live_inbound_agents (user, group_id, last_call_time, last_call_finish)
	VALUES ('1001', 'SALESLINE', NOW(), NOW());
INSERT INTO web_client_sessions VALUES
	('SIP/cc101', @server_ip, 'vicidial', NOW(), '1700000001cc101'),
	('SIP/cc102', @server_ip, 'vicidial', NOW(), '1700000002cc102'),
	('SIP/cc103', @server_ip, 'vicidial', NOW(), '1700000003cc103');

INSERT INTO vicidial_conferences (conf_exten, server_ip, extension)
	SELECT 8600051 + seq, ip, IF(ip = @server_ip AND seq < 3, CONCAT('SIP/cc', 101 + seq), '')
	FROM seq_0_to_19, (SELECT @server_ip AS ip UNION SELECT '192.0.2.12') AS dialers;

INSERT INTO vicidial_confbridges (conf_exten, server_ip, extension)
	SELECT 1000000 + conf_exten, server_ip, extension FROM vicidial_conferences;
INSERT INTO conferences (conf_exten, server_ip, extension) SELECT 8600001 + seq, @server_ip, '' FROM seq_0_to_9;

INSERT INTO vicidial_inbound_groups VALUES ('SALESLINE', 'Sales', 'Y'), ('MAILS', 'E-mails', 'Y'), ('OLDLINE', 'Closed', 'N');
INSERT INTO vicidial_lists VALUES (101, 'Prospects', 'OUTBOUND', 'Y'), (102, 'Used up', 'OUTBOUND', 'N');
INSERT INTO vicidial_list (lead_id, entry_date, status, list_id, phone_number)
	SELECT 1000 + seq, NOW(), IF(seq > 200, 'NA', 'NEW'), IF(seq > 200, 102, 101), CONCAT('312555', 1000 + seq)
	FROM seq_1_to_240;

-- Not on duty. Made ACTIVE they are work for code 4.
INSERT INTO vicidial_remote_agents SET user_start = '7001', number_of_lines = 2, server_ip = @server_ip, conf_exten = '8600300',
	status = 'INACTIVE', campaign_id = 'OUTBOUND';

INSERT INTO vicidial_hopper (lead_id, campaign_id, status, user, list_id, gmt_offset_now, state, source)
	SELECT 1000 + seq, 'OUTBOUND', 'READY', '', 101, 0.00, '', 'S' FROM seq_1_to_40;

-- What other machines of the cluster do goes on by itself: the heartbeat of the other dialer, the hopper's cron job.
CREATE EVENT other_dialer ON SCHEDULE EVERY 1 SECOND DO
	REPLACE INTO server_updater (server_ip, last_update) VALUES ('192.0.2.12', NOW());
CREATE EVENT hopper_cron ON SCHEDULE EVERY 10 SECOND DO
	REPLACE INTO vicidial_campaign_stats_debug (campaign_id, server_ip, entry_time, debug_output)
	SELECT campaign_id, 'HOPPER', NOW(), 'leads to call count: 40' FROM vicidial_campaigns WHERE active = 'Y';
