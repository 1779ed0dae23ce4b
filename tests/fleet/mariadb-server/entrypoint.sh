#!/bin/bash
set -eo pipefail
if [ "$(id -u)" = 0 ]; then
	find /var/lib/mysql \! -user mysql -exec chown mysql: '{}' +
	exec gosu mysql "$BASH_SOURCE" "$@"
fi
if [ ! -d /var/lib/mysql/mysql ]; then
	mariadb-install-db --datadir=/var/lib/mysql --auth-root-authentication-method=normal --skip-test-db >/dev/null
	"$@" --skip-networking --socket=/run/mysqld/init.sock & pid=$!
	for i in {1..60}; do mariadb -S /run/mysqld/init.sock -u root -e 'select 1' &>/dev/null && break; sleep 0.5; done
	mysql_tzinfo_to_sql /usr/share/zoneinfo | mariadb -S /run/mysqld/init.sock -u root mysql
	mariadb -S /run/mysqld/init.sock -u root -e "create user app@'%' identified by 'pw'; create database shop character set utf8mb4; grant all on shop.* to app@'%'"
	for f in /docker-entrypoint-initdb.d/*; do case $f in *.sql) mariadb -S /run/mysqld/init.sock -u root shop < "$f";; *.sql.gz) gunzip -c "$f" | mariadb -S /run/mysqld/init.sock -u root shop;; esac; done
	kill $pid; wait $pid || true
fi
exec "$@"
