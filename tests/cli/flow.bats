# IN and OUT in all their forms, and the promises that hold for every run.
load "$TOP_SRCDIR/tests/lib/cli.bash"

@test "the summary: what it was, what it is, at most 80 columns, on standard output" {
	image app
	run --separate-stderr -0 "$SLIM" in.tar out.tar
	[ -z "$stderr" ]
	[[ $output == *"app:1"* && $output == *"linux/amd64"* && $output == *"/bin/app serve"* ]]
	[[ $output == *"layers "*2*1* && $output == *"out.tar: "* ]]
	run awk 'length($0) > 80' <<<"$output"
	[ -z "$output" ]
}

@test "the summary: a long command line is cut" {
	"${PYTHON:-python3}" -c 'import sys; sys.path.insert(0, sys.argv[1]); import cli_image
cli_image.app(config={"Cmd": ["word %d" % i for i in range(50)]}).save("in.tar")' "$TOP_SRCDIR/tests/lib"
	run -0 "$SLIM" in.tar out.tar
	[[ $output == *"/bin/app 'word 0'"*" ..."* ]]
	run awk 'length($0) > 80' <<<"$output"
	[ -z "$output" ]
}

@test "standard input and standard output" {
	image app
	"$SLIM" -q in.tar out.tar
	"$SLIM" - - <in.tar >piped.tar 2>messages
	cmp out.tar piped.tar
	grep -q "linux/amd64" messages
	"$SLIM" -q - piped2.tar <in.tar
	cmp out.tar piped2.tar
	cat in.tar | "$SLIM" -q in.tar - | cmp out.tar -
	cat in.tar | "$SLIM" -q - - | cmp out.tar -
}

@test "every form of input gives the same layer" {
	for form in docker podman oci hybrid oci-dir; do
		rm -rf in
		cli_image make app in $form
		"$SLIM" -q in $form.tar
		cli_image list $form.tar >listing.$form
		cmp listing.docker listing.$form
	done
}

@test "every compression of layers and archive is read" {
	for compression in none gzip gzip-multi zstd zstd-multi; do
		image app oci $compression
		"$SLIM" -q in.tar out.tar
		cli_image list out.tar >listing.$compression
		cmp listing.none listing.$compression
	done
	for outer in gzip zstd xz bzip2; do
		image app docker none $outer
		"$SLIM" -q in.tar out.tar
		cli_image list out.tar >listing.$outer
		cmp listing.none listing.$outer
	done
}

@test "two runs give the same bytes, under another name and at another place too" {
	image app docker gzip
	"$SLIM" -q in.tar one.tar
	mkdir elsewhere
	cp in.tar elsewhere/other-name.tar
	(cd elsewhere && TZ=Asia/Tokyo LC_ALL=C.UTF-8 "$SLIM" -q other-name.tar two.tar)
	cmp one.tar elsewhere/two.tar
}

@test "slimming twice changes nothing" {
	for compression in zstd gzip none; do
		image app
		"$SLIM" -q -c $compression in.tar one.tar
		"$SLIM" -q -c $compression one.tar two.tar
		cmp one.tar two.tar
	done
	image platforms
	"$SLIM" -q in.tar one.tar
	"$SLIM" -q one.tar two.tar
	cmp one.tar two.tar
}

@test "squashing twice changes nothing, and what was only squashed can still be slimmed" {
	image app
	"$SLIM" -q --keep-all in.tar one.tar
	"$SLIM" -q --keep-all one.tar two.tar
	cmp one.tar two.tar
	"$SLIM" -q one.tar slim.tar
	"$SLIM" -q in.tar direct.tar
	[ "$(cli_image list slim.tar)" = "$(cli_image list direct.tar)" ]
	[ "$(cli_image list slim.tar)" != "$(cli_image list one.tar)" ]
}

@test "an OUT that is there is replaced; one that cannot be made is left alone" {
	image app
	echo old >out.tar
	"$SLIM" -q in.tar out.tar
	[ "$(stat -c %s out.tar)" -gt 1000 ]
	echo old >out.tar
	cli_image make no-entrypoint none.tar
	run -3 "$SLIM" none.tar out.tar
	[ "$(cat out.tar)" = old ]
	[ "$(ls -A | tr '\n' ' ')" = "in.tar none.tar out.tar " ]
}

@test "IN as OUT is wrong usage" {
	image app
	sum=$(cksum <in.tar)
	ln -s in.tar link.tar
	for out in in.tar ./in.tar link.tar; do
		run -2 "$SLIM" in.tar $out
	done
	[ "$(cksum <in.tar)" = "$sum" ]
}

@test "the config stays, but for what tells of layers" {
	image app
	slimmed
	[ "$(cli_image show out.tar label)" = "{'k': 'v'}" ]
	[ "$(cli_image show out.tar entrypoint)" = "['/bin/app', 'serve']" ]
}

@test "standard output that is full is an error" {
	[ -w /dev/full ] || skip "no /dev/full"
	image app
	run --separate-stderr -1 bash -c '"$SLIM" --help >/dev/full'
	[[ $stderr == "slim: standard output: "* ]]
	run --separate-stderr -1 bash -c '"$SLIM" in.tar - >/dev/full'
	[[ $stderr == *"standard output"* ]]
}

@test "a signal ends it with the signal's status and nothing stays behind" {
	image app
	mkfifo pipe
	"$SLIM" - out.tar <pipe &
	pid=$!
	exec 7>pipe
	head -c 20000 in.tar >&7
	sleep 0.3
	kill -TERM $pid
	status=0
	wait $pid || status=$?
	exec 7>&-
	[ $status -eq 143 ]
	rm pipe
	[ "$(ls -A)" = in.tar ]
}

@test "no temporary file stays in TMPDIR" {
	image app docker gzip
	mkdir tmp
	TMPDIR=$PWD/tmp "$SLIM" -q in.tar out.tar
	[ -z "$(ls -A tmp)" ]
	TMPDIR=/no/such/folder run --separate-stderr -1 "$SLIM" -q in.tar other.tar
	[[ $stderr == *"/no/such/folder"*TMPDIR* ]]
	[ ! -e other.tar ]
}

@test "a SOURCE_DATE_EPOCH that is none is refused before anything is read" {
	SOURCE_DATE_EPOCH=yesterday run --separate-stderr -2 "$SLIM" no-such-file.tar out.tar
	[ "$stderr" = "slim: SOURCE_DATE_EPOCH: 'yesterday' is no number of seconds" ]
}
