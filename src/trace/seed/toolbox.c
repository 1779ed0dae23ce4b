/*
 * Images whose command only starts a shell for a person, or only waits for `docker exec`: nothing in them tells what
 * they are for, so every program that a person can call stays. docs/rules.md 0.
 */
#include <ctype.h>
#include <string.h>

#include "../engine/owners.h"
#include "../script/shell_script.h"
#include "../system/system_data.h"
#include "slim/path.h"

enum { WORDS_MAX = 64 };

/* Packages whose programs change the image itself: their databases do not stay as they were. */
static const char *const managers[] = { "apt*", "dpkg*", "debconf*", "apk-tools*", "rpm*", "yum*", "dnf*", "microdnf*", "zypper*",
					 "libc-dev-bin", NULL };

struct state {
	bool wanted;
	const char *evidence;
	size_t cursor; /* of the folders that programs are looked up in */
};

/* 5, 0.5, 10s, 1d, infinity: sleep(1). */
static bool is_duration(struct slim_blob word)
{
	if (slim_blob_is(word, "infinity") || slim_blob_is(word, "inf"))
		return true;
	if (word.len > 1 && strchr("smhd", word.ptr[word.len - 1]))
		word.len--;
	for (size_t i = 0; i < word.len; i++)
		if (!isdigit((unsigned char)word.ptr[i]) && word.ptr[i] != '.')
			return false;
	return word.len > 0;
}

/* sleep infinity, tail -f /dev/null, cat, or a shell without a script. */
static bool is_idle_command(const struct shell_word *words, size_t count)
{
	struct slim_blob name = slim_path_base(words[0].text);
	bool shell = shell_is_shell(name), tail = slim_blob_is(name, "tail"), sleeps = slim_blob_is(name, "sleep");
	bool null = false;
	for (size_t i = 1; i < count; i++) {
		struct slim_blob word = words[i].text;
		null |= slim_blob_is(word, "/dev/null");
		if (sleeps ? !is_duration(word) : !tail && *word.ptr != '-')
			return false;
	}
	return sleeps ? count > 1 : tail ? null : shell || (slim_blob_is(name, "cat") && count == 1);
}

struct text_check {
	bool waits, other;
};

/* Of `while :; do sleep 1; done` only the commands count. */
static void see_command(void *context, const struct shell_event *event)
{
	static const char *const nothing[] = { "true", ":", "wait", "trap", "exec", "echo", "while", "do", "done", "cd", "read" };
	struct text_check *check = context;
	if (event->kind != SHELL_COMMAND || !event->count)
		return;
	const struct shell_word *words = event->words;
	size_t count = event->count;
	if (count > 1 && slim_blob_is(words[0].text, "exec")) {
		words++;
		count--;
	}
	if (is_idle_command(words, count)) {
		check->waits = true;
		return;
	}
	for (size_t i = 0; i < SLIM_COUNT(nothing); i++)
		if (slim_blob_is(words[0].text, nothing[i]))
			return;
	check->other = true;
}

static bool is_idle_text(struct slim_blob text)
{
	struct text_check check = { 0 };
	shell_lex(text, see_command, &check);
	return check.waits && !check.other;
}

/* WORDS as the runtime starts them: behind tini, env, gosu and their like. */
static bool is_idle(struct slim_trace *t, const char *const *strings)
{
	struct shell_word words[WORDS_MAX];
	struct shell_part parts[SHELL_PARTS_MAX];
	size_t count = 0;
	for (; strings[count]; count++) {
		if (count == WORDS_MAX || !*strings[count])
			return false;
		words[count] = (struct shell_word){ slim_blob_of(strings[count]), true };
	}
	size_t n = count ? shell_unwrap(slim_trace_arena(t), words, count, parts) : 0;
	if (!n)
		return false;
	const struct shell_part *last = &parts[n - 1];
	if (last->role == SHELL_TEXT)
		return is_idle_text(words[last->index].text);
	return (last->role == SHELL_RUNS || last->role == SHELL_EXECUTES) &&
	       is_idle_command(words + last->index, count - last->index);
}

/* CMD alone, or what an entrypoint hands on to. */
static void start(struct slim_trace *t, void *state)
{
	struct state *s = state;
	const struct slim_config *c = slim_trace_config(t);
	const char *const *words = *c->cmd ? c->cmd : c->entrypoint;
	if (slim_trace_slimmed(t) || (*c->entrypoint && *c->cmd && is_idle(t, c->entrypoint)) || !is_idle(t, words))
		return;
	s->wanted = true;
	s->evidence = slim_arena_format(slim_trace_arena(t), "command: %.100s", *words);
	slim_doubt(t, NULL, "the command '%.100s' only waits or starts a shell: every program that can be called stays "
			    "(--level heuristic keeps none of them, --entry names some)", *words);
}

static bool is_for_people(struct slim_trace *t, struct slim_node *node)
{
	struct slim_blob name = slim_blob(node->name, node->name_length);
	const struct slim_node *program =
		slim_tree_walk(slim_trace_tree(t), node->parent, name, true, NULL, NULL);
	if (!program || !slim_node_is_executable(program) || slim_is_junk(t, node))
		return false;
	const struct slim_package *owner = slim_packages_owner(slim_trace_packages(t), program);
	return !owner || !slim_name_in(managers, owner->name);
}

static void settle(struct slim_trace *t, void *state)
{
	struct state *s = state;
	struct slim_node *folder;
	while (s->wanted && (folder = slim_trace_next_folder(t, &s->cursor)))
		for (struct slim_node *n = folder->first; n; n = n->next)
			if (is_for_people(t, n))
				slim_keep(t, n, SLIM_RULE_TOOLBOX, NULL, "%s", s->evidence);
}

const struct slim_tracer slim_toolbox_tracer = {
	.name = "toolbox", .state_size = sizeof(struct state), .start = start, .settle = settle,
};
