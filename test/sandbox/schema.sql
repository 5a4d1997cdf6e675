-- The part of a VICIdial 2.14 database that a watchdog meets. TIMESTAMP columns are bare, as the stock schema has them:
-- with explicit_defaults_for_timestamp off the first one of a table keeps itself.

CREATE TABLE servers (
	server_id VARCHAR(10) NOT NULL,
	server_description VARCHAR(255),
	server_ip VARCHAR(15) NOT NULL,
	active ENUM('Y','N'),
	asterisk_version VARCHAR(20) DEFAULT '1.4.21.2',
	max_vicidial_trunks SMALLINT(4) DEFAULT 23,
	telnet_host VARCHAR(20) NOT NULL DEFAULT 'localhost',
	telnet_port INT(5) NOT NULL DEFAULT 5038,
	ASTmgrUSERNAME VARCHAR(20) NOT NULL DEFAULT 'cron',
	ASTmgrSECRET VARCHAR(20) NOT NULL DEFAULT '1234',
	ASTmgrUSERNAMEupdate VARCHAR(20) NOT NULL DEFAULT 'updatecron',
	ASTmgrUSERNAMElisten VARCHAR(20) NOT NULL DEFAULT 'listencron',
	ASTmgrUSERNAMEsend VARCHAR(20) NOT NULL DEFAULT 'sendcron',
	local_gmt VARCHAR(6) DEFAULT '-5.00',
	sys_perf_log ENUM('Y','N') DEFAULT 'N',
	vd_server_logs ENUM('Y','N') DEFAULT 'Y',
	agi_output ENUM('NONE','STDERR','FILE','BOTH') DEFAULT 'FILE',
	vicidial_balance_active ENUM('Y','N') DEFAULT 'N',
	balance_trunks_offlimits SMALLINT(5) UNSIGNED DEFAULT 0,
	vicidial_balance_rank TINYINT(3) UNSIGNED DEFAULT 0,
	active_asterisk_server ENUM('Y','N') DEFAULT 'Y',
	generate_vicidial_conf ENUM('Y','N') DEFAULT 'Y',
	rebuild_conf_files ENUM('Y','N') DEFAULT 'Y',
	rebuild_music_on_hold ENUM('Y','N') DEFAULT 'Y',
	outbound_calls_per_second SMALLINT(3) UNSIGNED DEFAULT 5,
	sysload INT(6) NOT NULL DEFAULT 0,
	channels_total SMALLINT(4) UNSIGNED NOT NULL DEFAULT 0,
	cpu_idle_percent SMALLINT(3) UNSIGNED NOT NULL DEFAULT 0,
	disk_usage VARCHAR(255) DEFAULT '1',
	sounds_update ENUM('Y','N') DEFAULT 'N',
	vicidial_recording_limit MEDIUMINT(8) DEFAULT 60,
	active_agent_login_server ENUM('Y','N') DEFAULT 'Y',
	active_twin_server_ip VARCHAR(15) DEFAULT '',
	system_uptime VARCHAR(255) DEFAULT '',
	auto_restart_asterisk ENUM('Y','N') DEFAULT 'N',
	asterisk_temp_no_restart ENUM('Y','N') DEFAULT 'N',
	gather_asterisk_output ENUM('Y','N') DEFAULT 'N',
	routing_prefix VARCHAR(10) DEFAULT '13',
	conf_secret VARCHAR(100) DEFAULT 'test',
	conf_qualify ENUM('Y','N') DEFAULT 'Y',
	conf_engine ENUM('MEETME','CONFBRIDGE') DEFAULT 'MEETME',
	conf_update_interval SMALLINT(6) DEFAULT 60,
	custom_dialplan_entry TEXT,
	ara_url TEXT,
	UNIQUE KEY server_id (server_id)
) ENGINE=MyISAM;

