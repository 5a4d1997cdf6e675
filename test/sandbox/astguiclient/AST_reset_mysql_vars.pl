#!/usr/bin/perl

# Stand-in for the nightly reset at 01:02: the live rows of this server go, its agents are logged out.

use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/libs";
use Sandbox;

my $server_ip = conf('VARserver_ip');
my $dbh = database();
$dbh->do("DELETE FROM $_ WHERE server_ip=?", undef, $server_ip)
	for qw(vicidial_manager vicidial_auto_calls vicidial_live_agents vicidial_campaign_server_stats);
$dbh->do('DELETE FROM vicidial_hopper WHERE user LIKE ?', undef, "%_$server_ip");
$dbh->do("UPDATE $_ SET extension='', leave_3way='0' WHERE server_ip=?", undef, $server_ip)
	for qw(conferences vicidial_conferences vicidial_confbridges);
