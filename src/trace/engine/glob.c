/*
 * What a pattern names, as a shell expands it. Levels of folders, one for each component, and the ways between them: a
 * folder that many ways lead to is looked into once, so that links to folders above cannot multiply the paths.
 */
#include "glob.h"

#include <stdarg.h>
#include <string.h>

#include "engine.h"
#include "slim/match.h"
#include "slim/path.h"

enum { WAYS_MAX = 1 << 22, STEPS_MAX = 1 << 28, COMPONENTS_MAX = SLIM_PATH_MAX / 2 };
enum { MATCH_STEPS = 64 }; /* what it costs to keep a match, in names */

struct way {
	struct slim_node *from, *to;
	struct slim_blob name;
};

struct level {
	struct slim_blob part;
	struct way *ways; /* into it */
	size_t way_count, way_capacity;
	struct slim_node **nodes; /* in the order of numbers, each once */
	bool *used;               /* a match lies below */
	size_t count, capacity;
};

struct glob {
	struct slim_trace *t;
	struct level *levels; /* the root, and one for each component */
	size_t count;
	enum slim_rule_id rule;
	const struct slim_node *from;
	const char *text;
};

static void clear_glob(struct glob *g)
{
	for (size_t i = 0; i < g->count; i++) {
		free(g->levels[i].ways);
		free(g->levels[i].nodes);
		free(g->levels[i].used);
	}
	free(g->levels);
}

bool slim_glob_spend(struct slim_trace *t, uint32_t names)
{
	t->glob_steps += names < STEPS_MAX - t->glob_steps ? names : STEPS_MAX - t->glob_steps;
	return t->glob_steps < STEPS_MAX;
}

static int by_number(const void *a, const void *b)
{
	const struct slim_node *x = *(struct slim_node *const *)a, *y = *(struct slim_node *const *)b;
	return (x->id > y->id) - (x->id < y->id);
}

size_t slim_nodes_tidy(struct slim_node **nodes, size_t count)
{
	size_t kept = 0;
	if (count)
		qsort(nodes, count, sizeof(struct slim_node *), by_number);
	for (size_t i = 0; i < count; i++)
		if (!kept || nodes[kept - 1] != nodes[i])
			nodes[kept++] = nodes[i];
	return kept;
}

static void add_way(struct level *level, struct slim_node *from, struct slim_node *to, struct slim_blob name)
{
	*slim_push(&level->ways, &level->way_count, &level->way_capacity) = (struct way){ from, to, name };
	*slim_push(&level->nodes, &level->count, &level->capacity) = to;
}

/* NAME in DIR, followed; a link that leads nowhere is itself the file. */
static struct slim_node *step(const struct slim_tree *tree, const struct slim_node *dir, struct slim_blob name)
{
	struct slim_node *n = slim_tree_walk(tree, dir, name, true, NULL, NULL);
	return n ? n : slim_tree_walk(tree, dir, name, false, NULL, NULL);
}

/* All names in DIR that match; false: that takes too long. */
static bool expand_wildcard(struct slim_trace *t, struct slim_node *dir, struct level *to)
{
	for (struct slim_node *c = dir->first; c; c = c->next) {
		struct slim_blob name = slim_blob(c->name, c->name_length);
		if (!slim_glob_spend(t, 1) || to->way_count == WAYS_MAX)
			return false;
		if ((c->name[0] == '.' && to->part.ptr[0] != '.') || !slim_wildcard(to->part, name))
			continue;
		if (!slim_glob_spend(t, MATCH_STEPS))
			return false;
		add_way(to, dir, step(t->in.tree, dir, name), name);
	}
	return true;
}