CREATE TABLE system_settings (
	db_schema_version INT(8) UNSIGNED DEFAULT 0,
	timeclock_end_of_day VARCHAR(4) DEFAULT '0000',
	timeclock_last_reset_date DATE,
	active_voicemail_server VARCHAR(15) DEFAULT '',
	outbound_autodial_active ENUM('1','0') DEFAULT '1',
	disable_auto_dial ENUM('0','1') DEFAULT '0',
	outbound_calls_per_second SMALLINT(3) UNSIGNED DEFAULT 10,
	agents_calls_reset ENUM('0','1') DEFAULT '1',
	frozen_server_call_clear ENUM('0','1') DEFAULT '0',
	sip_event_logging ENUM('0','1','2','3','4','5','6','7') DEFAULT '0',
	allow_emails ENUM('0','1') DEFAULT '0',
	allow_chats ENUM('0','1') DEFAULT '0',
	allow_shared_dial ENUM('0','1','2','3','4','5','6') DEFAULT '0',
	abandon_check_queue ENUM('0','1','2','3','4','5','6','7') DEFAULT '0',
	agent_notifications ENUM('0','1','2','3','4','5','6','7') DEFAULT '0',
	demographic_quotas ENUM('0','1','2','3','4','5','6','7') DEFAULT '0',
	log_latency_gaps ENUM('0','1','2','3','4','5','6','7') DEFAULT '1',
	hopper_hold_inserts ENUM('0','1','2','3','4','5','6','7') DEFAULT '0',
	enable_auto_reports ENUM('1','0') DEFAULT '0',
	enable_drop_lists ENUM('0','1','2') DEFAULT '0',
	noanswer_log ENUM('Y','N') DEFAULT 'N',
	reload_timestamp DATETIME,
	highest_lead_id VARCHAR(20) DEFAULT '0',
	custom_dialplan_entry TEXT,
	default_codecs VARCHAR(100) DEFAULT '',
	generate_cross_server_exten ENUM('0','1') DEFAULT '0',
	call_menu_qualify_enabled ENUM('0','1') DEFAULT '0',
	inbound_answer_config ENUM('0','1','2','3','4','5') DEFAULT '0',
	meetme_enter_login_filename VARCHAR(255) DEFAULT '',
	meetme_enter_leave3way_filename VARCHAR(255) DEFAULT '',
	voicemail_timezones TEXT,
	default_voicemail_timezone VARCHAR(30) DEFAULT 'eastern',
	allow_voicemail_greeting ENUM('0','1') DEFAULT '0'
) ENGINE=MyISAM;

CREATE TABLE server_updater (
	server_ip VARCHAR(15) NOT NULL,
	last_update DATETIME,
	db_time TIMESTAMP,
	UNIQUE KEY server_ip (server_ip)
) ENGINE=MEMORY;

CREATE TABLE vicidial_manager (
	man_id INT(9) UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
	uniqueid VARCHAR(20),
	entry_date DATETIME,
	status ENUM('NEW','QUEUE','SENT','UPDATED','DEAD'),
	response ENUM('Y','N'),
	server_ip VARCHAR(15) NOT NULL,
	channel VARCHAR(100),
	action VARCHAR(20),
	callerid VARCHAR(20),
	cmd_line_b VARCHAR(100),
	cmd_line_c VARCHAR(100),
	cmd_line_d VARCHAR(200),
	cmd_line_e VARCHAR(100),
	cmd_line_f VARCHAR(100),
	cmd_line_g VARCHAR(100),
	cmd_line_h VARCHAR(100),
	cmd_line_i VARCHAR(50),
	cmd_line_j VARCHAR(50),
	cmd_line_k VARCHAR(100),
	KEY callerid (callerid),
	KEY uniqueid (uniqueid),
	KEY serverstat (server_ip, status)
) ENGINE=MyISAM;

