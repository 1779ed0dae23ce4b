#!/bin/bash
set -euo pipefail
: "${DOMAIN:?}"
if [ ! -f /var/lib/ldap/data.mdb ] || [ ! -d /etc/ldap/slapd.d/cn=config ]; then
  rm -rf /etc/ldap/slapd.d/* /var/lib/ldap/*
  PASS=$(slappasswd -s "${ADMIN_PASSWORD:-secret}")
  openssl req -x509 -newkey rsa:2048 -nodes -keyout /etc/ldap/key.pem -out /etc/ldap/cert.pem -subj /CN=localhost -days 90 2>/dev/null
  chown openldap /etc/ldap/key.pem
  sed -e "s/@DOMAIN@/$DOMAIN/" -e "s|@PASS@|$PASS|" /etc/ldap/template.ldif | slapadd -n 0 -F /etc/ldap/slapd.d
  for f in /docker-entrypoint-init.d/*.ldif; do slapadd -n 1 -F /etc/ldap/slapd.d -l "$f"; done
  chown -R openldap:openldap /etc/ldap/slapd.d /var/lib/ldap
fi
exec "$@"
