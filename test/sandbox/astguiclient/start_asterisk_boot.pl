#!/usr/bin/perl

# Stand-in for the start of Asterisk at boot: in console mode, in the screen `asterisk`.

use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/libs";
use Sandbox;

my $dbh = database();
system('screen', '-d', '-m', '-S', 'asterisk', "$FindBin::Bin/../bin/asterisk", '-vvvvgcT') == 0 or die "screen: $?\n";
$dbh->do(q{UPDATE servers SET rebuild_conf_files='Y' WHERE server_ip=?}, undef, conf('VARserver_ip'));
