# Input that is broken, and machines that are in the way: one clear line, the right exit status, OUT as it was, nothing
# left behind. tests/lib/bad_input.bash has the helpers.
bats_require_minimum_version 1.5.0

setup() {
	load ../lib/bad_input.bash
	prepare_folders
	options=()
	in=in.tar out=out/out.tar
}

# What is refused below is the damage: the same image, whole, is accepted.
@test "the image of these tests is fine while it is whole" {
	for form in docker podman oci hybrid; do
		python_image "app.save('in.tar', '$form', 'gzip')"
		run --separate-stderr -0 "$SLIM" in.tar out/out.tar
		[ -z "$(messages)" ]
		[ -z "$(ls -A spool)" ]
		[ "$(ls -A out)" = out.tar ]
	done
}

# --- not an archive -----------------------------------------------------------------------------------------------

@test "no such file" {
	in=none.tar
	refused 1 none.tar 'No such file'
}

@test "an empty file" {
	: >in.tar
	refused 1 in.tar
}

@test "a text, noise, a picture's head" {
	printf 'just a text\n' >in.tar
	refused 1 in.tar
	head -c 100000 /dev/urandom >in.tar
	refused 1 in.tar
	printf '\211PNG\r\n\032\n and more\n' >in.tar
	refused 1 in.tar
	head -c 20000 /dev/zero >in.tar
	refused 1 in.tar
}

@test "an archive that is no image: it looks like docker export, and the message says so" {
	mkdir -p root/etc root/bin
	echo x >root/etc/passwd
	tar -cf in.tar -C root .
	refused 1 in.tar
}

@test "compressed noise" {
	printf 'just a text\n' | gzip >in.tar
	refused 1 in.tar
	printf 'just a text\n' | zstd -q >in.tar
	refused 1 in.tar
}

@test "a folder that is no OCI layout" {
	mkdir layout
	in=layout
	refused 1 layout
}

@test "an archive of before Docker 1.10" {
	python_image "
m = app.members('docker')
del m['manifest.json']
m.write('in.tar')"
	refused 1 in.tar manifest.json
}

@test "names in messages cannot drive the terminal" {
	in=$'no\e[31msuch\nfile.tar'
	run --separate-stderr -1 "$SLIM" "$in" out/out.tar
	is_one_line
}

# --- truncated ------------------------------------------------------------------------------------------------------

# cut FILE: at many places, the last one just before the last needed byte ($2).
refused_when_cut() {
	local size=$2 step=$(($2 / ${3:-16} + 1)) at
	for ((at = 1; at < size; at += step)); do
		head -c "$at" "$1" >in.tar
		refused 1 in.tar || { echo "cut at $at of $size"; return 1; }
	done
	head -c "$((size - 1))" "$1" >in.tar
	refused 1 in.tar || { echo "cut before the last byte"; return 1; }
}

@test "a docker-archive cut anywhere" {
	python_image "
m = app.members('docker')
del m['repositories']
m.write('whole.tar')"
	refused_when_cut whole.tar "$(($(stat -c %s whole.tar) - 1024 - 511))"
}

@test "an OCI layout cut anywhere" {
	python_image "app.save('whole.tar', 'hybrid', 'zstd')"
	refused_when_cut whole.tar "$(($(stat -c %s whole.tar) - 1024 - 511))"
}

@test "a compressed archive cut anywhere" {
	for outer in gzip zstd; do
		python_image "app.save('whole.tar', 'oci', outer='$outer')"
		refused_when_cut whole.tar "$(stat -c %s whole.tar)" 8
	done
}

@test "a pipe that ends early" {
	python_image "app.save('whole.tar', 'docker')"
	in=-
	for at in 0 1 512 20000 100000; do
		head -c "$at" whole.tar >in.part
		run --separate-stderr -1 "$SLIM" - out/out.tar <in.part
		is_one_line 'standard input'
		run --separate-stderr -1 bash -c 'cat in.part | "$SLIM" - out/out.tar'
		is_one_line 'standard input'
		nothing_left
	done
}

# --- documents and blobs --------------------------------------------------------------------------------------------

# damage FORM COMPRESSION CODE: CODE changes the members `m`.
damage() {
	python_image "
m = app.members('$1', '$2')
$3
m.write('in.tar')"
}

