/* How much of a folder, a package or a glob stays, and for which rules. */
#include "why.h"

#include <stdlib.h>
#include <string.h>

static uint64_t bytes_of(const struct slim_node *node)
{
	return slim_node_is_file(node) ? node->inode->size / node->inode->links : 0;
}

static int by_bytes(const void *a, const void *b)
{
	const struct slim_rule_share *x = a, *y = b;
	if (x->bytes != y->bytes)
		return x->bytes < y->bytes ? 1 : -1;
	if (x->files != y->files)
		return x->files < y->files ? 1 : -1;
	return (x->rule > y->rule) - (x->rule < y->rule);
}

/* Put NODE into LIST, largest first, if there is room or it is larger than the last. */
static void rank(const struct slim_node **list, size_t *count, const struct slim_node *node)
{
	size_t at = *count;
	while (at && bytes_of(list[at - 1]) < bytes_of(node))
		at--;
	if (at == SLIM_LARGEST_MAX)
		return;
	size_t behind = (*count < SLIM_LARGEST_MAX ? *count : SLIM_LARGEST_MAX - 1) - at;
	memmove(&list[at + 1], &list[at], behind * sizeof(*list));
	list[at] = node;
	*count += *count < SLIM_LARGEST_MAX;
}

/* RULES: of each rule. */
static void add(const struct slim_why_source *s, const struct slim_node *node, struct slim_answer *a,
		struct slim_rule_share *rules)
{
	bool kept = slim_trace_kept(s->trace, node);
	uint64_t bytes = bytes_of(node);
	a->share.files++;
	a->share.bytes += bytes;
	if (slim_node_is_file(node))
		rank(kept ? a->largest : a->largest_gone, kept ? &a->largest_count : &a->largest_gone_count, node);
	if (!kept)
		return;
	a->share.kept++;
	a->share.kept_bytes += bytes;
	const struct slim_reason *step = slim_chain_step(s->chains, node);
	if (!step)
		return;
	rules[step->rule].files++;
	rules[step->rule].bytes += bytes;
}

void slim_why_many(const struct slim_why_source *s, const bool *selected, struct slim_answer *a,
		   struct slim_arena *arena)
{
	struct slim_rule_share *rules = slim_arena_alloc(arena, SLIM_RULE_COUNT * sizeof(*rules));
	for (unsigned r = 0; r < SLIM_RULE_COUNT; r++)
		rules[r].rule = r;
	for (uint32_t id = 1; id < slim_tree_count(s->tree); id++) {
		const struct slim_node *node = slim_tree_node(s->tree, id);
		if (selected[id] && !slim_node_is_dir(node))
			add(s, node, a, rules);
	}
	qsort(rules, SLIM_RULE_COUNT, sizeof(*rules), by_bytes);
	a->rules = rules;
	while (a->rule_count < SLIM_RULE_COUNT && rules[a->rule_count].files)
		a->rule_count++;
}
