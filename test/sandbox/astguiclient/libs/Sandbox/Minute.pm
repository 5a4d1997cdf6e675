package Sandbox::Minute;

# What the stock keepalive does every minute besides looking after the daemons.

use strict;
use warnings;
use FindBin;
use Sandbox;

# The machine's uptime as `uptime` has it, cut at the first comma by upstream where it has one day.
sub uptime {
	open(my $handle, '<', '/proc/uptime') or die "/proc/uptime: $!\n";
	my ($minutes) = map { int($_ / 60) } split ' ', scalar <$handle>;
	my ($days, $hours) = (int($minutes / 1440), int($minutes / 60) % 24);
	return '1 day' if $days == 1;
	my $time = $hours ? sprintf('%d:%02d', $hours, $minutes % 60) : $minutes % 60 . ' min';
	return $days ? "$days days $time" : $time;
}

# The oldest due trigger of this server; its commands are waited for.
sub trigger {
	my ($dbh, $server_ip) = @_;
	my $trigger = $dbh->selectrow_hashref(
		q{SELECT * FROM vicidial_process_triggers WHERE server_ip=? AND trigger_run='1' AND trigger_time < NOW()
		ORDER BY trigger_time LIMIT 1}, undef, $server_ip) or return;
	$dbh->do(q{UPDATE vicidial_process_triggers SET trigger_run='0' WHERE trigger_id=?}, undef, $trigger->{trigger_id});
	my $results = '';
	$results .= qx($_) for split /\|/, $trigger->{trigger_lines};
	$dbh->do(
		q{INSERT INTO vicidial_process_trigger_log SET trigger_id=?, server_ip=?, trigger_time=NOW(), user=?,
		trigger_lines=?, trigger_results=?}, undef, @$trigger{qw(trigger_id server_ip user trigger_lines)}, $results);
	return;
}

# An absent Asterisk is started when the flags allow it; a console counts as one, a hung one too.
sub asterisk {
	my ($dbh, $server) = @_;
	return if grep { $server->{$_} ne 'Y' } qw(active_asterisk_server auto_restart_asterisk);
	return if $server->{asterisk_temp_no_restart} ne 'N';
	# The folder makes the text that of this dialer.
	my ($folder) = conf('PATHhome') =~ m{^(.*)/};
	my %lines = Sandbox::command_lines("$folder/etc/asterisk/asterisk.conf");
	return if grep { m{bin/asterisk } } values %lines;
	my $screen = qx(screen -ls) =~ /\.asterisk\t/;
	$dbh->do(
		q{INSERT INTO vicidial_admin_log SET event_date=NOW(), user='VDAD', event_section='SERVERS', event_type='RESET',
		record_id=?, event_code=?}, undef, $server->{server_ip}, $screen ? 'AUTO RESTART ASTERISK' : 'AUTO START ASTERISK');
	if ($screen) { type_asterisk() }
	else         { system("$FindBin::Bin/start_asterisk_boot.pl") }
	return;
}

# Into the shell of the screen, in console mode.
sub type_asterisk {
	my ($folder) = conf('PATHhome') =~ m{^(.*)/};
	system('screen', '-S', 'asterisk', '-X', 'stuff', "$folder/bin/asterisk -vvvvgcT\r");
	return;
}

# On the voicemail server: statistics start anew, and with them every heartbeat row is gone.
sub end_of_day_jobs {
	my ($dbh, $server_ip, $settings) = @_;
	$dbh->do(
		q{UPDATE vicidial_conferences SET extension='' WHERE server_ip=? AND leave_3way='0'
		AND extension NOT IN (SELECT extension FROM vicidial_live_agents WHERE server_ip=?)}, undef, $server_ip, $server_ip);
	return if $settings->{active_voicemail_server} ne $server_ip;
	$dbh->do(q{UPDATE vicidial_campaign_stats SET dialable_leads=0, calls_today=0, drops_today_pct='0'});
	$dbh->do("DELETE FROM $_") for qw(vicidial_campaign_server_stats vicidial_campaign_stats_debug);
	$dbh->do(
		q{DELETE FROM vicidial_live_agents WHERE extension NOT LIKE 'R/%' AND last_state_change < NOW() - INTERVAL 1 DAY});
	$dbh->do(
		q{DELETE FROM vicidial_inbound_callback_queue WHERE icbq_status IN ('SENT','EXPIRED','DNCL','DNCC','ORPHAN')});
	$dbh->selectall_arrayref("OPTIMIZE TABLE $_") for qw(vicidial_campaign_stats vicidial_campaign_stats_debug);
	# With the rights of the second account; the rows stay.
	my $custom = DBI->connect(
		'DBI:mysql:database=' . conf('VARDB_database') . ';host=' . conf('VARDB_server') . ';port=' . conf('VARDB_port'),
		conf('VARDB_custom_user'), conf('VARDB_custom_pass'), { RaiseError => 1, PrintError => 0 });
	my $tables = $custom->selectcol_arrayref(
		q{SELECT table_name FROM information_schema.tables WHERE table_schema=DATABASE() AND engine='MEMORY'});
	$custom->do("ALTER TABLE $_ ENGINE=MEMORY") for @$tables;
	return;
}

1;
