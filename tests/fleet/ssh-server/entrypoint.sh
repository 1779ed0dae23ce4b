#!/bin/sh
set -e
for kind in rsa ed25519; do
	key=/etc/ssh/ssh_host_${kind}_key
	[ -s "$key" ] || ssh-keygen -q -t "$kind" -N '' -f "$key"
done
if [ -n "${AUTHORIZED_KEYS-}" ]; then
	install -d -m 700 -o tester -g tester /home/tester/.ssh
	printf '%s\n' "$AUTHORIZED_KEYS" > /home/tester/.ssh/authorized_keys
	chown tester: /home/tester/.ssh/authorized_keys
fi
exec "$@"
