/* Kept nodes about which a tracer cannot decide yet: its settle() takes them all, and adds those that go on waiting. */
#ifndef SLIM_TRACE_WAITING_H
#define SLIM_TRACE_WAITING_H

#include "slim/trace.h"

struct slim_waiting {
	struct slim_node **nodes;
	size_t count, capacity;
};

void slim_waiting_add(struct slim_waiting *waiting, struct slim_node *node);
/* All of them, in the order of the tree: in which they were found does not matter. The caller clears. */
struct slim_waiting slim_waiting_take(struct slim_waiting *waiting);
/* The same for those alone that something certain starts (slim_started); the others go on waiting. */
struct slim_waiting slim_waiting_started(struct slim_trace *t, struct slim_waiting *waiting);
void slim_waiting_clear(struct slim_waiting *waiting);

#endif
