#!/usr/bin/perl

# Stand-in for code 9, one per cluster: started every minute, it works once a day, after the end of the
# day, and says so in system_settings.

use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/libs";
use Sandbox;
use POSIX ();

my %copies = Sandbox::command_lines("perl $0");
if (keys %copies > 1) {
	print "another copy runs, exiting\n";
	exit 0;
}

my $dbh = database();
my $settings = settings_row($dbh);
my $today = substr(local_time(), 0, 10);
exit 0 if ($settings->{timeclock_last_reset_date} || '') eq $today;
exit 0 if $settings->{timeclock_end_of_day} gt POSIX::strftime('%H%M', localtime);
append_log('timeclockautologout', 'users logged out');
$dbh->do('UPDATE system_settings SET timeclock_last_reset_date=?', undef, $today);
