#!/usr/bin/perl

# Stand-in for the stock keepalive's option -cu3way: counts down the rooms that a three-way call left, in a
# loop of 3 s. It does not look for another copy and leaves in the end-of-day minute.

use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/libs";
use Sandbox;
use Sandbox::Ami;
use Sandbox::Rooms;
use Time::HiRes qw(sleep time);

my $LOOPS = 100_000;
my ($delay) = map { /^--delay=(\d+(?:\.\d+)?)$/ ? $1 : () } @ARGV;
$delay ||= 3;

my $server_ip = conf('VARserver_ip');
my $dbh = database();
# Its log keeps the name of the day it was started on.
my $day = substr(local_time(), 0, 10);

for my $loop (1 .. $LOOPS) {
	my $server = server_row($dbh);
	my ($left) = $dbh->selectrow_array(
		q{SELECT COUNT(*) FROM vicidial_conferences WHERE server_ip=? AND leave_3way='1'}, undef, $server_ip);
	list_rooms($server) if $left;
	my $count = count_down($dbh, 'vicidial_conferences', $server_ip, q{leave_3way='1'}, 2);
	append_log('3way_conf', "loop $loop, $count rooms", $day) if $server->{vd_server_logs} eq 'Y';
	if (end_of_day($dbh)) {
		sleep(10);
		last;
	}
	rest($delay);
}

# A session of its own each time.
sub list_rooms {
	my ($server) = @_;
	my $ami = Sandbox::Ami->login(Sandbox::ami_account($server, 'send'), events => 'off', within => 10) or return;
	$ami->answer($ami->send_action('Command', 'Command: meetme list'), time + 10);
	append_log('AST_conf_telnet_log', 'conferences listed', int time);
	$ami->logoff;
	return;
}
