/*
 * Programs and builtins that start what their arguments say (docs/rules.md C3): their own manual pages say which
 * options take an argument.
 */
#include <string.h>

#include "shell_script.h"
#include "slim/path.h"

enum style {
	STYLE_PLAIN,  /* options, operands, then a command */
	STYLE_EVAL,   /* all that follows is shell source */
	STYLE_TRAP,   /* the next word is shell source */
	STYLE_SHELL,  /* sh [-c text] [file] */
	STYLE_USER,   /* su: a user, -c text, -s shell */
	STYLE_FIND,   /* -exec command ; */
	STYLE_SOURCE, /* . file */
	STYLE_AWK,    /* program text */
	STYLE_DAEMON, /* start-stop-daemon --exec */
};

struct wrapper {
	const char *name;
	enum style style;
	const char *letters;  /* short options with an argument */
	const char *longs;    /* long options with an argument that is a word of its own; each between blanks */
	unsigned operands;    /* before the command */
	bool assignments;     /* NAME=VALUE may stand before the command */
	bool builtin;         /* what follows is looked up as the shell does */
};

static const struct wrapper wrappers[] = {
	{ .name = "env", .letters = "uC", .longs = " --unset --chdir ", .assignments = true },
	{ .name = "exec", .letters = "a" },
	{ .name = "command", .builtin = true },
	{ .name = "builtin", .builtin = true },
	{ .name = "nohup" },
	{ .name = "setsid" },
	{ .name = "time", .letters = "fo" },
	{ .name = "nice", .letters = "n", .longs = " --adjustment " },
	{ .name = "ionice", .letters = "cnpPu", .longs = " --class --classdata " },
	{ .name = "chrt", .letters = "TPD", .operands = 1 },
	{ .name = "taskset", .operands = 1 },
	{ .name = "stdbuf", .letters = "ioe", .longs = " --input --output --error " },
	{ .name = "timeout", .letters = "sk", .longs = " --signal --kill-after ", .operands = 1 },
	{ .name = "sudo", .letters = "ughpCTRDrt", .longs = " --user --group --host --prompt --chdir ", .assignments = true },
	{ .name = "doas", .letters = "uC" },
	{ .name = "su-exec", .operands = 1 },
	{ .name = "gosu", .operands = 1 },
	{ .name = "setuidgid", .operands = 1 },
	{ .name = "s6-setuidgid", .operands = 1 },
	{ .name = "s6-applyuidgid", .letters = "ugG" },
	{ .name = "s6-envdir", .letters = "o", .operands = 1 },
	{ .name = "envdir", .operands = 1 },
	{ .name = "envuidgid", .operands = 1 },
	{ .name = "softlimit", .letters = "adfmrst" },
	{ .name = "with-contenv" },
	{ .name = "setpriv", .longs = " --reuid --ruid --euid --regid --rgid --egid --groups --inh-caps --ambient-caps "
				      "--bounding-set --securebits --pdeathsig --selinux-label --apparmor-profile " },
	{ .name = "capsh" },
	{ .name = "chroot", .longs = " --userspec --groups ", .operands = 1 },
	{ .name = "tini", .letters = "pe" },
	{ .name = "tini-static", .letters = "pe" },
	{ .name = "docker-init", .letters = "pe" },
	{ .name = "dumb-init", .letters = "r", .longs = " --rewrite " },
	{ .name = "catatonit" },
	{ .name = "catchsegv" },
	{ .name = "xargs", .letters = "InPLsEda",
	  .longs = " --replace --max-args --max-procs --max-lines --max-chars --delimiter --arg-file " },
	{ .name = "parallel", .letters = "jPnNaISd", .longs = " --jobs --colsep --delay --joblog --timeout --retries " },
	{ .name = "flock", .letters = "wE", .longs = " --timeout --wait --conflict-exit-code ", .operands = 1 },
	{ .name = "unshare", .letters = "SGRw", .longs = " --setuid --setgid --root --wd --propagation " },
	{ .name = "nsenter", .letters = "tSG", .longs = " --target " },
	{ .name = "chpst", .letters = "uUbenlLmdopfct/r" },
	{ .name = "numactl", .letters = "iNmCplw", .longs = " --interleave --membind --cpunodebind --physcpubind " },
	{ .name = "prlimit", .letters = "p" },
	{ .name = "strace", .letters = "aebEIoOpPsSuX" },
	{ .name = "ltrace", .letters = "aeopsu" },
	{ .name = "fakeroot", .letters = "lsib" },
	{ .name = "faketime", .letters = "f", .operands = 1 },
	{ .name = "eatmydata" },
	{ .name = "xvfb-run", .letters = "nsefpw", .longs = " --server-num --server-args --error-file --auth-file " },
	{ .name = "dbus-run-session", .longs = " --config-file --dbus-daemon " },
	{ .name = "dbus-launch" },
	{ .name = "unbuffer" },
	{ .name = "chronic" },
	{ .name = "rlwrap" },
	{ .name = "busybox" },
	{ .name = "toybox" },
	{ .name = "bundle", .operands = 1 },
	{ .name = "poetry", .operands = 1 },
	{ .name = "pipenv", .operands = 1 },
	{ .name = "uv", .operands = 1 },
	{ .name = "eval", .style = STYLE_EVAL },
	{ .name = "watch", .style = STYLE_EVAL, .letters = "nq", .longs = " --interval " },
	{ .name = "trap", .style = STYLE_TRAP },
	{ .name = "su", .style = STYLE_USER },
	{ .name = "runuser", .style = STYLE_USER },
	{ .name = "script", .style = STYLE_USER },
	{ .name = "find", .style = STYLE_FIND },
	{ .name = ".", .style = STYLE_SOURCE },
	{ .name = "source", .style = STYLE_SOURCE },
	{ .name = "awk", .style = STYLE_AWK },
	{ .name = "gawk", .style = STYLE_AWK },
	{ .name = "mawk", .style = STYLE_AWK },
	{ .name = "nawk", .style = STYLE_AWK },
	{ .name = "perl", .style = STYLE_AWK },
	{ .name = "ruby", .style = STYLE_AWK },
	{ .name = "python", .style = STYLE_AWK },
	{ .name = "python3", .style = STYLE_AWK },
	{ .name = "start-stop-daemon", .style = STYLE_DAEMON },
};

