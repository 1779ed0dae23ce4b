#!/bin/bash
# Both daemons as children of this shell; the container ends with the first that ends.
set -e
: "${MAIL_HOST:=mail.test}"
postconf -e "myhostname=$MAIL_HOST"
[ -s /etc/ssl/private/ssl-cert-snakeoil.key ] || make-ssl-cert generate-default-snakeoil
sievec /etc/dovecot/sieve/before.sieve
dovecot -F &
postfix start-fg &
wait -n
