#!/usr/bin/perl

# Stand-in for the sender's child: logs in to the AMI, sends one action, logs off. All it needs stands
# in its arguments, the secret too, as upstream.

use strict;
use warnings;
use FindBin;
use lib "$FindBin::Bin/libs";
use Sandbox;
use Sandbox::Ami;
use Time::HiRes qw(time);

# A silent AMI: the stock child gives up after about 75 s.
alarm 75;

my (%option, @lines);
for (@ARGV) {
	my ($name, $value) = /^--(\w+)=(.*)$/s or next;
	if ($name eq 'line') { push @lines, $value }
	else                 { $option{$name} = $value }
}

my $ami = Sandbox::Ami->login((map { $_ => $option{$_} } qw(host port user secret)), events => 'off', within => 75);
report('no AMI session') if !$ami;
my $id = $ami->send_action($option{action}, @lines);
# A synchronous Originate answers at the end of its dialling only; it goes on without the session.
my $answer = $ami->answer($id, time + 1);
$ami->logoff;
report($answer ? "$answer->{Response}: " . ($answer->{Message} || '') : 'no answer yet');

sub report {
	my ($text) = @_;
	if ($option{logs} eq 'Y') {
		append_log('action_send', "$option{man_id}|$option{action}|$text");
		append_log('action_full', join('|', $option{man_id}, $option{action}, @lines, $text));
	}
	exit 0;
}
