# For tests of input that slim must refuse: images made by tests/lib/image.py, and what must hold after a refusal.

# Run python code that has `image` (the module) and `app` (an image that slim accepts) in scope.
python_image() {
	python3 -c "
import image, elf, os, hashlib
app = image.Image({'Entrypoint': ['/bin/app'], 'Env': ['PATH=/bin']})
noise = b''.join(hashlib.sha256(b'%d' % i).digest() for i in range(4000))
app.layer().file('/bin/app', elf.build(flags=['static']), mode=0o755).file('/etc/motd', 'hello')
app.layer().file('/srv/data', noise).link('/srv/link', 'data')
app.layer().whiteout('/etc/motd').file('/etc/passwd', 'root:x:0:0::/root:/bin/sh')
$1"
}

# A folder of its own, an OUT that holds something already, and a folder for spools.
prepare_folders() {
	cd "$BATS_TEST_TMPDIR" || return
	rm -rf out spool
	mkdir out spool
	printf 'was here before' >out/out.tar
	export TMPDIR=$BATS_TEST_TMPDIR/spool
}

# OUT is as it was, and nothing else is left, neither beside OUT nor among the spools.
nothing_left() {
	[ "$(cat out/out.tar)" = 'was here before' ] || { echo "OUT has changed"; return 1; }
	[ "$(ls -A out)" = out.tar ] || { echo "left beside OUT: $(ls -A out)"; return 1; }
	[ -z "$(ls -A spool)" ] || { echo "left in TMPDIR: $(ls -A spool)"; return 1; }
}

# The lines on standard error that are no warnings.
messages() {
	printf '%s\n' "$stderr" | grep -v '^slim: warning: ' || true
}

# is_one_line PIECE…: exactly one line on standard error (besides warnings), with every PIECE in it.
is_one_line() {
	local line piece
	line=$(messages)
	[ "$(printf '%s\n' "$line" | wc -l)" = 1 ] || { printf 'not one line:\n%s\n' "$line"; return 1; }
	[[ $line == 'slim: '* ]] || { echo "no message of slim: $line"; return 1; }
	[[ $line != *$'\e'* && $line != *. ]] || { echo "bad style: $line"; return 1; }
	for piece; do
		[[ $line == *"$piece"* ]] || { echo "lacks '$piece': $line"; return 1; }
	done
}

# refused STATUS PIECE…: slim $in $out is refused with STATUS and one line that has all PIECEs in it; $in is in.tar and
# $out is out/out.tar unless a test sets them; the array `options` goes before them.
refused() {
	local wanted=$1
	shift
	run --separate-stderr "$SLIM" "${options[@]}" "${in:-in.tar}" "${out:-out/out.tar}"
	[ "$status" = "$wanted" ] || { printf 'exit status %s: %s\n' "$status" "$stderr"; return 1; }
	[ -z "$output" ] || { echo "on standard output: $output"; return 1; }
	is_one_line "$@" || return
	nothing_left
}
