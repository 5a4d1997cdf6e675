#!/usr/bin/perl

# Stand-in for the stock keepalive's option -recmon: looks for new and removed recordings every second. Its log is
# opened in each loop and written only for those. It knows neither database nor Asterisk.

use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/libs";
use Sandbox;

my ($pause) = map { /^--sleepms=(\d+)$/ ? $1 / 1000 : () } @ARGV;
$pause ||= 1;
my %seen;

while (1) {
	my %files = map { $_ => 1 } map { files($_) } '', '/MIX', '/STEREO';
	append_log('rec_log', $_)
		for (map { "new $_" } grep { !$seen{$_} } sort keys %files), map { "gone $_" } grep { !$files{$_} } sort keys %seen;
	append_log('rec_log');
	%seen = %files;
	rest($pause);
}

sub files {
	my ($below) = @_;
	my $folder = conf('PATHmonitor') . $below;
	opendir(my $handle, $folder) or die "$folder: $!\n";
	return map { "$folder/$_" } grep { -f "$folder/$_" } readdir($handle);
}
