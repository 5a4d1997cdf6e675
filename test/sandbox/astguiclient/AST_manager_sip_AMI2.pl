#!/usr/bin/perl

# Stand-in for code S: one permanent AMI session as `sipcron` whose events become rows of the SIP event
# tables. The machine's Asterisk has no SIP events: a new channel stands for an invitation.

use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/libs";
use Sandbox;
use Time::HiRes qw(time);

my $QUIET_S = 30;
my $UNANSWERED_PINGS = 10;

refuse_second_start();

my $server_ip = conf('VARserver_ip');
my $dbh = database();
my $server = server_row($dbh);

append_log('sip_event_process', 'logger started');
my $ami = ami_session($server, 'listen', 'on', user => 'sipcron');
my $last_event = time;
my $last_ping = time;
my $unanswered = 0;

while (1) {
	my $second_over = time + 1;
	while (my $message = $ami->message($second_over)) {
		$last_event = time if $message->{Event};
		$unanswered = 0 if $message->{Response};
		leave('Asterisk shuts down') if ($message->{Event} || '') eq 'Shutdown';
		record($message) if ($message->{Event} || '') eq 'Newchannel';
	}
	hang_if_told(1);
	leave('AMI handle closed') if $ami->closed;
	leave('kill file') if kill_file('listenmgr.kill');
	$server = server_row($dbh);
	next if time - $last_event < $QUIET_S;
	append_log('sip_event', 'no events for ' . int(time - $last_event) . ' s') if $server->{vd_server_logs} eq 'Y';
	next if time - $last_ping < $QUIET_S;
	leave("$unanswered pings unanswered") if $unanswered > $UNANSWERED_PINGS;
	$ami->send_action('Ping');
	$unanswered++;
	$last_ping = time;
}

sub record {
	my ($event) = @_;
	my $code = $event->{CallerIDName} || '';
	my @row = ($code, $event->{Channel}, $server_ip, $event->{Uniqueid});
	$dbh->do('INSERT INTO vicidial_sip_event_log SET caller_code=?, channel=?, server_ip=?, uniqueid=?, event_date=NOW(6)',
		undef, @row);
	$dbh->do(
		'INSERT INTO vicidial_sip_event_recent SET caller_code=?, channel=?, server_ip=?, uniqueid=?, invite_date=NOW(6)',
		undef, @row);
	append_log('sip_event', join('|', @row)) if $server->{vd_server_logs} eq 'Y';
	return;
}

sub leave {
	my ($reason) = @_;
	append_log('sip_event_process', "$reason, exiting");
	exit 0;
}
