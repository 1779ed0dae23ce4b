# slim why tells the chain to a path, or that there is none and what came closest.
load "$TOP_SRCDIR/tests/lib/cli.bash"

LIB=/usr/lib/x86_64-linux-gnu

# The value of a Python expression over `slim why --json` of the arguments as `r`, and its first image's first answer as `a`.
why() {
	local expression=$1
	shift
	"$SLIM" why --json "$@" | "${PYTHON:-python3}" -c 'import json, sys
r = json.load(sys.stdin)
answers = r["images"][0]["answers"]
a = answers[0]
print(eval(sys.argv[1]))' "$expression"
}

# Build in.tar from Python statements about `img` and its first layer `low`; `program` and `library` make ELF files.
build() {
	"${PYTHON:-python3}" -c 'import os, sys
sys.path.insert(0, os.environ["TOP_SRCDIR"] + "/tests/lib")
import cli_image, elf, image
from cli_image import LIB, LOADER, library, program
img = image.Image({"Entrypoint": ["/bin/app"], "Env": ["PATH=/bin"]}, tags=["app:1"])
low = img.layer()
low.file(LOADER, library("ld-linux-x86-64.so.2"), mode=0o755)
exec(sys.argv[1])
img.save("in.tar")' "$1"
}

@test "a kept file: from the entrypoint down, each step with its rule, confidence and evidence" {
	image app
	run --separate-stderr -0 "$SLIM" why in.tar $LIB/liba.so.1
	[ -z "$stderr" ]
	[[ $output == "$LIB/liba.so.1 stays:"*"/bin/app"*"(entrypoint, certain)"*"liba.so.1"*"(needed, certain)"* ]]
	[ "$(why '[(s["path"], s["rule"], s["confidence"]) for s in a["chain"]]' in.tar $LIB/liba.so.1)" = \
		"[('/bin/app', 'entrypoint', 'certain'), ('$LIB/liba.so.1', 'needed', 'certain')]" ]
	[[ "$(why 'a["chain"][1]["evidence"]' in.tar $LIB/liba.so.1)" == *liba.so.1*"default folder"* ]]
	[[ "$(why 'a["chain"][1]["means"]' in.tar $LIB/liba.so.1)" == *library* ]]
}

