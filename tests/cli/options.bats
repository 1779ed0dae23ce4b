# Every option of slim IN OUT does what the manual says.
load "$TOP_SRCDIR/tests/lib/cli.bash"

DATA=/usr/share/data

@test "without options: the entrypoint with its library and loader, not the other program" {
	image app
	slimmed
	has /bin/app /lib64/ld-linux-x86-64.so.2 /usr/lib/x86_64-linux-gnu/liba.so.1
	hasnt /bin/other /usr/lib/x86_64-linux-gnu/libb.so.1 "$DATA/.*" /opt/hidden
	[ "$(cli_image show out.tar layers)" = 1 ]
}

@test "--keep: a file, and with a program what it needs" {
	image app
	slimmed --keep "$DATA/one.dat" -k /bin/other
	has "$DATA/one.dat" /bin/other /usr/lib/x86_64-linux-gnu/libb.so.1
	hasnt "$DATA/two.dat"
}

@test "--keep: * stops at a slash, ** does not, no slash is any depth, a folder is all below it" {
	image app
	slimmed --keep "$DATA/*.dat"
	has "$DATA/one.dat" "$DATA/two.dat"
	hasnt "$DATA/deep/three.dat" "$DATA/ballast.bin"
	slimmed --keep "/usr/**/*.dat"
	has "$DATA/one.dat" "$DATA/two.dat" "$DATA/deep/three.dat"
	hasnt "$DATA/deep/four.txt"
	slimmed --keep "four.txt"
	has "$DATA/deep/four.txt"
	hasnt "$DATA/deep/three.dat"
	slimmed --keep "$DATA/deep"
	has "$DATA/deep/four.txt" "$DATA/deep/three.dat"
	hasnt "$DATA/one.dat"
}

@test "--drop: beats what a rule keeps, and says so" {
	image app
	slimmed --drop /usr/lib/x86_64-linux-gnu/liba.so.1
	has /bin/app
	hasnt /usr/lib/x86_64-linux-gnu/liba.so.1
	grep -q "liba.so.1" messages
}

@test "--keep and --drop: the last that matches decides" {
	image app
	slimmed -k "$DATA/**" -d "*.dat" -k one.dat
	has "$DATA/one.dat" "$DATA/deep/four.txt" "$DATA/ballast.bin"
	hasnt "$DATA/two.dat" "$DATA/deep/three.dat"
	slimmed -k one.dat -d "$DATA/**"
	hasnt "$DATA/one.dat"
}

@test "--entry: another command line works too" {
	image app
	slimmed --entry "other --flag"
	has /bin/other /usr/lib/x86_64-linux-gnu/libb.so.1
	slimmed -e /bin/other
	has /bin/other
}

@test "--entry: a program that is not there is wrong usage, and is named" {
	image app
	run --separate-stderr -2 "$SLIM" --entry "nosuch --flag" in.tar out.tar
	[[ $stderr == *"'nosuch'"* ]]
	[ ! -e out.tar ]
}

@test "--entry: makes an image without an entrypoint possible" {
	image no-entrypoint
	run -3 "$SLIM" in.tar out.tar
	[ ! -e out.tar ]
	slimmed --entry other
	has /bin/other
	hasnt /bin/app
}

@test "--package: its files, with what they need" {
	image app
	slimmed --package other
	has /bin/other /usr/lib/x86_64-linux-gnu/libb.so.1
	hasnt "$DATA/one.dat"
	slimmed -p data
	has "$DATA/one.dat" "$DATA/deep/four.txt"
	hasnt /bin/other
}

@test "--package: an unknown one is named in a warning" {
	image app
	run --separate-stderr -0 "$SLIM" -p nosuch in.tar out.tar
	[[ $stderr == *"warning: "*nosuch* ]]
}

@test "a glob that matches nothing is named in a warning" {
	image app
	run --separate-stderr -0 "$SLIM" -k /no/such -d /nor/such in.tar out.tar
	[[ $stderr == *"warning: "*"/no/such"* && $stderr == *"warning: "*"/nor/such"* ]]
}

@test "--allow: globs, !globs, entry, package, comments, blank lines" {
	image app
	printf '%s\n' '# comment' '' "$DATA/*.dat" "  !$DATA/two.dat  " >allow.txt
	slimmed --allow allow.txt
	has "$DATA/one.dat"
	hasnt "$DATA/two.dat" /bin/other
	echo 'entry other' >allow.txt
	slimmed -a allow.txt
	has /bin/other
	hasnt "$DATA/one.dat"
	echo 'package data' >allow.txt
	slimmed -a allow.txt
	has "$DATA/one.dat"
}

