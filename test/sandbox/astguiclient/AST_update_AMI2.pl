#!/usr/bin/perl

# Stand-in for code 1: asks Asterisk for its channels in a loop of 0.4 s, keeps live_channels and
# live_sip_channels like them, and beats in server_updater.

use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/libs";
use Sandbox;
use Time::HiRes qw(time);

refuse_second_start();

my $server_ip = conf('VARserver_ip');
my $dbh = database();
my $server = server_row($dbh);
my $beat = $dbh->prepare('UPDATE server_updater SET last_update=? WHERE server_ip=?');
# Only here: after a restart of the database (a MEMORY table) the row is missing until the next start.
$dbh->do('INSERT IGNORE INTO server_updater SET server_ip=?, last_update=?', undef, $server_ip, local_time());
append_log('update', 'updater started') if $server->{vd_server_logs} eq 'Y';

my $ami = ami_session($server, 'update', 'off');
my $clients_before = 0;
my $load_due = 0;
my @cpu_before = cpu_times();
my %park_misses;

while (1) {
	my ($channels, $complete) = show_channels();
	# Written also when the AMI did not answer: it proves this loop and its database, not Asterisk.
	$beat->execute(local_time(), $server_ip);
	if ($ami->closed) {
		append_log('update', 'AMI handle closed, exiting') if $server->{vd_server_logs} eq 'Y';
		exit 1;
	}
	if ($complete || $clients_before <= 3) {
		my @clients = grep { is_client($_) } @$channels;
		if (!bad_grab(scalar @clients)) {
			store('live_sip_channels', 'CLIENT', @clients);
			store('live_channels', 'TRUNK', grep { !is_client($_) } @$channels);
			forget_parked($channels);
			$clients_before = @clients;
		}
	}
	if (time >= $load_due) {
		$load_due = time + 30;
		write_load(scalar @$channels);
		$server = server_row($dbh);
	}
	rest($complete ? 0.4 : 1);
}

# All channels of Asterisk; the second value is false when the list did not end within 10 s.
sub show_channels {
	my @channels;
	my $id = $ami->send_action('CoreShowChannels');
	my $deadline = time + 10;
	while (my $message = $ami->message($deadline)) {
		next if ($message->{ActionID} || '') ne $id;
		my $event = $message->{Event} || '';
		push @channels, $message if $event eq 'CoreShowChannel';
		return (\@channels, 1) if $event eq 'CoreShowChannelsComplete';
	}
	return ([], 0);
}

sub is_client { return $_[0]{Channel} =~ m{^(?:SIP|PJSIP|IAX2|DAHDI)/} }

# The stock sanity check: a collapse of the number of phones is taken for a bad list and not applied.
sub bad_grab {
	my ($count) = @_;
	return ($clients_before > 9 && $count < $clients_before * 0.4)
		|| ($clients_before > 3 && $count < $clients_before * 0.2);
}

# Makes the rows of this server in a channel table equal to the channels.
sub store {
	my ($table, $group, @channels) = @_;
	my %wanted = map {
		my @row = ($_->{Channel}, $_->{Exten} || '', $_->{ApplicationData} || $_->{AppData} || '');
		(join("\0", @row = map { substr($_, 0, 100) } @row) => \@row)
	} @channels;
	my $stored = $dbh->selectall_arrayref(
		"SELECT channel,extension,channel_data FROM $table WHERE server_ip=?", undef, $server_ip);
	for my $row (@$stored) {
		my $key = join "\0", map { defined ? $_ : '' } @$row;
		next if delete $wanted{$key};
		$dbh->do("DELETE FROM $table WHERE server_ip=? AND channel=?", undef, $server_ip, $row->[0]);
	}
	for my $row (values %wanted) {
		$dbh->do("INSERT INTO $table (channel,server_ip,channel_group,extension,channel_data) VALUES (?,?,?,?,?)",
			undef, $row->[0], $server_ip, $group, $row->[1], $row->[2]);
	}
	return;
}

# A parked call whose channel is missing in 25 looks (about 10 s) has gone.
sub forget_parked {
	my ($channels) = @_;
	my %live = map { $_->{Channel} => 1 } @$channels;
	my $parked = $dbh->selectcol_arrayref('SELECT channel FROM parked_channels WHERE server_ip=?', undef, $server_ip);
	%park_misses = map { $_ => ($park_misses{$_} || 0) + 1 } grep { !$live{$_} } @$parked;
	for my $channel (grep { $park_misses{$_} >= 25 } keys %park_misses) {
		$dbh->do('DELETE FROM parked_channels WHERE server_ip=? AND channel=?', undef, $server_ip, $channel);
	}
	return;
}

# Idle and total time of all processors since boot, in ticks.
sub cpu_times {
	open(my $handle, '<', '/proc/stat') or die "/proc/stat: $!\n";
	my @ticks = (split ' ', scalar <$handle>)[1 .. 8];
	my $total = 0;
	$total += $_ for @ticks;
	return ($ticks[3], $total);
}

sub write_load {
	my ($channels) = @_;
	open(my $handle, '<', '/proc/loadavg') or die "/proc/loadavg: $!\n";
	my ($load) = split ' ', scalar <$handle>;
	my @cpu = cpu_times();
	my $ticks = $cpu[1] - $cpu_before[1];
	my $idle = $ticks > 0 ? 100 * ($cpu[0] - $cpu_before[0]) / $ticks : 100;
	@cpu_before = @cpu;
	$dbh->do('UPDATE servers SET sysload=?, channels_total=?, cpu_idle_percent=? WHERE server_ip=?',
		undef, int($load * 100), $channels, int($idle), $server_ip);
	return;
}