CREATE TABLE vicidial_hopper (
	hopper_id INT(9) UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
	lead_id INT(9) UNSIGNED NOT NULL,
	campaign_id VARCHAR(8),
	status ENUM('READY','QUEUE','INCALL','DONE','HOLD','DNC','RHOLD','RQUEUE') DEFAULT 'READY',
	user VARCHAR(20),
	list_id BIGINT(14) UNSIGNED,
	gmt_offset_now DECIMAL(4,2) DEFAULT '0.00',
	state VARCHAR(2) DEFAULT '',
	alt_dial VARCHAR(6) DEFAULT 'NONE',
	priority TINYINT(2) DEFAULT 0,
	source VARCHAR(1) DEFAULT '',
	vendor_lead_code VARCHAR(20) DEFAULT '',
	KEY lead_id (lead_id)
) ENGINE=MEMORY;

CREATE TABLE vicidial_auto_calls (
	auto_call_id INT(9) UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
	server_ip VARCHAR(15) NOT NULL,
	campaign_id VARCHAR(20),
	status ENUM('SENT','RINGING','LIVE','XFER','PAUSED','CLOSER','BUSY','DISCONNECT','IVR') DEFAULT 'PAUSED',
	lead_id INT(9) UNSIGNED NOT NULL,
	uniqueid VARCHAR(20),
	callerid VARCHAR(20),
	channel VARCHAR(100),
	phone_code VARCHAR(10),
	phone_number VARCHAR(18),
	call_time DATETIME,
	call_type ENUM('IN','OUT','OUTBALANCE') DEFAULT 'OUT',
	stage VARCHAR(20) DEFAULT 'START',
	last_update_time TIMESTAMP,
	alt_dial VARCHAR(6) DEFAULT 'NONE',
	queue_priority TINYINT(2) DEFAULT 0,
	agent_only VARCHAR(20) DEFAULT '',
	agent_grab VARCHAR(20) DEFAULT '',
	queue_position SMALLINT(4) UNSIGNED DEFAULT 1,
	extension VARCHAR(100) DEFAULT '',
	agent_grab_extension VARCHAR(100) DEFAULT '',
	KEY uniqueid (uniqueid),
	KEY callerid (callerid),
	KEY call_time (call_time),
	KEY last_update_time (last_update_time)
) ENGINE=MEMORY;

CREATE TABLE vicidial_live_agents (
	live_agent_id INT(9) UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
	user VARCHAR(20),
	server_ip VARCHAR(15) NOT NULL,
	conf_exten VARCHAR(20),
	extension VARCHAR(100),
	status ENUM('READY','QUEUE','INCALL','PAUSED','CLOSER','MQUEUE') DEFAULT 'PAUSED',
	lead_id INT(9) UNSIGNED NOT NULL DEFAULT 0,
	campaign_id VARCHAR(8),
	uniqueid VARCHAR(20),
	callerid VARCHAR(20),
	channel VARCHAR(100),
	random_id INT(8) UNSIGNED,
	last_call_time DATETIME,
	last_update_time TIMESTAMP,
	last_call_finish DATETIME,
	last_state_change DATETIME,
	outbound_autodial ENUM('Y','N') DEFAULT 'N',
	on_hook_agent ENUM('Y','N') DEFAULT 'N',
	ring_callerid VARCHAR(20) DEFAULT '',
	pause_code VARCHAR(6) DEFAULT '',
	preview_lead_id INT(9) UNSIGNED DEFAULT 0,
	dial_campaign_id VARCHAR(8) DEFAULT '',
	KEY random_id (random_id),
	KEY last_call_time (last_call_time),
	KEY last_update_time (last_update_time),
	KEY last_call_finish (last_call_finish),
	KEY vlali (lead_id),
	KEY vlaus (user)
) ENGINE=MyISAM;

