#!/bin/sh
set -e
if [ -n "$TZ" ]; then ln -snf "/usr/share/zoneinfo/$TZ" /etc/localtime && echo "$TZ" > /etc/timezone; fi
printenv | grep -E '^(DB|FMT|KIND|PG|MYSQL)' > /etc/environment || true
echo "${SCHEDULE:-* * * * *} root . /etc/environment; /usr/local/bin/backup.sh >> /proc/1/fd/1 2>&1" > /etc/cron.d/backup
chmod 0644 /etc/cron.d/backup
case "$1" in cron) exec cron -f -L 15;; backup) exec backup.sh;; *) exec "$@";; esac
