#!/usr/bin/perl

# Stand-in for the hopper's cron job: for each active campaign it says what it found, removes what is done, and
# fills up from the leads. Due callbacks are moved first.

use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/libs";
use Sandbox;

my $dbh = database();
my $server = server_row($dbh);
my $started = local_time();

$dbh->do(
	q{UPDATE vicidial_callbacks SET status='LIVE' WHERE status IN ('ACTIVE','TFHCCL') AND callback_time <= ?
	AND lead_id IN (SELECT lead_id FROM vicidial_list)}, undef, $started);
my $campaigns = $dbh->selectall_arrayref(
	q{SELECT campaign_id, hopper_level, no_hopper_dialing FROM vicidial_campaigns WHERE active='Y'}, { Slice => {} });
for my $campaign (@$campaigns) {
	my $name = $campaign->{campaign_id};
	$dbh->do(q{DELETE FROM vicidial_campaign_stats_debug WHERE campaign_id=? AND server_ip='HOPPER'}, undef, $name);
	$dbh->do(q{INSERT INTO vicidial_campaign_stats_debug SET campaign_id=?, server_ip='HOPPER'}, undef, $name);
	my $said = fill($campaign);
	$dbh->do(
		q{UPDATE vicidial_campaign_stats_debug SET entry_time=?, debug_output=? WHERE campaign_id=? AND server_ip='HOPPER'},
		undef, $started, $said, $name);
	append_log('hopper', "$name|$said") if $server->{vd_server_logs} eq 'Y';
}

sub fill {
	my ($campaign) = @_;
	my $name = $campaign->{campaign_id};
	$dbh->do(q{DELETE FROM vicidial_hopper WHERE campaign_id=? AND status IN ('DONE','DNC')}, undef, $name);
	my $leads = $dbh->selectall_arrayref(
		q{SELECT lead_id, list_id FROM vicidial_list WHERE status='NEW' AND list_id IN
		(SELECT list_id FROM vicidial_lists WHERE campaign_id=? AND active='Y') ORDER BY lead_id}, undef, $name);
	$dbh->do('UPDATE vicidial_campaign_stats SET dialable_leads=? WHERE campaign_id=?', undef, scalar @$leads, $name);
	return 'set to no-hopper-dialing' if $campaign->{no_hopper_dialing} eq 'Y';
	my $held = $dbh->selectcol_arrayref('SELECT lead_id FROM vicidial_hopper WHERE campaign_id=?', undef, $name);
	my %held = map { $_ => 1 } @$held;
	my ($ready) = $dbh->selectrow_array(
		q{SELECT COUNT(*) FROM vicidial_hopper WHERE campaign_id=? AND status='READY'}, undef, $name);
	my $wanted = $campaign->{hopper_level} - $ready;
	my $said = 'leads to call count: ' . @$leads;
	return $said if $wanted <= 0;
	$said = "hopper too low ($ready/$campaign->{hopper_level}), $said";
	my @free = grep { !$held{ $_->[0] } } @$leads;
	return "$said, cannot add any leads" if !@free;
	splice(@free, $wanted) if @free > $wanted;
	$dbh->do(
		q{INSERT INTO vicidial_hopper SET lead_id=?, campaign_id=?, status='READY', user='', list_id=?, source='S'},
		undef, $_->[0], $name, $_->[1]) for @free;
	return $said;
}
