# What the command-line tests share.
bats_require_minimum_version 1.5.0

setup() {
	mkdir "$BATS_TEST_TMPDIR/work" && cd "$BATS_TEST_TMPDIR/work" || return # bats has files of its own beside it
}

cli_image() {
	"${PYTHON:-python3}" "$TOP_SRCDIR/tests/lib/cli_image.py" "$@"
}

# Build image "$1" as in.tar; further arguments: form, compression of the layers, compression of the archive.
image() {
	local name=$1
	shift
	cli_image make "$name" in.tar "$@"
}

# Run slim with these arguments on in.tar and list what is in the layer of out.tar.
slimmed() {
	"$SLIM" "$@" in.tar out.tar >summary 2>messages || {
		cat messages
		return 1
	}
	cli_image list out.tar >listing
}

has() {
	local path
	for path in "$@"; do
		grep -q -x -e "[a-z]* $path" listing || {
			echo "missing: $path"
			cat listing
			return 1
		}
	done
}

hasnt() {
	local path
	for path in "$@"; do
		! grep -x -e "[a-z]* $path" listing || return 1
	done
}

# The value of a Python expression over report.json as `r` and its first image as `i`.
report() {
	"${PYTHON:-python3}" -c 'import json, sys
r = json.load(open("report.json"))
i = r["images"][0]
print(eval(sys.argv[1]))' "$1"
}