@test "--allow: a warning names file and line; a file that is not there is an error" {
	image app
	printf '# one\n/no/such\n' >allow.txt
	run --separate-stderr -0 "$SLIM" -a allow.txt in.tar out.tar
	[[ $stderr == *"allow.txt:2"*"/no/such"* ]]
	run --separate-stderr -1 "$SLIM" -a nosuch.txt in.tar other.tar
	[[ $stderr == *"nosuch.txt"* ]]
	[ ! -e other.tar ]
}

@test "--strip: what has nothing to take out stays as it is, and the report says that it was asked for" {
	image app
	slimmed -v --strip --report report.json
	grep -q -x "slim: --strip: 0 files made smaller, by 0 B in all" messages
	[ "$(report 'r["options"]["strip"]')" = True ]
	"$SLIM" -q in.tar plain.tar
	cmp out.tar plain.tar
}

@test "--level: weaker reasons do not keep, and lead nowhere" {
	image app
	slimmed --level fallback
	"$SLIM" -q in.tar plain.tar
	cmp out.tar plain.tar
	slimmed --level certain --report report.json
	has /bin/app /lib64/ld-linux-x86-64.so.2 /usr/lib/x86_64-linux-gnu/liba.so.1
	[ "$(report '{x["confidence"] for p in i["kept"] for x in p["reasons"]}')" = "{'certain'}" ]
	[ "$(report 'r["options"]["confidence"]')" = certain ]
	for level in "" sure Certain fallback2; do
		run -2 "$SLIM" --level "$level" in.tar other.tar
		[[ $output == *"--level '$level'"*"certain, feature, heuristic or fallback"* ]]
	done
}

@test "--level: slim why tells what stays then" {
	image app
	path=$("$SLIM" -n -q --report report.json in.tar && report 'next(p["path"] for p in i["kept"] if p["type"] == "file" and all(x["confidence"] != "certain" for x in p["reasons"]))')
	run -0 "$SLIM" why in.tar "$path"
	[[ $output == "$path stays"* ]]
	run -0 "$SLIM" why --level certain in.tar "$path"
	[[ $output == *"$path leaves: --level rules out what asked for it"* ]]
}

@test "--verbose and --report name the programs of PATH that leave" {
	image app
	slimmed -v --report report.json
	grep -q -x "slim: 1 program of PATH leaves: other" messages
	[ "$(report 'i["dropped_programs"]')" = "['/bin/other']" ]
	slimmed -v --report report.json --keep /bin/other
	[ "$(report 'i["dropped_programs"]')" = "[]" ]
	run -1 grep "of PATH" messages
}

@test "--keep-all: one layer with everything, what is hidden is gone" {
	image app
	slimmed --keep-all
	has /bin/app /bin/other "$DATA/ballast.bin" "$DATA/deep/four.txt" /var/lib/dpkg/status
	hasnt /opt/hidden
	[ "$(cli_image show out.tar layers)" = 1 ]
}

@test "--keep-all: an image without an entrypoint" {
	image no-entrypoint
	slimmed --keep-all
	has /bin/app /bin/other
}

@test "--image: chooses one of several; without it they are named" {
	image both
	run --separate-stderr -1 "$SLIM" in.tar out.tar
	[[ $stderr == *"app:1"* && $stderr == *"app:2"* ]]
	[ ! -e out.tar ]
	slimmed --image app:2
	[[ $(cli_image show out.tar entrypoint) == *second* ]]
	slimmed --image app:1
	[[ $(cli_image show out.tar entrypoint) == *serve* ]]
	run --separate-stderr -1 "$SLIM" --image app:3 in.tar other.tar
	[[ $stderr == *"app:3"* ]]
	run -2 "$SLIM" --image "" in.tar other.tar
}

@test "--platform: one of several; without it all" {
	image platforms
	slimmed
	[ "$(cli_image show out.tar platforms | tr '\n' ' ')" = "linux/amd64 linux/arm64 " ]
	slimmed --platform linux/arm64
	[ "$(cli_image show out.tar platforms)" = linux/arm64 ]
	run --separate-stderr -1 "$SLIM" --platform linux/s390x in.tar other.tar
	[[ $stderr == *"linux/s390x"* ]]
	for bad in linux "" linux/ /amd64 a/b/c/d; do
		run --separate-stderr -2 "$SLIM" --platform "$bad" in.tar other.tar
		[[ $stderr == *"--platform '$bad'"* ]]
	done
	[ ! -e other.tar ]
}