bool shell_is_shell(struct slim_blob name)
{
	static const char *const shells[] = { "sh", "bash", "dash", "ash", "ksh", "ksh93", "mksh", "zsh", "rbash", "posh", "yash",
					      "execlineb" };
	for (size_t i = 0; i < SLIM_COUNT(shells); i++)
		if (slim_blob_is(name, shells[i]))
			return true;
	return false;
}

bool shell_is_interpreter(struct slim_blob name)
{
	static const char *const names[] = { "python", "perl", "ruby", "node", "nodejs", "php", "awk", "gawk", "lua", "tclsh" };
	for (size_t i = 0; i < SLIM_COUNT(names); i++)
		if (slim_blob_starts(name, names[i]))
			return true;
	return false;
}

bool shell_is_builtin(struct slim_blob name)
{
	static const char list[] =
		" . : [ alias bg bind break builtin caller cd command compgen complete compopt continue declare dirs disown echo "
		"enable eval exec exit export false fc fg getopts hash help history jobs kill let local logout mapfile popd "
		"printf pushd pwd read readarray readonly return set shift shopt source suspend test times trap true type typeset "
		"ulimit umask unalias unset wait if then else elif fi do done case esac while until for in function select { } ! ";
	if (!name.len || name.len > 12)
		return false;
	char word[16] = " ";
	memcpy(word + 1, name.ptr, name.len);
	word[name.len + 1] = ' ';
	return memmem(list, sizeof(list) - 1, word, name.len + 2) != NULL;
}

struct walk {
	struct slim_arena *arena;
	const struct shell_word *words;
	size_t count, at;
	struct shell_part *parts;
	size_t part_count;
};

static struct slim_blob literal(const struct walk *w, size_t i)
{
	struct slim_blob text = w->words[i].text;
	if (text.len > SLIM_PATH_MAX || memchr(text.ptr, SHELL_VAR, text.len) ||
	    memchr(text.ptr, SHELL_UNKNOWN, text.len))
		return SLIM_BLOB("");
	return memchr(text.ptr, SHELL_ESC, text.len) ? shell_literal(w->arena, text) : text;
}

