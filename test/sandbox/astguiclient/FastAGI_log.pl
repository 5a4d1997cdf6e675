#!/usr/bin/perl

# Stand-in for code 6: a parent and its pre-forked children with one command line, serving AGI requests
# on port 4577 of this dialer's address. A request makes a child read its settings from the database.

use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/libs";
use Sandbox;
use IO::Socket::INET;

my $PORT = 4577;
my $CHILDREN = 3;
my $REQUESTS_PER_CHILD = 1000;
my $REQUEST_TIMEOUT_S = 60;

# No start check: a second copy fails at the port.
my $listener = IO::Socket::INET->new(
	LocalAddr => conf('VARserver_ip'), LocalPort => $PORT, Listen => 128, ReuseAddr => 1,
) or die "port $PORT: $!\n";

# Before the fork, so that the children share the memory of it.
Sandbox::load_driver();

my %children;
# Only these take the children along; after a KILL of the parent they stay and hold the port.
$SIG{TERM} = $SIG{HUP} = sub {
	kill 'TERM', keys %children;
	exit 0;
};
while (1) {
	while (keys %children < $CHILDREN) {
		my $pid = fork;
		die "fork: $!\n" if !defined $pid;
		serve() if $pid == 0;
		$children{$pid} = 1;
	}
	my $ended = wait;
	delete $children{$ended};
}

# A child's life: one request after the other.
sub serve {
	$SIG{TERM} = 'DEFAULT';
	# The terminal of a killed parent hangs up.
	$SIG{HUP} = 'IGNORE';
	my $idle_dbh;
	for (1 .. $REQUESTS_PER_CHILD) {
		my $client = $listener->accept or next;
		# The handle of a request is kept, unused, until the next one.
		alarm $REQUEST_TIMEOUT_S;
		my %request = headers($client);
		$idle_dbh = database();
		my $server = server_row($idle_dbh);
		append_log('FASTagiout', $request{agi_request} || 'no request') if $server->{agi_output} =~ /^(?:FILE|BOTH)$/;
		append_log('FastAGIchildLOG', "$$ served") if $server->{vd_server_logs} eq 'Y';
		alarm 0;
		close($client);
	}
	exit 0;
}

# The AGI header lines up to the empty one.
sub headers {
	my ($client) = @_;
	my %headers;
	while (my $line = <$client>) {
		$line =~ s/\r?\n\z//;
		last if $line eq '';
		$headers{$1} = $2 if $line =~ /^(\w+): ?(.*)$/;
	}
	return %headers;
}
