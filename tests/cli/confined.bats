# slim confines itself: tests/lib/trespass.c tries from the inside what it gave up.
load "$TOP_SRCDIR/tests/lib/cli.bash"

setup_file() {
	${CC:-cc} -shared -fPIC -D_GNU_SOURCE -o "$BATS_FILE_TMPDIR/trespass.so" "$TOP_SRCDIR/tests/lib/trespass.c" || true
}

trespass() {
	[ -e "$BATS_FILE_TMPDIR/trespass.so" ] || skip "no C compiler"
	image app
	mkdir -p "$BATS_FILE_TMPDIR/elsewhere"
	"$SLIM" -v -n in.tar 2>told >/dev/null
	! grep -q "not confined" told || skip "this build is not confined"
	mkdir spools
	TMPDIR=$PWD/spools LD_PRELOAD=$BATS_FILE_TMPDIR/trespass.so TRESPASS=$BATS_FILE_TMPDIR/elsewhere/x \
		run --separate-stderr -0 "$SLIM" "$@" in.tar out.tar
}

@test "no program, no connection, no folder, no other owner" {
	trespass
	! grep -q "no seccomp" told || skip "no seccomp here"
	for what in fork execve socket mkdir chown; do
		[[ $stderr == *"$what: Operation not permitted"* ]]
	done
	[ -s out.tar ]
}

@test "no file but its own" {
	trespass --report report.json
	! grep -q "no Landlock" told || skip "no Landlock here"
	[[ $stderr == *"read: Permission denied"* ]]
	[[ $stderr == *"write: Permission denied"* ]]
	[ -s out.tar ] && [ -s report.json ] && [ ! -e "$BATS_FILE_TMPDIR/elsewhere/x" ]
}

@test "what is named is reached: other folders, links, a layout folder, devices, pipes, TMPDIR" {
	image app
	mkdir out reports spools
	ln -s out/real.tar link.tar
	: >out/real.tar
	TMPDIR=$PWD/spools run -0 "$SLIM" --report "$PWD/reports/r.json" in.tar link.tar
	[ -L link.tar ] && [ -s out/real.tar ] && [ -s reports/r.json ]
	run -0 "$SLIM" in.tar /dev/null
	mkdir layout && tar -xf out/real.tar -C layout
	run -0 "$SLIM" layout out/again.tar
	"$SLIM" - - <in.tar 2>/dev/null | cmp - out/real.tar
	run -0 "$SLIM" inspect layout
	run -0 "$SLIM" why in.tar /bin/app
}

@test "--max-memory: less is refused, in one line" {
	image app
	"$SLIM" -v -n in.tar 2>told >/dev/null
	! grep -q "not confined" told || skip "this build is not confined"
	run --separate-stderr -1 "$SLIM" --max-memory 4M in.tar out.tar
	[ "$stderr" = "slim: out of memory (--max-memory)" ]
	[ ! -e out.tar ]
	run -0 "$SLIM" --max-memory 1G in.tar out.tar
	for bad in "" 0 -1 1X; do
		run -2 "$SLIM" --max-memory "$bad" in.tar other.tar
	done
}
