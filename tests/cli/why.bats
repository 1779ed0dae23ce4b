# slim why tells the chain to a path, or that there is none.
load "$TOP_SRCDIR/tests/lib/cli.bash"

@test "a kept file: from the entrypoint down, each step with its rule" {
	image app
	run --separate-stderr -0 "$SLIM" why in.tar /usr/lib/x86_64-linux-gnu/liba.so.1
	[ -z "$stderr" ]
	[[ $output == "/usr/lib/x86_64-linux-gnu/liba.so.1 stays:"*"/bin/app"*"(entrypoint, certain)"*"liba.so.1"*"(needed, certain)"* ]]
}

@test "a file that leaves: its package, and what would keep it" {
	image app
	run -0 "$SLIM" why in.tar /bin/other
	[[ $output == *"/bin/other leaves"*"package other"*"--keep '/bin/other'"* ]]
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

@test "a path that is not there; several paths; an input of the command's name" {
	image app
	run -0 "$SLIM" why in.tar /bin/app /no/such
	[[ $output == *"/bin/app stays"*"/no/such is not in the image"* ]]
	mv in.tar why
	run -0 "$SLIM" ./why out.tar
	run -0 "$SLIM" why why /bin/app
	[[ $output == *"/bin/app stays"* ]]
}
