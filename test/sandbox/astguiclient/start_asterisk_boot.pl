#!/usr/bin/perl

# Stand-in for the start of Asterisk at boot: a shell in the screen `asterisk`, into which the command is typed. The shell
# outlives Asterisk.

use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/libs";
use Sandbox;
use Sandbox::Minute;
use Time::HiRes qw(sleep);

my $dbh = database();
system('screen', '-d', '-m', '-S', 'asterisk', '/bin/bash') == 0 or die "screen: $?\n";
# A shell that still starts loses what is typed.
my ($folder) = conf('PATHhome') =~ m{^(.*)/};
for (1 .. 4) {
	sleep(1);
	Sandbox::Minute::type_asterisk();
	sleep(0.5);
	last if Sandbox::command_lines("$folder/etc/asterisk/asterisk.conf");
}
$dbh->do(q{UPDATE servers SET rebuild_conf_files='Y' WHERE server_ip=?}, undef, conf('VARserver_ip'));
