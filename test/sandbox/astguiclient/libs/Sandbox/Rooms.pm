package Sandbox::Rooms;

# The countdown that frees conference rooms: Xtimeout3, 2, 1, free. Nobody is ever in the rooms of a
# sandbox.

use strict;
use warnings;
use Exporter 'import';

our @EXPORT = qw(count_down);

# One step for the used rooms of a table that meet the condition, a new one beginning at $first. Returns
# their number.
sub count_down {
	my ($dbh, $table, $server_ip, $condition, $first) = @_;
	my $rooms = $dbh->selectall_arrayref(
		"SELECT conf_exten, extension FROM $table WHERE server_ip=? AND $condition", undef, $server_ip);
	for my $room (@$rooms) {
		my ($conf_exten, $extension) = @$room;
		my ($name, $left) = ($extension // '') =~ /^(.*?)(?:Xtimeout(\d+))?$/;
		$left = defined $left ? $left - 1 : $first;
		$dbh->do("UPDATE $table SET extension=?, leave_3way=IF(?=0,'0',leave_3way) WHERE server_ip=? AND conf_exten=?",
			undef, $left == 0 ? '' : "${name}Xtimeout$left", $left, $server_ip, $conf_exten);
	}
	return scalar @$rooms;
}

1;
