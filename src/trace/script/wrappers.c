/*
 * C8: a script that is started under other names than its own starts the program of that name from a folder that is not
 * searched: psql -> pg_wrapper, which chooses /usr/lib/postgresql/VERSION/bin/psql. What it says need not be read.
 */
#include <string.h>

#include "slim/alloc.h"
#include "slim/trace.h"

struct state {
	struct slim_node **links; /* of scripts, not looked for yet */
	size_t count, capacity;
};

/* What only stays as another name of a kept file is not started as far as is known. */
static bool is_asked_for(const struct slim_trace *t, const struct slim_node *link)
{
	for (const struct slim_reason *r = slim_trace_reasons(t, link); r; r = r->next)
		if (r->rule != SLIM_RULE_LINK_NAME)
			return true;
	return false;
}

static struct slim_node *target_of(struct slim_trace *t, const struct slim_node *link)
{
	const struct slim_blob name = slim_blob(link->name, link->name_length);
	return slim_tree_walk(slim_trace_tree(t), link->parent, name, true, NULL, NULL);
}

static void visit(struct slim_trace *t, void *data, struct slim_node *link)
{
	struct state *s = data;
	struct slim_node *script = target_of(t, link);
	if (script && slim_node_is_executable(script) && strcmp(script->name, link->name) &&
	    slim_kind_of(t, script) == SLIM_KIND_SCRIPT)
		*slim_push(&s->links, &s->count, &s->capacity) = link;
}

static int name_order(const void *a, const void *b)
{
	const struct slim_node *const *x = a, *const *y = b;
	int order = strcmp((*x)->name, (*y)->name);
	return order ? order : ((*x)->id > (*y)->id) - ((*x)->id < (*y)->id);
}

/* The first of LINKS that has NODE's name, or NULL. */
static const struct slim_node *link_of(struct slim_node *const *links, size_t count, const struct slim_node *node)
{
	size_t low = 0, high = count;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (strcmp(links[middle]->name, node->name) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low < count && !strcmp(links[low]->name, node->name) ? links[low] : NULL;
}

static bool in_private_folder(const struct slim_node *node)
{
	const char *dir = node->parent->name;
	return !strcmp(dir, "bin") || !strcmp(dir, "sbin") || !strcmp(dir, "libexec");
}

static void keep_programs(struct slim_trace *t, struct slim_node *const *links, size_t count, const char *below)
{
	const struct slim_tree *tree = slim_trace_tree(t);
	const struct slim_node *top = slim_tree_find(tree, below);
	uint32_t end = top ? slim_node_end(tree, top) : 0;
	for (uint32_t id = top ? top->id : 0; id < end; id++) {
		struct slim_node *node = slim_tree_node(tree, id);
		if (!slim_node_is_executable(node) || !in_private_folder(node) || slim_is_managed(t, node) ||
		    slim_is_junk(t, node))
			continue;
		const struct slim_node *link = link_of(links, count, node);
		struct slim_node *script = link ? target_of(t, link) : NULL;
		if (script)
			slim_keep(t, node, SLIM_RULE_WRAPPED, script, "started as '%s'", link->name);
	}
}

static void settle(struct slim_trace *t, void *data)
{
	static const char *const folders[] = { "/usr/lib", "/usr/libexec", "/usr/local/lib", "/usr/local/libexec", "/opt" };
	struct state *s = data;
	struct slim_node **now = slim_calloc(s->count + 1, sizeof(struct slim_node *));
	size_t count = 0, left = 0;
	for (size_t i = 0; i < s->count; i++)
		if (is_asked_for(t, s->links[i]))
			now[count++] = s->links[i];
		else
			s->links[left++] = s->links[i];
	s->count = left;
	qsort(now, count, sizeof(*now), name_order);
	for (size_t i = 0; i < SLIM_COUNT(folders) && count; i++)
		keep_programs(t, now, count, folders[i]);
	free(now);
}

static void clear(void *data)
{
	struct state *s = data;
	free(s->links);
}

const struct slim_tracer slim_wrappers_tracer = {
	.name = "wrappers",
	.kinds = SLIM_KIND_LINK,
	.state_size = sizeof(struct state),
	.visit = visit,
	.settle = settle,
	.clear = clear,
};
