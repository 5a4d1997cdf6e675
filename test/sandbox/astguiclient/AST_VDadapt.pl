#!/usr/bin/perl

# Stand-in for code 5, one per cluster: statistics of campaigns and in-groups and the inbound callback
# queue, in a loop of 1 s. It leaves every day in the end-of-day minute.

use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/libs";
use Sandbox;
use Time::HiRes qw(sleep);

my $LOOPS = 1_000_000;
my $CAMPAIGNS_EVERY = 60;

refuse_second_start();

my $dbh = database();
my $server = server_row($dbh);
# Its log keeps the name of the day it was started on.
my $day = substr(local_time(), 0, 10);
$dbh->do('INSERT IGNORE INTO vicidial_campaign_stats_debug SET campaign_id=?, server_ip=?',
	undef, '--CALLBACK-QUEUE--', 'ADAPT');

for my $loop (1 .. $LOOPS) {
	my $settings = settings_row($dbh);
	serve_callback_queue($loop);
	beat('--CALLBACK-QUEUE--', 'ADAPT') if $loop == 1 || $loop % 10 == 0;
	campaign_statistics() if $loop % $CAMPAIGNS_EVERY == 1;
	if ($loop % 50 == 0) {
		$server = server_row($dbh);
		beat($_, 'INBOUND') for names(q{SELECT group_id FROM vicidial_inbound_groups WHERE active='Y'});
		beat('--ABANDON-QUEUE--', 'ADAPT') if $settings->{abandon_check_queue} > 0;
	}
	beat('--ALL--', 'SHARED') if $settings->{allow_shared_dial} > 0;
	if (end_of_day($dbh)) {
		sleep(10);
		last;
	}
	rest(1);
}

sub names { return @{ $dbh->selectcol_arrayref(@_) } }

# A row of the debug table, there again after the end of the day.
sub beat {
	my ($name, $kind) = @_;
	$dbh->do(
		q{INSERT INTO vicidial_campaign_stats_debug SET campaign_id=?, server_ip=?, entry_time=?
		ON DUPLICATE KEY UPDATE entry_time=VALUES(entry_time), update_time=NOW()}, undef, $name, $kind, local_time());
	append_log("VDadaptive-$name", 'written') if $kind eq 'ADAPT' && $server->{vd_server_logs} eq 'Y';
	return;
}

# Campaigns with agents, or whose statistics somebody asked for.
sub campaign_statistics {
	my @campaigns = names(
		q{SELECT campaign_id FROM vicidial_campaigns WHERE active='Y' AND (campaign_stats_refresh='Y'
		OR campaign_id IN (SELECT campaign_id FROM vicidial_live_agents))});
	for my $campaign (@campaigns) {
		$dbh->do('UPDATE vicidial_campaign_stats SET update_time=NOW() WHERE campaign_id=?', undef, $campaign);
		beat($campaign, 'ADAPT');
	}
	append_log('adapt', scalar(@campaigns) . ' campaigns', $day) if $server->{vd_server_logs} eq 'Y';
	return;
}

sub serve_callback_queue {
	my ($loop) = @_;
	$dbh->do(q{UPDATE vicidial_inbound_callback_queue SET icbq_status='LIVE' WHERE icbq_status='NEW'});
	return if $loop % 10 != 0;
	$dbh->do(
		q{UPDATE vicidial_inbound_callback_queue SET icbq_status='ORPHAN'
		WHERE icbq_status='SENDING' AND modify_date < NOW() - INTERVAL 10 SECOND});
	return;
}