CREATE TABLE vicidial_live_inbound_agents (
	user VARCHAR(20),
	group_id VARCHAR(20),
	group_weight TINYINT(4) DEFAULT 0,
	calls_today SMALLINT(5) UNSIGNED DEFAULT 0,
	last_call_time DATETIME,
	last_call_finish DATETIME,
	last_call_time_filtered DATETIME,
	last_call_finish_filtered DATETIME,
	group_grade TINYINT(4) DEFAULT 1,
	daily_limit SMALLINT(5) DEFAULT -1,
	KEY group_id (group_id),
	KEY group_weight (group_weight),
	UNIQUE KEY user_group (user, group_id)
) ENGINE=MyISAM;

CREATE TABLE vicidial_campaigns (
	campaign_id VARCHAR(8) NOT NULL PRIMARY KEY,
	active ENUM('Y','N'),
	dial_method ENUM('MANUAL','RATIO','ADAPT_HARD_LIMIT','ADAPT_TAPERED','ADAPT_AVERAGE','INBOUND_MAN','SHARED_RATIO','SHARED_ADAPT_HARD_LIMIT','SHARED_ADAPT_TAPERED','SHARED_ADAPT_AVERAGE') DEFAULT 'MANUAL',
	auto_dial_level VARCHAR(6) DEFAULT '0',
	hopper_level INT(8) UNSIGNED DEFAULT 1,
	use_auto_hopper ENUM('Y','N') DEFAULT 'Y',
	auto_hopper_level MEDIUMINT(8) UNSIGNED DEFAULT 0,
	auto_hopper_multi VARCHAR(6) DEFAULT '1',
	auto_trim_hopper ENUM('Y','N') DEFAULT 'Y',
	no_hopper_dialing ENUM('Y','N') DEFAULT 'N',
	dial_statuses VARCHAR(255) DEFAULT ' NEW -',
	local_call_time VARCHAR(10) DEFAULT '9am-9pm',
	dial_timeout TINYINT(3) UNSIGNED DEFAULT 60,
	drop_call_seconds TINYINT(3) DEFAULT 5,
	adaptive_maximum_level VARCHAR(6) DEFAULT '3.0',
	adaptive_latest_server_time VARCHAR(4) DEFAULT '2100',
	campaign_logindate DATETIME,
	campaign_calldate DATETIME,
	campaign_stats_refresh ENUM('Y','N') DEFAULT 'N',
	hopper_hold_inserts ENUM('ENABLED','DISABLED','AUTONEXT') DEFAULT 'DISABLED'
) ENGINE=MyISAM;

CREATE TABLE vicidial_campaign_stats (
	campaign_id VARCHAR(20) NOT NULL PRIMARY KEY,
	update_time TIMESTAMP,
	dialable_leads INT(9) UNSIGNED DEFAULT 0,
	calls_today INT(9) UNSIGNED DEFAULT 0,
	drops_today_pct VARCHAR(6) DEFAULT '0',
	differential_onemin VARCHAR(20) DEFAULT '0',
	agents_average_onemin VARCHAR(20) DEFAULT '0',
	balance_trunk_fill SMALLINT(5) UNSIGNED DEFAULT 0
) ENGINE=MyISAM;

CREATE TABLE vicidial_campaign_server_stats (
	campaign_id VARCHAR(20) NOT NULL,
	server_ip VARCHAR(15) NOT NULL,
	update_time TIMESTAMP,
	local_trunk_shortage SMALLINT(5) UNSIGNED DEFAULT 0,
	KEY campaign_id (campaign_id),
	KEY server_ip (server_ip)
) ENGINE=MEMORY;

CREATE TABLE vicidial_campaign_stats_debug (
	campaign_id VARCHAR(20) NOT NULL,
	server_ip VARCHAR(15) NOT NULL,
	entry_time DATETIME,
	update_time TIMESTAMP,
	debug_output TEXT,
	adapt_output TEXT,
	KEY campaign_id (campaign_id),
	UNIQUE KEY campserver (campaign_id, server_ip)
) ENGINE=MyISAM;

