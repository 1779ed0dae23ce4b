#!/bin/sh
# Users, the proxy's own CA and its folders, then what was asked for.
set -eu
htpasswd -bc /etc/squid/users "${PROXY_USER:-anna}" "${PROXY_PASSWORD:-secret}" 2>/dev/null
if [ ! -s /etc/squid/ca.pem ]; then
	openssl req -new -newkey rsa:2048 -days 30 -nodes -x509 -subj "/CN=proxy" -keyout /etc/squid/ca.pem -out /tmp/ca.crt 2>/dev/null
	cat /tmp/ca.crt >> /etc/squid/ca.pem
fi
install -d -o proxy -g proxy /run/squid /var/spool/squid /var/lib/squid
[ -d /var/lib/squid/certs ] || setpriv --reuid proxy --regid proxy --clear-groups /usr/lib/squid/security_file_certgen -c -s /var/lib/squid/certs -M 4MB >/dev/null
"$1" -z -N -f /etc/squid/squid.conf
exec "$@"
