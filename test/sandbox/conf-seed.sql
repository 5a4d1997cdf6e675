
-- Phones, carriers and menus of the dialer @server_ip.

UPDATE system_settings SET default_codecs = '', voicemail_timezones = 'eastern=America/New_York\n';
UPDATE servers SET conf_engine = 'CONFBRIDGE', conf_secret = 'BoxSecret1';

INSERT INTO phones (extension, dialplan_number, voicemail_id, server_ip, login, pass, active, fullname, protocol, outbound_cid,
	email, template_id, conf_override, conf_secret)
VALUES
	('cc101', '101', '101', @server_ip, 'cc101', '1111', 'Y', 'Alice Agent', 'SIP', '3125550101', 'alice@example.org', '--NONE--', '', 'PhoneSecret101'),
	('cc102', '102', '102', @server_ip, 'cc102', '2222', 'Y', 'Bob Agent', 'SIP', '3125550102', '', '--NONE--', '', 'PhoneSecret102'),
	('cc103', '103', '103', @server_ip, 'cc103', '3333', 'Y', 'Carol Agent', 'IAX2', '', '', '--NONE--', '', 'PhoneSecret103'),
	('cc104', '104', '104', @server_ip, 'cc104', '4444', 'Y', 'Dan Agent', 'PJSIP', '', '', '--NONE--', '', 'PhoneSecret104'),
	('cc201', '201', '201', '192.0.2.12', 'cc201', '5555', 'Y', 'Eve Elsewhere', 'SIP', '', '', '--NONE--', '', 'PhoneSecret201');

INSERT INTO vicidial_server_carriers (carrier_id, carrier_name, carrier_description, registration_string, template_id, account_entry,
	globals_string, dialplan_entry, protocol, server_ip, active)
VALUES ('BOXTRUNK', 'Trunk of the box', 'comes back to the dialer itself', '', '--NONE--',
	CONCAT('[boxtrunk]\ndisallow=all\nallow=ulaw\ntype=peer\nqualify=yes\nqualifyfreq=25\nhost=', @server_ip, '\n'),
	'BOXTRUNK=SIP/boxtrunk', 'exten => _91NXXNXXXXXX,1,Dial(${BOXTRUNK}/${EXTEN:1},,To)\nexten => _91NXXNXXXXXX,2,Hangup\n', 'SIP', @server_ip, 'Y');

INSERT INTO vicidial_call_menu (menu_id, menu_name, menu_prompt) VALUES ('mainmenu', 'Main menu', 'sip-silence');
INSERT INTO vicidial_call_menu_options (menu_id, option_value, option_description, option_route, option_route_value, option_route_value_context)
	VALUES ('mainmenu', '1', 'Sales', 'EXTENSION', '101', 'default'), ('mainmenu', '2', 'Goodbye', 'HANGUP', 'vm-goodbye', '');

INSERT INTO vicidial_voicemail (voicemail_id, active, pass, fullname, email) VALUES ('900', 'Y', '9999', 'General mailbox', '');
