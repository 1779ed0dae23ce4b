#include "chain.h"

#include <stdlib.h>

enum { NO_EDGE = UINT32_MAX };

struct edge { /* `to` stays because of `reason`; chained by the node that asked */
	uint32_t to, next;
	const struct slim_reason *reason;
};

struct slim_chains {
	const struct slim_reason **step; /* of each node */
};

struct place { /* of a node in the search */
	uint32_t first;    /* edge from it */
	uint32_t distance; /* steps of its chain */
	enum slim_confidence weakest, last; /* of those steps */
};

/* The search: edges from each node, and the nodes that were reached, in that order. */
struct search {
	struct edge *edges;
	size_t edge_count, edge_capacity;
	struct place *places;
	uint32_t *reached;
	size_t count, next;
};

static bool is_surer(const struct place *a, const struct place *b)
{
	return a->weakest != b->weakest ? a->weakest < b->weakest : a->last < b->last;
}

/* Nodes come in the order of their distance, so that the chain of who asked is settled when NODE is reached from it. */
static void reach(struct slim_chains *c, struct search *s, uint32_t node, const struct slim_reason *reason)
{
	const struct place *from = reason->from ? &s->places[reason->from->id] : NULL;
	struct place *place = &s->places[node], other = *place;
	other.last = slim_rule(reason->rule)->confidence;
	other.weakest = from && from->weakest > other.last ? from->weakest : other.last;
	other.distance = from ? from->distance + 1 : 1;
	if (c->step[node] && (place->distance < other.distance || !is_surer(&other, place)))
		return;
	if (!c->step[node])
		s->reached[s->count++] = node;
	*place = other;
	c->step[node] = reason;
}

static void add_edges(struct search *s, uint32_t to, const struct slim_reason *r)
{
	for (; r; r = r->next) {
		if (!r->from)
			continue;
		uint32_t *first = &s->places[r->from->id].first;
		struct edge edge = { to, *first, r };
		*first = (uint32_t)s->edge_count;
		*slim_push(&s->edges, &s->edge_count, &s->edge_capacity) = edge;
	}
}

static void reach_seed(struct slim_chains *c, struct search *s, uint32_t node,
		       const struct slim_reason *r)
{
	for (; r; r = r->next)
		if (!r->from)
			reach(c, s, node, r);
}

struct slim_chains *slim_chains_new(const struct slim_trace *trace, const struct slim_tree *tree)
{
	uint32_t count = (uint32_t)slim_tree_count(tree);
	struct slim_chains *c = slim_calloc(1, sizeof(*c));
	c->step = slim_calloc(count, sizeof(const struct slim_reason *));
	struct search s = { 0 };
	s.places = slim_calloc(count, sizeof(*s.places));
	s.reached = slim_calloc(count, sizeof(*s.reached));
	for (uint32_t id = 0; id < count; id++)
		s.places[id].first = NO_EDGE;
	for (uint32_t id = count; id-- > 0;) /* from the end: lists come out in the tree's order */
		add_edges(&s, id, slim_trace_reasons(trace, slim_tree_node(tree, id)));
	for (uint32_t id = 0; id < count; id++)
		reach_seed(c, &s, id, slim_trace_reasons(trace, slim_tree_node(tree, id)));
	while (s.next < s.count)
		for (uint32_t e = s.places[s.reached[s.next++]].first; e != NO_EDGE; e = s.edges[e].next)
			reach(c, &s, s.edges[e].to, s.edges[e].reason);
	free(s.edges);
	free(s.places);
	free(s.reached);
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
