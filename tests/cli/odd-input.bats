# Input that is unusual and right: it is read as the tools that made it mean it. tests/lib/bad_input.bash has the helpers.
bats_require_minimum_version 1.5.0

setup() {
	load ../lib/bad_input.bash
	prepare_folders
}

@test "a layer without padding and end mark, as umoci insert makes it" {
	for size in 1 3 511 512 513 1024 70000; do
		for form in docker:none oci:gzip oci:zstd; do
			python_image "
layer = app.layer().file('/srv/last', b'x' * $size)
layer.entries[-1] = layer.entries[-1][:512 + $size]
layer.end(blank=False)
app.save('in.tar', '${form%:*}', '${form#*:}')"
			run --separate-stderr -0 "$SLIM" -k /srv/last in.tar out/out.tar
			[ -z "$(messages)" ]
			[ "$("$SLIM" -q -c none -k /srv/last in.tar - | tar -xO --wildcards 'blobs/*' |
				tar -xO --ignore-zeros srv/last 2>/dev/null | wc -c)" = $size ] || { echo "$form $size"; return 1; }
		done
	done
}

@test "a layer that ends within the content is refused, as before" {
	python_image "
layer = app.layer().file('/srv/last', b'x' * 513)
layer.entries[-1] = layer.entries[-1][:512 + 512]
layer.end(blank=False)
app.save('in.tar')"
	in=in.tar out=out/out.tar options=()
	refused 1 in.tar 'layer 4 of 4'
}

@test "an OUT that only its owner may read stays so" {
	python_image "app.save('in.tar')"
	umask 022
	for mode in 600 640 644; do
		chmod $mode out/out.tar
		run --separate-stderr -0 "$SLIM" in.tar out/out.tar
		[ "$(stat -c %a out/out.tar)" = $mode ]
	done
	run --separate-stderr -0 "$SLIM" in.tar new.tar
	[ "$(stat -c %a new.tar)" = 644 ]
}

@test "--entry: quotes, assignments and lists are no part of the program's name" {
	python_image "app.save('in.tar')"
	for entry in "'/bin/app' -x" '"app" y' 'X=1 Y=2 app' 'app;app' 'app|app' 'cd /srv && app' "X='a b' app"; do
		run --separate-stderr -0 "$SLIM" -e "$entry" in.tar out/out.tar
		[ -z "$(messages)" ]
	done
	for entry in "'/bin/none' -x" '"none" y' 'X=1 Y=2 none' 'none;app' 'none|app' ' ' $'\t'; do
		run --separate-stderr -2 "$SLIM" -e "$entry" in.tar out/out.tar
		is_one_line --entry
	done
}
