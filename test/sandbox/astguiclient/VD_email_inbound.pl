#!/usr/bin/perl

# Stand-in for code E, one per cluster: gives new e-mails to agents, in a loop of 0.1 s. It has no log, no
# heartbeat and no look for another copy, and ends after a million loops.

use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/libs";
use Sandbox;

my $LOOPS = 1_000_001;

my $dbh = database();

for (1 .. $LOOPS) {
	my $emails = $dbh->selectall_arrayref(
		q{SELECT email_row_id, group_id FROM vicidial_email_list WHERE status='NEW' AND direction='INBOUND' LIMIT 10});
	route(@$_) for @$emails;
	rest(0.1);
}

# To an agent of the group who waits.
sub route {
	my ($email, $group) = @_;
	$dbh->do('LOCK TABLES vicidial_live_agents WRITE, vicidial_live_inbound_agents READ');
	my ($agent) = $dbh->selectrow_array(
		q{SELECT user FROM vicidial_live_agents WHERE status IN ('READY','CLOSER')
		AND last_update_time > NOW() - INTERVAL 10 SECOND
		AND user IN (SELECT user FROM vicidial_live_inbound_agents WHERE group_id=?) LIMIT 1}, undef, $group);
	$dbh->do(q{UPDATE vicidial_live_agents SET status='MQUEUE' WHERE user=?}, undef, $agent) if defined $agent;
	$dbh->do('UNLOCK TABLES');
	return if !defined $agent;
	$dbh->do(q{UPDATE vicidial_email_list SET status='QUEUE', user=? WHERE email_row_id=?}, undef, $agent, $email);
	return;
}
