#include "why.h"

#include <stdlib.h>
#include <string.h>

#include "slim/path.h"

const char *slim_answer_name(enum slim_answer_kind kind)
{
	switch (kind) {
	case SLIM_ANSWER_STAYS: return "stays";
	case SLIM_ANSWER_LEAVES: return "leaves";
	case SLIM_ANSWER_MISSING: return "missing";
	case SLIM_ANSWER_MANY: return "many";
	}
	return "";
}

struct slim_chain slim_why_chain(const struct slim_chains *chains, const struct slim_node *node,
				 const struct slim_reason *last, struct slim_arena *arena)
{
	struct slim_chain chain = { 0 };
	for (const struct slim_reason *r = last; r; r = r->from ? slim_chain_step(chains, r->from) : NULL)
		chain.count++;
	chain.steps = slim_arena_alloc(arena, (chain.count + 1) * sizeof(*chain.steps));
	size_t at = chain.count;
	for (const struct slim_reason *r = last; r; r = r->from ? slim_chain_step(chains, node) : NULL) {
		chain.steps[--at] = (struct slim_step){ node, r };
		node = r->from;
	}
	return chain;
}

struct links { /* on the way of a path */
	struct slim_arena *arena;
	const struct slim_node **items;
	size_t count;
};

static void note_link(void *context, struct slim_node *link)
{
	struct links *l = context;
	const struct slim_node **items = slim_arena_alloc(l->arena, (l->count + 1) * sizeof(*items));
	if (l->count)
		memcpy(items, l->items, l->count * sizeof(*items));
	items[l->count++] = link;
	l->items = items;
}

static void find_names(const struct slim_why_source *s, struct slim_answer *a, struct slim_arena *arena)
{
	if (!slim_node_is_file(a->node) || a->node->inode->links < 2)
		return;
	a->names = slim_arena_alloc(arena, a->node->inode->links * sizeof(*a->names));
	for (uint32_t id = 1; id < slim_tree_count(s->tree) && a->name_count + 1 < a->node->inode->links; id++) {
		const struct slim_node *node = slim_tree_node(s->tree, id);
		if (node->inode == a->node->inode && node != a->node)
			a->names[a->name_count++] = node;
	}
}

static void find_target(const struct slim_why_source *s, struct slim_answer *a)
{
	if (!slim_node_is_link(a->node))
		return;
	struct slim_blob name = slim_blob(a->node->name, a->node->name_length);
	a->target = slim_tree_walk(s->tree, a->node->parent, name, true, NULL, NULL);
	a->target_kept = a->target && slim_trace_kept(s->trace, a->target);
}

/* A folder that only what is below it keeps: the chain to the first file there that has one. */
static void borrow_chain(const struct slim_why_source *s, struct slim_answer *a, struct slim_arena *arena)
{
	uint32_t end = slim_node_end(s->tree, a->node);
	for (uint32_t id = a->node->id + 1; id < end; id++) {
		const struct slim_node *node = slim_tree_node(s->tree, id);
		const struct slim_reason *step = slim_chain_step(s->chains, node);
		if (!step)
			continue;
		a->chain = slim_why_chain(s->chains, node, step, arena);
		return;
	}
}

static void fill_chains(const struct slim_why_source *s, struct slim_answer *a, struct slim_arena *arena)
{
	const struct slim_reason *step = slim_chain_step(s->chains, a->node), *first;
	if (!step) {
		borrow_chain(s, a, arena);
		return;
	}
	a->chain = slim_why_chain(s->chains, a->node, step, arena);
	if (!s->every)
		return;
	first = slim_trace_reasons(s->trace, a->node);
	for (const struct slim_reason *r = first; r; r = r->next)
		a->other_count++;
	a->others = slim_arena_alloc(arena, (a->other_count + 1) * sizeof(*a->others));
	size_t n = 0;
	for (const struct slim_reason *r = first; r; r = r->next)
		a->others[n++] = slim_why_chain(s->chains, a->node, r, arena);
}

