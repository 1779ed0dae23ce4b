/* What a script needs, once its scope is complete. */
#include <stdlib.h>
#include <string.h>

#include "shebang.h"
#include "shell_script.h"
#include "slim/path.h"

enum { BASES_MAX = 16, STEPS_PER_BYTE = 64, STEPS_LEAST = 1 << 20 };

static void add_base(struct script_run *r, const struct slim_node *dir)
{
	if (!dir || !slim_node_is_dir(dir) || r->base_count == BASES_MAX)
		return;
	for (size_t i = 0; i < r->base_count; i++)
		if (r->bases[i] == dir)
			return;
	*slim_push(&r->bases, &r->base_count, &r->base_capacity) = dir;
}

static bool changes_folder(const struct shell_event *e)
{
	return e->kind == SHELL_COMMAND && e->count &&
	       (slim_blob_is(e->words[0].text, "cd") || slim_blob_is(e->words[0].text, "pushd"));
}

/* cd /srv/app: where relative paths may start from. */
static void add_cd(struct script_run *r, const struct shell_event *e)
{
	if (!changes_folder(e) || e->count < 2)
		return;
	struct shell_texts texts = shell_expand(&r->context, e->words[e->count - 1].text);
	for (size_t i = 0; i < texts.count; i++)
		if (texts.items[i].length && shell_text_literal(&texts.items[i]))
			for (size_t j = 0; j < r->base_count && j < BASES_MAX; j++)
				add_base(r, slim_tree_walk(slim_trace_tree(r->t), r->bases[j],
							   slim_blob(texts.items[i].text, texts.items[i].length), true,
							   NULL, NULL));
	shell_texts_clear(&texts);
}

static struct script_run run_new(struct script_set *set, struct script *script, const struct slim_node *from)
{
	struct slim_trace *t = set->t;
	const struct slim_tree *tree = slim_trace_tree(t);
	struct script_run r = { .set = set, .t = t, .script = script, .from = script->node ? script->node : from,
				.rule = SLIM_RULE_COMMAND };
	r.context = (struct shell_context){ .t = t, .scope = script_scope(script),
					    .budget = STEPS_LEAST + script->source_length * STEPS_PER_BYTE };
	const struct slim_node *home = r.from;
	if (home && slim_node_is_file(home)) {
		r.folder = home->parent;
		r.context.file = slim_node_path(set->arena, home);
		r.context.folder = slim_node_path(set->arena, r.folder);
		add_base(&r, r.folder);
	}
	const char *dir = slim_trace_config(t)->working_dir;
	add_base(&r, *dir ? slim_tree_find(tree, dir) : slim_tree_root(tree));
	for (size_t i = 0; i < script->count; i++)
		add_cd(&r, &script->events[i]);
	return r;
}

static void run_end(struct script_run *r)
{
	run_forget_words(r);
	free(r->bases);
}

/* What WORD names hangs on no variable, and on no PATH. */
static bool is_settled(const struct shell_word *word)
{
	return memchr(word->text.ptr, '/', word->text.len) && !memchr(word->text.ptr, SHELL_VAR, word->text.len);
}

/* Load what E reads. True: another value of a variable could change what that is. */
static bool link_event(struct script_run *r, const struct shell_event *e)
{
	struct shell_part parts[SHELL_PARTS_MAX];
	size_t count = e->kind == SHELL_COMMAND ? shell_unwrap(r->set->arena, e->words, e->count, parts) : 0;
	bool open = false;
	for (size_t i = 0; i < count; i++) {
		const struct shell_word *word = &e->words[parts[i].index];
		if (parts[i].role != SHELL_SOURCES && parts[i].role != SHELL_FILE)
			continue;
		run_link_source(r, word, parts[i].role == SHELL_SOURCES);
		open |= !is_settled(word);
	}
	return open;
}

bool script_link_sources(struct script_set *set, struct script *script)
{
	size_t version = script_scope(script)->version;
	const struct script *newest = set->scripts;
	if (script->linked == version || script->settled)
		return false;
	struct script_run r = run_new(set, script, NULL);
	bool open = false, moves = false;
	for (size_t i = 0; i < script->count; i++) {
		open |= link_event(&r, &script->events[i]);
		moves |= changes_folder(&script->events[i]);
	}
	run_end(&r);
	script->linked = version;
	script->settled = !open && !moves;
	return script_scope(script)->version != version || set->scripts != newest;
}

/* --- commands --- */

