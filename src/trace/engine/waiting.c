#include "waiting.h"

#include <stdlib.h>

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

void slim_waiting_clear(struct slim_waiting *waiting)
{
	free(waiting->nodes);
	*waiting = (struct slim_waiting){ 0 };
}