@test "a missing layer: the message names it" {
	for form in docker podman oci hybrid; do
		damage $form none "del m[m.layers[1]]"
		refused 1 in.tar
		[[ $(messages) == *'layer 2'* || $(messages) == *layer.tar* || $(messages) == *blobs/sha256/* ||
			$(messages) == *sha256:* || $(messages) == *.tar:* ]]
	done
}

@test "a missing config or manifest" {
	for form in docker podman oci hybrid; do
		damage $form none "del m[m.configs[0]]"
		refused 1 in.tar
	done
	damage oci none "del m[m.manifests[0]]"
	refused 1 in.tar
	damage oci none "del m['index.json']"
	refused 1 in.tar
}

@test "a layer with one bit flipped, in every form and compression" {
	for form in docker podman oci hybrid; do
		for compression in none gzip gzip-multi zstd zstd-multi; do
			damage $form $compression "m.flip(m.layers[1])"
			refused 1 in.tar 'layer 2 of 3' || { echo "$form $compression"; return 1; }
		done
	done
}

@test "a bit flipped at the start and at the end of a layer" {
	for at in 0 5 257 -1 -600; do
		damage hybrid none "m.flip(m.layers[0], $at)"
		refused 1 in.tar 'layer 1 of 3'
	done
}

@test "a config or manifest with one bit flipped" {
	for form in oci hybrid; do
		damage $form none "m.flip(m.configs[0])"
		refused 1 in.tar
	done
	damage oci none "m.flip(m.manifests[0])"
	refused 1 in.tar
}

@test "a wrong diff ID: the layer is named" {
	for form in docker podman oci hybrid; do
		for compression in none gzip; do
			python_image "
app.wrong_diff_ids[1] = 'sha256:' + '0' * 64
app.save('in.tar', '$form', '$compression')"
			refused 1 in.tar 'layer 2 of 3'
		done
	done
}

# Digests are computed while the layers are traced already: whatever the damage leads to there, it is not what is told.
@test "damaged content: the digest is told, not what a tracer made of it" {
	for form in docker podman oci hybrid; do
		for piece in "elf.build(flags=['static'])[:4]" "elf.build(flags=['static'])[16:64]"; do
			python_image "
m = app.members('$form')
name = m.layers[0]
m[name] = m[name].replace($piece, b'?' * len($piece))
m.write('in.tar')"
			for jobs in 1 2 8; do
				options=(-j "$jobs")
				refused 1 'layer 1 of 3' 'but its content has'
				run --separate-stderr -1 "$SLIM" why -j "$jobs" in.tar /bin/app
				is_one_line 'layer 1 of 3' 'but its content has'
				[ -z "$output" ]
			done
		done
	done
}

@test "several damaged layers: the lowest is told, whichever is larger" {
	for form in docker oci; do
		for compression in none gzip; do
			python_image "
app.wrong_diff_ids[0] = app.wrong_diff_ids[1] = 'sha256:' + '0' * 64
app.save('in.tar', '$form', '$compression')"
			for jobs in 1 2 8; do
				options=(-j "$jobs")
				refused 1 'layer 1 of 3' 'diff ID'
				run --separate-stderr -1 "$SLIM" inspect -j "$jobs" in.tar
				is_one_line 'layer 1 of 3' 'diff ID'
			done
		done
	done
}

@test "damaged headers in two layers: the lowest is told, whichever is larger" {
	python_image "
m = app.members('docker')
for name in m.layers[:2]:
	m[name] = b'?' + m[name][1:]
m.write('in.tar')"
	for jobs in 1 2 8; do
		options=(-j "$jobs")
		refused 1 'layer 1 of 3' checksum
	done
}

@test "a wrong size in a descriptor: smaller, larger, negative, huge" {
	for size in 1 100000000 -1 9223372036854775807; do
		python_image "
app.wrong_sizes[1] = $size
app.save('in.tar', 'oci', 'gzip')"
		refused 1 in.tar
	done
}

@test "more layers than diff IDs" {
	python_image "
m = app.members('docker')
m.edit('manifest.json', lambda j: j[0]['Layers'].pop() and None)
m.write('in.tar')"
	refused 1 in.tar
}

@test "a digest that is none" {
	for digest in sha256:xyz sha256: md5:abc ../../etc/passwd "sha256:$(printf 'A%.0s' {1..64})"; do
		damage oci none "m.edit('index.json', lambda j: j['manifests'][0].update(digest='$digest'))"
		refused 1 in.tar index.json
	done
}

@test "JSON that is none" {
	for form in docker:manifest.json oci:index.json hybrid:manifest.json oci:oci-layout; do
		damage ${form%:*} none "m['${form#*:}'] = b'[{'"
		refused 1 in.tar "${form#*:}"
		damage ${form%:*} none "m['${form#*:}'] = b'null'"
		refused 1 in.tar "${form#*:}"
		damage ${form%:*} none "m['${form#*:}'] = b''"
		refused 1 in.tar "${form#*:}"
	done
}

@test "JSON that is nested too deep" {
	damage oci none "m['index.json'] = b'[' * 100000"
	refused 1 in.tar index.json
}

@test "JSON that is megabytes of digits and no number: refused at once" {
	for digits in "b'0' * 4000000" "b'[1.' + b'1' * 4000000 + b'e]'"; do
		damage oci none "m['index.json'] = $digits"
		(
			ulimit -t 20
			refused 1 in.tar index.json
		)
	done
}

@test "a layer that is no tar, and one that ends in the middle of a file" {
	python_image "
app.layers[1].entries = [b'this is no tar' * 100]
app.save('in.tar')"
	refused 1 in.tar 'layer 2 of 3'
	python_image "
app.layers[1].entries[0] = app.layers[1].entries[0][:4096]
app.layers[1].entries[1:] = []
app.layers[1].end(blank=False)
app.save('in.tar')"
	refused 1 in.tar 'layer 2 of 3' ends
}

@test "names that leave the root, and hard links to nothing" {
	python_image "
app.layer().file('../../etc/x', 'x')
app.save('in.tar')"
	refused 1 in.tar 'layer 4 of 4' ..
	python_image "
app.layer().hardlink('/bin/b', '/bin/none')
app.save('in.tar')"
	refused 1 in.tar 'layer 4 of 4' bin/b
}

@test "a layer that is encrypted, and one that is elsewhere" {
	python_image "
m = app.members('oci')
import json
manifest = json.loads(m.pop(m.manifests[0]))
manifest['layers'][0]['mediaType'] += '+encrypted'
data = image.to_json(manifest)
m.blob(data)
m.edit('index.json', lambda j: j['manifests'][0].update(digest=image.sha256(data), size=len(data)))
m.write('in.tar')"
	refused 1 in.tar encrypted
}

# --- nothing to trace, too much to choose from ------------------------------------------------------------------------

@test "no entrypoint and no command" {
	python_image "
app.config_object = {}
app.save('in.tar')"
	refused 3 in.tar entrypoint
}

@test "an entrypoint that is not in the image: it is named" {
	python_image "
app.config_object = {'Entrypoint': ['/bin/none', '-x']}
app.save('in.tar')"
	refused 3 in.tar /bin/none
}

@test "several images without --image: all are named" {
	for form in docker oci hybrid; do
		python_image "
other = image.Image({'Entrypoint': ['/bin/app']}, tags=['other:2'])
other.layer().file('/bin/app', elf.build(flags=['static']), mode=0o755)
image.save_images([app, other], 'in.tar', '$form')"
		options=()
		refused 1 in.tar test:latest other:2 --image
		options=(--image nosuch)
		refused 1 in.tar nosuch test:latest other:2
	done
}

@test "a platform that the image has not: those that it has are named" {
	python_image "
other = image.Image({'Entrypoint': ['/bin/app']}, arch='arm64')
other.layer().file('/bin/app', elf.build(machine='aarch64', flags=['static']), mode=0o755)
image.save_platforms([app, other], 'in.tar')"
	options=(--platform linux/s390x)
	refused 1 in.tar linux/s390x linux/amd64 linux/arm64
}

@test "wrong usage" {
	python_image "app.save('in.tar')"
	for arguments in '' 'in.tar' 'in.tar out/out.tar more' '--nonsense in.tar out/out.tar' '-c lzma in.tar out/out.tar'; do
		run --separate-stderr -2 "$SLIM" $arguments
		is_one_line
		nothing_left
	done
}

# --- OUT -----------------------------------------------------------------------------------------------------------------

@test "OUT is the input: by name, by another path, by a link of either kind" {
	python_image "app.save('in.tar')"
	sha256sum in.tar >sum
	ln -s in.tar soft.tar
	ln in.tar hard.tar
	for out in in.tar ./in.tar "$PWD/in.tar" soft.tar hard.tar; do
		refused 2 "$out" input
		sha256sum -c --quiet sum
	done
	ln -s "$PWD/soft.tar" further.tar
	in=further.tar out=hard.tar
	refused 2 hard.tar input
	sha256sum -c --quiet sum
}

@test "OUT is the input, through redirections" {
	python_image "app.save('in.tar')"
	sha256sum in.tar >sum
	run --separate-stderr -2 bash -c '"$SLIM" - in.tar <in.tar'
	is_one_line input
	run --separate-stderr -2 bash -c '"$SLIM" in.tar - 1<>in.tar'
	is_one_line input
	sha256sum -c --quiet sum
}

@test "a report or a bill of materials is the input, or OUT, or both are one" {
	python_image "app.save('in.tar')"
	sha256sum in.tar >sum
	ln -s "$PWD/in.tar" soft.json
	ln in.tar hard.json
	ln -s out/out.tar link.json
	for name in soft.json ./hard.json; do
		options=(--report "$name")
		refused 2 "$name" 'is the input as well'
		options=(--sbom "$name")
		refused 2 "$name" 'is the input as well'
		run --separate-stderr -2 bash -c '"$SLIM" --report "$1" - out/out.tar <in.tar' bash "$name"
		is_one_line "$name" 'is the input as well'
	done
	options=(--report link.json)
	refused 2 out/out.tar 'written twice'
	options=(--report one.json --sbom "$PWD/./one.json")
	refused 2 one.json 'written twice'
	options=(--report one.json) out=$PWD/one.json
	refused 2 one.json 'written twice'
	run --separate-stderr -2 "$SLIM" compare --report hard.json in.tar in.tar
	is_one_line hard.json 'is the input as well'
	sha256sum -c --quiet sum
	[ ! -e one.json ]
}

@test "OUT or a report is a file of the layout folder that is read" {
	python_image "app.save('layout', 'oci-dir')"
	cp -r layout whole
	ln -s layout/blobs blobs
	in=layout
	for out in layout/index.json ./layout/oci-layout "layout/$(cd layout && find blobs -type f | head -n 1)" \
		blobs/sha256/new.tar; do
		refused 2 "$out" 'is part of the input'
	done
	out=out/out.tar options=(--report layout/blobs/r.json)
	refused 2 r.json 'is part of the input'
	diff -r layout whole
	(cd layout && "$SLIM" -q . other.tar && "$SLIM" -q --report ../r.json . other.tar && "$SLIM" -q . index.json.tar)
}

@test "OUT is a folder" {
	python_image "app.save('in.tar')"
	mkdir folder
	for out in folder folder/ .; do
		run --separate-stderr "$SLIM" in.tar "$out"
		[ "$status" = 1 ] || [ "$status" = 2 ]
		is_one_line "${out%/}"
	done
	[ -z "$(ls -A folder)" ]
	nothing_left
}

@test "OUT in a folder that is not there" {
	python_image "app.save('in.tar')"
	out=none/out.tar
	refused 1 none/out.tar 'No such file'
	[ ! -e none ]
	out=in.tar/out.tar
	refused 1 in.tar/out.tar 'Not a directory'
}

@test "OUT cannot be written" {
	python_image "app.save('in.tar')"
	if [ "$(id -u)" = 0 ]; then
		out=/proc/slim-out.tar
		refused 1 /proc/slim-out.tar
		command -v setpriv >/dev/null || skip "root may write anywhere, and there is no setpriv"
		cp "$SLIM" slim-for-others 2>/dev/null
		chmod 755 slim-for-others
		as_nobody=(setpriv --reuid 65534 --regid 65534 --clear-groups "$PWD/slim-for-others")
		"${as_nobody[@]}" --version >/dev/null 2>&1 || skip "another user cannot start programs here"
		chmod 755 . out
		run --separate-stderr -1 "${as_nobody[@]}" in.tar out/out.tar
		is_one_line out/out.tar 'Permission denied'
		run --separate-stderr -1 "${as_nobody[@]}" in.tar out/new.tar
		is_one_line out/new.tar 'Permission denied'
	else
		chmod 444 out/out.tar
		out=out/out.tar
		refused 1 out/out.tar 'Permission denied'
		chmod 555 out
		out=out/new.tar
		refused 1 out/new.tar 'Permission denied'
		chmod 755 out
	fi
	nothing_left
}

@test "a report that cannot be written: nothing else is, either" {
	python_image "app.save('in.tar')"
	options=(--report none/r.json)
	refused 1 none/r.json
	options=(--report r.txt)
	refused 2 r.txt
	[ ! -e r.txt ]
}

# --- a full disk -------------------------------------------------------------------------------------------------------

@test "a file size limit stops the output" {
	python_image "app.save('in.tar')"
	run --separate-stderr bash -c 'trap "" XFSZ; ulimit -f 20; exec "$SLIM" -c none in.tar out/out.tar'
	[ "$status" = 1 ]
	is_one_line out/out.tar
	nothing_left
}

@test "a full device" {
	[ -w /dev/full ] || skip "there is no /dev/full"
	python_image "app.save('in.tar')"
	out=/dev/full
	refused 1 /dev/full 'No space left'
	run --separate-stderr -1 bash -c '"$SLIM" in.tar - >/dev/full'
	is_one_line 'No space left'
	nothing_left
}

@test "a full disk under OUT, and one under the spools" {
	[ "$(id -u)" = 0 ] || skip "only root can mount a small disk"
	unshare -m true 2>/dev/null || skip "no mounts are allowed here"
	python_image "app.save('in.tar'); app.save('packed.tar', 'oci', 'gzip', 'zstd')"
	mkdir small
	run --separate-stderr unshare -m bash -c '
		mount -t tmpfs -o size=64k tmpfs small || exit 77
		printf before >small/out.tar
		"$SLIM" -c none in.tar small/out.tar
		status=$?
		[ "$(cat small/out.tar)" = before ] && [ "$(ls -A small)" = out.tar ] || exit 99
		exit $status'
	[ "$status" != 77 ] || skip "a tmpfs cannot be mounted here"
	[ "$status" = 1 ]
	is_one_line small/out.tar 'No space left'
	run --separate-stderr unshare -m bash -c '
		mount -t tmpfs -o size=64k tmpfs small || exit 77
		TMPDIR=small "$SLIM" packed.tar out/out.tar
		status=$?
		[ -z "$(ls -A small)" ] || exit 99
		exit $status'
	[ "$status" = 1 ]
	is_one_line 'No space left'
	nothing_left
}

# --- interrupted -------------------------------------------------------------------------------------------------------

# Start slim on a pipe that does not end, and send SIGNAL while it waits.
interrupted_by() {
	rm -f pipe
	mkfifo pipe
	exec 9<>pipe
	head -c 40000 in.tar >&9
	run --separate-stderr timeout --preserve-status -s "$1" 0.3 "$SLIM" --report out/r.json - out/out.tar <pipe
	exec 9>&-
	[ "$status" = "$2" ] || { echo "exit status $status"; return 1; }
	[ "$(messages | wc -l)" -le 1 ]
	nothing_left
}

@test "interrupted while it reads: Ctrl-C, TERM, HUP, KILL" {
	python_image "app.save('in.tar')"
	interrupted_by INT 130
	interrupted_by TERM 143
	interrupted_by HUP 129
	interrupted_by KILL 137
}

@test "killed at any moment: OUT is whole or as it was" {
	python_image "app.layer().file('/srv/more', noise * 40); app.save('in.tar')"
	run --separate-stderr -0 "$SLIM" -c zstd:12 -k /srv/more in.tar whole.tar
	for ms in 001 004 008 015 025 040 060 090 130 180; do
		for signal in KILL INT; do
			printf 'was here before' >out/out.tar
			timeout -s $signal "0.$ms" "$SLIM" -q -c zstd:12 -k /srv/more in.tar out/out.tar 2>/dev/null 9>&- || true
			[ "$(ls -A out)" = out.tar ]
			[ -z "$(ls -A spool)" ]
			cmp -s out/out.tar whole.tar || [ "$(head -c 100 out/out.tar)" = 'was here before' ]
		done
	done
}
