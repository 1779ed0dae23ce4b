#!/usr/bin/perl
use strict; use v5.30;
# use Commented;
print <<"HERE", 'require Quoted;' . q(it's), $h{q}, $h{s} / 2;
it's not use Here::Doc but @{[ do { require In::Part; 1 } ]}
HERE
s{use In::Pattern;}{require($1)};
eval "require Evaluated::One; 1";
format STDOUT =
isn't
.
sub late { require Late::One }
require 'old/library.pl';
use parent -norequire, 'Parent';
=pod

use In::Pod;

=cut
use if $] > 5, Conditional => 'x';
__END__
use After::End;
