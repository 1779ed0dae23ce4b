/* What those share that expand patterns in an image: see slim_keep_glob for the usual case. */
#ifndef SLIM_TRACE_GLOB_H
#define SLIM_TRACE_GLOB_H

#include "slim/trace.h"

/* One more name is compared with a pattern. False: there have been so many that this trace compares no more. */
bool slim_glob_spend(struct slim_trace *t, uint32_t names);
/* NODES in the order of their numbers, each once; returns how many they are. */
size_t slim_nodes_tidy(struct slim_node **nodes, size_t count);

#endif