@test "--compression: each kind" {
	image app
	slimmed
	[[ $(cli_image show out.tar media) == *+zstd ]]
	slimmed --compression zstd
	[[ $(cli_image show out.tar media) == *+zstd ]]
	slimmed -c gzip
	[[ $(cli_image show out.tar media) == *+gzip ]]
	slimmed -c none
	[[ $(cli_image show out.tar media) == *.tar ]]
}

@test "--compression: the level counts" {
	"${PYTHON:-python3}" -c 'import sys; sys.path.insert(0, sys.argv[1]); import cli_image
text = b"".join(b"%d squared is %d, cubed %d\n" % (i, i * i, i * i * i) for i in range(20000))
cli_image.app(ballast=text).save("in.tar")' "$TOP_SRCDIR/tests/lib"
	for kind in zstd:1 zstd:19 gzip:1 gzip:9; do
		"$SLIM" -q -c $kind --keep-all in.tar "$kind.tar"
	done
	[ "$(stat -c %s zstd:19.tar)" -lt "$(stat -c %s zstd:1.tar)" ]
	[ "$(stat -c %s gzip:9.tar)" -lt "$(stat -c %s gzip:1.tar)" ]
}

@test "--compression: anything else is wrong usage" {
	image app
	for bad in lzma zstd:0 zstd:20 zstd: zstd:x gzip:10 gzip:0 none:1 "" zstdx; do
		run --separate-stderr -2 "$SLIM" -c "$bad" in.tar out.tar
		[[ $stderr == *"--compression '$bad'"* ]]
	done
	[ ! -e out.tar ]
}

@test "--tag: names the new image; without it the name stays" {
	image app
	slimmed
	[[ $(cli_image show out.tar tags) == *app:1 ]]
	slimmed --tag example.org/small:2
	[ "$(cli_image show out.tar tags)" = example.org/small:2 ]
	slimmed -t small:3
	[[ $(cli_image show out.tar tags) == *small:3 ]]
	for bad in "" "a b" x/UPPER:1 ":x"; do
		run -2 "$SLIM" -t "$bad" in.tar other.tar
	done
	[ ! -e other.tar ]
}

@test "--report FILE.json: totals, what stayed and why, what left" {
	image app
	slimmed --report report.json
	[ "$(report 'r["schema"]')" = 1 ]
	[ "$(report 'r["input"]["name"], r["output"]["name"]')" = "('in.tar', 'out.tar')" ]
	[ "$(report 'r["output"]["size"]')" = "$(stat -c %s out.tar)" ]
	[ "$(report 'r["input"]["size"]')" = "$(stat -c %s in.tar)" ]
	[ "$(report '[(x["rule"], x["from"]) for p in i["kept"] if p["path"] == "/bin/app" for x in p["reasons"]][0]')" = "('entrypoint', None)" ]
	[ "$(report '("needed", "/bin/app") in [(x["rule"], x["from"]) for p in i["kept"] if p["path"].endswith("liba.so.1") for x in p["reasons"]]')" = True ]
	[ "$(report '[p["package"] for p in i["dropped"] if p["path"] == "/bin/other"]')" = "['other']" ]
	[ "$(report '[p["size"] for p in i["dropped"] if p["path"].endswith("ballast.bin")]')" = "[100000]" ]
	[ "$(report 'sorted(p["path"] for p in i["kept"])')" = "$(sed 's/^[a-z]* //' listing | sort |
		"${PYTHON:-python3}" -c 'import sys; print(sorted(sys.stdin.read().split("\n")[:-1]))')" ]
	[ "$(report 'i["after"]["files"] == len([p for p in i["kept"] if p["type"] == "file"])')" = True ]
	[ "$(report 'i["before"]["files"] == len([p for p in i["kept"] + i["dropped"] if p["type"] == "file"])')" = True ]
	[ "$(report 'i["before"]["layers"], i["after"]["layers"]')" = "(2, 1)" ]
}

@test "--report FILE.json: options, wishes and warnings are told" {
	image app
	slimmed --report report.json -k /no/such -d '*.dat' -c gzip:3
	[ "$(report 'r["options"]["compression"], r["options"]["level"]')" = "('gzip', 3)" ]
	[ "$(report '[(w["kind"], w["text"]) for w in r["options"]["wishes"]]')" = "[('keep', '/no/such'), ('drop', '*.dat')]" ]
	[ "$(report 'len(r["warnings"]) == 1 and "/no/such" in r["warnings"][0]')" = True ]
	slimmed -q --report report.json -k /no/such
	[ "$(report 'len(r["warnings"])')" = 1 ]
}

