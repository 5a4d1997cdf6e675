package Sandbox;

# What the stand-in daemons share: the configuration, the database, the AMI login, the logs and the
# start check. They imitate what the stock daemons show to the outside, in code of our own.

use strict;
use warnings;
use Exporter 'import';
use FindBin;
use POSIX ();
use Time::HiRes qw(sleep time);

our @EXPORT = qw(
	ami_session append_log conf database end_of_day hang_if_told kill_file local_time process_present
	refuse_second_start rest server_row settings_row
);

# Writing to a peer that has gone is noticed at the handle, not by dying of the signal.
$SIG{PIPE} = 'IGNORE';

my %conf;

# One setting of astguiclient.conf, read by the stock rule: blanks, '>' and comments are deleted, the
# value follows the last '=', the last line of a key wins.
sub conf {
	my ($key) = @_;
	if (!%conf) {
		my $file = "$FindBin::Bin/../etc/astguiclient.conf";
		open(my $handle, '<', $file) or die "$file: $!\n";
		while (my $line = <$handle>) {
			$line =~ s/[ >\t\r\n]|[#;].*//gs;
			$conf{$1} = $2 if $line =~ /^(\w+)=(?:.*=)?(.*)$/;
		}
		$conf{VARDB_port} ||= 3306;
	}
	return defined $conf{$key} ? $conf{$key} : '';
}

# Loads DBI with DBD::mysql. The driver's libraries are unpacked, not installed: the loader must have
# them before the module does, and each one after those it needs.
sub load_driver {
	return if $INC{'DBI.pm'};
	require DynaLoader;
	my $global = 0x01;
	my @libraries = glob qq("$FindBin::Bin/libs/*.so.*");
	while (@libraries) {
		my @refused = grep { !DynaLoader::dl_load_file($_, $global) } @libraries;
		die DynaLoader::dl_error(), "\n" if @refused == @libraries;
		@libraries = @refused;
	}
	require DBI;
	require DBD::mysql;
	return;
}

# A database handle which dies at any error, as upstream; no time limits, so that a hanging database
# hangs the daemon.
sub database {
	load_driver();
	my $source = join ';', 'DBI:mysql:database=' . conf('VARDB_database'),
		'host=' . conf('VARDB_server'), 'port=' . conf('VARDB_port');
	# 'localhost' means the Unix socket, which lies within the instance.
	my $socket = "$FindBin::Bin/../run/mysqld.sock";
	$source .= ";mysql_socket=$socket" if conf('VARDB_server') eq 'localhost' && -S $socket;
	return DBI->connect(
		$source, conf('VARDB_user'), conf('VARDB_pass'),
		{ RaiseError => 1, PrintError => 0, mysql_auto_reconnect => 0 },
	);
}

# This dialer's row of `servers`; dies without one.
sub server_row {
	my ($dbh) = @_;
	my $row = $dbh->selectrow_hashref('SELECT * FROM servers WHERE server_ip=?', undef, conf('VARserver_ip'));
	return $row || die 'no row in servers for ' . conf('VARserver_ip') . "\n";
}

# The row of `system_settings`; dies without one.
sub settings_row {
	my ($dbh) = @_;
	return $dbh->selectrow_hashref('SELECT * FROM system_settings LIMIT 1') || die "no system_settings\n";
}

# Whether this is the minute of system_settings.timeclock_end_of_day, in which some daemons leave.
sub end_of_day {
	my ($dbh) = @_;
	return settings_row($dbh)->{timeclock_end_of_day} eq POSIX::strftime('%H%M', localtime);
}

# 'YYYY-MM-DD HH:MM:SS' in the dialer's local time, optionally that of $ago seconds before.
sub local_time {
	my ($ago) = @_;
	return POSIX::strftime('%Y-%m-%d %H:%M:%S', localtime(time - ($ago || 0)));
}

# Appends a line to PATHlogs/<name>.<date>; dies when the log cannot be opened, as upstream. The suffix
# is another one where a daemon names its log once, at its start, or without a date. No text: only opened.
sub append_log {
	my ($name, $text, $suffix) = @_;
	my $file = conf('PATHlogs') . "/$name." . ($suffix || substr(local_time(), 0, 10));
	open(my $log, '>>', $file) or die "$file: $!\n";
	print {$log} local_time() . "|$text\n" if defined $text;
	close($log);
	return;
}

# Command line of a process, arguments joined by blanks as ps shows them; '' for zombies and the gone.
sub command_line {
	my ($pid) = @_;
	open(my $handle, '<', "/proc/$pid/cmdline") or return '';
	my $line = do { local $/; <$handle> };
	return '' if !defined $line;
	$line =~ tr/\0/ /;
	return $line;
}

# Command lines of all processes which contain $text, by pid.
sub command_lines {
	my ($text) = @_;
	opendir(my $proc, '/proc') or die "/proc: $!\n";
	my %lines = map { $_ => command_line($_) } grep { /^\d+$/ } readdir($proc);
	return map { $_ => $lines{$_} } grep { index($lines{$_}, $text) >= 0 } keys %lines;
}

# Whether a process mentions PATHhome/$script_prefix. PATHhome belongs to the text, because several
# dialers share a test machine. The last one found is looked at first: that spares most walks.
my %seen;

sub process_present {
	my ($script_prefix) = @_;
	my $text = conf('PATHhome') . "/$script_prefix";
	my $known = $seen{$text};
	return 1 if $known && index(command_line($known), $text) >= 0;
	my %lines = command_lines($text);
	($seen{$text}) = keys %lines;
	return defined $seen{$text};
}

# The stock "I am not alone": SCREEN and perl are two; any third process with the path in its command
# line stops this one.
sub refuse_second_start {
	# Two starts in the same moment can miss each other; a test says when that has happened.
	return if $ENV{SANDBOX_NOT_ALONE};
	# The real daemons load for about as long before they look; by then the screen client that started us is gone.
	sleep(0.5);
	my %lines = command_lines($0);
	my $count = grep { !/grep|\/bin\/sh/ } values %lines;
	return if $count <= 2;
	print "I am not alone! $0 is already running ($count processes), exiting\n";
	exit 0;
}

# True when the kill file lies in PATHhome; the first daemon that sees it removes it.
sub kill_file {
	my ($name) = @_;
	return unlink(conf('PATHhome') . "/$name") > 0;
}

# The sleep of a daemon's loop.
sub rest {
	my ($seconds) = @_;
	sleep($seconds);
	hang_if_told($seconds);
	return;
}

# The ways a test makes one process hang, told by a file of its pid: `loop` wakes and sleeps on without
# working, `spin` burns the processor, `fifo` and `socket` wait for something of its own that stays
# silent, `child` waits for a program it has started.
sub hang_if_told {
	my ($seconds) = @_;
	# Pids are used again: with its start time one names a process for good.
	my $order = "$FindBin::Bin/../run/hang/$$-" . start_ticks();
	my $told = writing_of($order) or return;
	open(my $handle, '<', $order) or return;
	my $way = <$handle> || '';
	close($handle);
	return if $way eq '';
	my $hangs = sub { open(my $hung, '>', "$order.hung") or die "$order.hung: $!\n" };
	$hangs->() if $way ne 'child';
	if    ($way eq 'loop') { sleep($seconds || 1) while writing_of($order) eq $told }
	elsif ($way eq 'spin') { 1 while writing_of($order) eq $told }
	elsif ($way eq 'fifo') {
		POSIX::mkfifo("$order.fifo", 0600);
		open(my $silent, '<', "$order.fifo");
	}
	elsif ($way eq 'socket') {
		require Socket;
		socketpair(my $ours, my $theirs, Socket::AF_UNIX(), Socket::SOCK_STREAM(), 0) or die "socketpair: $!\n";
		sysread($ours, my $never, 1);
	}
	elsif ($way eq 'child') {
		my $pid = fork;
		die "fork: $!\n" if !defined $pid;
		if ($pid == 0) {
			$0 = 'wget --quiet --output-document=/dev/null http://192.0.2.80/';
			sleep(60) while 1;
		}
		$hangs->();
		waitpid($pid, 0);
		unlink($order);
	}
	return;
}

# Which writing of an order this one is, '' when there is none: another may follow at once on one that was taken
# back. By stat, for a daemon that hangs reads nothing, and what it reads is counted.
sub writing_of {
	my ($order) = @_;
	return join '/', (Time::HiRes::stat($order))[1, 9];
}

my %start_ticks;

# Clock ticks from boot to the start of this process.
sub start_ticks {
	return $start_ticks{$$} if $start_ticks{$$};
	open(my $handle, '<', "/proc/$$/stat") or die "/proc/$$/stat: $!\n";
	my ($fields) = <$handle> =~ /.*\) (.*)/;
	return $start_ticks{$$} = (split ' ', $fields)[19];
}

# A permanent AMI session: as the user of `servers.ASTmgrUSERNAME<role>`, or as `user` where upstream has
# the name in the program. Ends the daemon when there is none within the stock 10 s.
sub ami_session {
	my ($server, $role, $events, %user) = @_;
	require Sandbox::Ami;
	my $ami = Sandbox::Ami->login(
		ami_account($server, $role),
		%user,
		events  => $events,
		within  => 10,
		patient => 1,
	);
	return $ami if $ami;
	print "AMI login failed, exiting\n";
	exit 1;
}

# Host, port, user and secret of one of the AMI accounts in `servers`.
sub ami_account {
	my ($server, $role) = @_;
	my $user = $server->{"ASTmgrUSERNAME$role"};
	$user = $server->{ASTmgrUSERNAME} if !defined $user || length($user) <= 3;
	return (
		host   => $server->{telnet_host},
		port   => $server->{telnet_port},
		user   => $user,
		secret => $server->{ASTmgrSECRET},
	);
}

1;
