# The help, the manual and the completions name the same options, and tell them where they belong.
bats_require_minimum_version 1.5.0

commands=(why compare inspect)

# The options of "$1" (a command, or nothing) as --help lists them, sorted.
options_of_help() {
	"$SLIM" ${1:+"$1"} --help | sed -n 's/^  \(-., \)\? *\(--[a-z-]*\).*/\1\2/p' | tr -d ' ' | tr , '\n' | sort
}

# All options of all commands.
all_options() {
	for command in "" "${commands[@]}"; do
		options_of_help $command
	done | sort -u
}

@test "--help goes to standard output, fits 80 columns and ends with 0" {
	for command in "" "${commands[@]}"; do
		run --separate-stderr -0 "$SLIM" $command --help
		[ -z "$stderr" ]
		[ -n "$output" ]
		run awk 'length($0) > 80' <<<"$output"
		[ -z "$output" ]
	done
}

@test "--help names every command" {
	run -0 "$SLIM" --help
	[[ $output == *"slim [options] IN OUT"* && $output == *"slim why "* && $output == *"slim compare "* && $output == *"slim inspect "* ]]
}

@test "--version prints name and version" {
	run --separate-stderr -0 "$SLIM" --version
	[[ $output =~ ^slim\ [0-9]+\.[0-9]+ ]]
	[ -z "$stderr" ]
}

@test "an unknown option: one line on standard error, exit 2, nothing on standard output" {
	for option in --nonsense --keeep=x -Z -qZ; do
		run --separate-stderr -2 "$SLIM" "$option" in out
		[ -z "$output" ]
		[[ $stderr == "slim: unknown option '"*"--help"* ]]
		[ "$(wc -l <<<"$stderr")" -eq 1 ]
	done
}

@test "an option of another command is unknown" {
	run -2 "$SLIM" inspect --keep x in
	run -2 "$SLIM" why --tag x in /path
	run -2 "$SLIM" --json in out
}

@test "a missing or surplus argument of an option" {
	run -2 "$SLIM" in out --keep
	[[ $output == *"missing after '--keep'"* ]]
	run -2 "$SLIM" in out -k
	[[ $output == *"missing after '-k'"* ]]
	run -2 "$SLIM" --quiet=yes in out
	[[ $output == *"no argument is taken by '--quiet=yes'"* ]]
}

@test "too few and too many arguments" {
	run -2 "$SLIM"
	[[ $output == *"too few arguments"* ]]
	run -2 "$SLIM" in
	run -2 "$SLIM" -n
	run -2 "$SLIM" in out more
	[[ $output == *"'more'"* ]]
	run -2 "$SLIM" inspect
	run -2 "$SLIM" inspect a b
	run -2 "$SLIM" why in
	run -2 "$SLIM" compare in
	run -2 "$SLIM" "" out
}

@test "a command that does not come first" {
	run -2 "$SLIM" -q inspect x
	[[ $output == *"./inspect"* ]]
}

@test "the manual names the options of the help, and no others" {
	man="$TOP_SRCDIR/man"
	for command in "" "${commands[@]}"; do
		page="$man/slim${command:+-$command}.1"
		sed -n 's/^\.It //p' "$page" | grep '^Fl' | tr ',' '\n' |
			sed -n 's/^ *Fl Fl \([a-z-]*\).*/--\1/p; s/^ *Fl \([a-z]\)\( .*\)\?$/-\1/p' | sort >"$BATS_TEST_TMPDIR/man"
		options_of_help $command >"$BATS_TEST_TMPDIR/help"
		diff "$BATS_TEST_TMPDIR/help" "$BATS_TEST_TMPDIR/man"
	done
}

@test "the manual pages have no mistakes that groff sees" {
	command -v groff >/dev/null || skip "groff is not here"
	for page in "$TOP_SRCDIR"/man/*.1; do
		run --separate-stderr -0 groff -mdoc -Tutf8 -ww -z "$page"
		[ -z "$stderr" ]
	done
}

@test "bash completion names the options of the help, and no others" {
	source "$TOP_SRCDIR/completion/bash/slim"
	for command in "" "${commands[@]}"; do
		COMP_WORDS=(slim ${command:-image} -)
		COMP_CWORD=2
		_slim
		printf '%s\n' "${COMPREPLY[@]}" | sort >"$BATS_TEST_TMPDIR/completion"
		options_of_help $command >"$BATS_TEST_TMPDIR/help"
		diff "$BATS_TEST_TMPDIR/help" "$BATS_TEST_TMPDIR/completion"
	done
}

@test "bash completion knows the values" {
	source "$TOP_SRCDIR/completion/bash/slim"
	COMP_WORDS=(slim -c g)
	COMP_CWORD=2
	_slim
	[ "${COMPREPLY[*]}" = gzip ]
	COMP_WORDS=(slim insp)
	COMP_CWORD=1
	_slim
	[ "${COMPREPLY[*]}" = inspect ]
}

@test "zsh completion names the options of the help, and no others" {
	grep -o -e "{-., *--[a-z-]*}\|{-.,--[a-z-]*}\|'--[a-z-]*\[" "$TOP_SRCDIR/completion/zsh/_slim" |
		tr '{},[' '\n\n\n\n' | tr -d "'" | grep -e ^- | sort -u >"$BATS_TEST_TMPDIR/completion"
	all_options >"$BATS_TEST_TMPDIR/help"
	diff "$BATS_TEST_TMPDIR/help" "$BATS_TEST_TMPDIR/completion"
}

@test "fish completion names the options of the help, and no others" {
	grep '^complete' "$TOP_SRCDIR/completion/fish/slim.fish" | grep -o -e ' -s [a-z]\| -l [a-z-]*' |
		sed 's/^ -s /-/; s/^ -l /--/' | sort -u >"$BATS_TEST_TMPDIR/completion"
	all_options >"$BATS_TEST_TMPDIR/help"
	diff "$BATS_TEST_TMPDIR/help" "$BATS_TEST_TMPDIR/completion"
}

@test "zsh reads its completion, and offers what it has" {
	command -v zsh >/dev/null || skip "zsh is not here"
	zsh -n "$TOP_SRCDIR/completion/zsh/_slim"
	for command in why compare inspect; do
		grep -q "^$command) _arguments" "$TOP_SRCDIR/completion/zsh/_slim"
	done
}

@test "fish reads its completion, and offers the options of the help" {
	command -v fish >/dev/null || skip "fish is not here"
	fish --no-execute "$TOP_SRCDIR/completion/fish/slim.fish"
	for command in "" "${commands[@]}"; do
		fish --no-config -c 'source $argv[1]; complete -C "slim $argv[2] -"' "$TOP_SRCDIR/completion/fish/slim.fish" \
			"${command:-image}" | cut -f 1 | sort -u >"$BATS_TEST_TMPDIR/offered"
		options_of_help $command | sort -u >"$BATS_TEST_TMPDIR/help"
		diff "$BATS_TEST_TMPDIR/help" "$BATS_TEST_TMPDIR/offered"
	done
}

@test "every option of the table has a test in this folder" {
	for option in $(all_options | grep -e ^--); do
		grep -q -e "$option" "$TOP_SRCDIR"/tests/cli/*.bats || {
			echo "no test: $option"
			false
		}
	done
}