static bool expand(struct slim_trace *t, const struct level *from, struct level *to)
{
	bool wild = slim_is_wildcard(to->part);
	for (size_t i = 0; i < from->count; i++) {
		struct slim_node *dir = from->nodes[i], *n = wild ? NULL : step(t->in.tree, dir, to->part);
		if (wild && !expand_wildcard(t, dir, to))
			return false;
		if (n)
			add_way(to, dir, n, to->part);
	}
	to->count = slim_nodes_tidy(to->nodes, to->count);
	to->used = slim_calloc(to->count + 1, sizeof(*to->used));
	return true;
}

static bool *used(const struct level *level, struct slim_node *node)
{
	struct slim_node **at = bsearch(&node, level->nodes, level->count, sizeof(struct slim_node *), by_number);
	return &level->used[at - level->nodes];
}

/* From the matches back to the root: the links on all ways that lead to one. */
static void keep_ways(struct glob *g)
{
	struct level *last = &g->levels[g->count - 1];
	if (last->count)
		memset(last->used, true, last->count);
	for (size_t k = g->count - 1; k; k--)
		for (size_t i = 0; i < g->levels[k].way_count; i++) {
			const struct way *w = &g->levels[k].ways[i];
			if (!*used(&g->levels[k], w->to))
				continue;
			*used(&g->levels[k - 1], w->from) = true;
			if (k == g->count - 1)
				slim_keep_path_text(g->t, w->from, w->name, g->rule, g->from, g->text);
			else
				slim_keep_links_text(g->t, w->from, w->name, g->rule, g->from, g->text);
		}
}

static bool split(struct glob *g, struct slim_blob pattern)
{
	struct slim_blob rest = pattern, part;
	size_t capacity = 0;
	slim_push(&g->levels, &g->count, &capacity);
	g->levels[0] = (struct level){ .used = slim_calloc(1, sizeof(bool)) };
	*slim_push(&g->levels[0].nodes, &g->levels[0].count, &g->levels[0].capacity) = slim_tree_root(g->t->in.tree);
	while (slim_blob_split(&rest, '/', &part)) {
		if (g->count > COMPONENTS_MAX)
			return false; /* longer than any path */
		if (part.len)
			*slim_push(&g->levels, &g->count, &capacity) = (struct level){ .part = part };
	}
	return true;
}

/* What would take too long: all below the folder that the pattern starts with. */
static size_t keep_folder(struct glob *g, struct slim_blob pattern)
{
	struct slim_node *dir = NULL;
	for (size_t k = 1; k < g->count && !slim_is_wildcard(g->levels[k].part); k++)
		dir = g->levels[k].count ? g->levels[k].nodes[0] : NULL;
	if (!dir || slim_marked(g->t, dir, SLIM_MARK_GLOBBED))
		return dir != NULL;
	g->t->marks[dir->id] |= SLIM_MARK_GLOBBED;
	slim_doubt(g->t, g->from, "what '%.*s' matches takes too long to find out: its folder stays", (int)pattern.len,
		   pattern.ptr);
	slim_keep_below(g->t, dir, g->rule, g->from, "%s", g->text);
	return 1;
}

size_t slim_keep_glob(struct slim_trace *t, struct slim_blob pattern, bool below, enum slim_rule_id rule,
		      const struct slim_node *from, const char *evidence, ...)
{
	va_list args;
	va_start(args, evidence);
	slim_cleanup(clear_glob) struct glob g = { .t = t, .rule = rule, .from = from };
	g.text = slim_evidence_text(t, evidence, args);
	va_end(args);
	if (slim_is_ruled_out(t, rule, from) || !split(&g, pattern))
		return 0;
	for (size_t k = 1; k < g.count; k++)
		if (!expand(t, &g.levels[k - 1], &g.levels[k]))
			return keep_folder(&g, pattern);
	keep_ways(&g);
	const struct level *last = &g.levels[g.count - 1];
	for (size_t i = 0; below && i < last->count; i++)
		if (slim_node_is_dir(last->nodes[i]))
			slim_keep_below(t, last->nodes[i], rule, from, "%s", g.text);
	return last->count;
}