@test "--report FILE.json: the same bytes on every run" {
	image app
	slimmed --report report.json
	cp report.json first.json
	slimmed --report report.json --jobs 1
	cmp first.json report.json
}

@test "--timings: seconds in the report, which has none without" {
	image app
	slimmed --report report.json
	[ "$(report '"timings" in r')" = False ]
	slimmed --timings --report report.json
	[ "$(report 'sorted(r["timings"])')" = "['read', 'total', 'trace', 'verify', 'write']" ]
	[ "$(report 'r["timings"]["total"] > 0')" = True ]
}

@test "--report FILE.json: one image for each platform" {
	image platforms
	slimmed --report report.json
	[ "$(report '[x["platform"] for x in r["images"]]')" = "['linux/amd64', 'linux/arm64']" ]
}

@test "--sbom: SPDX, or CycloneDX by its name; --sbom-format decides for all" {
	image app
	slimmed --sbom r.spdx.json --sbom r.cdx.json
	grep -q '"spdxVersion": "SPDX-2.3"' r.spdx.json
	grep -q '"bomFormat": "CycloneDX"' r.cdx.json
	grep -q '"./bin/app"' r.spdx.json
	! grep -q '"./bin/other"' r.spdx.json
	slimmed --sbom r.json --sbom-format cyclonedx
	grep -q '"bomFormat": "CycloneDX"' r.json
	slimmed --sbom r.cdx.json --sbom-format spdx
	grep -q '"spdxVersion"' r.cdx.json
}

@test "--sbom, --sbom-format: other names and kinds are wrong usage; what cannot be written is told before anything is" {
	image app
	run -2 "$SLIM" --sbom r.xml in.tar out.tar
	run -2 "$SLIM" --sbom-format xml --sbom r.json in.tar out.tar
	run --separate-stderr -1 "$SLIM" --sbom no/such/r.json in.tar out.tar
	[[ $stderr == *"no/such/r.json"* ]]
	[ ! -e out.tar ]
}

@test "--report FILE.html: one page without anything from elsewhere" {
	image app
	slimmed --report page.html
	head -1 page.html | grep -q -i '<!doctype html>'
	run grep -E -i 'src=|href="[^#]|url\(|@import|https?://' page.html
	[ -z "$output" ]
}

@test "--report: names from the image cannot become part of the page or break the JSON" {
	"${PYTHON:-python3}" -c 'import sys; sys.path.insert(0, sys.argv[1]); import cli_image
img = cli_image.app()
img.layers[-1].file("/srv/</script><script>alert(1)", b"x").file(b"/srv/\xff\"\\\n", b"y").file("/srv/\u00e9", b"z")
img.save("in.tar")' "$TOP_SRCDIR/tests/lib"
	slimmed --keep-all --report page.html --report report.json
	[ "$(grep -c 'alert(1)' page.html)" -ge 1 ]
	run grep -F '<script>alert' page.html
	[ -z "$output" ]
	[ "$(report '[p for p in i["kept"] if p["path"] == "/srv/</script><script>alert(1)"] != []')" = True ]
	[ "$(report '[p for p in i["kept"] if p["path"] == "/srv/\u00e9"] != []')" = True ]
	[ "$(report '[p for p in i["kept"] if p["path"] == "/srv/\\xff\"\\\n"] != []')" = True ]
}

@test "--report: a name that says nothing is wrong usage; one that cannot be written is told before anything is" {
	image app
	for bad in report report.txt .json ""; do
		run -2 "$SLIM" --report "$bad" in.tar out.tar
	done
	run --separate-stderr -1 "$SLIM" --report no/such/folder.json in.tar out.tar
	[[ $stderr == *"no/such/folder.json"* ]]
	mkdir folder.json
	run --separate-stderr -1 "$SLIM" --report folder.json in.tar out.tar
	[ ! -e out.tar ]
	[ "$(ls -A | tr '\n' ' ')" = "folder.json in.tar " ]
}

@test "--report: when the image cannot be slimmed, an old report stays as it is" {
	image no-entrypoint
	echo old >report.json
	run -3 "$SLIM" --report report.json in.tar out.tar
	[ "$(cat report.json)" = old ]
	[ "$(ls -A | tr '\n' ' ')" = "in.tar report.json " ]
}

@test "--dry-run: reports and writes no image; OUT may be there or not" {
	image app
	run --separate-stderr -0 "$SLIM" --dry-run in.tar
	[[ $output == *"nothing was written"* ]]
	[ -z "$stderr" ]
	run -0 "$SLIM" -n --report report.json in.tar out.tar
	[ ! -e out.tar ]
	[ "$(report 'r["output"], i["output"], i["after"]["stored"]')" = "(None, None, None)" ]
	run -0 "$SLIM" -n in.tar in.tar
	run -2 "$SLIM" -n
}

