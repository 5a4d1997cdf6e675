#!/usr/bin/perl

# Stand-in for the cron job that ends congested channels: those found in all of its looks within 44 s.

use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/libs";
use Sandbox;
use Time::HiRes qw(sleep);

my $server_ip = conf('VARserver_ip');
my $dbh = database();
my $server = server_row($dbh);
my %hung = map { $_ => 1 } congested();
for my $pause (14, 15, 15) {
	sleep($pause);
	my %now = map { $_ => 1 } congested();
	delete @hung{ grep { !$now{$_} } keys %hung };
}
for my $channel (sort keys %hung) {
	$dbh->do(
		q{INSERT INTO vicidial_manager SET entry_date=?, status='NEW', response='N', server_ip=?, channel=?,
		action='Hangup', callerid=?, cmd_line_b=?}, undef, local_time(), $server_ip, $channel, 'KC' . time, "Channel: $channel");
	append_log('congest', $channel) if $server->{vd_server_logs} eq 'Y';
}

sub congested {
	return @{ $dbh->selectcol_arrayref(
		q{SELECT channel FROM live_sip_channels WHERE server_ip=? AND extension='CONGEST'}, undef, $server_ip) };
}
