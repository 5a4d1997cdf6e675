#!/usr/bin/perl

# Stand-in for the purge of the queues, hourly by cron. Without any argument it keeps nothing, as upstream.

use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/libs";
use Sandbox;

my $dbh = database();
my $server = server_row($dbh);
my ($kept) = map { /^--seconds=(\d+)$/ ? $1 : () } @ARGV;
$kept //= !@ARGV ? 0 : $server->{vd_server_logs} eq 'Y' ? 3600 : 1800;

$dbh->do('DELETE FROM vicidial_manager WHERE entry_date < ?', undef, local_time($kept));
$dbh->do('DELETE FROM vicidial_dtmf_log WHERE dtmf_time < NOW() - INTERVAL ? SECOND', undef, $kept);
$dbh->do('DELETE FROM vicidial_sip_event_recent WHERE invite_date < NOW() - INTERVAL 2 HOUR');
# These lock the tables for a moment.
$dbh->selectall_arrayref("OPTIMIZE TABLE $_") for qw(vicidial_manager vicidial_live_agents vicidial_campaigns system_settings);
