#!/usr/bin/perl

# Stand-in for the stock keepalive, every minute by cron: writes the uptime, serves the rebuild flag and one trigger,
# starts what it does not see in the process list, and does the work of the end of the day. It needs the database
# for all of it. The conf files themselves it does not write.

use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/libs";
use Sandbox;
use Sandbox::Minute;
use Time::HiRes qw(sleep);

exit 0 if grep { $_ eq '-test' } @ARGV;
my %option = map { /^-+([\w-]+?)(?:=(.+))?$/ ? ($1 => $2 // 1) : () } @ARGV;

my $server_ip = conf('VARserver_ip');
my $keepalives = conf('VARactive_keepalives');
my $dbh = database();
my $server = server_row($dbh);
my $settings = settings_row($dbh);
$ENV{PERL5LIB} = conf('PATHhome') . '/libs';

start_absent() if $keepalives !~ /X/;
Sandbox::Minute::asterisk($dbh, $server);
$dbh->do('UPDATE servers SET system_uptime=? WHERE server_ip=?', undef, Sandbox::Minute::uptime(), $server_ip);
$dbh->do(q{UPDATE servers SET rebuild_conf_files='N' WHERE server_ip=?}, undef, $server_ip)
	if !grep { $server->{$_} ne 'Y' } qw(active_asterisk_server generate_vicidial_conf rebuild_conf_files);
Sandbox::Minute::trigger($dbh, $server_ip);
Sandbox::Minute::end_of_day_jobs($dbh, $server_ip, $settings) if end_of_day($dbh);

# What is absent in two looks, one second apart, is started.
sub start_absent {
	my @absent = absent(wanted());
	if (@absent) {
		sleep(1);
		my %still = map { $_->{script} => 1 } absent(@absent);
		@absent = grep { $still{ $_->{script} } } @absent;
	}
	kill_second_listener();
	start($_) for @absent;
	return;
}

sub start {
	my ($daemon) = @_;
	my @command = (conf('PATHhome') . "/$daemon->{script}", @{ $daemon->{args} });
	@command = ('screen', '-d', '-m', '-S', $daemon->{screen}, @command) if $daemon->{screen};
	system(@command);
	return;
}

# The daemons that the keepalive codes and our own options ask for.
sub wanted {
	my @delay3way = $option{'cu3way-delay'} ? "--delay=$option{'cu3way-delay'}" : ();
	my @fill = ($option{'fill-staggered'} ? '--staggered' : (), $option{'adfill-delay'} ? "--delay=$option{'adfill-delay'}" : ());
	my @dial = $option{'autodial-delay'} ? "--delay=$option{'autodial-delay'}" : ();
	my @recmon = $option{'recmon-sleepms'} ? "--sleepms=$option{'recmon-sleepms'}" : ();
	my $ami2 = minor_version() >= 12 ? '_AMI2' : '';
	my @daemons = (
		['1', 'ASTupdate', "AST_update$ami2.pl"],
		['2', 'ASTsend', 'AST_manager_send.pl'],
		['2', 'ASTlisten', "AST_manager_listen$ami2.pl"],
		['3', 'ASTVDauto', 'AST_VDauto_dial.pl', @dial],
		['4', 'ASTVDremote', 'AST_VDremote_agents.pl', '--debug'],
		['5', 'ASTVDadapt', 'AST_VDadapt.pl', '--debug'],
		['6', 'ASTfastlog', 'FastAGI_log.pl', '--debug'],
		['7', 'ASTVDadFILL', 'AST_VDauto_dial_FILL.pl', '--debug', @fill],
		['8', '', 'ip_relay/relay_control', 'start'],
		['9', 'Timeclock', 'ADMIN_timeclock_auto_logout.pl'],
		['E', 'ASTemail', 'VD_email_inbound.pl'],
		($settings->{sip_event_logging} > 0 ? ['S', 'ASTSIPlogger', 'AST_manager_sip_AMI2.pl'] : ()),
		['C', 'ASTConfUpdater', 'AST_conf_update_screen.pl'],
		($option{cu3way} ? ['', 'ASTconf3way', 'AST_conf_update_3way.pl', '--debug', @delay3way] : ()),
		($option{recmon} ? ['', 'ASTrecmon', 'AST_rec_monitor.pl', @recmon] : ()),
	);
	return map {
		my ($code, $screen, $script, @args) = @$_;
		{ screen => $screen, script => $script, args => \@args }
	} grep { $_->[0] eq '' || index($keepalives, $_->[0]) >= 0 } @daemons;
}

# The number that chooses between the variants for old and new Asterisk.
sub minor_version {
	my ($first, $second) = (split(/-/, $server->{asterisk_version}))[0] =~ /^(\d+)(?:\.(\d+))?/ or return 0;
	return $first == 1 ? $second // 0 : $first;
}

sub absent { return grep { !present($_) } @_ }

# By the text of the process list alone: a stopped daemon is present too. The one-shot is started every time, the
# relays only when none is there.
sub present {
	my ($daemon) = @_;
	my $script = $daemon->{script};
	return 0 if $daemon->{screen} eq 'Timeclock';
	# The address makes the text that of this dialer: others share a test machine.
	if ($script =~ /^ip_relay/) {
		my %relays = Sandbox::command_lines(' ' . $server_ip . ' 4569 ');
		return grep { /ip_relay / } values %relays;
	}
	return scalar listeners() if $script =~ /^AST_manager_li/;
	my $prefix = $script =~ /^AST_update/ ? 'AST_update' : $script =~ /^AST_manager_se/ ? 'AST_manager_se' : $script;
	my %lines = Sandbox::command_lines('/usr/bin/perl ' . conf('PATHhome') . "/$prefix");
	return scalar keys %lines;
}

sub listeners {
	my %lines = Sandbox::command_lines('/usr/bin/perl ' . conf('PATHhome') . '/AST_manager_li');
	my @pids = sort { $a <=> $b } keys %lines;
	return @pids;
}

sub kill_second_listener {
	my @pids = listeners();
	kill 'KILL', $pids[1] if @pids > 1;
	return;
}
