# slim compare shows images side by side, and lets a job fail on them.
load "$TOP_SRCDIR/tests/lib/cli.bash"

# in.tar, what slim makes of it (out.tar), and one that is written by hand (hand.tar).
three_images() {
	image app docker gzip
	"$SLIM" -q in.tar out.tar
	cli_image make hand hand.tar docker gzip
}

# The value of a Python expression over `slim compare --json` of the arguments as `r`, its first set `s`, images `a` and `b`.
compared() {
	local expression=$1
	shift
	"$SLIM" compare --json "$@" | "${PYTHON:-python3}" -c 'import json, sys
r = json.load(sys.stdin)
s = r["sets"][0]
a, b = s["images"][:2]
p = s["pairs"][0]
print(eval(sys.argv[1]))' "$expression"
}

@test "sizes, files, packages and findings side by side; at most 80 columns" {
	three_images
	run --separate-stderr -0 "$SLIM" compare in.tar out.tar hand.tar
	[ -z "$stderr" ]
	[[ $output == *"A  in.tar: docker-archive, app:1, linux/amd64"* && $output == *"B  out.tar: hybrid"* ]]
	[[ $output =~ layers\ +2\ +1\ +1 && $output =~ packages\ +3\ +1\ +0 ]]
	[[ $output == *"Only in A: "*" files"* ]]
	run awk 'length($0) > 80' <<<"$output"
	[ -z "$output" ]
}

@test "--json: exact numbers, and they add up" {
	three_images
	[ "$(compared 'r["schema"], r["kind"], len(r["sets"]), a["label"], b["input"]' in.tar out.tar)" = "(1, 'comparison', 1, 'A', 'out.tar')" ]
	[ "$(compared 'a["size"]' in.tar out.tar)" = "$(stat -c %s in.tar)" ]
	[ "$(compared 'a["files"], b["files"], a["only"]["files"], a["packages"], b["packages"]' in.tar out.tar)" = "(16, 7, 9, 3, 1)" ]
	for part in packages folders; do
		[ "$(compared "[sum(g[k] for g in a['only']['$part']) == a['only'][k] for k in ('files', 'bytes')]" in.tar out.tar)" = "[True, True]" ]
	done
	[ "$(compared 'a["only"]["packages"][0]["name"], a["only"]["largest"][0]["path"]' in.tar out.tar)" = "('data', '/usr/share/data/ballast.bin')" ]
	[ "$(compared 'p["common"] + p["only_a"] == a["files"] + a["folders"] + a["links"]' in.tar out.tar)" = True ]
}