static void keep_command(struct script_run *r, struct slim_blob name)
{
	int n = (int)name.len;
	run_know_word(r, name);
	if (memchr(name.ptr, '/', name.len)) {
		if (name.ptr[0] == '/')
			slim_keep_path(r->t, NULL, name, r->rule, r->from, "runs '%.*s'", n, name.ptr);
		else
			run_keep_path(r, name, r->rule);
	} else if (r->evidence) {
		slim_keep_program(r->t, name, r->rule, r->from, "%s", r->evidence);
	} else {
		slim_keep_program(r->t, name, r->rule, r->from, "runs '%.*s'", n, name.ptr);
	}
}

/* "$JAVA_HOME/bin/java" with a JAVA_HOME that nobody knows. */
static bool keep_unknown_folder(struct script_run *r, const struct shell_text *text)
{
	struct slim_blob whole = slim_blob(text->text, text->length), base = slim_path_base(whole);
	if (base.len == whole.len || !base.len || shell_pattern_active(base))
		return false;
	return slim_keep_program(r->t, base, SLIM_RULE_WORD, r->from, "runs '%.*s'", (int)whole.len, whole.ptr) != NULL;
}

static void run_text(struct script_run *r, struct shell_text *text, bool by_path, const struct shell_word *word)
{
	if (shell_text_literal(text)) {
		struct slim_blob rest = slim_blob(text->text, text->length), name = SLIM_BLOB("");
		while (!name.len && slim_blob_split_any(&rest, " \t\n", &name))
			; /* a variable may hold a whole command line */
		bool inside = !by_path && (shell_is_builtin(name) || scope_has_function(r->context.scope, name));
		if (name.len && !inside)
			keep_command(r, name);
	} else if (!run_keep_pattern(r, text, r->rule) && !keep_unknown_folder(r, text) && text->unknown &&
		   !text->argument && text->length == 1) {
		struct slim_blob source = shell_as_source(r->set->arena, word->text);
		slim_doubt(r->t, r->from, "runs a command that is not known: '%.*s'",
			   (int)(source.len < 200 ? source.len : 200), source.ptr);
	}
}

/* PREFIX: another command follows, as in $SUDO apt-get. */
static void run_head(struct script_run *r, const struct shell_word *word, bool by_path, bool prefix)
{
	if (word->text.len > SLIM_PATH_MAX)
		return;
	struct shell_texts texts = shell_expand(&r->context, word->text);
	bool known = prefix; /* then the unknown rest is no cause for doubt */
	for (size_t i = 0; i < texts.count; i++)
		known |= texts.items[i].length > 1 || !texts.items[i].unknown;
	for (size_t i = 0; i < texts.count; i++)
		if (texts.items[i].length && !(known && texts.items[i].unknown && texts.items[i].length == 1))
			run_text(r, &texts.items[i], by_path, word);
	shell_texts_clear(&texts);
	run_other_values(r, word, r->rule);
}

/* WORD as the one text that it can be; ptr NULL: there are several, or it is not known. */
static struct slim_blob only_text(struct script_run *r, const struct shell_word *word)
{
	struct slim_blob text = shell_literal(r->set->arena, word->text);
	if (text.ptr || word->text.len > SLIM_PATH_MAX)
		return text;
	struct shell_texts texts = shell_expand(&r->context, word->text);
	if (texts.count == 1 && shell_text_literal(&texts.items[0]))
		text = slim_blob(slim_arena_strndup(r->set->arena, texts.items[0].text, texts.items[0].length),
				 texts.items[0].length);
	shell_texts_clear(&texts);
	return text;
}

static void tell_command(struct script_run *r, const struct shell_word *words, size_t count)
{
	slim_autofree struct slim_blob *texts = slim_calloc(count, sizeof(*texts));
	for (size_t i = 0; i < count; i++)
		texts[i] = only_text(r, &words[i]);
	slim_trace_tell_command(r->t, &(struct slim_command_line){ texts, count, r->from, r->bases, r->base_count });
}

/* An entrypoint script that is started with words ends in exec "$@" more often than not. */
static void run_handed_on(struct script_run *r, const struct shell_word *words, size_t count, size_t head)
{
	struct slim_blob name = shell_literal(r->set->arena, words[head].text);
	if (head + 1 == count || !name.ptr || scope_has_function(r->context.scope, name))
		return;
	struct slim_node *program = slim_find_program(r->t, name);
	struct slim_blob next = shell_literal(r->set->arena, words[head + 1].text);
	if (program && slim_kind_of(r->t, program) == SLIM_KIND_SCRIPT && next.len && next.ptr[0] != '-' &&
	    !memchr(next.ptr, '/', next.len))
		slim_keep_program(r->t, next, SLIM_RULE_WORD, r->from, "'%.*s' is handed to '%.*s'", (int)next.len,
				  next.ptr, (int)name.len, name.ptr);
}