CREATE TABLE vicidial_remote_agents (
	remote_agent_id INT(9) UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
	user_start VARCHAR(20),
	number_of_lines TINYINT(3) UNSIGNED DEFAULT 1,
	server_ip VARCHAR(15) NOT NULL,
	conf_exten VARCHAR(20),
	status ENUM('ACTIVE','INACTIVE') DEFAULT 'INACTIVE',
	campaign_id VARCHAR(8),
	on_hook_agent ENUM('Y','N') DEFAULT 'N'
) ENGINE=MyISAM;

CREATE TABLE live_channels (
	channel VARCHAR(100) NOT NULL,
	server_ip VARCHAR(15) NOT NULL,
	channel_group VARCHAR(30),
	extension VARCHAR(100),
	channel_data VARCHAR(100)
) ENGINE=MEMORY;

CREATE TABLE live_sip_channels (
	channel VARCHAR(100) NOT NULL,
	server_ip VARCHAR(15) NOT NULL,
	channel_group VARCHAR(30),
	extension VARCHAR(100),
	channel_data VARCHAR(100)
) ENGINE=MEMORY;

CREATE TABLE parked_channels (
	channel VARCHAR(100) NOT NULL,
	server_ip VARCHAR(15) NOT NULL,
	channel_group VARCHAR(30),
	extension VARCHAR(100),
	parked_by VARCHAR(100),
	parked_time DATETIME
) ENGINE=MEMORY;

CREATE TABLE vicidial_conferences (
	conf_exten INT(7) UNSIGNED NOT NULL,
	server_ip VARCHAR(15) NOT NULL,
	extension VARCHAR(100),
	leave_3way ENUM('0','1') DEFAULT '0',
	leave_3way_datetime DATETIME,
	UNIQUE KEY extenserver (conf_exten, server_ip),
	UNIQUE KEY serverexten (server_ip, conf_exten)
) ENGINE=MyISAM;

CREATE TABLE web_client_sessions (
	extension VARCHAR(100) NOT NULL,
	server_ip VARCHAR(15) NOT NULL,
	program ENUM('agc','vicidial','monitor','other') DEFAULT 'agc',
	start_time DATETIME,
	session_name VARCHAR(40) NOT NULL,
	UNIQUE KEY session_name (session_name)
) ENGINE=MEMORY;

CREATE TABLE call_log (
	uniqueid VARCHAR(20) NOT NULL PRIMARY KEY,
	channel VARCHAR(100),
	server_ip VARCHAR(15),
	caller_code VARCHAR(20),
	start_time DATETIME,
	end_time DATETIME,
	end_epoch INT(10) DEFAULT 0,
	length_in_sec INT(10),
	KEY caller_code (caller_code),
	KEY server_ip (server_ip),
	KEY channel (channel),
	KEY start_time (start_time),
	KEY end_time (end_time),
	KEY time (start_time, end_time)
) ENGINE=MyISAM;

CREATE TABLE vicidial_confbridges LIKE vicidial_conferences;

CREATE TABLE vicidial_inbound_groups (
	group_id VARCHAR(20) NOT NULL PRIMARY KEY,
	group_name VARCHAR(30),
	active ENUM('Y','N') DEFAULT 'Y'
) ENGINE=MyISAM;

CREATE TABLE vicidial_lists (
	list_id BIGINT(14) UNSIGNED NOT NULL PRIMARY KEY,
	list_name VARCHAR(30),
	campaign_id VARCHAR(8),
	active ENUM('Y','N'),
	KEY campaign_id (campaign_id)
) ENGINE=MyISAM;

CREATE TABLE vicidial_list (
	lead_id INT(9) UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
	entry_date DATETIME,
	modify_date TIMESTAMP,
	status VARCHAR(6),
	user VARCHAR(20),
	list_id BIGINT(14) UNSIGNED NOT NULL DEFAULT 0,
	phone_number VARCHAR(18) NOT NULL DEFAULT '',
	KEY list_id (list_id),
	KEY status (status),
	KEY phone_number (phone_number)
) ENGINE=MyISAM;

