package Sandbox::Ami;

# A small client of the Asterisk Manager Interface.

use strict;
use warnings;
use IO::Select;
use IO::Socket::INET;
use Time::HiRes qw(sleep time);

# Connects and logs in: host, port, user, secret, events ('on' or 'off'), within (seconds). A patient
# one tries and waits until `within` is over before it gives up. Returns undef on failure.
sub login {
	my ($class, %to) = @_;
	my $deadline = time + $to{within};
	my $self = bless { buffer => '', actions => 0, closed => 0 }, $class;
	while (!$self->{socket}) {
		$self->{socket} = IO::Socket::INET->new(
			PeerAddr => $to{host}, PeerPort => $to{port}, Timeout => $to{within},
		);
		next if $self->{socket};
		return if !$to{patient} || time >= $deadline;
		sleep 0.5;
	}
	return $self if $self->authenticate(\%to, $deadline);
	close($self->{socket});
	sleep 0.5 while $to{patient} && time < $deadline;
	return;
}

sub authenticate {
	my ($self, $to, $deadline) = @_;
	while ($self->{buffer} !~ s/\A[^\n]*\n//) {
		return 0 if !$self->fill($deadline);
	}
	my $id = $self->send_action('Login', "Username: $to->{user}", "Secret: $to->{secret}", "Events: $to->{events}");
	my $answer = $self->answer($id, $deadline);
	return $answer && $answer->{Response} eq 'Success';
}

# Sends an action with its header lines and returns the ActionID given to it.
sub send_action {
	my ($self, $action, @headers) = @_;
	my $id = $$ . '-' . ++$self->{actions};
	my @lines = grep { length } map { s/[\r\n]+//gr } "Action: $action", "ActionID: $id", @headers;
	my $text = join("\r\n", @lines, '') . "\r\n";
	my $written = syswrite($self->{socket}, $text);
	$self->{closed} = 1 if !defined $written;
	return $id;
}

# The response to an action as a hash of its headers; undef when it has not come by the deadline.
sub answer {
	my ($self, $id, $deadline) = @_;
	while (my $message = $self->message($deadline)) {
		return $message if defined $message->{Response} && ($message->{ActionID} || '') eq $id;
	}
	return;
}

# The next message as a hash of its headers (of repeated ones the last); undef at the deadline or when
# the peer has closed, which `closed` tells apart.
sub message {
	my ($self, $deadline) = @_;
	while ($self->{buffer} !~ /\n\r?\n/) {
		return if !$self->fill($deadline);
	}
	(my $text, $self->{buffer}) = split /\n\r?\n/, $self->{buffer}, 2;
	return { map { /^([\w-]+): ?(.*)$/ ? ($1 => $2) : () } split /\r?\n|\r\z/, $text };
}

sub closed { return $_[0]{closed} }

# Waits for bytes until the deadline; false when none came.
sub fill {
	my ($self, $deadline) = @_;
	my $left = $deadline - time;
	return 0 if $self->{closed};
	return 0 if !IO::Select->new($self->{socket})->can_read($left > 0 ? $left : 0);
	my $read = sysread($self->{socket}, $self->{buffer}, 65_536, length $self->{buffer});
	return 1 if $read;
	$self->{closed} = 1;
	return 0;
}

sub logoff {
	my ($self) = @_;
	$self->send_action('Logoff');
	close($self->{socket});
	return;
}

1;
