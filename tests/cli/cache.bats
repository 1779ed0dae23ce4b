# --cache and --cache-size on the command line; tests/cache.py shows that no result depends on them.
load "$TOP_SRCDIR/tests/lib/cli.bash"

@test "--cache: the second run finds what the first has made, and -v says so" {
	image app
	run --separate-stderr -0 "$SLIM" -v --cache known in.tar one.tar
	[[ $stderr == *"--cache known: 0 found, "*" 0 damaged, "* ]]
	run --separate-stderr -0 "$SLIM" -v --cache known in.tar two.tar
	[[ $stderr =~ --cache\ known:\ [1-9][0-9]*\ found,\ 0\ not,\ 0\ damaged,\ 0\ made ]]
	cmp one.tar two.tar
	run --separate-stderr -0 "$SLIM" why --cache known in.tar /bin/app
	[ -z "$stderr" ]
	run --separate-stderr -0 "$SLIM" inspect --cache known in.tar
	[ -z "$stderr" ]
	run --separate-stderr -0 "$SLIM" compare --cache known in.tar one.tar
	[ -z "$stderr" ]
}

@test "--cache: the report does not tell of it" {
	image app
	run -0 "$SLIM" --report without.json in.tar out.tar
	for _ in empty full; do
		run -0 "$SLIM" --cache known --report with.json in.tar out.tar
		cmp without.json with.json
	done
	chmod 777 known
	run --separate-stderr -0 "$SLIM" --cache known --report with.json in.tar out.tar
	[ "$stderr" = "slim: --cache known: others can write to it; going on without" ]
	cmp without.json with.json
}

@test "--cache-size: no more is kept" {
	image app
	run -0 "$SLIM" --cache known --cache-size 1K in.tar out.tar
	[ "$(find known -name 'slim-*' ! -name slim-secret -printf '%s\n' | awk '{ n += $1 } END { print n + 0 }')" -le 1024 ]
}

@test "--cache and --cache-size: what is no folder or size is wrong usage" {
	image app
	run -2 "$SLIM" --cache "" in.tar out.tar
	for bad in "" 0 -1 1X; do
		run -2 "$SLIM" --cache known --cache-size "$bad" in.tar out.tar
	done
	[ ! -e known ]
}