@test "the numbers are those of inspect" {
	three_images
	for one in in.tar out.tar hand.tar; do
		"$SLIM" inspect --json $one >inspected.json
		[ "$(compared '[a[k] for k in ("stored", "unpacked", "files", "bytes")]' $one in.tar)" = "$("${PYTHON:-python3}" -c '
import json
i = json.load(open("inspected.json"))["images"][0]
print([i[k] for k in ("stored", "unpacked", "files", "bytes")])')" ]
	done
}

@test "the sizes and files are those that skopeo and umoci see" {
	command -v skopeo >/dev/null && command -v umoci >/dev/null || skip "skopeo or umoci is not here"
	three_images
	"$SLIM" -q -c gzip in.tar out.tar
	skopeo copy -q --insecure-policy oci-archive:out.tar oci:layout:x
	stored=$(skopeo inspect --raw oci:layout:x | "${PYTHON:-python3}" -c 'import json, sys
print(sum(l["size"] for l in json.load(sys.stdin)["layers"]))')
	umoci unpack --rootless --image layout:x bundle
	files=$(find bundle/rootfs -type f | wc -l)
	bytes=$(find bundle/rootfs -type f -printf '%s\n' | awk '{ n += $1 } END { print n }')
	[ "$(compared '[b[k] for k in ("stored", "files", "bytes")]' in.tar out.tar)" = "[$stored, $files, $bytes]" ]
}

@test "B was made from A by slim, and is a subset; what slim rewrote is named" {
	three_images
	run -0 "$SLIM" compare in.tar out.tar
	[[ $output == *"B was made from A by slim."*"B is a subset of A"*"/var/lib/dpkg/status"*contents* ]]
	[ "$(compared 'p["origin"], p["made"], p["subset"], p["only_b"]' in.tar out.tar)" = "('slimmed', 'B', True, 0)" ]
	run -0 "$SLIM" compare out.tar in.tar
	[[ $output == *"B was made from A by slim."* ]] && false
	[[ $output == *"A was made from B by slim."* && $output == *"B is no subset of A"* ]]
	"$SLIM" -q --keep-all in.tar all.tar
	[ "$(compared 'p["origin"], p["subset"], p["changed"], p["only_a"]' in.tar all.tar)" = "('slimmed', True, [], 0)" ]
}

@test "B was built on A; B is A; nothing is known" {
	three_images
	cli_image make built built.tar
	[ "$(compared 'p["origin"], p["made"], p["shared_layers"]' in.tar built.tar)" = "('built-on', 'B', 2)" ]
	[ "$(compared 'p["origin"], p["made"]' built.tar in.tar)" = "('built-on', 'A')" ]
	[ "$(compared 'p["origin"], p["equal"] == p["common"]' in.tar in.tar)" = "('same', True)" ]
	[ "$(compared 'p["origin"], p["made"]' in.tar hand.tar)" = "('unknown', None)" ]
}

@test "paths that differ: type, contents, target, attributes, each by the first that does" {
	for letter in a b; do
		"${PYTHON:-python3}" - "$letter" <<-'PY'
			import sys; sys.path.insert(0, __import__("os").environ["TOP_SRCDIR"] + "/tests/lib")
			import image
			b = sys.argv[1] == "b"
			img = image.Image({"Entrypoint": ["/x"]}, tags=["x:1"])
			low = img.layer()
			low.file("/x", b"#!/x\n" + (b"1" if b else b"2") * 70000, mode=0o755)
			low.file("/same", b"s").file("/mode", b"m", mode=0o640 if b else 0o600)
			low.link("/link", "x" if b else "same")
			low.dir("/thing") if b else low.file("/thing", b"t")
			low.file("/longer", b"l" * (300 if b else 3))
			img.save(sys.argv[1] + ".tar")
		PY
	done
	[ "$(compared 'sorted((c["path"], c["what"]) for c in p["changed"])' a.tar b.tar)" = \
		"[('/link', 'target'), ('/longer', 'contents'), ('/mode', 'attributes'), ('/thing', 'type'), ('/x', 'contents')]" ]
	[ "$(compared 'p["changed"][0]' a.tar b.tar)" = "{'path': '/longer', 'what': 'contents', 'before': 3, 'after': 300}" ]
	[ "$(compared 'p["common"], p["equal"]' a.tar b.tar)" = "(6, 1)" ]
}

@test "shells, interpreters, package managers, setuid and capability files" {
	"${PYTHON:-python3}" - <<-'PY'
		import sys; sys.path.insert(0, __import__("os").environ["TOP_SRCDIR"] + "/tests/lib")
		import image
		img = image.Image({"Entrypoint": ["/bin/busybox"]}, tags=["x:1"])
		low = img.layer()
		low.file("/bin/busybox", b"b", mode=0o755).link("/bin/sh", "busybox").link("/bin/ash", "busybox")
		low.file("/usr/bin/python3.11", b"p", mode=0o755).link("/usr/bin/python3", "python3.11")
		low.file("/usr/bin/python3.11-config", b"p", mode=0o755)
		low.file("/usr/bin/pip3", b"p", mode=0o755).file("/sbin/apk", b"a", mode=0o755)
		low.file("/usr/bin/bash", b"no program", mode=0o644)
		low.file("/usr/share/doc/perl", b"not in a folder of programs", mode=0o755)
		low.file("/usr/bin/passwd", b"p", mode=0o4755).file("/usr/bin/wall", b"p", mode=0o2755)
		low.file("/usr/bin/ping", b"p", mode=0o755, xattrs={"security.capability": b"\1\0\0\2" + bytes(16)})
		img.save("risky.tar")
	PY
	image app
	[ "$(compared 'b["shells"], b["interpreters"]' in.tar risky.tar)" = "(['/bin/busybox'], ['/usr/bin/python3.11'])" ]
	[ "$(compared 'b["package_managers"]' in.tar risky.tar)" = "['/sbin/apk', '/usr/bin/pip3']" ]
	[ "$(compared 'b["setuid"], b["capabilities"]' in.tar risky.tar)" = "(['/usr/bin/passwd', '/usr/bin/wall'], ['/usr/bin/ping'])" ]
	run -0 "$SLIM" compare in.tar risky.tar
	[[ $output =~ "setuid files"\ +0\ +2 && $output == *"shells              B  /bin/busybox"* ]]
}

@test "--fleet and --link: what a fleet pulls and stores, and how long it takes, with the formula" {
	three_images
	[ "$(compared 'a["fleet"]["pulled"] == 1000 * a["stored"], a["fleet"]["on_disk"] == 1000 * a["unpacked"], abs(a["fleet"]["seconds"] - 8000 * a["stored"] / 5e6) < 0.001' --fleet 1000 --link 5 in.tar out.tar)" = "(True, True, True)" ]
	run -0 "$SLIM" compare --fleet 1000 --link 5 in.tar out.tar
	[[ $output == *"1,000 deployments over a link of 5 Mbit/s"*"pulled = deployments * layers as stored"* ]]
	run -0 "$SLIM" compare --fleet 7 in.tar out.tar
	[[ $output == *"7 deployments"* && $output != *"time to pull"* ]]
	[ "$(compared 'r["fleet"]' --link 10 in.tar out.tar)" = "{'deployments': 1, 'link': 10}" ]
	[ "$(compared 'a["fleet"]["pulled"] == 10000000 * a["stored"]' --fleet 10000000 in.tar out.tar)" = True ]
	run -2 "$SLIM" compare --fleet 10000001 in.tar out.tar
	for bad in 0 -1 x 1.5 18446744073709551617 ''; do
		run -2 "$SLIM" compare --fleet "$bad" in.tar out.tar
		run -2 "$SLIM" compare --link "$bad" in.tar out.tar
	done
}

@test "--fail-if-larger: the last against the first; 4 when it is, with one line" {
	three_images
	run --separate-stderr -0 "$SLIM" compare --fail-if-larger in.tar out.tar
	[ -z "$stderr" ]
	run --separate-stderr -4 "$SLIM" compare --fail-if-larger out.tar in.tar
	[[ $stderr == "slim: --fail-if-larger: B's layers as stored have "*" bytes, over "* ]]
	[ "$(wc -l <<<"$stderr")" -eq 1 ]
	[[ $output == *"layers as stored"* ]]
	run -0 "$SLIM" compare --fail-if-larger in.tar in.tar
	run -0 "$SLIM" compare --fail-if-larger out.tar in.tar out.tar
	"$SLIM" -q -c none in.tar plain.tar # stored larger, contents smaller
	run -4 "$SLIM" compare -q --fail-if-larger in.tar plain.tar
}

@test "--max-size: of the last one's layers as stored" {
	three_images
	size=$(compared 'b["stored"]' in.tar out.tar)
	run -0 "$SLIM" compare -q --max-size "$size" in.tar out.tar
	[ -z "$output" ]
	run --separate-stderr -4 "$SLIM" compare -q --max-size "$((size - 1))" in.tar out.tar
	[[ $stderr == "slim: --max-size: B's layers as stored have $size bytes, over $((size - 1))" ]]
	run -0 "$SLIM" compare -q --max-size 10M in.tar out.tar
	run -2 "$SLIM" compare -q --max-size x in.tar out.tar
	run -4 "$SLIM" compare --json --max-size 1 in.tar out.tar
	[[ $output == *'"option": "--max-size"'*'"held": false'* ]]
}

@test "--report FILE.json: what --json prints" {
	three_images
	"$SLIM" compare --json in.tar out.tar >printed.json
	"$SLIM" compare -q --report saved.json in.tar out.tar
	cmp printed.json saved.json
	"$SLIM" compare --json -j 1 in.tar out.tar | cmp - printed.json
	run -2 "$SLIM" compare --report saved.txt in.tar out.tar
}

@test "platforms: each with its like, and what not all have is named" {
	cli_image make platforms in.tar
	"$SLIM" -q in.tar out.tar
	[ "$(compared '[[i["platform"] for i in s["images"]] for s in r["sets"]]' in.tar out.tar)" = "[['linux/amd64', 'linux/amd64'], ['linux/arm64', 'linux/arm64']]" ]
	[ "$(compared '[s["images"][1]["platform"] for s in r["sets"]]' --platform linux/arm64 in.tar out.tar)" = "['linux/arm64']" ]
	"$SLIM" -q --platform linux/amd64 in.tar one.tar
	run --separate-stderr -0 "$SLIM" compare in.tar one.tar
	[[ $stderr == *"linux/arm64"* && $output == *"linux/amd64"* && $output != *"linux/arm64"* ]]
	"$SLIM" -q --platform linux/arm64 in.tar other.tar
	run -1 "$SLIM" compare in.tar one.tar other.tar
	run -0 "$SLIM" compare one.tar other.tar
}

@test "--image chooses in every archive; --max-files and standard input count too" {
	image both
	run -1 "$SLIM" compare in.tar in.tar
	run -0 "$SLIM" compare --image app:2 in.tar in.tar
	[[ $output == *app:2* && $output != *app:1* ]]
	image app
	run -1 "$SLIM" compare --max-files 3 in.tar in.tar
	"$SLIM" compare --json - in.tar <in.tar >piped.json
	grep -q '"origin": "same"' piped.json
	run -2 "$SLIM" compare - - <in.tar
}

@test "many images: labels, and tables that fit" {
	image app
	run -0 "$SLIM" compare in.tar in.tar in.tar in.tar in.tar in.tar in.tar
	[[ $output == *"G  in.tar"* ]]
	run awk 'length($0) > 80' <<<"$output"
	[ -z "$output" ]
}

@test "COLUMNS: tables fit, and paths lose their middle" {
	"${PYTHON:-python3}" - <<-'PY'
		import sys; sys.path.insert(0, __import__("os").environ["TOP_SRCDIR"] + "/tests/lib")
		import image
		img = image.Image({"Entrypoint": ["/x"]}, tags=["x:1"])
		img.layer().file("/x", b"x", mode=0o755).file("/a-folder/" + "with-a-long-name/" * 8 + "end.dat", b"d" * 1000)
		img.save("long.tar")
	PY
	image app
	COLUMNS=60 run -0 "$SLIM" compare long.tar in.tar
	[[ $output == *"/a-folder"*"..."*"/end.dat"* ]]
	run awk 'length($0) > 60' <<<"$(grep -v '^[AB]  ' <<<"$output")"
	[ -z "$output" ]
	COLUMNS=300 run -0 "$SLIM" compare long.tar in.tar
	[[ $output == *"/with-a-long-name/end.dat"* && $output != *"..."* ]]
}
