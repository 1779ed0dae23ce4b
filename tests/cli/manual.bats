# Every example of the manual is run as it stands there.
load "$TOP_SRCDIR/tests/lib/cli.bash"

# The command lines of the EXAMPLES of page "$1".
examples_of() {
	sed -n '/^\.Sh EXAMPLES/,/^\.Sh SEE ALSO/p' "$1" | sed -n '/^\.Bd -literal/,/^\.Ed/p' | grep -v '^\.'
}

# The images that the examples name, slim by that name, and an engine that does nothing but pass an image on.
prepare() {
	cli_image make platforms app.tar
	"$SLIM" -q app.tar app-slim.tar
	cli_image make hand hand-written.tar
	mkdir bin
	ln -s "$SLIM" bin/slim
	printf '#!/bin/sh\n[ "$1" = save ] && cat app.tar || cat >loaded.tar\n' >bin/podman
	chmod +x bin/podman
	PATH=$PWD/bin:$PATH
}

@test "every example of every page ends with 0, and the page has some" {
	prepare
	for page in "$TOP_SRCDIR"/man/slim*.1; do
		examples_of "$page" >examples
		[ -s examples ]
		while IFS= read -r line; do
			run bash -c "set -o pipefail; $line" </dev/null
			[ "$status" -eq 0 ] || {
				echo "$page: $line: $status: $output"
				return 1
			}
		done <examples
	done
	cmp loaded.tar app-slim.tar
}

@test "every command has a page, and slim.1 names it" {
	for command in why compare inspect; do
		grep -q "^\.Nm slim-$command$" "$TOP_SRCDIR/man/slim-$command.1"
		grep -q "^\.Xr slim-$command 1" "$TOP_SRCDIR/man/slim.1"
	done
}

@test "make install brings every page and every completion" {
	for page in "$TOP_SRCDIR"/man/*.1; do
		grep -q "man/${page##*/}" "$TOP_SRCDIR/man/Makemodule.am"
	done
	for file in bash/slim zsh/_slim fish/slim.fish; do
		grep -q "completion/$file" "$TOP_SRCDIR/completion/Makemodule.am"
	done
}