CREATE TABLE vicidial_callbacks (
	callback_id INT(9) UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
	lead_id INT(9),
	list_id BIGINT(14) UNSIGNED,
	campaign_id VARCHAR(8),
	status VARCHAR(10),
	entry_time DATETIME,
	callback_time DATETIME,
	modify_date TIMESTAMP,
	user VARCHAR(20),
	recipient ENUM('USERONLY','ANYONE'),
	lead_status VARCHAR(6) DEFAULT 'CALLBK',
	KEY lead_id (lead_id),
	KEY status (status),
	KEY callback_time (callback_time)
) ENGINE=MyISAM;

CREATE TABLE vicidial_inbound_callback_queue (
	icbq_id INT(9) UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
	icbq_date DATETIME,
	icbq_status VARCHAR(10),
	icbq_phone_number VARCHAR(18),
	lead_id INT(9) UNSIGNED NOT NULL DEFAULT 0,
	group_id VARCHAR(20),
	queue_priority TINYINT(2) DEFAULT 0,
	call_date DATETIME,
	gmt_offset_now DECIMAL(4,2) DEFAULT '0.00',
	modify_date TIMESTAMP,
	KEY icbq_status (icbq_status),
	KEY icbq_date (icbq_date),
	KEY group_id (group_id),
	KEY call_date (call_date)
) ENGINE=MyISAM;

CREATE TABLE vicidial_abandon_check_queue (
	abandon_check_id INT(9) UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
	lead_id INT(9) UNSIGNED NOT NULL DEFAULT 0,
	phone_number VARCHAR(18) DEFAULT '',
	call_id VARCHAR(40) DEFAULT '',
	abandon_time DATETIME,
	dispo VARCHAR(6) DEFAULT '',
	check_status ENUM('NEW','REJECT','QUEUE','PROCESSING','COMPLETE','CONNECTED','ARCHIVE') DEFAULT 'NEW',
	reject_reason VARCHAR(40) DEFAULT '',
	source VARCHAR(20) DEFAULT '',
	KEY lead_id (lead_id),
	KEY phone_number (phone_number),
	KEY abandon_time (abandon_time)
) ENGINE=MyISAM;

CREATE TABLE vicidial_email_list (
	email_row_id INT(10) UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
	lead_id INT(9) UNSIGNED,
	email_date DATETIME,
	email_account_id VARCHAR(20),
	group_id VARCHAR(20),
	user VARCHAR(20),
	status VARCHAR(10),
	direction ENUM('INBOUND','OUTBOUND') DEFAULT 'INBOUND',
	KEY lead_id (lead_id),
	KEY email_account_id (email_account_id),
	KEY group_id (group_id),
	KEY user (user)
) ENGINE=MyISAM;

CREATE TABLE vicidial_sip_event_recent (
	caller_code VARCHAR(30) DEFAULT '',
	channel VARCHAR(100),
	server_ip VARCHAR(15),
	uniqueid VARCHAR(20),
	invite_date DATETIME(6),
	processed ENUM('N','Y','U') DEFAULT 'N',
	KEY caller_code (caller_code),
	KEY invite_date (invite_date),
	KEY processed (processed)
) ENGINE=MyISAM;

CREATE TABLE vicidial_sip_event_log (
	sip_event_id INT(9) UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
	caller_code VARCHAR(30) DEFAULT '',
	channel VARCHAR(100),
	server_ip VARCHAR(15),
	uniqueid VARCHAR(20),
	event_date DATETIME(6),
	KEY caller_code (caller_code),
	KEY event_date (event_date)
) ENGINE=MyISAM;

CREATE TABLE vicidial_dtmf_log (
	dtmf_id INT(9) UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
	dtmf_time DATETIME,
	channel VARCHAR(100),
	server_ip VARCHAR(15),
	uniqueid VARCHAR(20),
	digit VARCHAR(1)
) ENGINE=MyISAM;

