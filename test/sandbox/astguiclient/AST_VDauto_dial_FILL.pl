#!/usr/bin/perl

# Stand-in for code 7, one per cluster: counts the calls that other servers could not place for lack of
# trunks, in a loop of 2.5 s. While there are none only its log moves. It does not look for another copy.

use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/libs";
use Sandbox;

my ($delay) = map { /^--delay=(\d+(?:\.\d+)?)$/ ? $1 : () } @ARGV;
$delay ||= 2.5;

my $dbh = database();

for (my $loop = 1; ; $loop++) {
	my $server = server_row($dbh);
	append_log('vdautodial_FILL', "loop $loop, " . fill() . ' calls to fill') if $server->{vd_server_logs} eq 'Y';
	last if kill_file('VDADfull.kill');
	rest($delay);
}

# What the campaigns are short of; the same figure again moves no time stamp.
sub fill {
	my $shortages = $dbh->selectall_arrayref(
		q{SELECT campaign_id, SUM(local_trunk_shortage) FROM vicidial_campaign_server_stats
		WHERE update_time > NOW() - INTERVAL 1200 SECOND GROUP BY campaign_id});
	my $wanted = 0;
	for my $row (@$shortages) {
		my ($campaign, $shortage) = @$row;
		$dbh->do('UPDATE vicidial_campaign_stats SET balance_trunk_fill=? WHERE campaign_id=?', undef, $shortage, $campaign);
		$wanted += $shortage;
	}
	return $wanted;
}
