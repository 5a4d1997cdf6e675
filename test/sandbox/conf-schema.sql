-- What the generated conf files are made of, with the types and defaults of a dialer's database.

CREATE TABLE vicidial_conf_templates (
 template_id VARCHAR(15) NOT NULL, template_name VARCHAR(50) NOT NULL, template_contents TEXT,
 UNIQUE KEY template_id (template_id)
) ENGINE=MyISAM;

CREATE TABLE vicidial_server_carriers (
 carrier_id VARCHAR(15) NOT NULL, carrier_name VARCHAR(50) NOT NULL, carrier_description VARCHAR(255),
 registration_string VARCHAR(255), template_id VARCHAR(15) NOT NULL, account_entry TEXT, globals_string VARCHAR(255),
 dialplan_entry TEXT, protocol ENUM('SIP','PJSIP','PJSIP_WIZ','Zap','IAX2','EXTERNAL') DEFAULT 'SIP',
 server_ip VARCHAR(15) NOT NULL, active ENUM('Y','N') DEFAULT 'Y', UNIQUE KEY carrier_id (carrier_id)
) ENGINE=MyISAM;

CREATE TABLE phones (
 extension VARCHAR(100), dialplan_number VARCHAR(20), voicemail_id VARCHAR(10), server_ip VARCHAR(15),
 login VARCHAR(15), pass VARCHAR(100), active ENUM('Y','N'), fullname VARCHAR(50),
 protocol ENUM('SIP','PJSIP','Zap','IAX2','EXTERNAL') DEFAULT 'SIP', outbound_cid VARCHAR(20), email VARCHAR(100),
 template_id VARCHAR(15) NOT NULL, conf_override TEXT, phone_context VARCHAR(20) DEFAULT 'default',
 phone_ring_timeout SMALLINT(3) DEFAULT 60, conf_secret VARCHAR(100) DEFAULT 'test',
 delete_vm_after_email ENUM('N','Y') DEFAULT 'N', codecs_list VARCHAR(100) DEFAULT '',
 codecs_with_template ENUM('0','1') DEFAULT '0', voicemail_timezone VARCHAR(30) DEFAULT 'eastern',
 voicemail_options VARCHAR(255) DEFAULT '', voicemail_instructions ENUM('Y','N') DEFAULT 'Y',
 unavail_dialplan_fwd_exten VARCHAR(40) DEFAULT '', unavail_dialplan_fwd_context VARCHAR(100) DEFAULT '',
 conf_qualify ENUM('Y','N') DEFAULT 'Y', mohsuggest VARCHAR(100) DEFAULT '', voicemail_greeting VARCHAR(100) DEFAULT '',
 UNIQUE KEY extenserver (extension, server_ip)
) ENGINE=MyISAM;

CREATE TABLE vicidial_call_menu (
 menu_id VARCHAR(50) NOT NULL PRIMARY KEY, menu_name VARCHAR(100), menu_prompt VARCHAR(255),
 menu_timeout SMALLINT(2) UNSIGNED DEFAULT 10, menu_timeout_prompt VARCHAR(255) DEFAULT 'NONE',
 menu_invalid_prompt VARCHAR(255) DEFAULT 'NONE', menu_repeat TINYINT(1) UNSIGNED DEFAULT 0,
 menu_time_check ENUM('0','1') DEFAULT '0', call_time_id VARCHAR(20) DEFAULT '', track_in_vdac ENUM('0','1') DEFAULT '1',
 custom_dialplan_entry TEXT, tracking_group VARCHAR(20) DEFAULT 'CALLMENU', dtmf_log ENUM('0','1') DEFAULT '0',
 dtmf_field VARCHAR(50) DEFAULT 'NONE', qualify_sql TEXT, alt_dtmf_log ENUM('0','1') DEFAULT '0', question INT(11),
 answer_signal ENUM('Y','N') DEFAULT 'Y'
) ENGINE=MyISAM;

CREATE TABLE vicidial_call_menu_options (
 menu_id VARCHAR(50) NOT NULL, option_value VARCHAR(20) NOT NULL DEFAULT '', option_description VARCHAR(255) DEFAULT '',
 option_route VARCHAR(20), option_route_value VARCHAR(255), option_route_value_context VARCHAR(1000),
 UNIQUE KEY menuoption (menu_id, option_value)
) ENGINE=MyISAM;

CREATE TABLE vicidial_voicemail (
 voicemail_id VARCHAR(10) NOT NULL PRIMARY KEY, active ENUM('Y','N') DEFAULT 'Y', pass VARCHAR(10) NOT NULL,
 fullname VARCHAR(100) NOT NULL, email VARCHAR(100), delete_vm_after_email ENUM('N','Y') DEFAULT 'N',
 voicemail_timezone VARCHAR(30) DEFAULT 'eastern', voicemail_options VARCHAR(255) DEFAULT '',
 voicemail_greeting VARCHAR(100) DEFAULT ''
) ENGINE=MyISAM;

CREATE TABLE vicidial_music_on_hold (
 moh_id VARCHAR(100) NOT NULL PRIMARY KEY, moh_name VARCHAR(255), active ENUM('Y','N') DEFAULT 'N',
 random ENUM('Y','N') DEFAULT 'N', `remove` ENUM('Y','N') DEFAULT 'N'
) ENGINE=MyISAM;

CREATE TABLE conferences LIKE vicidial_conferences;