static void part(struct walk *w, size_t index, enum shell_role role)
{
	if (index < w->count && w->part_count < SHELL_PARTS_MAX)
		w->parts[w->part_count++] = (struct shell_part){ index, role };
}

static bool listed(const char *longs, struct slim_blob option)
{
	slim_autofree char *word = slim_format(" %.*s ", (int)option.len, option.ptr);
	return longs && strstr(longs, word);
}

/* How many words the option at AT takes, itself included. 0: it is none. */
static size_t option_words(const struct walk *w, const struct wrapper *kind)
{
	struct slim_blob word = literal(w, w->at);
	if (word.len < 2 || (word.ptr[0] != '-' && word.ptr[0] != '+'))
		return 0;
	if (word.ptr[1] == '-')
		return listed(kind->longs, word) ? 2 : 1;
	for (size_t i = 1; i < word.len; i++)
		if (kind->letters && strchr(kind->letters, word.ptr[i]))
			return i + 1 == word.len ? 2 : 1; /* -u root, or -uroot */
	return 1;
}

static void skip_options(struct walk *w, const struct wrapper *kind)
{
	while (w->at < w->count) {
		size_t value, taken = option_words(w, kind);
		if (!taken && kind->assignments && shell_assignment(w->words[w->at].text, &value))
			taken = 1;
		if (!taken)
			return;
		bool last = slim_blob_is(w->words[w->at].text, "--");
		w->at += taken;
		if (last && !kind->assignments)
			return;
	}
}

static bool has_letter(struct slim_blob word, char letter)
{
	return word.len > 1 && word.ptr[0] == '-' && word.ptr[1] != '-' && memchr(word.ptr, letter, word.len);
}

/* sh -ec 'text' name …, sh -o pipefail file …: sh(1). */
static void shell_words(struct walk *w)
{
	bool text = false;
	for (; w->at < w->count; w->at++) {
		struct slim_blob word = literal(w, w->at);
		if (word.len < 2 || (word.ptr[0] != '-' && word.ptr[0] != '+'))
			break;
		text |= has_letter(word, 'c');
		if (has_letter(word, 'o') || has_letter(word, 'O') || slim_blob_is(word, "--rcfile") ||
		    slim_blob_is(word, "--init-file"))
			w->at++;
	}
	part(w, w->at, text ? SHELL_TEXT : SHELL_FILE);
	w->at = w->count;
}

/* su [-] [-s shell] user [-c text] [-- words]; runuser -u user [--] command: su(1), runuser(1). */
static void user_words(struct walk *w)
{
	bool user_given = false;
	for (; w->at < w->count; w->at++) {
		struct slim_blob word = literal(w, w->at);
		if (slim_blob_is(word, "-c") || slim_blob_is(word, "--command") ||
		    slim_blob_is(word, "--session-command")) {
			part(w, ++w->at, SHELL_TEXT);
		} else if (slim_blob_starts(word, "--command=")) {
			part(w, w->at, SHELL_TEXT);
		} else if (slim_blob_is(word, "-s") || slim_blob_is(word, "--shell")) {
			part(w, ++w->at, SHELL_EXECUTES);
		} else if (slim_blob_is(word, "-u") || slim_blob_is(word, "--user")) {
			w->at++;
			user_given = true;
		} else if (slim_blob_is(word, "-g") || slim_blob_is(word, "-G") || slim_blob_is(word, "-w")) {
			w->at++;
		} else if (user_given && (!word.len || word.ptr[0] != '-')) {
			return; /* a command follows */
		}
	}
}

static void find_words(struct walk *w)
{
	for (; w->at < w->count; w->at++) {
		struct slim_blob word = literal(w, w->at);
		if (slim_blob_is(word, "-exec") || slim_blob_is(word, "-execdir") || slim_blob_is(word, "-ok") ||
		    slim_blob_is(word, "-okdir")) {
			w->at++;
			return;
		}
	}
}

static void daemon_words(struct walk *w)
{
	for (; w->at < w->count; w->at++) {
		struct slim_blob word = literal(w, w->at);
		if (slim_blob_is(word, "--exec") || slim_blob_is(word, "-x") || slim_blob_is(word, "--startas") ||
		    slim_blob_is(word, "-a"))
			part(w, w->at + 1, SHELL_EXECUTES);
		else if (slim_blob_starts(word, "-") && (has_letter(word, 'x') || has_letter(word, 'a')))
			part(w, w->at + 1, SHELL_EXECUTES);
	}
}

