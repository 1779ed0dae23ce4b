#include "waiting.h"

#include <stdlib.h>

#include "owners.h"
#include "slim/alloc.h"

void slim_waiting_add(struct slim_waiting *waiting, struct slim_node *node)
{
	*slim_push(&waiting->nodes, &waiting->count, &waiting->capacity) = node;
}

static int by_id(const void *a, const void *b)
{
	const struct slim_node *x = *(struct slim_node *const *)a, *y = *(struct slim_node *const *)b;
	return (x->id > y->id) - (x->id < y->id);
}

struct slim_waiting slim_waiting_take(struct slim_waiting *waiting)
{
	struct slim_waiting all = *waiting;
	*waiting = (struct slim_waiting){ 0 };
	if (all.count)
		qsort(all.nodes, all.count, sizeof(struct slim_node *), by_id);
	return all;
}

struct slim_waiting slim_waiting_started(struct slim_trace *t, struct slim_waiting *waiting)
{
	const bool *started = slim_started(t);
	struct slim_waiting all = slim_waiting_take(waiting), now = { 0 };
	for (size_t i = 0; i < all.count; i++)
		slim_waiting_add(started[all.nodes[i]->id] ? &now : waiting, all.nodes[i]);
	slim_waiting_clear(&all);
	return now;
}

void slim_waiting_clear(struct slim_waiting *waiting)
{
	free(waiting->nodes);
	*waiting = (struct slim_waiting){ 0 };
}
