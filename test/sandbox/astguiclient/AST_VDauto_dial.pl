#!/usr/bin/perl

# Stand-in for code 3: beats in the '-SHARE-' row every loop of 2.5 s, cleans up after calls and agents
# by the stock rules, and places calls for waiting agents.

use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/libs";
use Sandbox;
use POSIX ();
use Time::HiRes qw(sleep);

my $LOOKS_EVERY = 10;
my ($delay) = map { /^--delay=(\d+(?:\.\d+)?)$/ ? $1 : () } @ARGV;
$delay ||= 2.5;

refuse_second_start();

my $server_ip = conf('VARserver_ip');
my $dbh = database();
my $server = server_row($dbh);
# The heartbeat row is made only here: once the end-of-day job has deleted it, it is missing until the
# next start.
$dbh->do('INSERT IGNORE INTO vicidial_campaign_stats_debug SET campaign_id=?, server_ip=?', undef, '-SHARE-', $server_ip);
my $beat = $dbh->prepare(
	q{UPDATE vicidial_campaign_stats_debug SET entry_time=? WHERE campaign_id='-SHARE-' AND server_ip=?});

for (my $loop = 1; ; $loop++) {
	my $started = local_time();
	note("loop $loop begins");
	note(remove_dead_attempts() . ' dial attempts removed, ' . remove_lost_live_call() . ' live calls lost');
	note(pause_lagged_agents() . ' agents lagged');
	$dbh->do('DELETE FROM vicidial_shared_drops WHERE server_ip=? AND drop_time < ?', undef, $server_ip, local_time(10));
	note(place_calls($started) . ' calls placed');
	$beat->execute($started, $server_ip);
	last if kill_file('VDAD.kill');
	if ($loop % $LOOKS_EVERY == 0) {
		$server = server_row($dbh);
		if (!process_present('AST_manager_li')) {
			note('listener dead, exiting');
			last;
		}
	}
	rest($delay);
}

sub note {
	my ($text) = @_;
	append_log('vdautodial', $text) if $server->{vd_server_logs} eq 'Y';
	return;
}

# Calls that never got anywhere in 120 s, and those the listener has seen hanging up.
sub remove_dead_attempts {
	my $removed = $dbh->do(
		q{DELETE FROM vicidial_auto_calls WHERE server_ip=? AND call_time < ?
		AND status NOT IN ('XFER','CLOSER','LIVE','IVR')}, undef, $server_ip, local_time(120));
	my $attempts = $dbh->selectcol_arrayref(
		q{SELECT callerid FROM vicidial_auto_calls WHERE server_ip=? AND status='SENT'}, undef, $server_ip);
	for my $callerid (@$attempts) {
		my ($dead) = $dbh->selectrow_array(
			q{SELECT COUNT(*) FROM vicidial_manager WHERE callerid=? AND status='DEAD'}, undef, $callerid);
		next if !$dead;
		$removed += $dbh->do('DELETE FROM vicidial_auto_calls WHERE server_ip=? AND callerid=?',
			undef, $server_ip, $callerid);
	}
	return $removed + 0;
}

# A waiting customer whose AGI has not refreshed the row for 10 s; only one per loop, as upstream.
sub remove_lost_live_call {
	my $removed = $dbh->do(
		q{DELETE FROM vicidial_auto_calls WHERE server_ip=? AND status IN ('LIVE','IVR')
		AND last_update_time < NOW() - INTERVAL 10 SECOND LIMIT 1}, undef, $server_ip) + 0;
	append_log('vdad-JAM', 'lagged live call removed') if $removed;
	return $removed;
}

sub pause_lagged_agents {
	return $dbh->do(
		q{UPDATE vicidial_live_agents SET status='PAUSED', random_id=10, pause_code='LAGGED'
		WHERE server_ip=? AND status<>'PAUSED' AND last_update_time < NOW() - INTERVAL 30 SECOND},
		undef, $server_ip) + 0;
}

