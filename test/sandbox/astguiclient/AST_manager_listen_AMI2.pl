#!/usr/bin/perl

# Stand-in for code 2, listening side: one permanent AMI session whose events become the status of the
# Originate rows in vicidial_manager. It writes nothing while nothing happens.

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
my $logs_switch = $dbh->prepare('SELECT vd_server_logs FROM servers WHERE server_ip=?');
my $progress = $dbh->prepare(
	q{UPDATE vicidial_manager SET status=?, uniqueid=?, channel=?
	WHERE callerid=? AND server_ip=? AND action='Originate' AND status IN ('QUEUE','SENT','UPDATED')});

append_log('listen_process', 'listener started');
my $ami = ami_session($server, 'listen', 'on');
my $last_event = time;
my $last_ping = time;
my $unanswered = 0;

while (1) {
	my $second_over = time + 1;
	while (my $message = $ami->message($second_over)) {
		if ($message->{Event}) {
			$last_event = time;
			handle($message);
		}
		elsif ($message->{Response}) {
			$unanswered = 0;
		}
	}
	hang_if_told(1);
	leave('AMI handle closed') if $ami->closed;
	leave('kill file') if kill_file('listenmgr.kill');
	$logs_switch->execute($server_ip);
	my ($logs) = $logs_switch->fetchrow_array;
	$logs_switch->finish;
	next if time - $last_event < $QUIET_S;
	append_log('listen', 'no events for ' . int(time - $last_event) . ' s') if ($logs || '') eq 'Y';
	next if time - $last_ping < $QUIET_S;
	leave("$unanswered pings unanswered") if $unanswered > $UNANSWERED_PINGS;
	$ami->send_action('Ping');
	$unanswered++;
	$last_ping = time;
}

sub handle {
	my ($event) = @_;
	my $name = $event->{Event};
	leave('Asterisk shuts down') if $name eq 'Shutdown';
	if ($name eq 'DTMFEnd') {
		append_log('dtmf', "$event->{Channel}|$event->{Digit}");
		return;
	}
	my $status = next_status($name, $event) or return;
	# The call's code travels as the name of the caller, on the other leg as that of the connected line.
	for my $code (grep { defined && /^[A-Z]\w{5,19}$/ } @$event{qw(CallerIDName ConnectedLineName)}) {
		last if $progress->execute($status, $event->{Uniqueid}, $event->{Channel}, $code, $server_ip) > 0;
	}
	return;
}

# The status an event gives to the row of its call; none for other events.
sub next_status {
	my ($name, $event) = @_;
	return 'DEAD' if $name eq 'Hangup';
	return 'UPDATED' if $name =~ /^(?:Newchannel|NewCallerid)$/;
	return if $name ne 'Newstate';
	my $state = $event->{ChannelStateDesc} || '';
	return 'SENT' if $state eq 'Dialing';
	return 'UPDATED' if $state =~ /^(?:Ringing|Up)$/;
	return;
}

sub leave {
	my ($reason) = @_;
	append_log('listen_process', "$reason, exiting");
	exit 0;
}
