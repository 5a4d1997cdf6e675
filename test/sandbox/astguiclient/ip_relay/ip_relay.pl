#!/usr/bin/perl

# A UDP relay: what comes in at the port named like this file goes to the given address and port, and
# the answers go back to where it came from. Arguments: address, port, a time that does not matter here.
# It listens at that address, because there are several dialers on one machine, or at SANDBOX_RELAYS_AT.

use strict;
use warnings;
use IO::Select;
use IO::Socket::INET;

my ($address, $to_port) = @ARGV;
my $port = $0;
open(my $comm, '>', '/proc/self/comm') or die "comm: $!\n";
syswrite($comm, 'ip_relay');
close($comm);

my $inside = IO::Socket::INET->new(LocalAddr => $ENV{SANDBOX_RELAYS_AT} || $address, LocalPort => $port, Proto => 'udp')
	or die "port $port: $!\n";
my $select = IO::Select->new($inside);
my (%outside_of, %client_of);

while (1) {
	for my $ready ($select->can_read) {
		my $from = $ready->recv(my $datagram, 65_535);
		if ($ready == $inside) {
			if (!$outside_of{$from}) {
				$outside_of{$from} = IO::Socket::INET->new(PeerAddr => $address, PeerPort => $to_port, Proto => 'udp')
					or next;
				$client_of{ $outside_of{$from} } = $from;
				$select->add($outside_of{$from});
			}
			$outside_of{$from}->send($datagram);
		}
		elsif (defined $from) {
			$inside->send($datagram, 0, $client_of{$ready});
		}
	}
}
