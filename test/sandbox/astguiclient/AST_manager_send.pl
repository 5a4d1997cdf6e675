#!/usr/bin/perl

# Stand-in for code 2, sending side: takes the rows of vicidial_manager from NEW to QUEUE, one per loop
# of 0.1 s, and gives the oldest QUEUE row to an AST_send_action_child.pl in the background. Rows have
# no age limit: after a stall all of them are replayed.

use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/libs";
use Sandbox;
use POSIX ();

my $LOOKS_EVERY = 10;

refuse_second_start();

my $server_ip = conf('VARserver_ip');
my $dbh = database();
my $server = server_row($dbh);
my $take = $dbh->prepare(
	q{UPDATE vicidial_manager SET status='QUEUE' WHERE server_ip=? AND status='NEW' ORDER BY man_id LIMIT 1});
my $oldest = $dbh->prepare(
	q{SELECT * FROM vicidial_manager WHERE server_ip=? AND status='QUEUE' ORDER BY man_id LIMIT 1});
my $mark = $dbh->prepare(q{UPDATE vicidial_manager SET status=? WHERE man_id=? AND status='QUEUE'});
# A row without cmd_line_d never matches: it stays the head of the queue for good, as upstream.
my $drop = $dbh->prepare(
	q{UPDATE vicidial_manager SET status='DEAD' WHERE man_id=? AND status='QUEUE' AND cmd_line_d<>'Exten: 8309'});
append_log('action_process', 'sender started');

my $listener_present = 1;
for (my $loop = 1; ; $loop++) {
	$take->execute($server_ip);
	$oldest->execute($server_ip);
	my $row = $oldest->fetchrow_hashref;
	$oldest->finish;
	serve($row) if $row;

	# The loop in which the listener was missed is followed by one more.
	last if !$listener_present || kill_file('sendmgr.kill');
	if ($loop % $LOOKS_EVERY == 0) {
		$server = server_row($dbh);
		$listener_present = process_present('AST_manager_li');
		append_log('action_process', 'listener dead, exiting') if !$listener_present;
	}
	rest($row ? 0.01 : 0.1);
}

sub serve {
	my ($row) = @_;
	if (for_dead_call($row)) {
		$drop->execute($row->{man_id});
		return;
	}
	append_log('action_process', "$row->{man_id}|$row->{action}|$row->{callerid}");
	launch($row);
	append_log('action_launch', "$row->{man_id}|$row->{action}|launched");
	$mark->execute('SENT', $row->{man_id});
	return;
}

# Hangup and Redirect of a call that is over are not sent, except to the parking extensions.
sub for_dead_call {
	my ($row) = @_;
	return 0 if $row->{action} !~ /^(?:Hangup|Redirect)$/ || grep { /^Exten: *83(?:09|10)$/ } lines($row);
	my ($dead) = $dbh->selectrow_array(
		q{SELECT COUNT(*) FROM vicidial_manager WHERE server_ip=? AND callerid=? AND status='DEAD'},
		undef, $server_ip, $row->{callerid});
	return $dead > 0;
}

sub lines {
	my ($row) = @_;
	return grep { defined && length } map { $row->{"cmd_line_$_"} } 'b' .. 'k';
}

# Starts the child as a background job of a shell would be: its own parent is init.
sub launch {
	my ($row) = @_;
	my %account = Sandbox::ami_account($server, 'send');
	my @command = (
		conf('PATHhome') . '/AST_send_action_child.pl',
		"--man_id=$row->{man_id}",
		"--action=$row->{action}",
		(map { "--$_=$account{$_}" } qw(host port user secret)),
		"--logs=$server->{vd_server_logs}",
		(map { "--line=$_" } lines($row)),
	);
	my $pid = fork;
	die "fork: $!\n" if !defined $pid;
	if ($pid == 0) {
		# As system("... &") does it: never is there an orphan that still looks like the sender.
		exec '/bin/sh', '-c', '"$@" &', 'sh', @command;
		POSIX::_exit(127);
	}
	waitpid($pid, 0);
	return;
}
