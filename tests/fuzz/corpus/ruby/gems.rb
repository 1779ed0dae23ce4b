#!/usr/bin/env ruby
require 'front'
# require 'commented'
=begin
require 'in_block'
=end
puts <<~TEXT, %q(require 'quoted'), "#{require "in_part"}", "a" =~ /require 'pattern'/
  require 'in_text'
TEXT
def late = require('late/one')
autoload :Auto, "auto/matic"
gem 'named'
__END__
require 'after_end'
