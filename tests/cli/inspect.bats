# slim inspect shows what is in an archive.
load "$TOP_SRCDIR/tests/lib/cli.bash"

# The value of a Python expression over `slim inspect --json in.tar` as `r` and its first image as `i`.
inspected() {
	"$SLIM" inspect --json "${@:2}" in.tar | "${PYTHON:-python3}" -c 'import json, sys
r = json.load(sys.stdin)
i = r["images"][0]
print(eval(sys.argv[1]))' "$1"
}

@test "names, platform, start command, layers, packages, folders; at most 80 columns" {
	image app hybrid gzip
	run --separate-stderr -0 "$SLIM" inspect in.tar
	[ -z "$stderr" ]
	[[ $output == *hybrid* && $output == *"1 image"* && $output == *"app:1"* && $output == *linux/amd64* ]]
	[[ $output == *"entrypoint  /bin/app"* && $output == *"config      "* && $output == *gzip* ]]
	[[ $output == *"3 packages (dpkg)"* && $output == *"/usr/share/data"* ]]
	run awk 'length($0) > 80' <<<"$output"
	[ -z "$output" ]
}

@test "--json: exact numbers" {
	image app
	[ "$(inspected 'r["schema"], r["form"]')" = "(1, 'docker-archive')" ]
	[ "$(inspected 'i["refs"], i["platform"], i["entrypoint"], i["cmd"]')" = "(['app:1'], 'linux/amd64', ['/bin/app'], ['serve'])" ]
	[[ $(inspected 'i["config"]') =~ ^sha256:[0-9a-f]{64}$ ]]
	[ "$(inspected 'len(i["layers"]), i["layers"][1]["compression"]')" = "(2, 'none')" ]
	[ "$(inspected '[p["name"] for p in i["packages"]]')" = "['base', 'other', 'data']" ]
	[ "$(inspected 'sum(f["bytes"] for f in i["folders"]) == i["bytes"] and sum(f["files"] for f in i["folders"]) == i["files"]')" = True ]
	[ "$(inspected 'r["size"]')" = "$(stat -c %s in.tar)" ]
}

@test "sizes add up: what later layers hide, by layer and in the summary" {
	image app
	[ "$(inspected '[l["hidden"] for l in i["layers"]], i["hidden"]')" = "([5000, 0], 5000)" ]
	run -0 "$SLIM" inspect in.tar
	[[ $output == *"5.0 kB"*"HIDDEN: contents that later layers replaced or removed"* ]]
	run -0 "$SLIM" -n --report report.json in.tar
	[[ $output == *"5.0 kB that later layers replaced or removed"* ]]
	[ "$(report 'i["before"]["hidden"], i["after"]["hidden"]')" = "(5000, 0)" ]
	image two
	"$SLIM" -q in.tar out.tar
	mv out.tar in.tar
	[ "$(inspected 'i["hidden"]')" = 0 ]
	run -0 "$SLIM" inspect in.tar
	[[ $output != *"HIDDEN:"* ]]
}

@test "--verbose lists the packages" {
	image app
	run -0 "$SLIM" inspect in.tar
	[[ $output != *"VERSION"* ]]
	run -0 "$SLIM" inspect --verbose in.tar
	[[ $output == *"VERSION"* && $output == *"other"*"2.0"* ]]
}

@test "--image and --platform choose; without them all are shown" {
	image both
	run -0 "$SLIM" inspect in.tar
	[[ $output == *"2 images"* && $output == *"app:1"* && $output == *"app:2"* ]]
	run -0 "$SLIM" inspect --image app:2 in.tar
	[[ $output != *"app:1"* && $output == *"app:2"* ]]
	image platforms
	[ "$(inspected '[x["platform"] for x in r["images"]]')" = "['linux/amd64', 'linux/arm64']" ]
	[ "$(inspected '[x["platform"] for x in r["images"]]' --platform linux/arm64)" = "['linux/arm64']" ]
}

@test "what is no image is an error that names it" {
	echo nothing >in.tar
	run --separate-stderr -1 "$SLIM" inspect in.tar
	[[ $stderr == "slim: in.tar: "* ]]
	run --separate-stderr -1 "$SLIM" inspect nosuch.tar
	[[ $stderr == "slim: nosuch.tar: "* ]]
}

@test "--max-size, --max-files and --jobs count here too" {
	image app
	run -1 "$SLIM" inspect --max-size 100 in.tar
	run -1 "$SLIM" inspect --max-files 3 in.tar
	run -0 "$SLIM" inspect -j 1 in.tar
	run -2 "$SLIM" inspect -j 0 in.tar
}

@test "control characters never reach a terminal; other names of UTF-8 do, and columns stay in line" {
	PYTHONPATH="$TOP_SRCDIR/tests/lib" "${PYTHON:-python3}" - <<-'END'
		import cli_image
		ESC = "\x1b]0;title\x07"
		img = cli_image.app(config={"User": ESC, "WorkingDir": "/w" + ESC, "Cmd": [ESC, "\u202e\x9b"]})
		low = img.layers[0]
		low.file("/srv/" + ESC, b"x" * 500000).file("/srv/\u65e5\u672c\u8a9e.txt", b"x" * 400000).file("/srv/plain", b"x" * 300000)
		low.file("/srv/turned\u202egpj.exe", b"x" * 200000).file("/srv/na\u00efve", b"x" * 150000)
		img.save("in.tar")
	END
	for command in "inspect -v in.tar" "why in.tar / /srv ** /bin/app" "compare in.tar in.tar" "-n in.tar"; do
		set -f
		run -0 "$SLIM" $command
		set +f
		! grep -qP '[\x00-\x08\x0b-\x1f\x7f]|\xc2[\x80-\x9f]|\xe2\x80\xae' <<<"$output"
	done
	run -0 "$SLIM" why in.tar /srv
	[[ $output == *'/srv/\x1b]0;title\x07 '* && $output == *'/srv/turned\xe2\x80\xaegpj.exe '* ]]
	[[ $output == *'/srv/日本語.txt                400.0 kB '* && $output == *'/srv/naïve                     150.0 kB '* ]]
}
