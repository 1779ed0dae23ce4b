/* The user's words: --keep and --drop as one ordered list in which the last match decides, --entry, --package. */
#include <string.h>

#include "engine.h"

/*
 * What decides about each node: the last wish whose glob matches it or a folder above it. Numbers are wishes + 1;
 * nodes come parents first.
 */
static void decide(struct slim_trace *t, uint32_t *decisive, bool *matched)
{
	const struct slim_wishes *w = t->in.wishes;
	for (uint32_t id = 0; id < t->count; id++) {
		const struct slim_node *node = slim_tree_node(t->in.tree, id);
		slim_cleanup(slim_arena_free_p) struct slim_arena *scratch = slim_arena_new();
		struct slim_blob path = slim_blob_of(slim_node_path(scratch, node));
		decisive[id] = node->parent ? decisive[node->parent->id] : 0;
		for (size_t i = 0; i < w->count; i++) {
			if (!w->items[i].glob || !slim_glob_matches(w->items[i].glob, path))
				continue;
			matched[i] = true;
			if (i + 1 > decisive[id])
				decisive[id] = (uint32_t)(i + 1);
		}
	}
}

static bool has_globs(const struct slim_wishes *w)
{
	for (size_t i = 0; i < w->count; i++)
		if (w->items[i].glob)
			return true;
	return false;
}

static void keep_package(struct slim_trace *t, const struct slim_wish *wish)
{
	const struct slim_package *p = slim_packages_find(t->packages, wish->text);
	if (!p) {
		slim_warn(t->in.log, "%s %s: the image has no such package", wish->origin, wish->text);
		return;
	}
	for (size_t i = 0; i < p->file_count; i++)
		if (!slim_is_junk(t, p->files[i]))
			slim_keep(t, p->files[i], SLIM_RULE_PACKAGE, NULL, "%s %s", wish->origin, wish->text);
}

static void trace_entry(struct slim_trace *t, const struct slim_wish *wish)
{
	const char *evidence = slim_arena_format(t->arena, "%s '%s'", wish->origin, wish->text);
	struct slim_blob rest = slim_blob_of(wish->text), word = SLIM_BLOB("");
	while (slim_blob_split_any(&rest, " \t", &word) && !word.len)
		;
	if (word.len && !memchr(word.ptr, '\'', word.len) && !memchr(word.ptr, '"', word.len) &&
	    !memchr(word.ptr, '=', word.len) && !slim_find_program(t, word) && !t->error) {
		slim_fail(&t->error, SLIM_BAD_USAGE, "%s '%s': '%.*s' is not in the image", wish->origin, wish->text,
			  (int)word.len, word.ptr);
		return;
	}
	slim_keep_program(t, word, SLIM_RULE_ENTRY, NULL, "%s", evidence);
	slim_trace_shell_text(t, slim_blob_of(wish->text), SLIM_RULE_ENTRY, NULL, evidence);
}

void slim_allowlist_apply(struct slim_trace *t)
{
	const struct slim_wishes *w = t->in.wishes;
	if (!has_globs(w))
		return;
	slim_autofree uint32_t *decisive = slim_calloc(t->count, sizeof(*decisive));
	slim_autofree bool *matched = slim_calloc(w->count, sizeof(*matched));
	decide(t, decisive, matched);
	for (uint32_t id = 0; id < t->count; id++)
		if (decisive[id] && w->items[decisive[id] - 1].kind == SLIM_WISH_DROP)
			t->marks[id] |= SLIM_MARK_DROPPED;
	for (uint32_t id = 0; id < t->count; id++) {
		const struct slim_wish *wish = decisive[id] ? &w->items[decisive[id] - 1] : NULL;
		if (wish && wish->kind == SLIM_WISH_KEEP)
			slim_keep(t, slim_tree_node(t->in.tree, id), SLIM_RULE_KEEP, NULL, "%s %s", wish->origin, wish->text);
	}
	for (size_t i = 0; i < w->count; i++)
		if (w->items[i].glob && !matched[i])
			slim_warn(t->in.log, "%s %s matched nothing", w->items[i].origin, w->items[i].text);
}

static void start(struct slim_trace *t, void *state)
{
	const struct slim_wishes *w = t->in.wishes;
	for (size_t i = 0; i < w->count && !t->error; i++) {
		if (w->items[i].kind == SLIM_WISH_PACKAGE)
			keep_package(t, &w->items[i]);
		if (w->items[i].kind == SLIM_WISH_ENTRY)
			trace_entry(t, &w->items[i]);
	}
}

const struct slim_tracer slim_allowlist_tracer = { .name = "allowlist", .start = start };
