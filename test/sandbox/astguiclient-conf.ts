import type { Dialer } from './dialer.ts';

/** Text of /etc/astguiclient.conf. */
export function astguiclientConf(
	dialer: Pick<Dialer, 'folder' | 'serverIp' | 'home' | 'logs'>,
	keepalives: string,
	databaseHost: string,
): string {
	const { folder, serverIp, home, logs } = dialer;
	return `# astguiclient.conf - configuration elements for the astguiclient package

# Paths used by astGUIclient
PATHhome => ${home}
PATHlogs => ${logs}
PATHagi => ${folder}/lib/asterisk/agi-bin
PATHweb => ${folder}/www
PATHsounds => ${folder}/lib/asterisk/sounds
PATHmonitor => ${folder}/spool/asterisk/monitor
PATHDONEmonitor => ${folder}/spool/asterisk/monitorDONE

# The IP address of this machine
VARserver_ip => ${serverIp}

# Database connection information
VARDB_server => ${databaseHost}
VARDB_database => asterisk
VARDB_user => cron
VARDB_pass => 1234
VARDB_custom_user => custom
VARDB_custom_pass => custom1234
VARDB_port => 3306

# Alpha-Numeric list of the astGUIclient processes to be kept running
VARactive_keepalives => ${keepalives}

# Asterisk version VICIDIAL is installed for
VARasterisk_version => 16.X

# Settings for FastAGI logging server
VARfastagi_log_min_servers => 3
VARfastagi_log_max_servers => 16
VARfastagi_log_min_spare_servers => 2
VARfastagi_log_max_spare_servers => 8
VARfastagi_log_max_requests => 1000
VARfastagi_log_checkfordead => 30
VARfastagi_log_checkforwait => 60

# Expected DB Schema version for this install
ExpectedDBSchema => 1700
`;
}
