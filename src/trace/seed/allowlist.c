/* The user's words: --keep and --drop as one ordered list in which the last match decides, --entry, --package. */
#include <string.h>

#include "../engine/engine.h"
#include "../engine/hash.h"
#include "../script/shell_script.h"
#include "slim/path.h"

/*
 * Allowlists can be as long as the image has files, so those that name one path, or one name, are looked up. What is
 * left are patterns, which are tried on each node. The last wish that matches a node or a folder above it decides.
 */
struct literal {
	UT_hash_handle hh;
	struct slim_blob text;
	uint32_t last; /* the last wish of this text, + 1 */
	bool matched;
};

struct index {
	const struct slim_wishes *wishes;
	struct slim_arena *arena;
	struct literal *paths, *names;
	uint32_t *patterns; /* wishes */
	size_t pattern_count, pattern_capacity;
	bool *matched;      /* of each pattern's wish */
};

static struct literal *find_literal(struct literal *table, struct slim_blob text)
{
	struct literal *found;
	HASH_FIND(hh, table, text.ptr, text.len, found);
	return found;
}

static void add_wish(struct index *x, uint32_t number)
{
	const struct slim_glob *glob = x->wishes->items[number].glob;
	struct slim_blob text;
	bool name;
	if (!glob)
		return;
	if (!slim_glob_literal(glob, &text, &name)) {
		*slim_push(&x->patterns, &x->pattern_count, &x->pattern_capacity) = number;
		return;
	}
	struct literal **table = name ? &x->names : &x->paths, *l = find_literal(*table, text);
	if (!l) {
		l = slim_arena_alloc(x->arena, sizeof(*l));
		l->text = text;
		HASH_ADD_KEYPTR(hh, *table, text.ptr, text.len, l);
	}
	l->last = number + 1;
}

static void index_wishes(struct index *x)
{
	x->matched = slim_calloc(x->wishes->count, sizeof(*x->matched));
	for (uint32_t i = 0; i < x->wishes->count; i++)
		add_wish(x, i);
}

static void clear_index(struct index *x)
{
	HASH_CLEAR(hh, x->paths);
	HASH_CLEAR(hh, x->names);
	free(x->patterns);
	free(x->matched);
	slim_arena_free(x->arena);
}

static void take_literal(struct literal *l, uint32_t *decisive)
{
	if (!l)
		return;
	l->matched = true;
	if (l->last > *decisive)
		*decisive = l->last;
}

/* The last wish that decides about NODE itself, + 1, if it is behind DECISIVE, the one about its folder. */
static uint32_t decide_node(struct index *x, struct slim_node *node, uint32_t decisive)
{
	slim_cleanup(slim_arena_free_p) struct slim_arena *scratch = slim_arena_new();
	struct slim_blob path = slim_blob_of(slim_node_path(scratch, node));
	path = slim_blob(path.ptr + 1, path.len - 1);
	take_literal(find_literal(x->paths, path), &decisive);
	take_literal(find_literal(x->names, slim_path_base(path)), &decisive);
	for (size_t i = 0; i < x->pattern_count; i++) {
		uint32_t wish = x->patterns[i];
		if (!slim_glob_matches(x->wishes->items[wish].glob, path))
			continue;
		x->matched[wish] = true;
		if (wish + 1 > decisive)
			decisive = wish + 1;
	}
	return decisive;
}

static bool has_matched(const struct index *x, size_t wish)
{
	struct slim_blob text;
	bool name;
	if (!slim_glob_literal(x->wishes->items[wish].glob, &text, &name))
		return x->matched[wish];
	return find_literal(name ? x->names : x->paths, text)->matched;
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

/* The text between the quotes that WORD starts with; false: they do not close, or it is more than plain text. */
static bool unquote(struct slim_blob text, struct slim_blob *word)
{
	const char *start = text.ptr + 1, *close = memchr(start, *text.ptr, text.len - 1);
	if (!close)
		return false;
	*word = slim_blob(start, (size_t)(close - start));
	size_t behind = text.len - word->len - 2;
	return !behind || strchr(" \t;|&<>", close[1]);
}

/* The program that a command line starts with, where that takes no shell to tell; assignments before it are passed. */
static bool first_word(struct slim_blob line, struct slim_blob *word)
{
	size_t value;
	for (;;) {
		line = slim_blob_trim(line);
		bool quoted = line.len && (*line.ptr == '\'' || *line.ptr == '"'); /* then it is no assignment */
		if (quoted) {
			if (!unquote(line, word))
				return false;
		} else {
			size_t n = 0;
			while (n < line.len && !strchr(" \t;|&<>", line.ptr[n]))
				n++;
			*word = slim_blob(line.ptr, n);
			line = slim_blob(line.ptr + n, line.len - n);
		}
		for (size_t i = 0; i < word->len; i++)
			if (strchr("'\"`$\\(){}*?[~#!", word->ptr[i]))
				return false;
		if (quoted || !word->len || !shell_assignment(*word, &value))
			return word->len > 0;
	}
}

static void trace_entry(struct slim_trace *t, const struct slim_wish *wish)
{
	const char *evidence = slim_arena_format(t->arena, "%s '%s'", wish->origin, wish->text);
	struct slim_blob word;
	bool plain = first_word(slim_blob_of(wish->text), &word);
	if (plain && !slim_find_program(t, word) && !shell_is_builtin(word) && !t->error) {
		slim_fail(&t->error, SLIM_BAD_USAGE, "%s '%s': '%.*s' is not in the image", wish->origin, wish->text,
			  (int)word.len, word.ptr);
		return;
	}
	if (plain)
		slim_keep_program(t, word, SLIM_RULE_ENTRY, NULL, "%s", evidence);
	slim_trace_shell_text(t, slim_blob_of(wish->text), SLIM_RULE_ENTRY, NULL, evidence);
}

void slim_allowlist_apply(struct slim_trace *t)
{
	const struct slim_wishes *w = t->in.wishes;
	if (!has_globs(w))
		return;
	slim_cleanup(clear_index) struct index x = { .wishes = w, .arena = slim_arena_new() };
	index_wishes(&x);
	slim_autofree uint32_t *decisive = slim_calloc(t->count, sizeof(*decisive));
	for (uint32_t id = 0; id < t->count; id++) { /* parents come first */
		struct slim_node *node = slim_tree_node(t->in.tree, id);
		decisive[id] = decide_node(&x, node, node->parent ? decisive[node->parent->id] : 0);
	}
	for (uint32_t id = 0; id < t->count; id++)
		if (decisive[id] && w->items[decisive[id] - 1].kind == SLIM_WISH_DROP)
			t->marks[id] |= SLIM_MARK_DROPPED;
	for (uint32_t id = 0; id < t->count; id++) {
		const struct slim_wish *wish = decisive[id] ? &w->items[decisive[id] - 1] : NULL;
		if (wish && wish->kind == SLIM_WISH_KEEP)
			slim_keep(t, slim_tree_node(t->in.tree, id), SLIM_RULE_KEEP, NULL, "%s %s", wish->origin,
				  wish->text);
	}
	for (size_t i = 0; i < w->count; i++)
		if (w->items[i].glob && !has_matched(&x, i))
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
