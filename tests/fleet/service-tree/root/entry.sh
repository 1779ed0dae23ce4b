#!/bin/bash
set -Eeuo pipefail
trap 'kill -TERM $(jobs -p) 2>/dev/null; stat -c %n /tmp >/dev/null' EXIT
LIB=/usr/local/lib/app
. "$LIB/functions.sh"
for f in /docker-entrypoint.d/*; do case "$f" in *.sh) [ -x "$f" ] && "$f" || . "$f";; esac; done
render /templates
declare -a cmds=( "install -d -o ${APP_USER} /run/app" "touch /run/app/ready" )
for c in "${cmds[@]}"; do eval "$c"; done
id -u "$APP_USER" | xargs -I{} chown {} /run/app/ready
awk -v p="$PORT" 'BEGIN { while (("nproc" | getline n) > 0) c = n; system("mkfifo /run/app/fifo"); print "workers " c }'
perl -pe 's/x/y/' /etc/hostname > /dev/null
cat > /run/app/conf <<EOT
host $(hostname -s 2>/dev/null || uname -n)
EOT
exec "$@"