@test "every step is real: without its evidence the chain is gone" {
	chain='low.file("/bin/app", program("liba.so.1"), mode=0o755)
low.file(LIB + "liba.so.1", library("liba.so.1", "libb.so.1")).file(LIB + "libb.so.1", library("libb.so.1", "libc2.so.1"))
low.file(LIB + "libc2.so.1", library("libc2.so.1"))'
	build "$chain"
	[ "$(why '[s["path"].split("/")[-1] for s in a["chain"]]' in.tar $LIB/libc2.so.1)" = "['app', 'liba.so.1', 'libb.so.1', 'libc2.so.1']" ]
	for needs in 'program("liba.so.1")' 'library("liba.so.1", "libb.so.1")' 'library("libb.so.1", "libc2.so.1")'; do
		without=${needs/, *\"/}
		[ "$without" != "$needs" ] || without='program()'
		build "${chain/"$needs"/"$without"}"
		[ "$(why 'a["answer"]' in.tar $LIB/libc2.so.1)" = leaves ]
	done
}

@test "the chain is the shortest, and the same on every run" {
	build 'low.file("/bin/app", program("liba.so.1", "libz.so.1"), mode=0o755)
low.file(LIB + "liba.so.1", library("liba.so.1", "libb.so.1")).file(LIB + "libb.so.1", library("libb.so.1", "libz.so.1"))
low.file(LIB + "libz.so.1", library("libz.so.1"))'
	[ "$(why 'len(a["chain"])' in.tar $LIB/libz.so.1)" = 2 ]
	for jobs in 1 2 7; do
		"$SLIM" why --json -j $jobs in.tar $LIB/libz.so.1 >$jobs.json
	done
	cmp 1.json 2.json
	cmp 1.json 7.json
}

@test "--all: every reason, with its own chain" {
	build 'low.file("/bin/app", program("libz.so.1"), mode=0o755).file("/bin/two", program("libz.so.1"), mode=0o755)
low.file(LIB + "libz.so.1", library("libz.so.1"))'
	[ "$(why 'sorted([s["path"].split("/")[-1] for s in c] for c in a["reasons"])' --all -e two in.tar $LIB/libz.so.1)" = \
		"[['app', 'libz.so.1'], ['two', 'libz.so.1']]" ]
	[ "$(why '"reasons" in a' -e two in.tar $LIB/libz.so.1)" = False ]
	run -0 "$SLIM" why --all -e two in.tar $LIB/libz.so.1
	[[ $(tr -s ' \n' ' ' <<<"$output") == *"all 2 reasons:"*"asked for by /bin/app"*"asked for by /bin/two"* ]]
}

@test "a file that leaves: that nothing asked, its package, its folder, and what would keep it" {
	image app
	run -0 "$SLIM" why in.tar /bin/other
	[[ $output == *"/bin/other leaves: nothing asked for it"*"of package other"*"nothing of package other stays"* ]]
	[[ $output == *"in and below /bin 1 of 2 files"*"/bin/app"*"--keep '/bin/other'"* ]]
	[ "$(why '[(x["option"], x["value"]) for x in a["remedies"]]' in.tar /bin/other)" = \
		"[('--keep', '/bin/other'), ('--package', 'other'), ('--entry', '/bin/other')]" ]
	[ "$(why 'a["folder"]["path"], a["folder"]["kept_files"], a["folder"]["files"]' in.tar /bin/other)" = "('/bin', 1, 2)" ]
	run -0 "$SLIM" why -k $LIB/libb.so.1 in.tar /bin/other
	[[ $output == *"of package other 1 of 2 files"*"$LIB/libb.so.1"* ]]
}

@test "every remedy keeps what it says" {
	build 'low.file("/bin/app", program(), mode=0o755).file("/bin/other [1]*", program(), mode=0o755)'
	"$SLIM" why --json in.tar '/bin/other \[1\]\*' | "${PYTHON:-python3}" -c 'import json, sys
for r in json.load(sys.stdin)["images"][0]["answers"][0]["remedies"]:
    print(r["option"], r["value"], sep="\t")' >remedies
	[ "$(wc -l <remedies)" -eq 2 ]
	while IFS=$'\t' read -r option value; do
		[ "$option" = --entry ] && continue # a command line, not a path
		[ "$(why 'a["answer"]' "$option" "$value" in.tar '/bin/other [1]*')" = stays ]
	done <remedies
	image app
	for remedy in '--keep /bin/other' '--package other' '--entry /bin/other'; do
		[ "$(why 'a["answer"]' $remedy in.tar /bin/other)" = stays ]
	done
}

@test "what the user dropped: the option or the line that did it" {
	image app
	run -0 "$SLIM" why --drop '/bin/a*' -e other in.tar /bin/app
	[[ $output == *"/bin/app leaves: --drop '/bin/a*' takes it out"* ]]
	printf '# nothing\n!/bin\n' >allow.txt
	[ "$(why 'a["dropped_by"], a["dropped_glob"]' --allow allow.txt -k /etc in.tar /bin/app)" = "('allow.txt:2', '/bin')" ]
	[ "$(why 'a["answer"]' --drop /bin --keep /bin/app in.tar /bin/app)" = stays ]
	[ "$(why 'a["dropped_by"]' --drop /bin --keep /bin/app in.tar /bin/other)" = --drop ]
}

@test "what --level ruled out: the chain without it, and the level that would do" {
	build 'low.file("/bin/app", program(), mode=0o755).file("/etc/app/one.conf", b"x")'
	[ "$(why 'a["answer"]' in.tar /etc/app/one.conf)" = stays ]
	run -0 "$SLIM" why --level certain in.tar /etc/app/one.conf
	[[ $output == *"/etc/app/one.conf leaves: --level rules out what asked for it"*"fallback)"*"--level 'fallback'"* ]]
	[ "$(why 'a["remedies"][0], a["cut"][-1]["path"]' --level certain in.tar /etc/app/one.conf)" = \
		"({'option': '--level', 'value': 'fallback'}, '/etc/app/one.conf')" ]
	[ "$(why 'a["answer"]' --level fallback in.tar /etc/app/one.conf)" = stays ]
	[ "$(why 'a["cut"]' --level certain --drop /etc/app in.tar /etc/app/one.conf)" = '[]' ]
}

@test "the options that change what stays change the answer" {
	image app
	run -0 "$SLIM" why --entry other in.tar /bin/other
	[[ $output == *"/bin/other stays"*"(entry, certain)"* ]]
	run -0 "$SLIM" why --keep-all in.tar /bin/other
	[[ $output == *"(keep-all, certain)"* ]]
	run -0 "$SLIM" why --drop /bin/app -e other in.tar /bin/app
	[[ $output == *"/bin/app leaves"* ]]
}

@test "a path that never was: near names, other case, the same name elsewhere, other versions" {
	build 'low.file("/bin/app", program("libz.so.1"), mode=0o755).file(LIB + "libz.so.1", library("libz.so.1"))
low.file("/opt/data/settings.json", b"{}").link("/opt/broken", "nowhere")'
	near='[(n["path"], n["how"]) for n in a["near"]]'
	[ "$(why "$near" in.tar /bin/App)" = "[('/bin/app', 'other case')]" ]
	[ "$(why "$near" in.tar /usr/lib/libz.so.1)" = "[('$LIB/libz.so.1', 'same name')]" ]
	[ "$(why "$near" in.tar $LIB/libz.so.1.2.13)" = "[('$LIB/libz.so.1', 'another version')]" ]
	[ "$(why "$near" in.tar /opt/data/setings.json)" = "[('/opt/data/settings.json', 'similar name')]" ]
	[ "$(why "$near" in.tar /no/such/thing)" = "[]" ]
	[ "$(why 'a["answer"], a["leads_to"]' in.tar /opt/data/none)" = "('missing', '/opt/data')" ]
	run -0 "$SLIM" why in.tar /bin/App /opt/broken/x /bin/app/x
	[[ $output == *"/bin/App is not in the image"*"other case: /bin/app, which stays"* ]]
	[[ $output == *"on its way /opt/broken is a link to nowhere"*"on its way /bin/app is no folder"* ]]
}

@test "layers: what one added, another replaced or removed" {
	build 'low.file("/bin/app", program(), mode=0o755).file("/opt/gone/x", b"x" * 5000).file("/opt/new", b"old")
mid = img.layer()
mid.file("/opt/new", b"newer").whiteout("/opt/gone")
img.layer().file("/opt/gone/y", b"y")'
	layers='[(l["layer"], l["what"], l["size"]) for l in a["layers"]]'
	[ "$(why "$layers" in.tar /opt/gone/x)" = "[(1, 'added', 5000), (2, 'removed', 0)]" ]
	[ "$(why "$layers" in.tar /opt/new)" = "[(1, 'added', 3), (2, 'replaced', 5)]" ]
	run -0 "$SLIM" why in.tar /opt/gone/x
	[[ $output == *"/opt/gone/x is not in the image"*"layer 1 added it (5.0 kB), layer 2 removed it"* ]]
	run -0 "$SLIM" why in.tar /bin/app
	[[ $output != *"layer"* ]]
}

@test "links: on the way, at the end, dangling, in a circle" {
	build 'low.file("/usr/bin/real", program(), mode=0o755).link("/bin", "usr/bin").link("/usr/bin/app", "real")
low.link("/usr/bin/unused", "real").link("/loop", "loop").link("/dangling", "none")'
	[ "$(why 'a["path"], a["through"], a["target"], a["target_kept"]' in.tar /bin/app)" = "('/usr/bin/app', ['/bin'], '/usr/bin/real', True)" ]
	run -0 "$SLIM" why in.tar /bin/app
	[[ $output == *"/usr/bin/app stays"*"goes through the link /bin"*"a link to real, that is /usr/bin/real, which stays"*"(link, certain)"* ]]
	[ "$(why 'a["answer"], a["target"]' in.tar /dangling)" = "('leaves', None)" ]
	[ "$(why 'a["target"]' in.tar /loop)" = None ]
	[ "$(why 'a["answer"]' in.tar /loop/x)" = missing ]
}

@test "hard links: the other names" {
	build 'low.file("/bin/app", program(), mode=0o755).hardlink("/usr/share/second", "/bin/app").hardlink("/usr/share/third", "/bin/app")'
	[ "$(why 'a["other_names"]' in.tar /bin/app)" = "['/usr/share/second', '/usr/share/third']" ]
	[ "$(why 'a["answer"], a["other_names"]' in.tar /usr/share/second)" = "('leaves', ['/bin/app', '/usr/share/third'])" ]
	run -0 "$SLIM" why in.tar /usr/share/second
	[[ $output == *"the same file is also /bin/app, which stays"* ]]
}

@test "folders: how much stays, for which rules, the largest; and why the folder itself does" {
	image app
	run -0 "$SLIM" why in.tar /usr/lib
	[[ $output == *"/usr/lib stays: a folder, of which 1 of 2 files"*"needed"*"LARGEST THAT STAY"*liba.so.1*"LARGEST THAT LEAVE"*libb.so.1* ]]
	[ "$(why 'a["share"]["files"], a["share"]["kept_files"], [r["rule"] for r in a["share"]["rules"]]' in.tar /usr/lib)" = "(2, 1, ['needed'])" ]
	[ "$(why 'a["share"]["files"]' in.tar /)" = 16 ]
	"$SLIM" -q in.tar out.tar
	[ "$(why 'a["share"]["kept_files"]' in.tar /)" = "$(cli_image list out.tar | grep -c '^file')" ]
}

@test "globs and bare names: counts and bytes of what matches" {
	image app
	run -0 "$SLIM" why in.tar "$LIB/*.so.1" liba.so.1 '**/no-such-*'
	[[ $output == *"$LIB/*.so.1: 1 of 2 files"*"$LIB/liba.so.1 stays"*"**/no-such-* is not in the image"* ]]
	[ "$(why '[(x["answer"], x["kept"]) for x in answers]' in.tar "$LIB/*.so.1" liba.so.1 'ot*r')" = "[('many', True), ('stays', True), ('leaves', False)]" ]
	run -2 "$SLIM" why in.tar '/bin/[a'
}

@test "a path that is not there; several paths; an input of the command's name" {
	image app
	run -0 "$SLIM" why in.tar /bin/app /no/such
	[[ $output == *"/bin/app stays"*"/no/such is not in the image"* ]]
	mv in.tar why
	run -0 "$SLIM" ./why out.tar
	run -0 "$SLIM" why why /bin/app
	[[ $output == *"/bin/app stays"* ]]
}

@test "platforms: an answer for each" {
	image platforms
	run --separate-stderr -0 "$SLIM" why in.tar /bin/app
	[ "$stderr" = 'slim: 1 attestation or artifact left out' ]
	[[ $output == "linux/amd64:"*"/bin/app stays"*"linux/arm64:"*"/bin/app stays"* ]]
	[ "$(why '[i["platform"] for i in r["images"]]' in.tar /bin/app)" = "['linux/amd64', 'linux/arm64']" ]
	[ "$(why '[i["platform"] for i in r["images"]]' --platform linux/arm64 in.tar /bin/app)" = "['linux/arm64']" ]
}

@test "--json: the schema's version, and names that are no text" {
	build 'low.file("/bin/app", program(), mode=0o755).file(b"/usr/share/\xff\n<x>", b"x")'
	[ "$(why 'r["schema"], r["kind"], r["input"]' in.tar /)" = "(1, 'why', 'in.tar')" ]
	[ "$(why 'a["path"]' in.tar $'/usr/share/\xff\n<x>')" = '/usr/share/\xff
<x>' ]
	run -0 "$SLIM" why in.tar '/usr/share/*'
	[[ $output == *'/usr/share/\xff\x0a<x> leaves'* ]]
}

@test "at most 80 columns, but for words that are longer; COLUMNS says otherwise" {
	image app
	for columns in 80 50; do
		COLUMNS=$columns run -0 "$SLIM" why in.tar /bin/app /bin/other /usr /no/such $LIB
		run awk -v most=$columns 'length($0) > most' <<<"$output"
		[ -z "$output" ]
	done
}

# What `slim why` prints on a terminal, with the settings before it.
on_terminal() {
	env "$@" script -qec "$SLIM why in.tar /bin/app /usr" /dev/null
}

@test "colours on a terminal only, and never with NO_COLOR or a dumb one" {
	command -v script >/dev/null || skip "script(1) is not here"
	image app
	run -0 on_terminal -u NO_COLOR TERM=xterm
	[[ $output == *$'\e[1;32m/bin/app\e[0m stays'* && $output == *$'\e[1m'*"LARGEST THAT STAY"* ]]
	for never in NO_COLOR=1 TERM=dumb TERM=; do
		run -0 on_terminal TERM=xterm "$never"
		[[ $output == *"/bin/app stays"* && $output != *$'\e['* ]]
	done
	run -0 env -u NO_COLOR TERM=xterm "$SLIM" why in.tar /bin/app /usr
	[[ $output != *$'\e'* ]]
}

@test "a reader that leaves early ends it without a word" {
	image app
	run bash -c '"$SLIM" why in.tar / /usr /bin "**" 2>messages | head -n 1; echo ${PIPESTATUS[0]}'
	[ ! -s messages ]
}
