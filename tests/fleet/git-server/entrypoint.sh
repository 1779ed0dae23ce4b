#!/bin/bash
set -euo pipefail
htpasswd -bcB /srv/git/users anna secret 2>/dev/null
for name in ${REPOSITORIES-demo}; do
	dir=/srv/git/$name.git
	if [ ! -d "$dir" ]; then
		git init -q -b main --bare "$dir"
		git -C "$dir" config http.receivepack true
		git -C "$dir" config gitweb.owner 'the fleet'
	fi
done
git config --global safe.directory '*'
sed 's:^\$projectroot = .*:$projectroot = "/srv/git";:' /etc/gitweb.conf > /var/lib/git/gitweb.conf
export GITWEB_CONFIG=/var/lib/git/gitweb.conf
if [ ! -d ~/.gnupg ]; then
	mkdir -m 700 ~/.gnupg
	gpg --batch --quiet --passphrase '' --quick-gen-key 'Fleet <fleet@mail.test>' ed25519 sign 1y
fi
exec "$@"
