#!/bin/sh -e
update-exim4.conf
spamd -d -p 18202 -u debian-spamd -L
exec exim -bd -q15m -v
