#!/usr/bin/perl

# Stand-in for code 4: keeps a row of vicidial_live_agents alive for each line of the active remote
# agents of this server, in a loop of 2 s, and ends after a day. It writes nothing where there are none.

use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/libs";
use Sandbox;

my $LOOKS_EVERY = 5;
my $LOOPS = 43_200;

refuse_second_start();

my $server_ip = conf('VARserver_ip');
my $dbh = database();
my $server = server_row($dbh);

for my $loop (1 .. $LOOPS) {
	refresh($_) for lines();
	last if kill_file('VDAD.kill');
	if ($loop % $LOOKS_EVERY == 0) {
		$server = server_row($dbh);
		serve_calls();
		if (!process_present('AST_manager_li')) {
			note('listener dead, exiting');
			last;
		}
	}
	rest(2);
}

sub note {
	my ($text) = @_;
	append_log('remoteagent', $text) if $server->{vd_server_logs} eq 'Y';
	return;
}

# One entry per line of the active remote agents: users are numbered from user_start on.
sub lines {
	my $agents = $dbh->selectall_arrayref(
		q{SELECT * FROM vicidial_remote_agents WHERE server_ip=? AND status='ACTIVE'}, { Slice => {} }, $server_ip);
	return map {
		my $agent = $_;
		map { { %$agent, user => $agent->{user_start} + $_ } } 0 .. $agent->{number_of_lines} - 1
	} @$agents;
}

# A new random_id moves last_update_time too.
sub refresh {
	my ($line) = @_;
	my $random_id = int(rand(9_000_000)) + 1_000_000;
	my $known = $dbh->do(
		q{UPDATE vicidial_live_agents SET random_id=? WHERE user=? AND server_ip=? AND extension LIKE 'R/%'},
		undef, $random_id, $line->{user}, $server_ip);
	return if $known > 0;
	$dbh->do(
		q{INSERT INTO vicidial_live_agents SET user=?, server_ip=?, conf_exten=?, extension=?, status='READY',
		campaign_id=?, random_id=?, last_call_time=?, last_call_finish=?, last_state_change=?, on_hook_agent=?},
		undef, @$line{qw(user)}, $server_ip, $line->{conf_exten}, "R/$line->{user}", $line->{campaign_id}, $random_id,
		(local_time()) x 3, $line->{on_hook_agent});
	note("remote agent $line->{user} is there");
	return;
}

# Lost ones are removed, to come back at once; a call that was assigned is taken.
sub serve_calls {
	$dbh->do(q{DELETE FROM vicidial_live_agents WHERE server_ip=? AND extension LIKE 'R/%' AND status='PAUSED'},
		undef, $server_ip);
	my $taken = $dbh->do(
		q{UPDATE vicidial_live_agents SET status='INCALL', last_state_change=?
		WHERE server_ip=? AND extension LIKE 'R/%' AND status='QUEUE'}, undef, local_time(), $server_ip);
	note("$taken calls taken") if $taken > 0;
	return;
}