CREATE TABLE vicidial_process_triggers (
	trigger_id VARCHAR(20) NOT NULL PRIMARY KEY,
	trigger_name VARCHAR(100),
	server_ip VARCHAR(15) NOT NULL,
	trigger_time DATETIME,
	trigger_run ENUM('0','1') DEFAULT '0',
	user VARCHAR(20),
	trigger_lines TEXT
) ENGINE=MyISAM;

CREATE TABLE vicidial_process_trigger_log (
	trigger_id VARCHAR(20),
	server_ip VARCHAR(15),
	trigger_time DATETIME,
	user VARCHAR(20),
	trigger_lines TEXT,
	trigger_results TEXT,
	KEY trigger_id (trigger_id),
	KEY trigger_time (trigger_time)
) ENGINE=MyISAM;

CREATE TABLE vicidial_admin_log (
	admin_log_id INT(9) UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
	event_date DATETIME,
	user VARCHAR(20),
	event_section VARCHAR(30),
	event_type VARCHAR(30),
	record_id VARCHAR(50),
	event_code VARCHAR(255),
	KEY event_section (event_section),
	KEY record_id (record_id)
) ENGINE=MyISAM;

CREATE TABLE vicidial_shared_drops (
	callerid VARCHAR(20),
	server_ip VARCHAR(15),
	campaign_id VARCHAR(20),
	status VARCHAR(10),
	lead_id INT(9) UNSIGNED,
	drop_time DATETIME,
	KEY callerid (callerid),
	KEY drop_time (drop_time)
) ENGINE=MyISAM;

CREATE TABLE vicidial_url_log (
	url_log_id INT(9) UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
	uniqueid VARCHAR(50),
	url_date DATETIME,
	url_type VARCHAR(10) DEFAULT '',
	response_sec SMALLINT(5) UNSIGNED DEFAULT 0,
	url TEXT,
	url_response TEXT,
	KEY uniqueid (uniqueid)
) ENGINE=MyISAM;

CREATE TABLE vicidial_dial_log (
	caller_code VARCHAR(30) NOT NULL,
	lead_id INT(9) UNSIGNED DEFAULT 0,
	server_ip VARCHAR(15),
	call_date DATETIME,
	extension VARCHAR(100) DEFAULT '',
	channel VARCHAR(100) DEFAULT '',
	timeout MEDIUMINT(7) UNSIGNED DEFAULT 0,
	outbound_cid VARCHAR(100) DEFAULT '',
	sip_hangup_cause SMALLINT(4) UNSIGNED DEFAULT 0,
	uniqueid VARCHAR(20) DEFAULT '',
	KEY caller_code (caller_code),
	KEY lead_id (lead_id),
	KEY call_date (call_date)
) ENGINE=MyISAM;

CREATE TABLE vicidial_log_extended (
	uniqueid VARCHAR(50) NOT NULL PRIMARY KEY,
	server_ip VARCHAR(15),
	call_date DATETIME,
	lead_id INT(9) UNSIGNED,
	caller_code VARCHAR(30) NOT NULL,
	start_url_processed ENUM('N','Y','U') DEFAULT 'N',
	dispo_url_processed ENUM('N','Y','U','XY','XU') DEFAULT 'N',
	multi_alt_processed ENUM('N','Y','U') DEFAULT 'N',
	noanswer_processed ENUM('N','Y','U') DEFAULT 'N',
	KEY call_date (call_date),
	KEY lead_id (lead_id),
	KEY caller_code (caller_code)
) ENGINE=MyISAM;

CREATE TABLE server_performance (
	start_time DATETIME NOT NULL,
	server_ip VARCHAR(15) NOT NULL,
	sysload INT(6) NOT NULL DEFAULT 0,
	channels_total SMALLINT(4) UNSIGNED NOT NULL DEFAULT 0,
	cpu_idle_percent SMALLINT(3) UNSIGNED NOT NULL DEFAULT 0
) ENGINE=MyISAM;
