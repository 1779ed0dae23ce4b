#include "chain.h"

#include <stdlib.h>

struct edge { /* `to` stays because of `reason`; chained by the node that asked */
	uint32_t to, next;
	const struct slim_reason *reason;
};

struct slim_chains {
	const struct slim_reason **step; /* of each node */
};

enum { NO_EDGE = UINT32_MAX };

/* The nodes that are yet to be left, in the order in which they were reached. */
struct queue {
	uint32_t *items;
	size_t count, next;
};

static void reach(struct slim_chains *c, struct queue *queue, uint32_t node, const struct slim_reason *reason)
{
	if (c->step[node])
		return;
	c->step[node] = reason;
	queue->items[queue->count++] = node;
}

struct slim_chains *slim_chains_new(const struct slim_trace *trace, const struct slim_tree *tree)
{
	size_t count = slim_tree_count(tree), edge_count = 0, edge_capacity = 0;
	struct slim_chains *c = slim_calloc(1, sizeof(*c));
	c->step = slim_calloc(count, sizeof(const struct slim_reason *));
	slim_autofree struct edge *edges = NULL;
	slim_autofree uint32_t *first = slim_calloc(count, sizeof(*first)), *items = slim_calloc(count, sizeof(*items));
	struct queue queue = { .items = items };
	for (size_t id = 0; id < count; id++)
		first[id] = NO_EDGE;
	for (size_t id = count; id-- > 0;) { /* from the end, so that the lists are in the tree's order */
		for (const struct slim_reason *r = slim_trace_reasons(trace, slim_tree_node(tree, (uint32_t)id)); r; r = r->next) {
			if (!r->from)
				continue;
			*slim_push(&edges, &edge_count, &edge_capacity) = (struct edge){ (uint32_t)id, first[r->from->id], r };
			first[r->from->id] = (uint32_t)(edge_count - 1);
		}
	}
	for (uint32_t id = 0; id < count; id++)
		for (const struct slim_reason *r = slim_trace_reasons(trace, slim_tree_node(tree, id)); r; r = r->next)
			if (!r->from)
				reach(c, &queue, id, r);
	while (queue.next < queue.count)
		for (uint32_t e = first[queue.items[queue.next++]]; e != NO_EDGE; e = edges[e].next)
			reach(c, &queue, edges[e].to, edges[e].reason);
	return c;
}

void slim_chains_free(struct slim_chains *c)
{
	if (!c)
		return;
	free(c->step);
	free(c);
}

const struct slim_reason *slim_chain_step(const struct slim_chains *c, const struct slim_node *node)
{
	return c->step[node->id];
}