/* set -- redis-server "$@": parameters that are run later. */
static void run_set(struct script_run *r, const struct shell_event *e)
{
	size_t at = 1;
	while (at < e->count && slim_blob_starts(e->words[at].text, "-") && !slim_blob_is(e->words[at].text, "--"))
		at++;
	if (at + 1 < e->count && slim_blob_is(e->words[at].text, "--"))
		run_head(r, &e->words[at + 1], false, false);
}

static void run_command(struct script_run *r, const struct shell_event *e)
{
	struct shell_part parts[SHELL_PARTS_MAX];
	size_t count = shell_unwrap(r->set->arena, e->words, e->count, parts), last = 0;
	for (size_t i = 0; i < count; i++) {
		const struct shell_word *word = &e->words[parts[i].index];
		switch (parts[i].role) {
		case SHELL_RUNS:
		case SHELL_EXECUTES:
			last = parts[i].index;
			run_head(r, word, parts[i].role == SHELL_EXECUTES, !word->quoted && i + 1 < count);
			run_keep_operands(r, slim_path_base(word->text), word, e->count - last);
			tell_command(r, word, e->count - last);
			break;
		case SHELL_SOURCES:
			run_source(r, word);
			break;
		case SHELL_FILE: {
			struct slim_blob path = shell_literal(r->set->arena, word->text);
			if (path.ptr)
				run_keep_path(r, path, SLIM_RULE_SCRIPT_PATH);
			break;
		}
		case SHELL_TEXT:
		case SHELL_JOINED:
		case SHELL_PROGRAM:
			break;
		}
	}
	run_handed_on(r, e->words, e->count, last);
	if (slim_blob_is(e->words[0].text, "set"))
		run_set(r, e);
}

/* PATH=/opt/x/bin:$PATH: the union of all is searched. */
static void add_path(struct script_run *r, struct slim_blob value)
{
	size_t from = 0, depth = 0;
	for (size_t i = 0; i <= value.len && value.len < SLIM_PATH_MAX; i++) {
		if (i < value.len) {
			depth += value.ptr[i] == SHELL_VAR;
			depth -= value.ptr[i] == SHELL_END && depth;
			if (depth || value.ptr[i] != ':')
				continue;
		}
		struct shell_texts texts = shell_expand(&r->context, slim_blob(value.ptr + from, i - from));
		for (size_t j = 0; j < texts.count; j++)
			if (texts.items[j].length && shell_text_literal(&texts.items[j]) &&
			    texts.items[j].text[0] == '/' && !memchr(texts.items[j].text, ':', texts.items[j].length))
				slim_trace_add_path(r->t, slim_blob(texts.items[j].text, texts.items[j].length));
		shell_texts_clear(&texts);
		from = i + 1;
	}
}

static void scan_event(struct script_run *r, const struct shell_event *e)
{
	switch (e->kind) {
	case SHELL_COMMAND:
	case SHELL_ASSIGN:
	case SHELL_LOOP:
	case SHELL_LABEL:
	case SHELL_TEST:
	case SHELL_STRING:
	case SHELL_WORDS:
		for (size_t i = 0; i < e->count; i++) {
			run_scan_word(r, &e->words[i], e->kind == SHELL_ASSIGN && e->array && i == 0,
				      run_is_message(e));
			if (r->chain)
				run_scan_chain(r, &e->words[i]);
		}
		break;
	case SHELL_READ:
	case SHELL_WRITE:
		run_scan_paths(r, &e->words[0]);
		break;
	case SHELL_FUNCTION:
	case SHELL_HERE:
		break;
	}
}

void script_evaluate(struct script_set *set, struct script *script, const struct slim_node *from,
		     enum slim_rule_id rule, const char *evidence)
{
	struct script_run r = run_new(set, script, from);
	r.rule = rule;
	r.evidence = evidence;
	r.chain = script->node && slim_blob_is(shebang_interpreter(set->t, script->node), "execlineb");
	for (const struct shell_value *v = scope_values(r.context.scope, SLIM_BLOB("PATH")); v; v = v->next)
		add_path(&r, v->text);
	for (size_t i = 0; i < script->count; i++)
		if (script->events[i].kind == SHELL_COMMAND)
			run_command(&r, &script->events[i]);
	for (size_t i = 0; i < script->count; i++) /* what is no command */
		scan_event(&r, &script->events[i]);
	run_end(&r);
}