# Calls for the campaigns with agents on this server; returns how many were placed.
sub place_calls {
	my ($started) = @_;
	my $campaigns = $dbh->selectall_hashref(
		q{SELECT campaign_id,
			SUM(status='READY' AND outbound_autodial='Y' AND last_update_time > NOW() - INTERVAL 10 SECOND) AS waiting
		FROM vicidial_live_agents WHERE server_ip=? GROUP BY campaign_id}, 'campaign_id', undef, $server_ip);
	my $placed = 0;
	for my $campaign (sort keys %$campaigns) {
		$dbh->do(
			q{INSERT INTO vicidial_campaign_stats_debug SET campaign_id=?, server_ip=?, entry_time=?
			ON DUPLICATE KEY UPDATE entry_time=VALUES(entry_time)}, undef, $campaign, $server_ip, $started);
		report_shortage($campaign);
		$dbh->do('UPDATE vicidial_campaigns SET campaign_logindate=? WHERE campaign_id=?', undef, $started, $campaign);
		$placed += dial($campaign, $campaigns->{$campaign}{waiting});
	}
	return $placed;
}

# For the balancing of the cluster; there are always trunks here.
sub report_shortage {
	my ($campaign) = @_;
	my $known = $dbh->do(
		q{UPDATE vicidial_campaign_server_stats SET local_trunk_shortage=0, update_time=NOW()
		WHERE campaign_id=? AND server_ip=?}, undef, $campaign, $server_ip);
	$dbh->do('INSERT INTO vicidial_campaign_server_stats SET campaign_id=?, server_ip=?', undef, $campaign, $server_ip)
		if $known < 1;
	return;
}

sub dial {
	my ($campaign, $waiting) = @_;
	my ($level) = $dbh->selectrow_array(
		q{SELECT auto_dial_level FROM vicidial_campaigns WHERE campaign_id=? AND active='Y'
		AND dial_method NOT IN ('MANUAL','INBOUND_MAN')}, undef, $campaign);
	my ($dialing) = $dbh->selectrow_array(
		'SELECT COUNT(*) FROM vicidial_auto_calls WHERE server_ip=? AND campaign_id=?', undef, $server_ip, $campaign);
	my $wanted = int($waiting * ($level || 0)) - $dialing;
	return 0 if $wanted <= 0;
	my $leads = $dbh->selectall_arrayref(
		q{SELECT hopper_id,lead_id FROM vicidial_hopper WHERE campaign_id=? AND status='READY'
		ORDER BY priority DESC, hopper_id LIMIT ?}, undef, $campaign, $wanted);
	return 0 if !@$leads;
	# The whole batch is claimed first: what a killed dialer leaves behind stays claimed, as upstream.
	for my $lead (@$leads) {
		$dbh->do(q{UPDATE vicidial_hopper SET status='QUEUE', user=? WHERE hopper_id=?},
			undef, "VDAD_$server_ip", $lead->[0]);
	}
	my $per_second = $server->{outbound_calls_per_second};
	my $pause = $per_second >= 1 && $per_second <= 200 ? 1 / $per_second : 0.025;
	for my $lead (@$leads) {
		call($campaign, @$lead);
		sleep($pause);
	}
	$dbh->do('UPDATE vicidial_campaigns SET campaign_calldate=? WHERE campaign_id=?', undef, local_time(), $campaign);
	return scalar @$leads;
}

sub call {
	my ($campaign, $hopper_id, $lead_id) = @_;
	my $code = POSIX::strftime('V%m%d%H%M%S', localtime) . sprintf('%09d', $lead_id);
	my $channel = 'Local/8600999@default';
	$dbh->do(q{UPDATE vicidial_hopper SET status='INCALL' WHERE hopper_id=?}, undef, $hopper_id);
	$dbh->do(
		q{INSERT INTO vicidial_auto_calls SET server_ip=?, campaign_id=?, status='SENT', lead_id=?, callerid=?,
		channel=?, call_time=?, call_type='OUT'}, undef, $server_ip, $campaign, $lead_id, $code, $channel, local_time());
	$dbh->do(
		q{INSERT INTO vicidial_manager SET entry_date=?, status='NEW', response='N', server_ip=?, channel='',
		action='Originate', callerid=?, cmd_line_b=?, cmd_line_c=?, cmd_line_d=?, cmd_line_e=?, cmd_line_f=?},
		undef, local_time(), $server_ip, $code, "Channel: $channel", 'Context: default', 'Exten: 8600999',
		'Priority: 1', qq{Callerid: "$code" <0000000000>});
	$dbh->do('DELETE FROM vicidial_hopper WHERE hopper_id=?', undef, $hopper_id);
	return;
}