@test "--max-size and --max-files: more is refused" {
	image app
	run --separate-stderr -1 "$SLIM" --max-size 100K in.tar out.tar
	[[ $stderr == "slim: in.tar: "*layer* ]]
	run -0 "$SLIM" --max-size 10M in.tar out.tar
	rm out.tar
	run --separate-stderr -1 "$SLIM" --max-files 19 in.tar out.tar
	[[ $stderr == "slim: in.tar: "* ]]
	run --separate-stderr -1 "$SLIM" -j 1 --max-files 19 in.tar out.tar
	[ ! -e out.tar ]
	run -0 "$SLIM" --max-files 100 in.tar out.tar
	gzip -k in.tar
	run --separate-stderr -1 "$SLIM" --max-size 100K in.tar.gz out2.tar
	[ "$stderr" = "slim: in.tar.gz: more than 102400 bytes (--max-size)" ]
	run --separate-stderr -1 "$SLIM" --max-size 100K - out2.tar < <(cat in.tar.gz)
	[ "$stderr" = "slim: standard input: more than 102400 bytes (--max-size)" ]
	for bad in "" 0 -1 1X 1KB K 99999999999999999999 99999999999T; do
		run -2 "$SLIM" --max-size "$bad" in.tar other.tar
	done
	for bad in "" 0 -1 1K x; do
		run -2 "$SLIM" --max-files "$bad" in.tar other.tar
	done
}

@test "--jobs: the same bytes with any number; nonsense is refused" {
	image app docker gzip
	for jobs in 1 2 8; do
		"$SLIM" -q --jobs $jobs in.tar $jobs.tar
	done
	"$SLIM" -q -j 256 in.tar many.tar
	cmp 1.tar 2.tar
	cmp 1.tar 8.tar
	cmp 1.tar many.tar
	for bad in 0 -1 x "" 257 1.5 99999999999999999999; do
		run --separate-stderr -2 "$SLIM" -j "$bad" in.tar other.tar
		[[ $stderr == *"--jobs '$bad'"* ]]
	done
}

@test "--quiet: nothing but errors" {
	image app
	run -0 "$SLIM" --quiet -k /no/such in.tar out.tar
	[ -z "$output" ]
	run --separate-stderr -1 "$SLIM" -q nosuch.tar out.tar
	[[ $stderr == "slim: "*nosuch.tar* ]]
	[ -z "$output" ]
}

@test "--verbose: tells more" {
	image platforms
	run --separate-stderr -0 "$SLIM" in.tar out.tar
	quiet=$stderr
	run --separate-stderr -0 "$SLIM" --verbose in.tar out.tar
	[[ $stderr == *"attestation"* ]]
	[ "${#stderr}" -gt "${#quiet}" ]
	run --separate-stderr -0 "$SLIM" -v in.tar out.tar
	[[ $stderr == *"attestation"* ]]
}

@test "--verbose: what each layer brings and each rule keeps" {
	image app
	run --separate-stderr -0 "$SLIM" -n --verbose in.tar
	[[ $stderr == *"slim: layer 2 of 2: 6 entries, "*"bytes of contents"* ]]
	[[ $stderr == *"slim: rule needed (certain) keeps 1 file, "*": a library that the loader finds for a kept file"* ]]
}

@test "--progress: always draws, never and auto do not when this is no terminal" {
	image app
	run --separate-stderr -0 "$SLIM" --progress always in.tar out.tar
	[[ $stderr == *"reading layers, 2 of 2 done"* && $stderr == *"tracing"* && $stderr == *"writing"* ]]
	run --separate-stderr -0 "$SLIM" --progress never in.tar out.tar
	[ -z "$stderr" ]
	run --separate-stderr -0 "$SLIM" --progress auto in.tar out.tar
	[ -z "$stderr" ]
	run --separate-stderr -2 "$SLIM" --progress maybe in.tar out.tar
	[[ $stderr == *"--progress 'maybe'"* ]]
}

@test "--progress: on a terminal auto draws, and cleans up after itself" {
	command -v script >/dev/null || skip "script(1) is not here"
	image app
	TERM=xterm run -0 script -qec "$SLIM in.tar out.tar 2>&1 >/dev/null" /dev/null
	[[ $output == *"reading layers"* ]]
	TERM=xterm run -0 script -qec "$SLIM --progress never in.tar out.tar 2>&1 >/dev/null" /dev/null
	[[ $output != *"reading layers"* ]]
}
