#!/usr/bin/perl
# Sends /old to /new.
use strict;
use warnings;
use File::Basename qw(basename);
$| = 1;
while (my $line = <STDIN>) {
	my ($url) = split ' ', $line;
	print $url =~ m{^(http://[^/]+)/old} ? "OK rewrite-url=\"$1/new\"\n" : "ERR\n";
}