static const struct wrapper *wrapper_of(struct slim_blob name)
{
	struct slim_blob base = slim_path_base(name);
	for (size_t i = 0; i < SLIM_COUNT(wrappers); i++)
		if (slim_blob_is(base, wrappers[i].name))
			return &wrappers[i];
	return NULL;
}

/* env -S 'node --x', flock FILE -c 'text'. */
static bool text_option(struct walk *w, struct slim_blob base)
{
	struct slim_blob word = w->at < w->count ? literal(w, w->at) : SLIM_BLOB("");
	bool split = slim_blob_is(base, "env") && (slim_blob_starts(word, "-S") || has_letter(word, 'S') ||
						   slim_blob_starts(word, "--split-string"));
	bool command = slim_blob_is(base, "flock") && (slim_blob_is(word, "-c") || slim_blob_is(word, "--command"));
	if (!split && !command)
		return false;
	bool apart = command || slim_blob_ends(word, "S") || slim_blob_is(word, "--split-string");
	part(w, w->at + apart, SHELL_TEXT);
	w->at = w->count;
	return true;
}

/* A plain wrapper: its options and operands. */
static void plain_words(struct walk *w, const struct wrapper *kind, struct slim_blob base)
{
	if (text_option(w, base))
		return;
	skip_options(w, kind);
	for (unsigned i = 0; i < kind->operands && w->at < w->count; i++)
		w->at++;
	if (text_option(w, base))
		return;
	if (kind->operands)
		skip_options(w, &(struct wrapper){ .name = "" });
}

/* Words behind KIND; w->at moves to the next command, or to the end. Returns how that is looked up. */
static enum shell_role follow(struct walk *w, const struct wrapper *kind, struct slim_blob base)
{
	switch (kind->style) {
	case STYLE_PLAIN:
		plain_words(w, kind, base);
		return kind->builtin ? SHELL_RUNS : SHELL_EXECUTES;
	case STYLE_EVAL:
		skip_options(w, kind);
		part(w, w->at, SHELL_JOINED);
		break;
	case STYLE_TRAP:
		skip_options(w, kind);
		part(w, w->at, SHELL_TEXT);
		break;
	case STYLE_SHELL:
		shell_words(w);
		break;
	case STYLE_USER:
		user_words(w);
		return SHELL_EXECUTES;
	case STYLE_FIND:
		find_words(w);
		return SHELL_EXECUTES;
	case STYLE_SOURCE:
		part(w, w->at, SHELL_SOURCES);
		break;
	case STYLE_AWK:
		for (; w->at < w->count; w->at++)
			part(w, w->at, SHELL_PROGRAM);
		break;
	case STYLE_DAEMON:
		daemon_words(w);
		break;
	}
	w->at = w->count;
	return SHELL_RUNS;
}

static bool is_variable(struct slim_blob text)
{
	return text.len > 2 && text.ptr[0] == SHELL_VAR &&
	       memchr(text.ptr, SHELL_END, text.len) == text.ptr + text.len - 1;
}

size_t shell_unwrap(struct slim_arena *arena, const struct shell_word *words, size_t count,
		    struct shell_part parts[SHELL_PARTS_MAX])
{
	static const struct wrapper a_shell = { .name = "sh", .style = STYLE_SHELL };
	struct walk w = { .arena = arena, .words = words, .count = count, .parts = parts };
	enum shell_role role = SHELL_RUNS;
	bool find = false;
	while (w.at < w.count && w.part_count < SHELL_PARTS_MAX) {
		size_t here = w.at++;
		struct slim_blob name = literal(&w, here), base = slim_path_base(name);
		const struct wrapper *kind = shell_is_shell(base) ? &a_shell : wrapper_of(name);
		part(&w, here, role);
		find |= kind && kind->style == STYLE_FIND;
		if (kind) {
			role = follow(&w, kind, base);
		} else if (find) { /* -exec a {} ; -exec b {} ; */
			find_words(&w);
		} else if (!is_variable(words[here].text)) {
			break; /* but "$SUDO" and "${runner[@]}" are followed by a command */
		}
	}
	return w.part_count;
}