static void fill_share(const struct slim_why_source *s, struct slim_answer *a, struct slim_arena *arena)
{
	if (!slim_node_is_dir(a->node))
		return;
	slim_autofree bool *below = slim_calloc(slim_tree_count(s->tree), sizeof(*below));
	for (uint32_t id = a->node->id + 1; id < slim_node_end(s->tree, a->node); id++)
		below[id] = true;
	slim_why_many(s, below, a, arena);
}

static void answer_node(const struct slim_why_source *s, const struct slim_node *node, struct slim_answer *a,
			struct slim_arena *arena)
{
	const char *path = slim_node_path(arena, node);
	a->node = node;
	a->package = slim_packages_owner(slim_trace_packages(s->trace), node);
	a->past_count = slim_history_of(s->history, slim_blob_of(path + 1), arena, &a->past);
	find_names(s, a, arena);
	find_target(s, a);
	fill_share(s, a, arena);
	if (slim_trace_kept(s->trace, node)) {
		a->kind = SLIM_ANSWER_STAYS;
		fill_chains(s, a, arena);
		return;
	}
	a->kind = SLIM_ANSWER_LEAVES;
	slim_why_leaves(s, a, arena);
}

/* How many nodes GLOB matches; LAST is one of them. */
static size_t match(const struct slim_why_source *s, const struct slim_glob *glob, bool *selected,
		    const struct slim_node **last)
{
	size_t count = 0;
	for (uint32_t id = 1; id < slim_tree_count(s->tree); id++) {
		slim_cleanup(slim_arena_free_p) struct slim_arena *scratch = slim_arena_new();
		const struct slim_node *node = slim_tree_node(s->tree, id);
		if (!slim_glob_matches(glob, slim_blob_of(slim_node_path(scratch, node))))
			continue;
		selected[id] = true;
		*last = node;
		count++;
	}
	return count;
}

static void answer_missing(const struct slim_why_source *s, struct slim_answer *a, struct slim_arena *arena)
{
	struct slim_blob path;
	struct slim_error *none = NULL;
	a->kind = SLIM_ANSWER_MISSING;
	if (slim_path_clean(arena, slim_blob_of(a->asked), &path, &none) == 0)
		a->past_count = slim_history_of(s->history, path, arena, &a->past);
	slim_error_free(none);
	slim_why_missing(s, a);
}

/* A word that is no path of the image: a glob, or a name to be found wherever it is. */
static int answer_glob(const struct slim_why_source *s, struct slim_answer *a, struct slim_arena *arena,
		       struct slim_error **err)
{
	struct slim_glob *glob = NULL;
	const struct slim_node *last = NULL;
	slim_autofree bool *selected = slim_calloc(slim_tree_count(s->tree), sizeof(*selected));
	if (slim_glob_new(a->asked, &glob, err) < 0)
		return -1;
	size_t count = match(s, glob, selected, &last);
	slim_glob_free(glob);
	if (count == 1) {
		answer_node(s, last, a, arena);
	} else if (count) {
		a->kind = SLIM_ANSWER_MANY;
		slim_why_many(s, selected, a, arena);
	} else {
		answer_missing(s, a, arena);
	}
	return 0;
}

int slim_why(const struct slim_why_source *s, const char *asked, struct slim_arena *arena, struct slim_answer *out,
	     struct slim_error **err)
{
	struct links links = { .arena = arena };
	*out = (struct slim_answer){ .asked = asked };
	const struct slim_node *node = slim_tree_walk(s->tree, NULL, slim_blob_of(asked), false, note_link, &links);
	if (node) {
		out->through = links.items;
		out->through_count = links.count;
		answer_node(s, node, out, arena);
		return 0;
	}
	if (slim_is_wildcard(slim_blob_of(asked)) || !strchr(asked, '/'))
		return answer_glob(s, out, arena, err);
	answer_missing(s, out, arena);
	return 0;
}
