#!/usr/bin/perl

# Stand-in for code C: asks Asterisk for its conferences as `confcron` and counts down the rooms that
# were left, once per interval of servers.conf_update_interval. Its telnet log moves every time.

use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/libs";
use Sandbox;
use Sandbox::Rooms;
use Time::HiRes qw(time);

refuse_second_start();

my $server_ip = conf('VARserver_ip');
my $dbh = database();
my $server = server_row($dbh);
my $ami = ami_session($server, 'send', 'off', user => 'confcron');

while (1) {
	$server = server_row($dbh);
	my $engine = $server->{conf_engine};
	my $id = $ami->send_action('Command', 'Command: ' . ($engine eq 'CONFBRIDGE' ? 'confbridge list' : 'meetme list'));
	my $answer = $ami->answer($id, time + 10);
	# Without date and whatever vd_server_logs says; it is never rotated.
	append_log('conf_telnet_log', $answer ? 'conferences listed' : 'no answer', 'txt');
	if ($ami->closed) {
		note('AMI handle closed, exiting');
		exit 1;
	}
	my $rooms = $engine eq 'CONFBRIDGE' ? 'vicidial_confbridges' : 'vicidial_conferences';
	my $count = count_down($dbh, $rooms, $server_ip, q{leave_3way='1'}, 3)
		+ count_down($dbh, 'conferences', $server_ip, q{extension<>''}, 3);
	note("$count rooms counted down");
	rest($server->{conf_update_interval});
}

sub note {
	my ($text) = @_;
	append_log('conf_update', $text) if $server->{vd_server_logs} eq 'Y';
	return;
}
